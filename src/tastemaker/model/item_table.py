"""The item table: one vector per catalog item, used as input embedding and as output classifier."""

import torch
from torch import Tensor, nn

from tastemaker.model.batch import HISTORY, PLACES, SLOT

TOKEN_STD = 0.02
"""Standard deviation of a token embedding's entries at initialisation; item vectors start with the same norm."""
LAST = -1e4
"""A score below all that a network gives."""


class ItemTable(nn.Module):
    """Item vector = projection of frozen content vectors + a learned id residual with id dropout.

    An item that training nowhere tells is cold: its residual is zero, so its vector is its content alone. Dropping
    residuals at random in training (DropoutNet, Volkovs et al., NeurIPS 2017) makes such vectors comparable with full
    ones. So does an item count in histories that training tells in slots of replies alone: what talk taught of a film
    says nothing of who watches it next. With neither content nor ids there is nothing to learn from, which the recipe
    refuses.
    """

    content: Tensor
    is_warm: Tensor
    """`[P, I]` by `PLACES`: where training tells an item. One that is only talked of is cold to histories."""
    cold_odds: Tensor
    """By `PLACES`: the logarithm of the odds of a cold item that scores 0 against all warm ones together."""
    priors: Tensor
    """`[P, K, I]`: which cold items are likely to be chosen at all, see `cold_priors.py`; 0 of warm ones."""
    prior_weights: Tensor
    """`[P, K]`"""

    def __init__(self, content: Tensor, is_warm: Tensor, width: int, *, ids: bool, id_dropout: float) -> None:
        """Take frozen `content` `[I, C]` (C may be 0) and `is_warm` `[P, I]`, True where training tells an item."""
        super().__init__()
        self.register_buffer("content", standardised(content))
        self.register_buffer("is_warm", is_warm)
        self.register_buffer("cold_odds", -is_warm.sum(1).clamp_min(1).log())
        self.register_buffer("priors", torch.zeros(len(PLACES), 0, len(content)))
        self.register_buffer("prior_weights", torch.zeros(len(PLACES), 0))
        self.id_dropout = id_dropout
        self.projection = nn.Linear(content.shape[1], width, bias=False) if content.shape[1] else None
        self.residual = nn.Embedding(len(content), width) if ids else None
        parts = [part for part in (self.projection, self.residual) if part is not None]
        for part in parts:
            nn.init.normal_(part.weight, std=TOKEN_STD / len(parts) ** 0.5)

    def tell_apart(self, priors: Tensor) -> None:
        """Take what is known of cold items beside their vectors, `[P, K, I]`; it weighs nothing yet."""
        self.priors, self.prior_weights = priors, self.prior_weights.new_zeros(priors.shape[:2])

    def forward(self) -> Tensor:
        """All item vectors `[I, D]`; id dropout is drawn anew for every call in training mode."""
        vectors = []
        if self.projection is not None:
            vectors.append(self.projection(self.content))
        if self.residual is not None:
            keep = self.is_warm.any(0)
            if self.training and self.id_dropout > 0 and self.projection is not None:
                keep = keep & (torch.rand(len(keep), device=keep.device) >= self.id_dropout)
            vectors.append(self.residual.weight * keep.unsqueeze(1))
        return torch.stack(vectors).sum(0)

    def read(self, items: Tensor, vectors: Tensor, *, has_words: bool = True, teaches_ids: bool = True) -> Tensor:
        """The rows `[..., D]` of items `[...]` in `vectors` `[I, D]`, which this table gave.

        A history without words has what talk alone tells as it is compared, see `compared`; training reads none.
        With `teaches_ids` false the gradient of what they are read for stops at residuals, which AdamW moves by a step
        of full length however little a text says of an item, and reaches the projection alone. Without content there
        is nothing else to teach.
        """
        rows = nn.functional.embedding(items, vectors)
        if self.projection is None or self.residual is None:
            return rows
        if not has_words and not self.training:
            return rows - self.residual.weight[items] * self._is_talk_alone[items].unsqueeze(-1)
        if teaches_ids:
            return rows
        projected: Tensor = self.projection(self.content[items])
        return rows.detach() + (projected - projected.detach())

    def warm_bias(self, place: int) -> Tensor:
        """What leaves the items that are cold at a place out of a ranking, `[I]`: minus infinity, and 0 for others."""
        is_warm = self.is_warm[place]
        return torch.zeros_like(is_warm, dtype=self.content.dtype).masked_fill(~is_warm, float("-inf"))

    def scores(self, states: Tensor, vectors: Tensor, places: Tensor) -> Tensor:
        """Scores `[N, I]` of states `[N, D]` at `places` `[N]`, with what the priors say of cold items."""
        told = torch.einsum("pk,pki->pi", self.prior_weights, self.priors)
        return self.compared(states, vectors, places) + told[places]

    def compared(self, states: Tensor, vectors: Tensor, places: Tensor) -> Tensor:
        """The products `[N, I]` of states `[N, D]` and `vectors` `[I, D]`.

        In histories what slots alone tell counts by its content. Where training has no histories vectors are taken as
        they are; without content cold items rank last anyway.
        """
        scores = states @ vectors.T
        if self.projection is None or self.residual is None:
            return scores
        columns = self._is_talk_alone
        learnt = states @ self.residual.weight[columns].T
        scores[:, columns] -= learnt * (places != SLOT).unsqueeze(1)
        return scores

    @property
    def _is_talk_alone(self) -> Tensor:
        """`[I]`, whether slots of replies alone have taught an item's residual."""
        in_histories = self.is_warm[HISTORY]
        return self.is_warm[SLOT] & ~in_histories & in_histories.any()

    def against_warm(self, scores: Tensor, places: Tensor) -> Tensor:
        """Logits for use, where cold items stand beside warm ones by their odds against all of these.

        How far a row's warm scores rise, above all with the length of a history, says nothing of whether an item comes
        that training did not know, so cold scores rise with them. Without content cold items rank last.

        Args:
            scores: `[N, I]`, logits of warm items among themselves, and of cold ones.
            places: of `PLACES`, `[N]`.
        """
        is_warm = self.is_warm[places]
        if bool(is_warm.all()):
            return scores
        if self.projection is None:
            return scores.masked_fill(~is_warm, LAST)
        warm = scores.masked_fill(~is_warm, float("-inf")).logsumexp(1)
        rise = (self.cold_odds[places] + warm).clamp_min(LAST)
        return torch.where(is_warm, scores, scores + rise.unsqueeze(1))


def standardised(content: Tensor) -> Tensor:
    """Centre content vectors over the catalog and scale them to a root mean square norm of 1."""
    if not content.shape[1]:
        return content
    centred = content - content.mean(0)
    return centred / centred.square().sum(1).mean().sqrt().clamp_min(1e-8)
