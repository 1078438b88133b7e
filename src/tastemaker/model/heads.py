"""Heads with weights of their own. The item head and the plain text head are tied to the item and token tables."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tastemaker.data.schema import ACTIONS
from tastemaker.model.item_table import TOKEN_STD
from tastemaker.model.rated_past import RatedPast
from tastemaker.model.tokenizer import MARKERS

FACTORS = 8
"""Factors of user and item whose product a rating adds to their biases."""
SCORING_DROPOUT = 0.5
"""On both inputs of the scoring head: ratings are few, and a state knows its user well."""
PRECISION_OF_BIAS, PRECISION_OF_FACTORS = 3.0, 5.0
"""Where the learned precisions of a user's prior start: in rated items, as the regularisers of matrix factorisation."""
LOG_ODDS_PER_STAR = 1.5
"""Where the learned slope of a like's log-odds over the predicted rating starts."""
BEFORE_RATINGS = ACTIONS.index("rating_1")
"""What an entry's action, which inputs shift by one, exceeds by its rating."""


class ScoringHead(nn.Module):
    """Rating and like of an item, from a state, the ratings before it and the item's vector.

    Biased matrix factorisation (Koren et al., 2009) without a table of users. The item's bias and factors are read off
    its vector, so that cold items have them; the user's are what the ratings in the history say, by ridge regression,
    about a prior mean that is read off the state. So a new user has the prior, and the trunk need not learn to
    average.
    A like's log-odds rise with the predicted rating, from where user and item each put the bar.
    """

    mean_rating: Tensor

    def __init__(self, width: int, mean_rating: float) -> None:
        super().__init__()
        self.register_buffer("mean_rating", torch.tensor(mean_rating))
        self.dropout = nn.Dropout(SCORING_DROPOUT)
        self.item_norm = nn.LayerNorm(width)
        self.user = nn.Linear(width, 2 + FACTORS)
        self.item = nn.Linear(width, 2 + FACTORS)
        for linear in (self.user, self.item):
            nn.init.normal_(linear.weight, std=TOKEN_STD)
            nn.init.zeros_(linear.bias)
        precision = torch.tensor([PRECISION_OF_BIAS] + [PRECISION_OF_FACTORS] * FACTORS)
        self.log_precision = nn.Parameter(precision.log())
        self.slope = nn.Parameter(torch.tensor(LOG_ODDS_PER_STAR))

    def traits(self, vectors: Tensor) -> Tensor:
        """What the head reads of items `[I, D]`, in float32: bar of a like, bias, factors; `[I, 2 + FACTORS]`.

        The items of one step share their dropout, be they read or to be rated.
        """
        traits: Tensor = self.item(self.dropout(self.item_norm(vectors))).float()
        return traits

    def past(self, items: Tensor, actions: Tensor, traits: Tensor) -> RatedPast:
        """The ratings read up to every position, from inputs `[B, T]` as in `Batch` and the traits of all items."""
        _, bias, factors = _parts(traits[(items - 1).clamp_min(0)])
        left = actions - BEFORE_RATINGS - self.mean_rating - bias
        return RatedPast.of(_design(factors), left, actions > BEFORE_RATINGS)

    def forward(self, states: Tensor, past: RatedPast, traits: Tensor) -> tuple[Tensor, Tensor]:
        """Return ratings `[N]` on the rating scale and like logits `[N]`.

        Args:
            states: `[N, D]`, or `[1, D]` where one user rates all items.
            past: the ratings up to those states.
            traits: of the items to be rated, `[N, 2 + FACTORS]`.
        """
        item_bar, item_bias, item_factors = _parts(traits)
        prior = self.user(self.dropout(states)).float()
        user = past.user(prior[:, 1:], self.log_precision.exp())
        rating = self.mean_rating + item_bias + (user * _design(item_factors)).sum(-1)
        return rating, self.slope * (rating - self.mean_rating) + prior[:, 0] + item_bar


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
