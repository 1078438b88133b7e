"""Constraints as words: "a comedy from the 90s, but no horror", "war films without romance", "a musical"."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tastemaker.data.facts import Fact
from tastemaker.data.vocabulary import MASS_NOUNS
from tastemaker.tasks.cards import spoken
from tastemaker.tasks.phrasings import listed, singular, with_article

_ADJECTIVES: Final = {
    "animation": "animated",
    "romance": "romantic",
    "sci-fi": "science fiction",
    "children's": "kids",
    "film-noir": "noir",
}
_REFUSALS: Final = {
    (True, True): (" without {label}", " with no {label}", ", no {label}", ", but no {label}"),
    (True, False): (", no {many}", ", but no {many}", ", anything but {many}"),
    (False, True): (" without {label}", " with no {label}"),
    (False, False): (" but no {many}",),
}
"""By whether the sentence ends with it, and whether the genre can stand without a plural."""
_TENS: Final = ("fifties", "sixties", "seventies", "eighties", "nineties")


@dataclass(frozen=True)
class Wish:
    """Facts that are asked for and refused, ready to be put in a sentence."""

    wanted: tuple[str, ...]
    """Labels."""
    decade: str
    refused: tuple[str, ...]

    @classmethod
    def of(cls, facts: Sequence[Fact]) -> "Wish":
        """Sort constraints by what they do in a sentence."""
        named = [(name, spoken((name.removeprefix("not "), value))) for name, value in facts]
        return cls(
            wanted=tuple(label for name, label in named if name != "decade" and not name.startswith("not ")),
            decade=next((label for name, label in named if name == "decade"), ""),
            refused=tuple(label for name, label in named if name.startswith("not ")),
        )

    def singular(self, noun: str, random: Random, is_last: bool = True) -> str:
        """One item that meets the wish, with an article: "a comedy from the 90s"; `is_last` in its sentence."""
        if not self.wanted:
            base = random.choice((with_article(noun), "something", with_article(f"good {noun}")))
        elif len(self.wanted) == 1:
            base = with_article(one(self.wanted[0], noun, random))
            if self.wanted[0] in MASS_NOUNS and random.random() < 0.2:
                base = random.choice((f"some {self.wanted[0]}", f"something with {self.wanted[0]}"))
        else:
            base = with_article(singular(self.wanted, noun))
            if MASS_NOUNS.issuperset(self.wanted) and random.random() < 0.4:
                base = f"something with {listed(self.wanted)}"
        return base + self._rest(noun, random, is_last)

    def plural(self, nouns: str, random: Random, is_last: bool = True) -> str:
        """Several items that meet the wish: "comedies from the 90s"; `is_last` in its sentence."""
        base = many(self.wanted[0], nouns) if len(self.wanted) == 1 else f"{listed(self.wanted)} {nouns}".strip()
        return base + self._rest(nouns, random, is_last)

    def _rest(self, noun: str, random: Random, is_last: bool) -> str:
        decade = f" from the {written_decade(self.decade, random)}" if self.decade else ""
        if not self.refused:
            return decade
        return decade + random.choice(_REFUSALS[is_last, self.refused[0] in MASS_NOUNS]).format(
            label=self.refused[0], many=many(self.refused[0], noun.removesuffix("s") + "s")
        )


def one(label: str, noun: str, random: Random | None = None) -> str:
    """One item with a label: "comedy", "war film", and where chance is given also "animated film"."""
    if random and label in _ADJECTIVES and random.random() < 0.4:
        return f"{_ADJECTIVES[label]} {noun}"
    return singular((label,), noun)


def many(label: str, nouns: str) -> str:
    """Several items with a label: "comedies", "war films"."""
    single = singular((label,), "")
    if single != label or single in ("film-noir",) or singular((label,), "x") != label:
        return f"{label} {nouns}"
    return f"{label[:-1]}ies" if label.endswith("y") else f"{label}s"


def written_decade(decade: str, random: Random) -> str:
    """A decade as people write it: "1990s", "90s" or "nineties"."""
    year = int(decade[:4])
    forms = [decade, decade, f"{decade[2:4]}s"] if 1920 <= year < 2000 else [decade]
    if 1950 <= year < 2000:
        forms.append(_TENS[(year - 1950) // 10])
    return random.choice(forms)
