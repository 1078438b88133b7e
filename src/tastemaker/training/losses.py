"""The loss of every task on a batch, each kind of target divided by its trivial value.

Trivial values: ln I for items, ln V for text, the entropy of likes and labels, the variance of ratings. A loss of 1
means: no better than knowing nothing, so that equal weights are a sane start.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional as F

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.batch import Batch, ItemTargets, LabelTargets, ScoreTargets, Targets, TextTargets
from tastemaker.model.heads import Asked
from tastemaker.model.label_head import context_means
from tastemaker.model.network import Network
from tastemaker.model.rated_past import RatedPast
from tastemaker.model.text import target_log_chances
from tastemaker.tasks.example import LabelSet
from tastemaker.training.full_softmax import full_softmax_loss


@dataclass(frozen=True)
class TrivialLosses:
    """What a model that knows nothing of its input would lose, by kind of target."""

    items: float
    text: float
    rating: float
    like: float
    labels: Mapping[str, float] = field(default_factory=dict)
    """By label set."""

    @classmethod
    def of(
        cls, dataset: Dataset, vocabulary: int, warm_items: int, label_sets: Iterable[LabelSet] = ()
    ) -> "TrivialLosses":
        """Measure them on the training split; `warm_items` are those among which a target is told."""
        entries = [entry for user in range(len(dataset.user_ids)) for entry in dataset.held_out(user, Split.TRAIN)]
        ratings = torch.tensor([entry.rating for entry in entries if entry.rating is not None] or [0.0])
        likes = [float(dataset.likes(entry)) for entry in entries if dataset.is_opinion(entry)]
        return cls(
            items=math.log(max(warm_items, 2)),
            text=math.log(vocabulary),
            rating=float(ratings.var(correction=0).clamp_min(1e-3)),
            like=_entropy(sum(likes) / max(len(likes), 1)),
            labels={it.name: _label_entropy(it) for it in label_sets},
        )

    def of_kind(self, kind: str) -> float:
        """That of a kind of target as `Batch.targets` names it."""
        return self.labels[kind] if kind in self.labels else float(getattr(self, kind))


def task_losses(network: Network, batch: Batch, vectors: Tensor, trivial: TrivialLosses) -> dict[str, Tensor]:
    """One forward pass; every task of the batch gets the sum of its kinds' normalised mean losses."""
    return read_losses(Read(network, batch, network(batch, vectors), vectors), trivial)


def read_losses(read: "Read", trivial: TrivialLosses) -> dict[str, Tensor]:
    """The losses of a batch that has been read."""
    return {
        task: torch.stack(
            [_loss(read, task, target, kind) / trivial.of_kind(kind) for kind, target in kinds.items()]
        ).sum()
        for task, kinds in read.batch.targets.items()
        if kinds
    }


@dataclass(frozen=True)
class Read:
    """A batch as the network read it."""

    network: Network
    batch: Batch
    states: Tensor
    """`[B * T, D]`"""
    vectors: Tensor
    """`[I, D]`"""

    def of(self, task: str) -> Tensor:
        """The states as a task may change them, `[B * T, D]`."""
        stake = self.network.stakes.get(task)
        return self.states.detach() if stake is not None and stake.detach else self.states

    @cached_property
    def traits(self) -> Tensor:
        """What the scoring head reads of every item."""
        return self.network.scoring_head.traits(self.vectors)

    @cached_property
    def past(self) -> RatedPast:
        """The ratings read up to every position."""
        return self.network.scoring_head.past(self.batch.items, self.batch.actions, self.traits)


def _loss(read: Read, task: str, target: Targets, kind: str) -> Tensor:
    network, states = read.network, read.of(task)
    match target:
        case ItemTargets():
            return _item_loss(read, network.states_for(task, states[target.at]), target)
        case TextTargets(at, tokens):
            return -target_log_chances(network, states, read.batch.tokens, at, tokens, task).mean()
        case LabelTargets(at, values):
            means = context_means(states, at, read.batch.tokens.shape[1])
            return network.label_head(kind).loss(network.states_for(task, means), values)
        case ScoreTargets(at, items, values):
            head, own = network.scoring_head, values if network.training else None
            asked = Asked(network.states_for(task, states[at]), read.past.at(at), read.traits, items)
            if kind == "rating":
                return F.mse_loss(head.ratings(asked, own), values)
            return F.binary_cross_entropy_with_logits(head.likes(asked, own), values)


def _item_loss(read: Read, states: Tensor, target: ItemTargets) -> Tensor:
    """Full-softmax cross-entropy over what is warm, weighted by feedback; a cold target (validation) is left out.

    As mere negatives cold items would only be pushed down.
    """
    place = read.batch.place(target)
    is_warm = read.network.item_table.is_warm[place]
    kept = is_warm[target.items]
    queries, row_of = read.network.item_queries(states[kept], place), is_warm.cumsum(0) - 1
    return full_softmax_loss(queries, read.vectors[is_warm], row_of[target.items[kept]], target.weights[kept])


def _label_entropy(labels: LabelSet) -> float:
    """Of the one class that holds; or the mean over classes, each of which may hold."""
    if labels.is_multi:
        return sum(map(_entropy, labels.shares)) / len(labels.shares)
    return max(-sum(share * math.log(share) for share in labels.shares if share), 1e-3)


def _entropy(share: float) -> float:
    share = min(max(share, 1e-3), 1 - 1e-3)
    return -share * math.log(share) - (1 - share) * math.log(1 - share)
