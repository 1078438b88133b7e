"""Judging rankings of the whole catalog: seen items masked and not, ties in expectation and at worst."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tastemaker.evaluation.answers import Ranker
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import clusters_of, novel_items, seen_items, target_items
from tastemaker.evaluation.figures import Figure, Figures, Material, measure
from tastemaker.metrics.lists import coverage, mean_popularity, personalisation, popularity_percentile, top_k
from tastemaker.metrics.places import Places, join, pessimistic, place
from tastemaker.tasks.example import Example, Reply

IntArray = NDArray[np.int64]
Obey = Callable[[Sequence[Example], NDArray[Any]], NDArray[np.float64]]


@dataclass(frozen=True)
class Ranking:
    """Where the targets of `N` examples stand, and what heads each list."""

    masked: Places
    """Seen items left out."""
    unmasked: Places
    filtered: Places | None
    """Seen items left out, and the items that meet the user's wishes put first; None where no wishes are read."""
    lists: IntArray
    """`[N, list_length]`, seen items left out, best first."""
    clusters: IntArray
    novel: Material | None = None
    """Places of what had not come up before, what had being left out, in the examples that have such targets; None
    where targets never come up before."""


def rank(
    ranker: Ranker,
    examples: Sequence[Example],
    config: EvaluationConfig,
    seen: Sequence[Sequence[int]],
    obey: Obey | None = None,
) -> Ranking:
    """Rank the catalog for every example, in batches.

    Args:
        ranker: model or baseline.
        examples: each with at least one target item.
        config: batch size, length of the lists, and seed of the order of ties in them.
        seen: for every example the items not to be recommended.
        obey: applies the user's wishes to scores, for a ranking as in use.
    """
    masked, unmasked, filtered, novel, lists = [], [], [], [], []
    for start in range(0, len(examples), config.batch):
        batch, known = examples[start : start + config.batch], seen[start : start + config.batch]
        scores = np.asarray(ranker.item_scores(batch))
        targets = [target_items(example) for example in batch]
        unmasked.append(place(scores, targets))
        masked.append(place(scores, targets, known))
        if may_repeat(batch):
            novel.append(_novel_places(batch, scores))
        if obey:
            filtered.append(place(obey(batch, scores), targets, known))
        lists.append(top_k(_without(scores, known), config.list_length, config.seed))
    wished = join(filtered) if filtered else None
    unheard = Material(join(novel), clusters_of(_with_novel(examples))) if novel else None
    return Ranking(join(masked), join(unmasked), wished, np.concatenate(lists), clusters_of(examples), unheard)


def ranking_figures(ranking: Ranking, names: Sequence[str]) -> Figures:
    """The metrics called `names`, then each with seen items unmasked, ties at their worst, and wishes as filters."""
    novel = {"novel": ranking.novel} if ranking.novel else {}
    figures = measure(names, {"places": Material(ranking.masked, ranking.clusters)} | novel)
    variants = {"_unmasked": ranking.unmasked, "_pessimistic": pessimistic(ranking.masked)}
    if ranking.filtered:
        variants["_filtered"] = ranking.filtered
    for suffix, places in variants.items():
        varied = measure(names, {"places": Material(places, ranking.clusters)})
        figures |= {f"{name}{suffix}": Figure(figure.value) for name, figure in varied.items()}
    return figures


def list_figures(lists: IntArray, counts: IntArray) -> Figures:
    """How the lists `[N, k]` look as a whole, given the training interactions of every item `[I]`."""
    k = lists.shape[1]
    return {
        f"coverage@{k}": Figure(coverage(lists, len(counts))),
        f"popularity_percentile@{k}": Figure(popularity_percentile(lists, counts)),
        f"mean_popularity@{k}": Figure(mean_popularity(lists, counts)),
        f"personalisation@{k}": Figure(personalisation(lists)),
    }


def may_repeat(examples: Sequence[Example]) -> bool:
    """Whether targets of these examples may have come up before."""
    return all(isinstance(example.target, Reply) and example.target.may_repeat for example in examples)


def _with_novel(examples: Sequence[Example]) -> list[Example]:
    return [example for example in examples if novel_items(example)]


def _novel_places(examples: Sequence[Example], scores: NDArray[Any]) -> Places:
    rows = [row for row, example in enumerate(examples) if novel_items(example)]
    asked = [examples[row] for row in rows]
    return place(scores[rows], [novel_items(it) for it in asked], [seen_items(it) for it in asked])


def _without(scores: NDArray[np.floating], known: Sequence[Sequence[int]]) -> NDArray[np.floating]:
    left = np.where(np.isnan(scores), -np.inf, scores)
    for row, items in enumerate(known):
        left[row, list(items)] = -np.inf
    return left
