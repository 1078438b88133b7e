"""Judging rankings of the whole catalog: seen items masked and not, ties in expectation and at worst."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tastemaker.evaluation.answers import Ranker
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import clusters_of, target_items
from tastemaker.evaluation.figures import Figure, Figures, Material, measure
from tastemaker.metrics.lists import coverage, mean_popularity, personalisation, popularity_percentile, top_k
from tastemaker.metrics.places import Places, join, pessimistic, place
from tastemaker.tasks.example import Example

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
    masked, unmasked, filtered, lists = [], [], [], []
    for start in range(0, len(examples), config.batch):
        batch, known = examples[start : start + config.batch], seen[start : start + config.batch]
        scores = np.asarray(ranker.item_scores(batch))
        targets = [target_items(example) for example in batch]
        unmasked.append(place(scores, targets))
        masked.append(place(scores, targets, known))
        if obey:
            filtered.append(place(obey(batch, scores), targets, known))
        lists.append(top_k(_without(scores, known), config.list_length, config.seed))
    wished = join(filtered) if filtered else None
    return Ranking(join(masked), join(unmasked), wished, np.concatenate(lists), clusters_of(examples))


def ranking_figures(ranking: Ranking, names: Sequence[str]) -> Figures:
    """The metrics called `names`, then each with seen items unmasked, ties at their worst, and wishes as filters."""
    figures = measure(names, {"places": Material(ranking.masked, ranking.clusters)})
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


def _without(scores: NDArray[np.floating], known: Sequence[Sequence[int]]) -> NDArray[np.floating]:
    left = np.where(np.isnan(scores), -np.inf, scores)
    for row, items in enumerate(known):
        left[row, list(items)] = -np.inf
    return left
