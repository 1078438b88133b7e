"""Greedy writing with a key-value cache, many prompts at a time."""

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from tastemaker.inference.reading import Reader, by_length
from tastemaker.inference.repetition import said_again
from tastemaker.model import tokenizer as markers
from tastemaker.model.backbone import Places
from tastemaker.model.row import Row
from tastemaker.model.text import next_log_chances

NO_REPEAT: Final = 3
"""Words in a row that stand once in free text: a small model that is unsure of the next one says the same again."""


def write(
    reader: Reader, prompts: Sequence[Row], stops: Sequence[int], most: int, no_repeat: int = 0
) -> list[list[int]]:
    """Continue every prompt until a marker of `stops`, which is kept, or for `most` tokens.

    Markers that are no stop, and special tokens of a pretrained vocabulary, are never written: text cannot open a slot
    where none is allowed. Nor does a text run in a loop (`repetition.looping`). With `no_repeat` n, no text holds the
    same n words in a row twice, but for those that begin alike.

    Source:
        Paulus et al., "A Deep Reinforced Model for Abstractive Summarization", ICLR 2018, for the latter.
    """
    written: list[list[int]] = [[] for _ in prompts]
    for indices in by_length(prompts):
        for index, tokens in zip(
            indices, _write(reader, [prompts[i] for i in indices], stops, most, no_repeat), strict=True
        ):
            written[index] = tokens
    return written


@torch.no_grad()
def _write(reader: Reader, prompts: Sequence[Row], stops: Sequence[int], most: int, no_repeat: int) -> list[list[int]]:
    network, vectors = reader.model.network, reader.vectors
    tokens, states, cache = reader.begin(prompts)
    banned = [marker for marker in range(len(markers.MARKERS)) if marker not in stops]
    banned += reader.model.tokenizer.specials
    within_words = reader.model.tokenizer.within_words
    stop_set, written = set(stops), [list[int]() for _ in prompts]
    most = min(most, max(reader.model.layout.window - tokens.shape[1], 1))
    is_done = [False] * len(prompts)
    for _ in range(most):
        chances = next_log_chances(network, states, tokens, reader.task)
        chances[:, banned] = float("-inf")
        for row, tokens_so_far in enumerate(written):
            chances[row, said_again(tokens_so_far, within_words, no_repeat)] = float("-inf")
        chosen = chances.argmax(-1)
        for row, token in enumerate(chosen.tolist()):
            if not is_done[row]:
                written[row].append(token)
                is_done[row] = token in stop_set
        if all(is_done):
            break
        step = chosen.unsqueeze(1)
        absent = torch.zeros_like(step)
        new, cache = network.backbone.read(network.embed(step, absent, absent, vectors), _written_at(step), cache)
        states, tokens = torch.cat((states, new), 1), torch.cat((tokens, step), 1)
    return written


def _written_at(step: Tensor) -> Places:
    """One more position of a reply in every row."""
    return Places(torch.ones_like(step, dtype=torch.bool), step.new_zeros(len(step)))
