"""Harder versions of the same requests: short, missing and noisy histories, rare targets, mistyped words.

Whatever is changed in a history, the items of the whole one stay masked, so that all slices rank the same candidates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tastemaker.data.dataset import Entry
from tastemaker.evaluation.answers import Contestant, Ranker
from tastemaker.evaluation.context import IntArray, history_of, target_items, with_history
from tastemaker.evaluation.figures import Material, measure
from tastemaker.evaluation.judge import Judge
from tastemaker.evaluation.ranked import rank
from tastemaker.evaluation.typos import with_typos
from tastemaker.tasks.example import Example, NextItems

Change = Callable[[Example, int], Example | None]
"""Takes an example and its row; None leaves it out of the slice."""

NAMES: Mapping[str, tuple[str, ...]] = {"items": ("ndcg@10", "hr@10"), "reply": ("recall@10",)}
"""What is measured in each slice, by kind of example."""


def slices_of(kind: str, judge: Judge) -> dict[str, Change]:
    """The slices for a kind of example, by name; `all` is the whole, for comparison."""
    config = judge.config
    changes: dict[str, Change] = {"all": lambda example, row: example}
    if kind == "items":
        changes |= {f"last_{n}": _last(n) for n in config.short_histories}
        changes["no_history"] = lambda example, row: with_history(example, ())
        changes["noisy"] = _noisy(judge)
        changes["long_tail"] = _targets_among(long_tail(judge.dataset.train_counts, config.head_share))
    if kind == "reply":
        changes["typos"] = lambda example, row: with_typos(
            example, judge.truth.extractor, config.typo_rate, config.seed + row
        )
    return changes


def slice_figures(
    change: Change,
    names: Sequence[str],
    contestants: Mapping[str, Contestant],
    examples: Sequence[Example],
    judge: Judge,
) -> dict[str, dict[str, float]]:
    """`{contestant: {metric: value}}` of one slice of one task."""
    changed = [(example, change(example, row)) for row, example in enumerate(examples)]
    kept = [(before, after) for before, after in changed if after is not None and target_items(after)]
    if not kept:
        return {}
    seen = judge.known([before for before, _ in kept])
    after = [example for _, example in kept]
    figures = {}
    for name, contestant in contestants.items():
        if isinstance(contestant.answers, Ranker):
            ranking = rank(contestant.answers, after, judge.config, seen)
            material = {"places": Material(ranking.masked, ranking.clusters)}
            figures[name] = {metric: figure.value for metric, figure in measure(names, material).items()}
    return figures


def long_tail(counts: IntArray, head_share: float) -> frozenset[int]:
    """The items outside the most popular `head_share` of the catalog."""
    head = int(np.ceil(head_share * len(counts)))
    return frozenset(np.argsort(-counts, kind="stable")[head:].tolist())


def _last(n: int) -> Change:
    return lambda example, row: with_history(example, history_of(example)[-n:])


def _targets_among(items: frozenset[int]) -> Change:
    def change(example: Example, row: int) -> Example | None:
        target = example.target
        if not isinstance(target, NextItems):
            return None
        kept = [n for n, item in enumerate(target.items) if item in items]
        positions = tuple(target.positions[n] for n in kept)
        rows = tuple(target.items[n] for n in kept)
        weights = tuple(target.weights[n] for n in kept)
        return replace(example, target=NextItems(positions, rows, weights)) if kept else None

    return change


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
