"""Masks for what leads to a person or away from the text: e-mail addresses, links and telephone numbers.

In: a text. Out: the text with `[email]`, `[link]` or `[phone]` in their places. What looks like a contact and is none
stays: years, prices, dates, product numbers, string gauges, film mentions ("@111776"), the names of shops and films
that are domains ("Amazon.com", "Startup.com"), and digits whose form or the word before does not say "telephone".
"""

import re
from typing import Final

_NAME: Final = "A-Za-z0-9À-ɏ"
_EMAIL: Final = re.compile(
    rf"(?<![{_NAME}_.%+-])(?:mailto:)?[{_NAME}_%+][{_NAME}_.%+-]*+@(?!\d{{5,}}\.)(?:[{_NAME}-]++\.)+[A-Za-z]{{2,}}"
)
"""A domain of five digits or more is a film mention with a sentence behind it ("loved@111776.Really")."""

_IN_LINK: Final = r"[A-Za-z0-9À-ɏͰ-ҁ._~:/?#\[\]@!$&'()*+,;=%|-]"
_LINK_END: Final = r"[A-Za-z0-9À-ɏͰ-ҁ/#=&_~%+-]"
_DOMAINS: Final = "com|net|org|edu|gov|info|io|co|tv|me|be|ly|us|ca|uk|eu|de|fr|es|it|nl|ru|cn|jp|br|in|au"
_LINK: Final = re.compile(
    rf"(?:(?:https?|ftp)://(?=[{_NAME}\[])|(?<![{_NAME}_.])www\.(?=[{_NAME}-]+\.[A-Za-z]{{2}})"
    rf"|(?<![{_NAME}_.@/-])(?:[A-Za-z0-9-]++\.)+(?:{_DOMAINS})/(?=[A-Za-z0-9?#~]))"
    rf"{_IN_LINK}*{_LINK_END}",
    re.IGNORECASE,
)

_CUE: Final = (
    r"(?:\b(?:call|phone|telephone|tel|fax|cell|cellphone|mobile|whatsapp|text (?:me|us)|t[eé]l[eé]phone|tel[eé]fono"
    r"|telefon|тел|телефон)\b|电话|電話|手机|手機|微信|전화)"
    r"(?:\s+(?:me|us|number|no|at|on|is)\b)*[\s.:：#]*"
)
_NO_DATE: Final = r"(?!(?:19|20)\d\d[-./ ]|\d{1,2}[-./]\d{1,2}[-./])"
_NO_DIGIT_NEAR: Final = rf"(?![{_NAME}_]|[-.,/]?\d)"
_PHONE: Final = re.compile(
    rf"(?<![{_NAME}_$€£+/-])(?<!\d[.,])(?:"
    # (212) 555-0100, 1-212-555-0100
    r"(?:\+?1[-. ]?)?(?:\([2-9]\d\d\)[-. ]?|[2-9]\d\d(?P<gap>[-.]))[2-9]\d\d(?(gap)(?P=gap)|[-. ])\d{4}"
    # +44 20 7946 0958
    r"|\+(?=[1-9](?:\D{0,2}\d){8})(?>\d{1,3}(?:[-. ]?(?:\(\d{1,4}\) ?)?\d{1,5}){2,5})"
    # 138 0013 8000
    r"|(?:86[- ]?)?1[3-9]\d(?P<cn>[- ]?)\d{4}(?P=cn)\d{4}"
    rf"){_NO_DIGIT_NEAR}"
)
_CUED_PHONE: Final = re.compile(
    rf"(?P<cue>{_CUE}){_NO_DATE}\+?\(?\d(?:[ ().-]{{0,2}}\d){{6,14}}+{_NO_DIGIT_NEAR}", re.IGNORECASE
)
_SEVEN_DIGITS: Final = re.compile(r"\d(?:[ ().-]{0,2}\d){6}")
_LINK_HINT: Final = re.compile(r"://|www\.|\.[a-z]{2,4}/", re.IGNORECASE)


def mask_emails(text: str) -> str:
    """Put `[email]` in the place of every e-mail address.

    >>> mask_emails("Write to jo@mail.example.com.")
    'Write to [email].'
    """
    return _EMAIL.sub("[email]", text) if "@" in text else text


def mask_links(text: str) -> str:
    """Put `[link]` in the place of whatever has a scheme, begins with "www." or is a domain with a path.

    >>> mask_links("Amazon.com had it: https://a.example/dp?x=1, and youtu.be/abc.")
    'Amazon.com had it: [link], and [link].'
    """
    return _LINK.sub("[link]", text) if _LINK_HINT.search(text) else text


def mask_phones(text: str) -> str:
    """Put `[phone]` in the place of every telephone number.

    >>> mask_phones("Call 555-0100 or +44 20 7946 0958 about the SM57, 2013-05-04.")
    'Call [phone] or [phone] about the SM57, 2013-05-04.'
    """
    if not _SEVEN_DIGITS.search(text):
        return text
    return _CUED_PHONE.sub(r"\g<cue>[phone]", _PHONE.sub("[phone]", text))
