"""Where the targets of a window stand in its history."""

from tastemaker.data.dataset import Entry, Window
from tastemaker.data.split import Split


def target_positions(window: Window, split: Split) -> tuple[tuple[Entry, ...], tuple[int, ...]]:
    """The entries that a model may read, and for each target the position whose state predicts it.

    In training every entry but the last is read, and each target is predicted from the state just before it. In
    validation and test nothing after the context is read: all targets share its last position.
    """
    if split is Split.TRAIN:
        return window.entries[:-1], tuple(range(window.first_target, len(window.entries)))
    return window.entries[: window.first_target], (window.first_target,) * len(window.targets)
