"""Nash-MTL: the step on which the tasks would agree in bargaining."""

import warnings

import torch
from torch import Tensor
from torchjd import aggregation

from tastemaker.balancing.aggregator import GramianAggregator, square_root


class NashBargain(GramianAggregator):
    """Weights w with G w = 1 / w; λᵢ multiplies them, as the bargain is the same on any scale.

    Navon et al., "Multi-Task Learning as a Bargaining Game", ICML 2022. The solver starts from the weights before.
    """

    bargained: Tensor
    """`[K]`, the weights of the last step, without λ."""

    def __init__(self, task_weights: Tensor) -> None:
        super().__init__(task_weights)
        self.register_buffer("bargained", torch.ones_like(task_weights, dtype=torch.float64))
        self._aggregator = aggregation.NashMTL(len(task_weights), max_norm=0)

    def solve(self, gramian: Tensor, takes_part: Tensor) -> Tensor:
        """See `GramianAggregator.solve`."""
        if len(gramian) != self._aggregator.n_tasks:
            self._aggregator = aggregation.NashMTL(len(gramian), max_norm=0)
        self._aggregator.weighting.prvs_alpha = self.bargained[takes_part].cpu().numpy()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # cvxpy's, that this problem is compiled for every step
            self.bargained[takes_part] = self._aggregator.weighting(square_root(gramian)).to(self.bargained)
        return self.task_weights[takes_part] * self.bargained[takes_part]
