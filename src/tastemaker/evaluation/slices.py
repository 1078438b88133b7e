"""Harder versions of the same requests: short, missing and noisy histories, rare targets, mistyped words.

Whatever is changed in a history, the items of the whole one stay masked, so that all slices rank the same candidates;
but for new items, which are ranked among themselves as well: that tells how well one is known from another, apart from
how they weigh against items that training knows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Entry
from tastemaker.evaluation.answers import Among, Answers, Ranker
from tastemaker.evaluation.context import IntArray, history_of, target_items, with_history
from tastemaker.evaluation.figures import Figures, Material, measure
from tastemaker.evaluation.judge import Judge
from tastemaker.evaluation.ranked import rank
from tastemaker.evaluation.typos import with_typos
from tastemaker.tasks.example import Example, NextItems, Score

Change = Callable[[Example, int], Example | None]
"""Takes an example and its row; None leaves it out of the slice."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "items": ("ndcg@10", "hr@10", "recall@50"),
    "rating": ("rmse",),
    "like": ("accuracy", "f1"),
    "reply": ("recall@10",),
}
"""What is measured in each slice, by kind of example."""
AMONG_NEW: Final = "new_items_among_new"
"""New items, ranked among themselves, where there are `MANY`."""
MANY: Final = 500
"""Among fewer, an item is one of the first fifty by chance too often."""
RARE: Final[Mapping[str, str]] = dict.fromkeys(("new_items", AMONG_NEW, "long_tail"), "recall@50")
"""Slices of rankings that have a metric of their own: what is rare is hardly ever among the first ten of a catalog."""
SPARSE: Final = ("items", "rating", "like")
"""Kinds of example that ask about items after a history: for these there are slices where little is known."""


@dataclass(frozen=True)
class Slice:
    """What makes a slice."""

    change: Change
    candidates: NDArray[np.bool_] | None = None
    """`[I]`, what is ranked; None is the catalog."""


@dataclass(frozen=True)
class Sliced:
    """The examples of a slice, and for each the items not to be recommended."""

    examples: list[Example]
    seen: list[list[int]]
    candidates: NDArray[np.bool_] | None = None
    """As of `Slice`."""

    @property
    def targets(self) -> int:
        """Items that are asked for or about."""
        return sum(len(getattr(example.target, "items", ())) or 1 for example in self.examples)


def slices_of(kind: str, judge: Judge) -> dict[str, Slice]:
    """The slices for a kind of example, by name; `all` is the whole, for comparison."""
    config, slices = judge.config, sparse_slices(kind, judge)
    if kind == "items":
        slices["no_history"] = Slice(lambda example, row: with_history(example, ()))
        slices["noisy"] = Slice(_noisy(judge))
    if kind == "reply":
        slices["typos"] = Slice(
            lambda example, row: with_typos(example, judge.truth.extractor, config.typo_rate, config.seed + row)
        )
    return slices


def sparse_slices(kind: str, judge: Judge) -> dict[str, Slice]:
    """The whole and, for the kinds in `SPARSE`, the slices where little is known of the user or the item.

    A new user, or a new item, has no interaction in training; the past of such a user is read all the same.
    """
    slices = {"all": Slice(lambda example, row: example)}
    if kind in SPARSE:
        dataset = judge.dataset
        lengths = np.bincount(dataset.owners[dataset.is_training], minlength=len(dataset.user_ids))
        slices |= {f"last_{n}": Slice(_last(n)) for n in judge.config.short_histories}
        slices["new_users"] = Slice(_of_users(frozenset(np.flatnonzero(lengths == 0).tolist())))
        is_new = dataset.train_counts == 0
        of_new = _targets_among(frozenset(np.flatnonzero(is_new).tolist()))
        slices["new_items"] = Slice(of_new)
        if kind == "items" and is_new.sum() >= MANY:
            slices[AMONG_NEW] = Slice(of_new, is_new)
        slices["long_tail"] = Slice(_targets_among(long_tail(dataset.train_counts, judge.config.head_share)))
    return slices


def metric_in(part: str, kind: str, metric: str) -> str:
    """The metric of a slice, of a kind of example that is judged by `metric` as a whole."""
    return RARE.get(part, metric) if kind == "items" else metric


def sliced(made: Slice, examples: Sequence[Example], judge: Judge) -> Sliced:
    """The examples that a slice keeps, as it changes them."""
    changed = [(example, made.change(example, row)) for row, example in enumerate(examples)]
    kept = [(before, after) for before, after in changed if after is not None and _asks(after)]
    return Sliced([after for _, after in kept], judge.known([before for before, _ in kept]), made.candidates)


def slice_figures(answers: Answers, names: Sequence[str], part: Sliced, kind: str, judge: Judge) -> Figures:
    """The metrics called `names` of one contestant in one slice; none where it has nothing to say, or nothing is left.

    Nothing is written: of replies only the items are judged.
    """
    if not part.examples:
        return {}
    if kind in ("rating", "like"):
        return judge.verdict(answers, part.examples, kind, names).figures
    if not isinstance(answers, Ranker):
        return {}
    ranker = answers if part.candidates is None else Among(answers, part.candidates)
    ranking = rank(ranker, part.examples, judge.config, part.seen)
    return measure(names, {"places": Material(ranking.masked, ranking.clusters)})


def long_tail(counts: IntArray, head_share: float) -> frozenset[int]:
    """The items outside the most popular `head_share` of those that were chosen."""
    head = int(np.ceil(head_share * np.count_nonzero(counts)))
    return frozenset(np.argsort(-counts, kind="stable")[head:].tolist())


def _last(n: int) -> Change:
    return lambda example, row: with_history(example, history_of(example)[-n:])


def _of_users(users: frozenset[int]) -> Change:
    return lambda example, row: example if example.user in users else None


def _targets_among(items: frozenset[int]) -> Change:
    def change(example: Example, row: int) -> Example | None:
        target = example.target
        if not isinstance(target, NextItems | Score):
            return None
        kept = [n for n, item in enumerate(target.items) if item in items]
        at, rows = (tuple(whole[n] for n in kept) for whole in (target.positions, target.items))
        if isinstance(target, Score):
            left: NextItems | Score = replace(target, positions=at, items=rows, values=_at(target.values, kept))
        else:
            left = replace(target, positions=at, items=rows, weights=_at(target.weights, kept))
        return replace(example, target=left) if kept else None

    return change


def _at(values: Sequence[float], places: Sequence[int]) -> tuple[float, ...]:
    return tuple(values[n] for n in places)


def _asks(example: Example) -> bool:
    """Whether anything is asked of an example."""
    return isinstance(example.target, Score) or bool(target_items(example))


def _noisy(judge: Judge) -> Change:
    """Put random items, which the user never chose, at random places of the history, with feedback found in it."""

    def change(example: Example, row: int) -> Example:
        random = np.random.default_rng((judge.config.seed, row))
        entries = list(history_of(example))
        chosen = {entry.item for entry in entries} | target_items(example)
        others = np.setdiff1d(np.arange(len(judge.dataset.catalog)), sorted(chosen))
        count = min(len(others), int(np.ceil(judge.config.noise_rate * len(entries))))
        for item in random.choice(others, size=count, replace=False).tolist():
            feedback = entries[int(random.integers(len(entries)))]
            entries.insert(int(random.integers(len(entries) + 1)), Entry(item, feedback.action, feedback.rating))
        return with_history(example, tuple(entries))

    return change
