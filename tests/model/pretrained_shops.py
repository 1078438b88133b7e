"""The film shop with a tiny pretrained trunk."""

from pathlib import Path
from typing import Any

import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.cli.new_model import new_model
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.dataset import Dataset


def shop_model(shop: Dataset, folder: Path, tasks: tuple[str, ...], **settings: Any) -> TrainedModel:
    """An untrained model of the shop around the Transformer in `folder`, without dropout, in evaluation mode."""
    model = {"backbone": str(folder), "content": "none", "dropout": 0.0, "window": 256, "copies": False} | settings
    short = {"max_history": 12}
    recipe = from_mapping(
        {
            "data": {"path": "shop"},
            "model": model,
            "tasks": {name: short if name in ("next_item", "rating", "like") else {} for name in tasks},
        }
    )
    torch.manual_seed(0)
    found = new_model(recipe, shop, lambda line: None)
    found.network.eval()
    return found
