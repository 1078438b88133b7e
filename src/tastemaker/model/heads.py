"""Heads with weights of their own. The item head and the plain text head are tied to the item and token tables."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tastemaker.data.schema import ACTIONS
from tastemaker.model.item_ratings import ItemMean, Tallies
from tastemaker.model.rated_past import RatedPast
from tastemaker.model.tokenizer import MARKERS

FACTORS = 8
"""Factors of user and item whose product a rating adds to their biases."""
SCORING_DROPOUT = 0.5
"""On both inputs of the scoring head: ratings are few, and a state knows its user well."""
PRECISION_OF_BIAS, PRECISION_OF_FACTORS = 3.0, 5.0
"""Where the learned precisions of a user's prior start: in rated items, as the regularisers of matrix factorisation."""
SPREAD_OF_FACTORS = 0.23
"""Of an item's factors before training, when they are noise that predictions pay for: the same for every width."""
LOG_ODDS_PER_STAR = 1.5
"""Where the learned slope of a like's log-odds over the predicted rating starts."""
LOG_ODDS_PER_LIKE = 4.0
"""Where the learned slope over an item's share of likes starts: that of a logistic curve at a half."""
BEFORE_RATINGS = ACTIONS.index("rating_1")
"""What an entry's action, which inputs shift by one, exceeds by its rating."""


@dataclass(frozen=True)
class Asked:
    """Whose opinion of what is asked for."""

    states: Tensor
    """`[N, D]`, or `[1, D]` where one user judges all items."""
    past: RatedPast
    """The ratings up to those states."""
    traits: Tensor
    """Of all items, `[I, 2 + FACTORS]`."""
    items: Tensor
    """Rows of the items to be judged, `[N]`."""


class ScoringHead(nn.Module):
    """Rating and like of an item, from a state, the ratings before it and the item's vector.

    Biased matrix factorisation (Koren et al., 2009) without a table of users. The item's bias and factors are read off
    its vector, so that cold items have them; the user's are what the ratings in the history say, by ridge regression,
    about a prior mean that is read off the state. So a new user has the prior, and the trunk need not learn to
    average. Before the first step states and vectors say nothing but factors: the head begins as a bias model.
    What training says of the item itself is added to its bias (`ItemMean`), which the vector need not learn then.
    A like's log-odds rise with the rating that is predicted without that, from where user and item each put the bar,
    and with what training says of the item's likes.
    """

    mean_rating: Tensor
    line: Tensor
    """`[2]`: what a rating of use is, as `line[0] + line[1] (rating - mean)`; see `tastemaker.training.rating_line`."""

    def __init__(self, width: int, rated: Tallies, liked: Tallies) -> None:
        """Take what training has of each item's ratings, and of its likes."""
        super().__init__()
        self.register_buffer("mean_rating", torch.tensor(rated.mean))
        self.register_buffer("line", torch.tensor([rated.mean, 1.0]))
        self.rated, self.liked = ItemMean(rated), ItemMean(liked)
        self.dropout = nn.Dropout(SCORING_DROPOUT)
        self.item_norm = nn.LayerNorm(width)
        self.user = nn.Linear(width, 2 + FACTORS)
        self.item = nn.Linear(width, 2 + FACTORS)
        nn.init.normal_(self.item.weight, std=SPREAD_OF_FACTORS / math.sqrt(width))
        for nothing in (self.user.weight, self.user.bias, self.item.weight[:2], self.item.bias):
            nn.init.zeros_(nothing)
        with torch.no_grad():
            self.user.bias[0] = _log_odds(liked.mean) if bool(liked.counts.any()) else 0.0
        precision = torch.tensor([PRECISION_OF_BIAS] + [PRECISION_OF_FACTORS] * FACTORS)
        self.log_precision = nn.Parameter(precision.log())
        self.slope = nn.Parameter(torch.tensor(LOG_ODDS_PER_STAR))
        self.like_gain = nn.Parameter(torch.tensor(LOG_ODDS_PER_LIKE))

    def traits(self, vectors: Tensor) -> Tensor:
        """What the head reads of items `[I, D]`, in float32: bar of a like, bias, factors; `[I, 2 + FACTORS]`.

        The items of one step share their dropout, be they read or to be rated.
        """
        traits: Tensor = self.item(self.dropout(self.item_norm(vectors))).float()
        return traits

    def past(self, items: Tensor, actions: Tensor, traits: Tensor) -> RatedPast:
        """The ratings read up to every position, from inputs `[B, T]` as in `Batch` and the traits of all items."""
        rows = (items - 1).clamp_min(0)
        _, bias, factors = _parts(traits[rows])
        left = actions - BEFORE_RATINGS - self.mean_rating - bias - self.rated(rows)
        return RatedPast.of(_design(factors), left, actions > BEFORE_RATINGS)

    def ratings(self, asked: Asked, own: Tensor | None = None) -> Tensor:
        """Ratings `[N]` on the rating scale; `own` `[N]`, in training, are the true ones, which tallies leave out."""
        _, base = self._told(asked)
        ratings: Tensor = self.mean_rating + base + self.rated(asked.items, own)
        return ratings

    def settled(self, ratings: Tensor) -> Tensor:
        """Ratings as they are to be told in use, `[N]`, from those that training compares with the truth."""
        return self.line[0] + self.line[1] * (ratings - self.mean_rating)

    def likes(self, asked: Asked, own: Tensor | None = None) -> Tensor:
        """Log-odds `[N]` of likes; `own` `[N]`, in training, are the true ones, which tallies leave out."""
        bar, base = self._told(asked)
        log_odds: Tensor = self.slope * base + bar + self.like_gain * self.liked(asked.items, own)
        return log_odds

    def _told(self, asked: Asked) -> tuple[Tensor, Tensor]:
        """Bar of a like, and by what a rating differs from the mean, `[N]` each, but for the tallies."""
        item_bar, item_bias, item_factors = _parts(asked.traits[asked.items])
        prior = self.user(self.dropout(asked.states)).float()
        user = asked.past.user(prior[:, 1:], self.log_precision.exp())
        return prior[:, 0] + item_bar, item_bias + (user * _design(item_factors)).sum(-1)


def _log_odds(share: float) -> float:
    share = min(max(share, 1e-3), 1 - 1e-3)
    return math.log(share / (1 - share))


def _parts(traits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Bar of a like and bias `[...]`, and factors `[..., FACTORS]`."""
    return traits[..., 0], traits[..., 1], traits[..., 2:]


def _design(factors: Tensor) -> Tensor:
    """What a user's bias and factors are multiplied with, `[..., 1 + FACTORS]`."""
    return torch.cat((torch.ones_like(factors[..., :1]), factors), dim=-1)


class CopyHead(nn.Module):
    """Writes a word by pointing at it: a gate chooses between the vocabulary and the prompt's own tokens.

    See et al., "Get To The Point: Summarization with Pointer-Generator Networks", ACL 2017. The token at position
    `j` is found by the state at `j - 1`, so that what followed once can be followed again:

        p(w) = (1 - g) p_vocabulary(w) + g Σ_j a_j [token_j = w]
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.gate = nn.Linear(width, 1)

    def pointers(self, queries: Tensor, states: Tensor, tokens: Tensor, reach: Tensor) -> Tensor:
        """Log-attention `[B, Q, T - 1]` of query states `[B, Q, D]` over the tokens `[B, T]` from the second on.

        `states` `[B, T, D]` are those of the tokens; a query may point at positions up to its `reach` `[B, Q]`, where
        text stands. Where there is none, all entries are minus infinity.
        """
        scores = self.query(queries) @ self.key(states[:, :-1]).transpose(1, 2) / math.sqrt(states.shape[-1])
        places = torch.arange(1, tokens.shape[1], device=tokens.device)
        is_open = (places <= reach.unsqueeze(-1)) & (tokens[:, 1:] >= len(MARKERS)).unsqueeze(1)
        has_any = is_open.any(-1, keepdim=True)
        logs = scores.masked_fill(~is_open & has_any, float("-inf")).log_softmax(-1)
        pointers: Tensor = logs.masked_fill(~has_any, float("-inf"))
        return pointers

    def mix(self, queries: Tensor, vocabulary: Tensor, copied: Tensor) -> Tensor:
        """Mix log-probabilities of words from the vocabulary and from copying, `[..., W]`, by the gate."""
        gate = self.gate(queries)
        return torch.logaddexp(F.logsigmoid(-gate) + vocabulary, F.logsigmoid(gate) + copied)
