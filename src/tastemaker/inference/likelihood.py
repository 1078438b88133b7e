"""How likely a model finds the words that were to be written: read once, with nothing written."""

from collections.abc import Sequence
from dataclasses import replace
from math import log

import numpy as np
import torch
from numpy.typing import NDArray

from tastemaker.inference.reading import Reader, by_length
from tastemaker.model.batch import TextTargets, collate
from tastemaker.model.text import target_log_chances
from tastemaker.tasks.example import Example, Reply, Words

POSITIONS = 4096
"""Padded positions of one forward pass; each may need the chance of every word."""


@torch.no_grad()
def reference_bits(reader: Reader, examples: Sequence[Example]) -> NDArray[np.float64]:
    """Bits `[N]` that each true text costs behind its context, of `Reply` or `Words` examples of one task.

    What ends a text and what opens a slot count as words; items, cards and evidence do not. Of a text that is longer
    than the model's window, what fits counts.
    """
    rows = [reader.model.layout.row([_alone(example)]) for example in examples]
    bits = np.zeros(len(rows))
    for indices in by_length(rows, POSITIONS):
        batch = collate([rows[index] for index in indices]).to(reader.vectors.device)
        (target,) = (it for it in batch.targets[examples[0].task].values() if isinstance(it, TextTargets))
        states = reader.states(batch)
        told = (reader.model.network, states, batch.tokens, target.at, target.tokens, reader.task)
        places = (target.at // batch.tokens.shape[1]).cpu().numpy()
        costs = -target_log_chances(*told).double().cpu().numpy() / log(2)
        bits[indices] = np.bincount(places, weights=costs, minlength=len(indices))
    return bits


def _alone(example: Example) -> Example:
    """The example with its own text to be told, and nothing that its context holds."""
    if isinstance(example.target, Reply):
        return replace(example, target=replace(example.target, teaches_earlier=False))
    assert isinstance(example.target, Words)
    return replace(example, target=replace(example.target, teaches_read=False))
