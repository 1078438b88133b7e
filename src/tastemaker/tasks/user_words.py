"""What a simulated user says, in one of many wordings and in a plain, casual or polite manner."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tastemaker.data.facts import Fact
from tastemaker.data.simulation import Kind
from tastemaker.data.split import Split
from tastemaker.tasks import request_phrasings as say
from tastemaker.tasks.cards import spoken
from tastemaker.tasks.phrasings import Phrasings, fill, with_article
from tastemaker.tasks.wishes import Wish, many, one

_CASUAL: Final = 0.3
_POLITE: Final = 0.12
_REJECTIONS: Final[dict[Kind, Phrasings]] = {
    "seen": say.SEEN,
    "refused": say.REFUSED,
    "wished": say.WISHED,
    "older": say.OLDER,
    "newer": say.NEWER,
    "other": say.OTHER,
}


@dataclass(frozen=True)
class UserWords:
    """Draws the words of one user."""

    nouns: tuple[str, ...]
    """What an item is called, e.g. film or movie."""
    split: Split
    random: Random

    def request(self, facts: Sequence[Fact], titles: Sequence[str]) -> str:
        """Ask for something: with constraints, liked titles, both or neither."""
        if facts:
            return self._say(say.WISHES_AND_FAVOURITES if titles else say.WISHES, facts, titles)
        return self._say(say.FAVOURITES if titles else say.VAGUE, facts, titles)

    def answer(self, facts: Sequence[Fact], titles: Sequence[str]) -> str:
        """Answer a clarifying question, with constraints, else liked titles, else nothing."""
        if facts and titles:
            return self._say(say.WISHES_AND_FAVOURITES, facts, titles)
        if facts:
            return self._say(say.ANSWERS_WITH_WISHES, facts, ())
        return self._say(say.ANSWERS_WITH_FAVOURITES if titles else say.ANSWERS_WITHOUT, (), titles)

    def rejection(self, kind: Kind, fact: Fact | None) -> str:
        """Turn a recommendation down."""
        return self._say(_REJECTIONS[kind], (fact,) if fact else (), ())

    def thanks(self) -> str:
        """Take what was recommended, and take leave."""
        return self._say(say.THANKS, (), ())

    def _say(self, phrasings: Phrasings, facts: Sequence[Fact], titles: Sequence[str]) -> str:
        fitting = [text for text in phrasings.of(self.split) if ("{b}" in text) == (len(titles) > 1)]
        template = self.random.choice(fitting)
        noun = self.random.choice(self.nouns)
        manner = self.random.random()
        named = dict(zip("ab", titles, strict=False))
        if manner < _CASUAL and self.random.random() < 0.3:
            named = {name: title.lower() for name, title in named.items()}
        is_last = re.search(r"\{[wW]ants?\}[.?!]$", template) is not None
        text = fill(template, self._gaps(facts, noun, is_last), named, is_casual=manner < _CASUAL)
        return self._politely(text) if manner > 1 - _POLITE else text

    def _gaps(self, facts: Sequence[Fact], noun: str, is_last: bool) -> dict[str, str]:
        gaps = {"noun": noun, "nouns": f"{noun}s"}
        if facts:
            wish, label = Wish.of(facts), spoken((facts[0][0].removeprefix("not "), facts[0][1]))
            want = wish.singular(noun, self.random, is_last)
            gaps |= {"want": want, "Want": want, "wants": wish.plural(f"{noun}s", self.random, is_last)}
            gaps |= {"one": with_article(one(label, noun)), "many": many(label, f"{noun}s")}
        return gaps

    def _politely(self, text: str) -> str:
        if text.endswith("?") or any(word in text.lower() for word in ("please", "thank")):
            return text
        return f"{text} {self.random.choice(('Thank you!', 'Thanks.', 'Thanks a lot.'))}"
