"""What training tells whoever watches it."""

from collections.abc import Mapping
from typing import Protocol


class Watch(Protocol):
    """A progress bar, a log, a test."""

    def start(self, total_steps: int, first_step: int) -> None:
        """Training begins, or goes on, at `first_step`."""
        ...

    def step(self, step: int, losses: Mapping[str, float]) -> None:
        """A step is done, with these losses by task."""
        ...

    def validation(self, step: int, losses: Mapping[str, float], is_best: bool) -> None:
        """A validation is done."""
        ...

    def say(self, message: str) -> None:
        """Something worth telling."""
        ...


class Silent:
    """Watches nothing."""

    def start(self, total_steps: int, first_step: int) -> None:
        """See `Watch`."""

    def step(self, step: int, losses: Mapping[str, float]) -> None:
        """See `Watch`."""

    def validation(self, step: int, losses: Mapping[str, float], is_best: bool) -> None:
        """See `Watch`."""

    def say(self, message: str) -> None:
        """See `Watch`."""
