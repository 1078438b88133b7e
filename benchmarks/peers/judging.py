"""Where a target stands in the ranked catalog, counted alike for every peer.

A peer answers with scores; kept of them are two numbers a user, the items that score higher than the target and those
that score the same, the target among them. All ranking metrics follow from these (see `tastemaker.metrics.places`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.material import Held, IntArray

Scores = Callable[[IntArray, Sequence[IntArray]], NDArray[Any]]
"""From users `[n]` and what is known of each, oldest first, to scores `[n, I]`; -inf or nan means never recommended."""

UNREACHABLE: Final = 2**40
"""Higher items where the target cannot be recommended, as in `tastemaker.metrics.places`."""

BATCH: Final = 256


@dataclass(frozen=True)
class Answers:
    """Standing of every target, in the order of the users judged, `[U]` each."""

    above: IntArray
    """Items that score higher, seen items left out."""
    equal: IntArray
    """Items that score the same, target included, seen items left out."""
    above_unmasked: IntArray
    equal_unmasked: IntArray


def judge(scores: Scores, held: Held) -> Answers:
    """Score the whole catalog for every user, a batch at a time."""
    parts: list[tuple[IntArray, IntArray, IntArray, IntArray]] = []
    for start in range(0, len(held), BATCH):
        contexts = held.contexts(start, start + BATCH)
        found = np.array(scores(held.users[start : start + BATCH], contexts), dtype=np.float32)
        targets = held.targets[start : start + BATCH]
        unmasked = standing(found, targets)
        parts.append((*standing(leave_out(found, contexts), targets), *unmasked))
    return Answers(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def standing(scores: NDArray[np.float32], targets: IntArray) -> tuple[IntArray, IntArray]:
    """Items above each target and items of its score, `[n]` both, from scores `[n, I]`."""
    scores = np.where(np.isnan(scores), -np.inf, scores)
    target = scores[np.arange(len(targets)), targets][:, None]
    above = np.where(np.isneginf(target[:, 0]), UNREACHABLE, (scores > target).sum(axis=1))
    return above.astype(np.int64), (scores == target).sum(axis=1).astype(np.int64)


def leave_out(scores: NDArray[np.float32], contexts: Sequence[IntArray]) -> NDArray[np.float32]:
    """Mask, in place, what each user has seen."""
    for row, context in enumerate(contexts):
        scores[row, context] = -np.inf
    return scores


def ndcg(above: IntArray, equal: IntArray, k: int = 10) -> float:
    """Mean over users of NDCG@k of one target, in expectation over the orders of equal scores."""
    gains = np.concatenate(([0.0], np.cumsum(1 / np.log2(np.arange(k) + 2))))
    reached = gains[np.minimum(above + equal, k)] - gains[np.minimum(above, k)]
    return float((reached / equal).mean())


def users_per_second(scores: Scores, held: Held, k: int = 10, repetitions: int = 5, users: int = 4096) -> float:
    """Users whose best `k` unseen items are found in a second, many at a time: the median over repetitions."""
    count = min(users, len(held))

    def rank_all() -> float:
        started = perf_counter()
        for start in range(0, count, BATCH):
            contexts = held.contexts(start, min(start + BATCH, count))
            found = np.array(scores(held.users[start : start + len(contexts)], contexts), dtype=np.float32)
            leave_out(found, contexts)
            best = np.argpartition(found, -min(k, found.shape[1]), axis=1)[:, -k:]
            np.take_along_axis(best, np.argsort(-np.take_along_axis(found, best, axis=1), axis=1), axis=1)
        return perf_counter() - started

    return count / float(np.median([rank_all() for _ in range(repetitions)]))
