"""Words with gaps, in a set for training and a set that only the test split is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from tastemaker.data.split import Split
from tastemaker.data.vocabulary import COUNT_NOUNS

_FIRST_MARK: Final = 0xE000
"""Private characters stand for titles while a template is filled."""


@dataclass(frozen=True)
class Phrasings:
    """Templates for `str.format`; validation shares those of training."""

    train: tuple[str, ...]
    test: tuple[str, ...]

    def of(self, split: Split) -> tuple[str, ...]:
        """The templates of a split."""
        return self.test if split is Split.TEST else self.train

    def draw(self, split: Split, random: Random) -> str:
        """One template of a split, by chance."""
        return random.choice(self.of(split))


def listed(parts: tuple[str, ...]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def singular(labels: tuple[str, ...], noun: str) -> str:
    """What an item with these labels is: "comedy", "war film", "comedy and war film"; the noun without any."""
    if len(labels) == 1 and labels[0] in COUNT_NOUNS:
        return labels[0]
    return f"{listed(labels)} {noun}".strip()


def with_article(phrase: str) -> str:
    """Put "a" or "an" in front: "an action film", "a comedy", "an 80s film", "a 1980s film"."""
    is_open = phrase[:1].lower() in "aeiou" or phrase[:2] == "80"
    return f"{'an' if is_open else 'a'} {phrase}" if phrase else phrase


def fill(template: str, gaps: Mapping[str, str], titles: Mapping[str, str], is_casual: bool = False) -> str:
    """Fill the gaps of a template and begin every sentence with a capital; titles go in as they are.

    Args:
        template: for `str.format`.
        gaps: text by name.
        titles: titles by name, their letters never touched.
        is_casual: lower case outside titles, and no full stop at the end.
    """
    marks = {name: chr(_FIRST_MARK + place) for place, name in enumerate(titles)}
    text = template.format(**gaps, **marks)
    text = text.lower().rstrip(".!") if is_casual else _capitalized(text)
    for name, mark in marks.items():
        text = text.replace(mark, titles[name])
    return text


def _capitalized(text: str) -> str:
    for end in (". ", "? ", "! "):
        text = end.join(part[:1].upper() + part[1:] for part in text.split(end))
    return text
