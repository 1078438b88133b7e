"""How a search shows on stderr: a line as a trial begins and as it ends, and on a terminal a bar of its steps."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column


@contextmanager
def trial_progress(console: Console) -> Iterator["TrialWatch"]:
    """Watch a search for as long as the block lasts."""
    columns = (
        TextColumn("step"),
        MofNCompleteColumn(),
        BarColumn(bar_width=12),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(ratio=1)),
    )
    with Progress(*columns, console=console, expand=True, disable=not console.is_terminal) as progress:
        yield TrialWatch(progress)


@final
class TrialWatch:
    """The same bar for every trial; what every training says is told once."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.bar = progress.add_task("", total=None)
        self.said: set[str] = set()

    def start(self, total_steps: int, first_step: int) -> None:
        """A trial's training begins, or goes on, after `first_step` of `total_steps` steps."""
        self.progress.reset(self.bar, total=total_steps, completed=first_step)
        if first_step:
            self.say(f"goes on after step {first_step} of {total_steps}")

    def step(self, step: int, losses: Mapping[str, float]) -> None:
        """A step is done; `losses` by task."""
        words = ", ".join(f"{task} {loss:.3f}" for task, loss in losses.items())
        self.progress.update(self.bar, completed=step, description=words)

    def validation(self, step: int, losses: Mapping[str, float], is_best: bool) -> None:
        """A validation is done; a search tells what came of a trial, not of its validations."""

    def say(self, message: str) -> None:
        """Tell the user something."""
        if message not in self.said:
            self.said.add(message)
            self.progress.console.print(message, markup=False, highlight=False, soft_wrap=True)
