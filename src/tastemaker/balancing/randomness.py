"""Draws from a generator of one's own, in code that knows only the global one."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def drawing_from(generator: torch.Generator) -> Iterator[None]:
    """Within it, the global generator of the same device stands where `generator` stood; afterwards each has its own.

    So what torchjd draws changes no other draw, and its place is a state that a checkpoint can hold.
    """
    device = generator.device
    is_cuda = device.type == "cuda"
    outside = torch.cuda.get_rng_state(device) if is_cuda else torch.get_rng_state()

    def put(state: torch.Tensor) -> None:
        torch.cuda.set_rng_state(state, device) if is_cuda else torch.set_rng_state(state)

    put(generator.get_state())
    try:
        yield
    finally:
        generator.set_state(torch.cuda.get_rng_state(device) if is_cuda else torch.get_rng_state())
        put(outside)


def new_generator(device: torch.device, seed: int) -> torch.Generator:
    """A generator where tensors of `device` are drawn."""
    place = device if device.type == "cuda" else torch.device("cpu")
    return torch.Generator(place).manual_seed(seed)
