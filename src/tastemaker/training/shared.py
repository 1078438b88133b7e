"""Which weights tasks share, and which belong to heads."""

from typing import Final

from torch import nn

from tastemaker.balancing import Parameters

HEADS: Final = ("scoring_head.", "copy_head.", "label_heads.")
"""How the names of weights begin that are read by the targets of one kind alone."""


def trunk_and_heads(network: nn.Module) -> Parameters:
    """The trained weights of a network: backbone, items, actions and all between; and those of the heads."""
    named = [(name, it) for name, it in network.named_parameters() if it.requires_grad]
    return Parameters(
        tuple(it for name, it in named if not name.startswith(HEADS)),
        tuple(it for name, it in named if name.startswith(HEADS)),
    )
