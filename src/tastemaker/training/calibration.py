"""What training cannot learn and validation targets can tell: how graph, trend, likeness and cold items weigh.

In training the graph is not there, as its every pair is a training target, nor are the pairs that dialogues name; the
trend says what comes after training; likeness is for items that training hardly knows; wishes are words that training
reads without; and a cold item is left out of the softmax. Targets that training
never saw say how much they count, by maximum likelihood:

- τ and w make `softmax(τ s + Σ w_k t_k)` of the network's scores s and the terms t most likely at warm targets. A
  network that ranks best is too sure of itself, which τ takes back; the order depends on the weights w / τ alone;
- p makes softmax(scores + Σ p_k prior_k) over the cold items most likely at cold targets, the priors being what is
  known of who is chosen at all (`model/cold_priors.py`); p is held near 0, by a standard normal distribution;
- with L_c the log-sum-exp of cold scores at one target, the log-odds c of a cold item that scores 0 against all warm
  ones solve

    Σ σ(c + L_c) = number of cold targets

All of them are found by themselves for the items that come next in histories, for those in slots of replies, and for
those behind a single entry, which validation histories cut to their last one tell: what is met together says another
thing of films watched in turn than of films talked of, and one neighbour says less than twenty.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from tastemaker.model.batch import PLACES, Batch, Before, ItemTargets
from tastemaker.model.network import Network
from tastemaker.training.look import Look

ODDS_BOUND = 20.0
"""Log-odds of all cold items together against warm ones."""
WEIGHT_BOUND = 20.0
SPREAD = 10.0
"""The standard deviation of the normal priors of τ, around 1, and of each weight beside it, around 0: a handful of
targets that one term foresees would make it infinite."""
LEAST_SURENESS = 0.05
MOST_SCORES = 2**23
"""How many are held at once; a seeded sample of the targets stands for all where they have more."""


@torch.no_grad()
def calibrate(look: Look, short: Look | None = None) -> None:
    """Set the weights of a network's terms, its sureness and the odds of cold items from the item targets of a look.

    A place that has no targets takes over what was found for another.

    Args:
        look: at validation.
        short: at its histories, cut to their last entries.
    """
    network = look.network
    network.item_table.cold_odds.fill_(0.0)
    network.item_table.prior_weights.fill_(0.0)
    network.sureness.fill_(1.0)
    for term in network.terms:
        term.weight.fill_(0.0)
    was_training = network.training
    network.eval()
    scored = _score([look, short] if short else [look])
    network.train(was_training)
    for place in PLACES:
        told = scored.get(place) or next(iter(scored.values()), None)
        if told is not None:
            _set(network, place, told)


def _set(network: Network, place: int, scored: "Scored") -> None:
    """Set what weighs at a place."""
    table = network.item_table
    is_warm = table.is_warm[place]
    sureness, weights = likeliest(scored, is_warm)
    network.sureness[place] = sureness
    scores = scored.scores
    for term, found, weight in zip(network.terms, scored.terms, weights, strict=True):
        term.weight[place] = weight
        scores = scores + weight * found
    if table.projection is not None:
        scores, priors = sureness * scores, table.priors[place]
        told = prior_weights(scores, priors, scored.items, is_warm)
        table.prior_weights[place] = told / sureness
        table.cold_odds[place] = cold_odds(scores + told @ priors, scored.items, is_warm)


@dataclass(frozen=True)
class Scored:
    """Validation targets, and what the parts of the model say of them."""

    scores: Tensor
    """`[N, I]`, of the network alone."""
    terms: tuple[Tensor, ...]
    """Each `[N, I]`, or `[1, I]` where it is the same for all."""
    items: Tensor
    """`[N]`, what came."""


def likeliest(scored: Scored, is_warm: Tensor) -> tuple[float, tuple[float, ...]]:
    """τ, and the weight of each term beside scores that are not scaled, by L-BFGS.

    τ is 1 and all weights are 0 where there is no warm target.
    """
    known, nothing = is_warm[scored.items], (0.0,) * len(scored.terms)
    if not bool(known.any()):
        return 1.0, nothing
    scores, *terms = [(part[known] if len(part) > 1 else part)[:, is_warm] for part in (scored.scores, *scored.terms)]
    places = (is_warm.cumsum(0) - 1)[scored.items[known]]
    plain = scores.new_tensor([1.0, *nothing])

    def loss(factors: Tensor) -> Tensor:
        total = factors[0] * scores
        for factor, term in zip(factors[1:], terms, strict=True):
            total = total + factor * term
        return F.cross_entropy(total, places) + ((factors - plain) / SPREAD).square().sum() / (2 * len(places))

    sureness, *weights = _least(loss, plain.clone())
    sureness = max(sureness, LEAST_SURENESS)
    return sureness, tuple(min(max(weight, 0.0) / sureness, WEIGHT_BOUND) for weight in weights)


def prior_weights(scores: Tensor, priors: Tensor, items: Tensor, is_warm: Tensor) -> Tensor:
    """p `[K]` of the priors `[K, I]` beside `scores` `[N, I]`; 0 where there is no cold target."""
    known, nothing = ~is_warm[items], scores.new_zeros(len(priors))
    if not bool(known.any()) or not len(priors):
        return nothing
    told, said = scores[known][:, ~is_warm], priors[:, ~is_warm]
    places = ((~is_warm).cumsum(0) - 1)[items[known]]

    def loss(weights: Tensor) -> Tensor:
        return F.cross_entropy(told + weights @ said, places, reduction="sum") + weights.square().sum() / 2

    return scores.new_tensor(_least(loss, nothing)).clamp(0.0, WEIGHT_BOUND)


def _least(loss: Callable[[Tensor], Tensor], start: Tensor) -> list[float]:
    """Where a convex loss is least, by L-BFGS."""
    factors = start.requires_grad_()
    search = torch.optim.LBFGS([factors], line_search_fn="strong_wolfe")

    def step() -> Tensor:
        search.zero_grad()
        value = loss(factors)
        torch.autograd.backward(value)
        return value

    with torch.enable_grad():
        search.step(step)  # type: ignore[no-untyped-call]
    found: list[float] = factors.tolist()
    return found


def cold_odds(scores: Tensor, items: Tensor, is_warm: Tensor) -> float:
    """The log-odds at which cold items get their share of the targets; 0 where there is nothing to compare."""
    if bool(is_warm.all()) or not bool(is_warm.any()):
        return 0.0
    return solve(scores[:, ~is_warm].logsumexp(1), int((~is_warm[items]).sum()))


def solve(sums: Tensor, cold: int) -> float:
    """Find c by bisection; half a cold target is added, so that none at all is no certainty."""
    wanted = min(cold + 0.5, len(sums) - 0.5)
    low, high = -float(sums.max()) - ODDS_BOUND, ODDS_BOUND - float(sums.min())
    for _ in range(50):
        middle = (low + high) / 2
        if float((sums + middle).sigmoid().sum()) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _score(looks: Sequence[Look]) -> dict[int, Scored]:
    """Score a sample of the item targets of looks of one network at every place that has some."""
    network, vectors = looks[0].network, looks[0].vectors
    found = [part for look in looks for batch, states in look for part in _targets(network, batch, states)]
    if not found:
        return {}
    states, items = (torch.cat([getattr(part, name) for part in found]) for name in ("states", "items"))
    before = Before.joined([part.before for part in found])
    scored = {}
    for place in PLACES:
        rows = torch.nonzero(before.places == place).squeeze(1)
        if not len(rows):
            continue
        drawn = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))
        drawn = rows[drawn[: max(1, MOST_SCORES // len(vectors))].to(rows.device)]
        scores = network.item_table.compared(states[drawn], vectors, before.places[drawn])
        scored[place] = Scored(scores, tuple(network.evidence(before.at(drawn))), items[drawn])
    return scored


@dataclass(frozen=True)
class Asked:
    """Item targets, what stands before them, and the states that tell them."""

    states: Tensor
    """`[N, D]`"""
    before: Before
    items: Tensor
    """`[N]`"""


def _targets(network: Network, batch: Batch, states: Tensor) -> list[Asked]:
    """The item targets of a batch, by task."""
    wanted = {
        task: target for task, kinds in batch.targets.items() if isinstance(target := kinds.get("items"), ItemTargets)
    }
    return [
        Asked(network.item_queries(network.states_for(task, states[it.at]), before.places), before, it.items)
        for task, it in wanted.items()
        for before in [batch.before(it.at)]
    ]
