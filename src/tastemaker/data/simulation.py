"""What real training behaviour tells of a recommendation, for tasks that have no text of their own.

Made of a data set after its split, seeded, not stored. Targets are what a user really chose in the split, and liked;
the items that speak for a target come from earlier in that user's history; who liked what together is counted over
training alone. Text made of this is simulated, and is to be called so wherever it shows.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Final, Literal

import numpy as np

from tastemaker.data.combinations import are_allowed
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.facts import Fact, FactExtractor, is_wish, item_facts
from tastemaker.data.split import IntArray, Split
from tastemaker.errors import DataError

_ATTRIBUTE_SHARE: Final = 1.0
"""How much alike attributes count beside co-likes, when past items are compared with a target."""
_TRIES: Final = 40
"""Items looked at for one that a user could have turned down."""
_SEEN_SHARE: Final = 0.3
"""How often an item is turned down because the user has seen it, where the past holds one that fits."""
_FEW_VALUES: Final = 60
"""An attribute with more values than this is nothing that people refuse in general ("no horror")."""

Kind = Literal["seen", "refused", "wished", "older", "newer", "other"]


@dataclass(frozen=True)
class Choice:
    """An item that a user chose and liked, and what was known before."""

    user: int
    item: int
    history: tuple[Entry, ...]
    """The entries before it, oldest first, the last `max_history` of them."""


@dataclass(frozen=True)
class Rejection:
    """An item that a user could have been offered before the target, and why it would be turned down."""

    item: int
    kind: Kind
    fact: Fact | None = None
    """What is refused (kind `refused`) or wished instead (`wished`); true of the target, not of `item`."""


@dataclass(frozen=True)
class Simulation:
    """Choices, similar items, constraints and rejections of one data set."""

    dataset: Dataset

    def choices(self, split: Split, user: int, count: int, max_history: int, random: Random) -> Iterator[Choice]:
        """Yield at most `count` liked targets of a user, drawn at random; all entries before a target are its past.

        In validation and test the past ends where the split begins, so that no target is seen by another.

        Raises:
            DataError: no item has a title, by which texts could speak of it.
        """
        if not self._has_titles:
            raise DataError(
                f"{self.dataset.config.path}: simulated explanations and dialogues need titles in items.parquet, "
                "column 'title', found none. Add titles, or remove [tasks.explanation] and [tasks.dialogue]."
            )
        history = self.dataset.history(user)
        start = len(self.dataset.known_before(user, split))
        end = start + len(self.dataset.held_out(user, split))
        liked = [place for place in range(start, end) if self.dataset.likes(history[place])]
        for place in sorted(random.sample(liked, min(count, len(liked)))):
            past = history[: place if split is Split.TRAIN else start]
            yield Choice(user, history[place].item, past[-max_history:])

    def similar(self, item: int, past: Sequence[Entry]) -> list[Entry]:
        """The liked entries of a past, those first that are most like an item: liked together, and alike in facts."""
        liked = {entry.item: entry for entry in past if entry.item != item and self.dataset.likes(entry)}
        together = self._liked_together(item)
        own = max(1, self._likes[item])

        def likeness(other: int) -> float:
            common, union = self.facts[item] & self.facts[other], self.facts[item] | self.facts[other]
            togetherness = float(together[other]) / math.sqrt(own * max(1, self._likes[other]))
            return togetherness + _ATTRIBUTE_SHARE * len(common) / max(1, len(union))

        return sorted(liked.values(), key=lambda entry: -likeness(entry.item))

    def constraints(
        self, item: int, split: Split, count: int, random: Random, stated: Sequence[Fact] = ()
    ) -> tuple[Fact, ...]:
        """Draw at most `count` facts that hold of an item and may be asked for together in this split.

        Args:
            item: the target.
            split: about a fifth of all pairs of constraints are met in test only, and in test only those.
            count: most facts to draw.
            random: where chance comes from.
            stated: what was asked for already; new facts must go with these.
        """
        chosen: list[Fact] = []
        for fact in self._shuffled_wishes(item, random):
            if len(chosen) == count:
                break
            if fact not in stated and are_allowed((*stated, *chosen, fact), split):
                chosen.append(fact)
        return tuple(chosen)

    def rejection(
        self, choice: Choice, split: Split, random: Random, stated: Sequence[Fact], named: Sequence[int] = ()
    ) -> Rejection | None:
        """Draw an item to be turned down: one seen before, or one that meets a wish but is not what was meant.

        An item that the user has ever chosen is only turned down because it was seen already.

        Args:
            choice: the target, which is never turned down.
            split: whose pairs of constraints may be used.
            random: where chance comes from.
            stated: what was asked for so far; the item meets all of it, or where none is found, one wish.
            named: items that were spoken of before.

        Returns:
            None where the catalog holds no such item.
        """
        seen = [e.item for e in choice.history if self._meets(e.item, stated) and e.item not in (choice.item, *named)]
        if seen and random.random() < _SEEN_SHARE:
            return Rejection(random.choice(seen), "seen")
        never = {entry.item for entry in self.dataset.history(choice.user)} | {*named}
        wished = sorted((fact for fact in stated if fact in self._popular_with), key=lambda fact: fact[0] == "decade")
        pool = self._popular_with[wished[0]] if wished else self._popular
        offered = [item for item in random.choices(pool, k=_TRIES) if item not in never]
        if not offered:
            return None
        item = next((item for item in offered if self._meets(item, stated)), offered[0])
        kinds = dict(self._reasons_against(item, choice.item, split, stated))
        likely: list[Kind] = [*kinds, *(kind for kind in kinds if kind == "refused"), "other"]
        kind = random.choice(likely)
        return Rejection(item, kind, random.choice(kinds[kind]) if kinds.get(kind) else None)

    @cached_property
    def _has_titles(self) -> bool:
        return any(item.title.strip() for item in self.dataset.catalog)

    @cached_property
    def extractor(self) -> FactExtractor:
        """The fact extractor of the catalog."""
        return FactExtractor(self.dataset.catalog)

    @cached_property
    def facts(self) -> tuple[frozenset[Fact], ...]:
        """Per item what can be shared or asked for: all its facts but title and year."""
        return tuple(frozenset(fact for fact in item_facts(item) if is_wish(fact)) for item in self.dataset.catalog)

    @cached_property
    def _known(self) -> tuple[frozenset[str], ...]:
        """Per item the names of its facts: of no other can be said what it is not."""
        return tuple(frozenset(name for name, _ in facts) for facts in self.facts)

    @cached_property
    def askable_names(self) -> tuple[str, ...]:
        """Names of the attributes by which users can say what they want, those of most items first, decade last."""
        counts = Counter(name for facts in self.facts for name in {name for name, _ in facts})
        return tuple(sorted(self._few_valued, key=lambda name: (name == "decade", -counts[name], name)))

    def _reasons_against(
        self, item: int, target: int, split: Split, stated: Sequence[Fact]
    ) -> Iterator[tuple[Kind, list[Fact]]]:
        """The kinds of rejection that are true of `item` and lead to `target`, with the facts to choose from."""
        refused = [(f"not {name}", value) for name, value in sorted(self.facts[item] - self.facts[target])]
        known = self._known[target] & self._few_valued - {"decade"}
        few = [fact for fact in refused if fact[0].removeprefix("not ") in known]
        if allowed := [fact for fact in few if fact not in stated and are_allowed((*stated, fact), split)]:
            yield "refused", allowed
        wished = sorted(self.facts[target] - self.facts[item] - set(stated))
        if allowed := [fact for fact in wished if are_allowed((*stated, fact), split)]:
            yield "wished", allowed
        years = self._years[item], self._years[target]
        if years[0] and years[1] and abs(years[0] - years[1]) >= 5:
            yield ("older" if years[1] < years[0] else "newer"), []

    def _shuffled_wishes(self, item: int, random: Random) -> list[Fact]:
        """What can be asked of an item, in random order; one refusal among them, seldom first."""
        wishes: list[Fact] = sorted(self.facts[item])
        random.shuffle(wishes)
        if self._refusable:
            name, value = random.choice(self._refusable)
            if (name, value) not in self.facts[item] and name in self._known[item]:
                place = random.randint(0, 3)
                wishes.insert(place if place or random.random() < 0.3 else 1, (f"not {name}", value))
        return wishes

    def _meets(self, item: int, wishes: Sequence[Fact]) -> bool:
        """Whether all wishes and refusals hold of an item."""
        facts = self.facts[item]
        return all(((name.removeprefix("not "), value) in facts) != name.startswith("not ") for name, value in wishes)

    @cached_property
    def _few_valued(self) -> frozenset[str]:
        values: dict[str, set[str]] = {}
        for facts in self.facts:
            for name, value in facts:
                values.setdefault(name, set()).add(value)
        return frozenset(name for name, found in values.items() if len(found) <= _FEW_VALUES)

    @cached_property
    def _refusable(self) -> list[Fact]:
        """Facts that can be refused, each as often as items have it."""
        every = [fact for facts in self.facts for fact in sorted(facts)]
        return [fact for fact in every if fact[0] in self._few_valued and fact[0] != "decade"]

    @cached_property
    def _years(self) -> list[int]:
        """Year of every item, 0 where unknown."""
        return [_first_year(item.values("year")) for item in self.dataset.catalog]

    @cached_property
    def _liked_in_training(self) -> list[IntArray]:
        """Per user the rows of the items liked in training."""
        users = range(len(self.dataset.user_ids))
        return [
            np.array(
                sorted({e.item for e in self.dataset.held_out(user, Split.TRAIN) if self.dataset.likes(e)}),
                dtype=np.int64,
            )
            for user in users
        ]

    @cached_property
    def _likers(self) -> list[list[int]]:
        """Per item the users who liked it in training."""
        likers: list[list[int]] = [[] for _ in self.dataset.catalog]
        for user, items in enumerate(self._liked_in_training):
            for item in items:
                likers[item].append(user)
        return likers

    @cached_property
    def _likes(self) -> list[int]:
        return [len(users) for users in self._likers]

    @cached_property
    def _popular(self) -> list[int]:
        """Rows of the items liked in training, each as often as it was liked; all items where none was."""
        return [item for items in self._liked_in_training for item in items.tolist()] or list(
            range(len(self.dataset.catalog))
        )

    @cached_property
    def _popular_with(self) -> dict[Fact, list[int]]:
        """Of every fact the items liked in training that have it, each as often as it was liked."""
        found: dict[Fact, list[int]] = {}
        for item in self._popular:
            for fact in self.facts[item]:
                found.setdefault(fact, []).append(item)
        return found

    def _liked_together(self, item: int) -> IntArray:
        """`[I]`: how many users liked an item and each other one in training."""
        if item not in self._rows:
            liked = [self._liked_in_training[user] for user in self._likers[item]]
            items = np.concatenate(liked) if liked else np.zeros(0, dtype=np.int64)
            self._rows[item] = np.bincount(items, minlength=len(self.dataset.catalog))
        return self._rows[item]

    @cached_property
    def _rows(self) -> dict[int, IntArray]:
        """Rows of the co-like table as they are asked for."""
        return {}


def simulation_of(dataset: Dataset) -> Simulation:
    """The simulation of a data set, made once and kept with it."""
    kept = dataset.__dict__.get("_simulation")
    if not isinstance(kept, Simulation):
        kept = Simulation(dataset)
        dataset.__dict__["_simulation"] = kept
    return kept


def _first_year(years: Sequence[str]) -> int:
    return int(years[0]) if years and years[0].isdigit() else 0
