"""Whether the past items that a reply names as its reason really carried the recommendation.

The named entries are left out of the history, then as many others at random: a faithful reason costs the recommended
item more than the random one. This is apart from grounding, which asks whether a reason is true.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.facts import FactExtractor
from tastemaker.evaluation.answers import Ranker
from tastemaker.evaluation.context import history_of, with_history
from tastemaker.evaluation.figures import Figure, Figures
from tastemaker.inference.replying import WrittenReply
from tastemaker.metrics.tally import mean_of
from tastemaker.tasks.example import Example

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A recommendation with the history rows that its evidence names, and as many others."""

    example: Example
    item: int
    named: frozenset[int]
    others: frozenset[int]


def faithfulness(ranker: Ranker, cases: Sequence[Case]) -> Figures:
    """Share of recommendations that lose more by their named evidence than by other entries; ties count half."""
    if not cases:
        return {}
    whole = _log_share(ranker, cases, [frozenset() for _ in cases])
    by_named = whole - _log_share(ranker, cases, [case.named for case in cases])
    by_others = whole - _log_share(ranker, cases, [case.others for case in cases])
    wins = np.where(by_named == by_others, 0.5, by_named > by_others)
    users = np.array([row if case.example.user is None else case.example.user for row, case in enumerate(cases)])
    return {
        "faithfulness": Figure((tally := mean_of(wins)).value, tally, users),
        "evidence_drop": Figure(float(by_named.mean())),
        "random_drop": Figure(float(by_others.mean())),
    }


def cases_of(
    examples: Sequence[Example], replies: Sequence[WrittenReply], extractor: FactExtractor, seed: int
) -> list[Case]:
    """The replies whose evidence names entries of the history, of which there are others left to compare with."""
    cases = []
    for row, (example, reply) in enumerate(zip(examples, replies, strict=True)):
        titles = {statement.row for statement in extractor.statements(reply.evidence) if statement.row is not None}
        entries = history_of(example)
        named = [n for n, entry in enumerate(entries) if entry.item in titles]
        others = [n for n in range(len(entries)) if n not in named]
        if reply.item is not None and named and len(others) >= len(named):
            drawn = np.random.default_rng((seed, row)).choice(others, size=len(named), replace=False)
            cases.append(Case(example, reply.item, frozenset(named), frozenset(drawn.tolist())))
    return cases


def _log_share(ranker: Ranker, cases: Sequence[Case], left_out: Sequence[frozenset[int]]) -> FloatArray:
    """Logarithm of each item's share of the softmax over the catalog, some entries left out, `[N]`."""
    examples = [
        with_history(case.example, tuple(e for n, e in enumerate(history_of(case.example)) if n not in out))
        for case, out in zip(cases, left_out, strict=True)
    ]
    scores = np.asarray(ranker.item_scores(examples), dtype=np.float64)
    top = scores.max(axis=1)
    total = np.log(np.exp(scores - top[:, None]).sum(axis=1))
    picked = scores[np.arange(len(cases)), [case.item for case in cases]]
    return np.asarray(picked - top - total, dtype=np.float64)
