"""The command `tastemaker affinity`: parses arguments, calls the stage, shows which tasks agree."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich import box
from rich.table import Table
from rich.text import Text

import tastemaker
from tastemaker.cli import show
from tastemaker.cli.progress import training_progress

STRONG: Final = 0.02
"""Share of a task's own step from which on what others do for it is coloured."""
EXAMPLES: Final = (
    "tastemaker affinity recipes/demo.toml",
    "tastemaker affinity recipes/demo.toml --steps 200 --every 20 --out runs/affinity",
    "tastemaker affinity recipes/demo.toml --json > affinity.json",
)


def affinity(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="A TOML file with at least two tasks.")],
    steps: Annotated[int, typer.Option("--steps", metavar="N", min=1, help="Length of the short training.")] = 100,
    every: Annotated[int, typer.Option("--every", metavar="M", min=1, help="Steps between two measurements.")] = 10,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder to write to; runs/affinity-NAME if left out.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Replace one value of the recipe; may be given again."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")] = False,
) -> None:
    """Measure in a short joint training how a recipe's tasks agree, and propose which to train together."""
    place = out or Path("runs") / f"affinity-{recipe.stem}"
    read = tastemaker.read_recipe(recipe, overrides or ())
    with show.clean_stdout(), training_progress(show.messages()) as watch:
        found = tastemaker.affinity(read, place, steps=steps, every=every, watch=watch)
    if as_json:
        show.write_json(found)
        return
    show.output().print(affinity_table(found))
    for line in found["words"]:
        show.output().print(line, soft_wrap=True)
    show.output().print(f"All figures: {place / 'affinity.json'}; a heat map: {place / 'affinity.png'}", soft_wrap=True)


def affinity_table(found: Mapping[str, Any]) -> Table:
    """What a step on the task of the row does for the tasks of the columns, in per cent of their own steps."""
    title = "What a step on one task (row) does for another (column), in % of its own step"
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=0, title_justify="left")
    table.add_column("step on", no_wrap=True)
    for name in found["tasks"]:
        table.add_column(Text(name.replace("_", "\n")), justify="right", overflow="fold")
    for name, row in zip(found["tasks"], found["affinity_in_own_steps"]["mean"], strict=True):
        table.add_row(Text(name), *_cells(row, found["tasks"].index(name)))
    return table


def _cells(row: Sequence[float | None], own: int) -> list[Text]:
    """Blue helps, red harms, as in the heat map."""
    cells = []
    for place, share in enumerate(row):
        if share is None or place == own:
            cells.append(Text("·" if place == own else "", style="dim"))
        else:
            style = "" if abs(share) < STRONG else "blue" if share > 0 else "red"
            cells.append(Text(f"{100 * share:+.1f}", style=style))
    return cells
