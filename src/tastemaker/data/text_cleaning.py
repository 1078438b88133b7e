"""Cleaning of what people wrote: broken characters, HTML, contacts, white space and length.

In: any string. Out: the same words, fit for a prompt, and the names of the repairs that it took. Cleaning what was
cleaned changes nothing more, so text may pass here in a reader and again in a request. A text that needs nothing, as
most do, costs one look.
"""

import re
import unicodedata
from collections.abc import Callable
from itertools import count
from typing import Final

import ftfy

from tastemaker.data.cleaning import Parsed
from tastemaker.data.contacts import mask_emails, mask_links, mask_phones
from tastemaker.data.markup import without_html

LONGEST: Final = 20_000
"""Characters; the longest of 10,261 reviews of musical instruments has 11,310."""
_LONGEST_WORD: Final = 50
_PATIENCE: Final = 8
"""Rounds after which text that still unfolds into new HTML loses the characters that HTML is made of."""
_JOINER: Final = "\u200d"
_JOINING: Final = frozenset((_JOINER, "\ufe0e", "\ufe0f", *map(chr, range(0x1F3FB, 0x1F400))))
"""What belongs to the emoji before it: the joiner, the choice of a form, the tones of skin."""
_NO_MARKUP: Final = str.maketrans("<>&", "   ")

_BROKEN: Final = ftfy.TextFixerConfig(
    unescape_html=False,  # `without_html` does that, and looks at what comes out
    fix_character_width=False,  # full-width letters and punctuation are how Chinese and Japanese are written
    uncurl_quotes=False,  # a curled quote is no damage
    fix_line_breaks=False,  # white space is normalised anyway
    explain=False,
)
_ESCAPED: Final = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
"""What JSON writes for a character, in text that somebody forgot to read as JSON."""
_STEPS: Final[dict[str, Callable[[str], str]]] = {
    "text repaired": lambda text: ftfy.fix_text(_ESCAPED.sub(_unescaped, text), _BROKEN),
    "HTML removed": without_html,
    "link masked": mask_links,
    "e-mail address masked": mask_emails,
    "phone number masked": mask_phones,
}
_CUT: Final = "text cut"
_SUSPECT: Final = re.compile(
    r"[^\n -%'-;=-?A-~]|  | \n|\n[ \n]|\\u|://|www\.|\.[a-z]{2,4}/|\d(?:[ ().-]{0,2}\d){6}", re.IGNORECASE
)
"""Without a match, and with its ends stripped, no step changes an ASCII text."""


def clean_text(raw: str, most: int = LONGEST) -> Parsed[str]:
    """Repair and normalise a text and mask its contacts; takes any string and never raises.

    Lines stay apart by one line break, words by one space. Letters are in NFC. Quotes, full-width characters, emoji
    and every script stay as they were written.

    Args:
        raw: what somebody wrote, markup and lone surrogates included.
        most: characters that the value may have, at least 1; the rest is cut off between two words.

    Returns:
        The text, and what it took: "text repaired", "HTML removed", "link masked", "e-mail address masked", "phone
        number masked", "text cut". White space is not reported.

    >>> clean_text("I &lt;3 this mic!<br />Ask jo@mail.example.com")
    Parsed(value='I <3 this mic!\\nAsk [email]', repairs=('HTML removed', 'e-mail address masked'))
    """
    if len(raw) <= most and raw.isascii() and not _SUSPECT.search(raw):
        return Parsed(raw.strip())
    stripped = raw.strip()
    text = _cut(stripped, 4 * most)  # bounds the work, and leaves room for markup
    done = {_CUT} if text != stripped else set()
    for turn in count():
        cleaned, needed = _clean_once(text, most)
        if cleaned == text:
            return Parsed(text, tuple(repair for repair in (*_STEPS, _CUT) if repair in done))
        text = cleaned.translate(_NO_MARKUP) if turn == _PATIENCE else cleaned
        done |= needed
    raise AssertionError("count() never ends")


def _clean_once(text: str, most: int) -> tuple[str, set[str]]:
    """The text after every step, and which steps changed it."""
    done = set()
    for repair, step in _STEPS.items():
        before, text = text, step(text)
        if text != before:
            done.add(repair)
    spaced = _spaced(text)
    cut = _cut(spaced, most)
    return cut, done | ({_CUT} if cut != spaced else set())


def _unescaped(escapes: re.Match[str]) -> str:
    """The characters of one run of escapes; half of a pair stands for none."""
    units = escapes[0].encode("ascii").decode("unicode_escape")
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _spaced(text: str) -> str:
    """One line break between lines that are not blank, one space between words."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _cut(text: str, most: int) -> str:
    """At most `most` characters, up to the last gap; text without gaps, as Chinese is, may end after any character."""
    if len(text) <= most:
        return text
    start = max(0, most - max(_LONGEST_WORD, most // 10))
    end = max(text.rfind(" ", start, most + 1), text.rfind("\n", start, most + 1))
    return text[: end if end > 0 else _before_joined(text, most)].rstrip()


def _before_joined(text: str, end: int) -> int:
    """The last place up to `end`, or a few characters before, that is not inside an accented letter or an emoji."""
    for place in range(end, max(1, end - _LONGEST_WORD), -1):
        if not (unicodedata.combining(text[place]) or text[place] in _JOINING or text[place - 1] == _JOINER):
            return place
    return end
