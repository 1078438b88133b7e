"""Models of the film shop whose tasks do not read the same states, as if they had learnt not to."""

from typing import Any, Final

import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tests.conftest import new_model

KINDS: Final[dict[str, dict[str, Any]]] = {
    "adapters": {"sharing": "adapters", "sharing_width": 8},
    "experts": {"sharing": "experts", "sharing_width": 8, "experts": 3},
    "own experts": {"sharing": "experts", "sharing_width": 8, "experts": 2, "own_experts": 1},
}


def stirred(shop: Dataset, kind: str) -> TrainedModel:
    """A model in evaluation mode, all of its weights between trunk and heads drawn at random."""
    model = new_model(shop, **KINDS[kind])
    sharing = model.network.sharing
    assert sharing is not None
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in sharing.parameters():
            parameter.normal_(std=0.5)
    return model
