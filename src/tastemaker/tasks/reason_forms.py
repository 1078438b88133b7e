"""Whether a simulated reason is worded as one: the phrasings of `reason_phrasings`, filled and nothing else.

A small model copies well but not always: it tears a title, repeats a piece of it, or goes on with one wording after
another. What its reason is about may be true all the same, so the form is checked for itself.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from tastemaker.tasks import reason_phrasings
from tastemaker.tasks.cards import Past, card_labels, card_title, is_decade, parse
from tastemaker.tasks.example import Card, Evidence
from tastemaker.tasks.phrasings import Phrasings

_PAST, _TITLE = "\ue000", "\ue001"
"""Stand for a past title and for that of the recommended item."""
_FIRST_PAST, _FIRST_LABEL = 0xE010, 0xE100
_MOST_LABELS: Final = 256
_LABEL: Final = f"[{chr(_FIRST_LABEL)}-{chr(_FIRST_LABEL + _MOST_LABELS - 1)}]"
_LABELS: Final = f"{_LABEL}(?:, {_LABEL})*(?: and {_LABEL})?"
_NOUN: Final = r"(?!(?:an?|and|as|from|is|it|no|of|or|the|this|to|too|with)\b)[^\W\d]+"
_THING: Final = f"(?:{_LABELS}(?: {_NOUN})?|{_NOUN})"
_DECADES: Final = r"\d{4}s(?:, \d{4}s)*(?: and \d{4}s)?"
_DESCRIBED: Final = f"an? {_THING}(?: from the {_DECADES})?"
_WITHOUT: Final = f"no {_LABEL}(?: fare)?(?: or {_LABEL}(?: fare)?)*"
_STARS: Final = r"\d(?:\.\d+)? stars?"
_GAPS: Final = {
    **dict.fromkeys(("a", "b"), _PAST),
    **dict.fromkeys(("sa", "sb"), _STARS),
    "title": _TITLE,
    "it": f"(?:it|this one|{_TITLE})",
    "kind": f"an? {_THING}",
    "one": _THING,
    "blend": f"{_LABELS} (?:feel|tone|flavour|touch|mix|blend|combination)",
    "dec": _DECADES,
    "noun": _NOUN,
    "own": _DESCRIBED,
    "wish": f"{_DESCRIBED}(?: with {_WITHOUT})?",
    "without": _WITHOUT,
}
_GAP: Final = re.compile(r"\{(\w+)\}")
_TAILS: Final = ("TAIL_ONE", "TAIL_TWO")
_JOINT: Final = re.compile(r", and (?=\{it\}|this)")
"""Where a wording may go on as another of as many past items: "You liked Heat (1995), and" "it is a war film"."""
_TWICE: Final = re.compile(f"({_LABEL})(?:, | and )\\1")


def is_worded(reason: str, evidence: Evidence, card: Card) -> bool:
    """Whether a reason is one or two wordings, filled with titles, stars and labels of evidence and card."""
    found = parse(evidence.text)
    if not _gives_stars(reason, found.past, card_title(card)):
        return False
    labels = (*found.shared, *found.own, *(label.removeprefix("no ") for label in found.asked), *card_labels(card))
    marked = _marked(reason, {past.title: _PAST for past in found.past} | {card_title(card): _TITLE})
    names = dict.fromkeys(label for label in labels if not is_decade(label))
    marked = _marked(marked, {name: chr(_FIRST_LABEL + place) for place, name in enumerate(names)})
    return _form().fullmatch(marked) is not None and not _TWICE.search(marked)


def _gives_stars(reason: str, past: Sequence[Past], title: str) -> bool:
    """Whether the stars that a reason speaks of are what the user gave to the past titles in it, each to its own.

    In every wording the first stars are those of the first past title; `title` is that of the recommended item.
    """
    marks = {it.title: chr(_FIRST_PAST + place) for place, it in enumerate(past)}
    given = {marks[it.title]: it.stars for it in past}
    for sentence in _marked(reason, marks | {title: _TITLE}).split(". "):
        told, theirs = re.findall(_STARS, sentence, re.IGNORECASE), [given[mark] for mark in sentence if mark in given]
        if told != theirs[: len(told)]:
            return False
    return True


def _marked(text: str, marks: dict[str, str]) -> str:
    """The text with every name, the longest first and in whatever case, as its mark."""
    for name in sorted(filter(None, marks), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", marks[name], text, flags=re.IGNORECASE)
    return text


@cache
def _form() -> re.Pattern[str]:
    sets = {name: _every(value) for name, value in vars(reason_phrasings).items() if isinstance(value, Phrasings)}
    tail = "|".join(_pattern(text) for name in _TAILS for text in sets.pop(name))
    wordings = {text for texts in sets.values() for text in texts}
    for alike in (r"ASKED", r".*_ONE$", r".*_TWO$"):
        wordings |= _crossed([text for name, texts in sets.items() if re.match(alike, name) for text in texts])
    sentence = "|".join(_pattern(text, tail) for text in sorted(wordings))
    return re.compile(f"(?:{sentence})(?: (?:{sentence}))?", re.IGNORECASE)


def _crossed(texts: Sequence[str]) -> set[str]:
    """The first half of any wording before the second half of any."""
    halves = [parts for text in texts if len(parts := _JOINT.split(text)) == 2]
    return {f"{first}, and {second}" for first, _ in halves for _, second in halves}


def _every(phrasings: Phrasings) -> tuple[str, ...]:
    return (*phrasings.train, *phrasings.test)


def _pattern(template: str, tail: str = "") -> str:
    """The pattern of a wording; a `tail` may stand where it has room for one."""
    gaps = _GAPS | {"tail": f"(?:{tail})?"}
    parts = _GAP.split(template)
    return "".join(gaps[part] if place % 2 else re.escape(part) for place, part in enumerate(parts))
