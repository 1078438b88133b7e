"""How far predicted ratings are to be trusted, which training ratings cannot tell: a line through validation ratings.

What is learnt from few ratings is too sure of itself, so that the best guess lies nearer to the mean. The line through
predicted and true ratings by least squares says how near; it is set in use alone, so that training and its validation
losses stay comparable from step to step.

Source:
    Copas, "Regression, Prediction and Shrinkage", Journal of the Royal Statistical Society B, 1983.
"""

from typing import Final

import torch
from torch import Tensor

from tastemaker.model.batch import Batch, ScoreTargets
from tastemaker.model.heads import Asked
from tastemaker.training.look import Look

LEAST: Final = 30
"""Ratings through which a line is laid; fewer say too little."""


@torch.no_grad()
def set_rating_line(look: Look) -> None:
    """Lay the line of the scoring head through the ratings of a look; the network is in training mode after."""
    network = look.network.eval()
    pairs = [pair for batch, states in look for pair in _told(look, batch, states)]
    network.train()
    if sum(int(told.isfinite().sum()) for told, _ in pairs) < LEAST:
        return
    head = network.scoring_head
    told, true = (torch.cat(parts) for parts in zip(*pairs, strict=True))
    known = told.isfinite()
    head.line.copy_(line(told[known] - head.mean_rating, true[known]))


def line(told: Tensor, true: Tensor) -> Tensor:
    """Intercept and slope `[2]` of the line from `told` to `true`, `[N]`; the slope lies between 0 and 1."""
    beside = told - told.mean()
    slope = ((beside * true).sum() / beside.square().sum().clamp_min(1e-8)).clamp(0.0, 1.0)
    return torch.stack((true.mean() - slope * told.mean(), slope))


def _told(look: Look, batch: Batch, states: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Predicted and true ratings of a batch, by task."""
    wanted = {
        task: target for task, kinds in batch.targets.items() if isinstance(target := kinds.get("rating"), ScoreTargets)
    }
    if not wanted:
        return []
    head = look.network.scoring_head
    traits = head.traits(look.vectors)
    past = head.past(batch.items, batch.actions, traits)
    asked = [
        (Asked(look.network.states_for(task, states[it.at]), past.at(it.at), traits, it.items), it.values)
        for task, it in wanted.items()
    ]
    return [(head.ratings(question), values) for question, values in asked]
