"""How a training run shows on stderr: a bar on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column

LINES = 20
"""About as many lines of losses as a run without a terminal prints."""


@contextmanager
def training_progress(console: Console) -> Iterator["Bar | Lines"]:
    """Watch a training run for as long as the block lasts."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (
        TextColumn("step"),
        MofNCompleteColumn(),
        BarColumn(bar_width=12),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False, table_column=Column(ratio=1)),
    )
    with Progress(*columns, console=console, expand=True) as progress:
        yield Bar(progress)


@final
class Bar:
    """A bar with the time that remains and every task's latest loss."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.task: TaskID | None = None

    def start(self, total_steps: int, first_step: int) -> None:
        """Training begins, or goes on, after `first_step` of `total_steps` steps."""
        self.task = self.progress.add_task("", total=total_steps, completed=first_step)

    def step(self, step: int, losses: Mapping[str, float]) -> None:
        """A step is done; `losses` by task."""
        if self.task is not None:
            self.progress.update(self.task, completed=step, description=_in_words(losses))

    def validation(self, step: int, losses: Mapping[str, float], is_best: bool) -> None:
        """A validation is done."""
        self.say(_validation(step, losses, is_best))

    def say(self, message: str) -> None:
        """Tell the user something beside the losses."""
        self.progress.console.print(message, markup=False, highlight=False)


@final
class Lines:
    """A line now and then, for logs."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.total_steps = 0

    def start(self, total_steps: int, first_step: int) -> None:
        """Training begins, or goes on, after `first_step` of `total_steps` steps."""
        self.total_steps = total_steps
        self.say(f"training: {total_steps} steps" + (f", {first_step} of them done" if first_step else ""))

    def step(self, step: int, losses: Mapping[str, float]) -> None:
        """A step is done; `losses` by task."""
        if step % max(1, self.total_steps // LINES) == 0:
            self.say(f"step {step}/{self.total_steps}: {_in_words(losses)}")

    def validation(self, step: int, losses: Mapping[str, float], is_best: bool) -> None:
        """A validation is done."""
        self.say(_validation(step, losses, is_best))

    def say(self, message: str) -> None:
        """Tell the user something beside the losses."""
        self.console.print(message, markup=False, highlight=False, soft_wrap=True)


def _in_words(losses: Mapping[str, float]) -> str:
    return ", ".join(f"{task} {loss:.3f}" for task, loss in losses.items())


def _validation(step: int, losses: Mapping[str, float], is_best: bool) -> str:
    return f"validation after step {step}: {_in_words(losses)}{' (best so far)' if is_best else ''}"
