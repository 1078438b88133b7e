"""Log-probabilities of the next token: from the vocabulary, and where the model copies, from the prompt."""

import torch
from torch import Tensor
from torch.nn import functional as F

from tastemaker.model.network import Network

LEAST = 1e-13
"""Probability of copying a word that is not there; above zero, so that gradients stay finite."""


def target_log_chances(
    network: Network, states: Tensor, tokens: Tensor, at: Tensor, targets: Tensor, task: str | None = None
) -> Tensor:
    """Log-probability `[N]` of the tokens `targets`, each from the state at `at`.

    Args:
        network: whose heads are asked.
        states: `[B * T, D]` of the whole batch.
        tokens: `[B, T]`.
        at: `[N]`, places in the flattened states.
        targets: `[N]`.
        task: writes them. What may be copied is found by the trunk's own states, whatever the task.
    """
    shared = states[at]
    asking = network.states_for(task, shared)
    vocabulary = F.log_softmax(network.text_logits(asking), -1).gather(1, targets.unsqueeze(1)).squeeze(1)
    if network.copy_head is None:
        return vocabulary
    length = tokens.shape[1]
    by_row = states.view(*tokens.shape, -1)
    queries = by_row if asking is shared else states.index_put((at,), asking.to(states.dtype)).view_as(by_row)
    reach = torch.arange(length, device=tokens.device).expand(tokens.shape)
    pointers = network.copy_head.pointers(queries, by_row, tokens, reach).flatten(0, 1)[at]
    is_target = tokens[at // length, 1:] == targets.unsqueeze(1)
    copied = (pointers.exp() * is_target).sum(-1).clamp_min(LEAST).log()
    return network.copy_head.mix(asking, vocabulary.unsqueeze(1), copied.unsqueeze(1)).squeeze(1)


def next_log_chances(network: Network, states: Tensor, tokens: Tensor, task: str | None = None) -> Tensor:
    """Log-probabilities `[B, V]` of what a task writes behind states `[B, T, D]` of tokens `[B, T]`."""
    last = network.states_for(task, states[:, -1])
    vocabulary = F.log_softmax(network.text_logits(last), -1)
    if network.copy_head is None:
        return vocabulary
    reach = tokens.new_full((len(tokens), 1), tokens.shape[1] - 1)
    pointers = network.copy_head.pointers(last.unsqueeze(1), states, tokens, reach).squeeze(1)
    copied = torch.zeros_like(vocabulary).scatter_add(1, tokens[:, 1:], pointers.exp())
    return network.copy_head.mix(last, vocabulary, copied.clamp_min(LEAST).log())
