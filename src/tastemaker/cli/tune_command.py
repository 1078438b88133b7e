"""The command `tastemaker tune`: parses arguments, calls the stage, shows the best trials."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich import box
from rich.table import Table
from rich.text import Text

import tastemaker
from tastemaker.cli import show
from tastemaker.cli.failures import one_line_failures
from tastemaker.cli.trial_progress import trial_progress

if TYPE_CHECKING:
    from tastemaker.training.trials import Trials

SHOWN: Final = 5
"""Most trials that are shown; `trials.jsonl` has all."""
EXAMPLES: Final = (
    "tastemaker tune recipes/next_item.toml --trials 20 --out runs/search",
    "tastemaker tune recipes/next_item.toml --trials 40 --out runs/search",
    "tastemaker train runs/search/best.toml --out runs/best",
)


def tune(
    recipe: Annotated[
        Path, typer.Argument(metavar="RECIPE", help="A TOML file; its table \\[tune] says what is searched.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the search; goes on if there is one.")],
    trials: Annotated[int, typer.Option("--trials", metavar="N", min=1, help="How many there shall be in all.")],
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Replace one value of the recipe; may be given again."),
    ] = None,
) -> None:
    """Search for better values of a recipe, judged on validation. Killed, the same command goes on."""
    with one_line_failures(lambda: "The same command goes on."):
        read = tastemaker.read_recipe(recipe, overrides or ())
        with trial_progress(show.messages()) as watch:
            found = tastemaker.tune(read, out, trials=trials, watch=watch)
    show.output().print(trial_table(found))
    best = out / "best.toml"
    show.output().print(
        f"{best}: the best of {len(found.trials)}. Next: tastemaker train {best} --out RUN", soft_wrap=True
    )


def trial_table(found: "Trials") -> Table:
    """The best trials, the best first; the first trial is the recipe as it stood."""
    table = Table(box=box.SIMPLE_HEAD)
    ranked = found.ranked()[:SHOWN]
    keys = list(ranked[0].values) if ranked else []
    table.add_column("trial", justify="right", no_wrap=True)
    for name in (found.metric, *keys, "steps", "seconds"):
        table.add_column(Text(re.sub(r"([./])", r"\1\n", name).replace("_", " ")), justify="right", overflow="fold")
    for trial in ranked:
        values = [f"{value:.4g}" if isinstance(value, float) else str(value) for value in trial.values.values()]
        number = f"{trial.number} (the recipe)" if trial.number == 1 else str(trial.number)
        table.add_row(*map(Text, (number, f"{trial.value:.4f}", *values, str(trial.steps), f"{trial.seconds:.0f}")))
    return table
