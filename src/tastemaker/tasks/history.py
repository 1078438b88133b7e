"""Windows of users' histories, and where their targets stand."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.split import Split


@dataclass(frozen=True)
class Window:
    """A stretch of one user's history; the entries from `first_target` on are to be predicted, each once."""

    user: int
    entries: tuple[Entry, ...]
    first_target: int

    @property
    def targets(self) -> tuple[Entry, ...]:
        return self.entries[self.first_target :]


def windows(dataset: Dataset, split: Split, max_history: int, epoch: int = 0) -> Iterator[Window]:
    """Yield every target interaction of a split once, with the entries that come before it.

    Training histories are cut in pieces of at most `max_history` entries, and half of them also at a place that
    changes with `epoch`, so that short and truncated histories are seen too. Validation and test give one window
    a user, whose targets all share the context of the last `max_history` entries before them.
    """
    for user in range(len(dataset.user_ids)):
        targets = dataset.held_out(user, split)
        if not targets:
            continue
        if split is Split.TRAIN:
            for piece in _pieces(targets, max_history, np.random.default_rng((epoch, user))):
                yield Window(user, piece, 0)
        else:
            context = dataset.known_before(user, split)[-max_history:]
            yield Window(user, context + targets, len(context))


def target_positions(window: Window, split: Split) -> tuple[tuple[Entry, ...], tuple[int, ...]]:
    """The entries that a model may read, and for each target the position whose state predicts it.

    In training every entry but the last is read, and each target is predicted from the state just before it. In
    validation and test nothing after the context is read: all targets share its last position.
    """
    if split is Split.TRAIN:
        return window.entries[:-1], tuple(range(window.first_target, len(window.entries)))
    return window.entries[: window.first_target], (window.first_target,) * len(window.targets)


def _pieces(entries: tuple[Entry, ...], size: int, random: np.random.Generator) -> Iterator[tuple[Entry, ...]]:
    """Cut a history in pieces of at most `size`; half of the histories also at one random place."""
    cut = int(random.integers(len(entries))) if random.random() < 0.5 else 0
    for part in (entries[:cut], entries[cut:]):
        for start in range(0, len(part), size):
            yield part[start : start + size]
