"""The command line: parses arguments, calls a stage, shows its result.

Stages are reached through `tastemaker`, which imports them at their first use: `--help` must not wait for PyTorch.
"""

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal, final

import typer
from typer.core import TyperGroup

import tastemaker
from tastemaker.cli import (
    affinity_command,
    ask_command,
    compare_command,
    prepare_command,
    rank_command,
    show,
    tune_command,
)
from tastemaker.cli.failures import one_line_failures
from tastemaker.cli.progress import training_progress
from tastemaker.cli.talk import talk
from tastemaker.data.split import Split


@final
class Commands(TyperGroup):
    """All commands, each failing with one line."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the context names."""
        with one_line_failures():
            return super().invoke(ctx)


app = typer.Typer(
    cls=Commands,
    help="One language model that recommends, explains and converses, trained jointly on your own data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder that `tastemaker train` wrote.")]
User = Annotated[str | None, typer.Option("--user", help="A user of the data set.")]
History = Annotated[
    list[str] | None,
    typer.Option("--history", metavar="ITEM", help="An item's id or title, oldest first; give it again for each item."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]


def _examples(*lines: str) -> str:
    """The end of a command's help."""
    return "Examples:\n\n" + "\n\n".join(f"  {line}" for line in lines)


def _show_version(is_asked: bool) -> None:
    if is_asked:
        show.output().print(tastemaker.__version__)
        raise typer.Exit


@app.callback()
def _tastemaker(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that stand before the command."""


app.command(epilog=_examples(*prepare_command.EXAMPLES))(prepare_command.prepare)


@app.command(
    epilog=_examples(
        "tastemaker train recipes/demo.toml --out runs/demo",
        "tastemaker train recipes/demo.toml --out runs/short --set training.epochs=3",
        "tastemaker train recipes/demo.toml --out runs/demo --resume",
    )
)
def train(
    recipe: Annotated[Path, typer.Argument(metavar="RECIPE", help="A TOML file; recipes/ holds some.")],
    out: Annotated[Path, typer.Option("--out", metavar="RUN", help="Folder to write the run to.")],
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="TABLE.KEY=VALUE", help="Replace one value of the recipe; may be given again."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the run's last checkpoint.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the run that stands there.")] = False,
) -> None:
    """Train a model as a recipe says."""
    if resume and overwrite:
        raise typer.BadParameter("give --resume or --overwrite, not both.")
    again = ["tastemaker", "train", str(recipe), "--out", str(out)]
    again += [word for each in overrides or () for word in ("--set", each)]
    before = _pointer(out)

    def advice() -> str:
        """Not to resume a run that was to be replaced, and still stands."""
        flag = "--overwrite" if overwrite and before and _pointer(out) == before else "--resume"
        return f"Go on with `{shlex.join([*again, flag])}`."

    with one_line_failures(advice):
        read = tastemaker.read_recipe(recipe, overrides or ())
        with training_progress(show.messages()) as watch:
            run = tastemaker.train(read, out, resume=resume, overwrite=overwrite, watch=watch)
    show.output().print(f"{run}: trained. Next: tastemaker evaluate {run}", soft_wrap=True)


def _pointer(run: Path) -> tuple[int, int] | None:
    """What is at once another where a run has been replaced; None where there is none."""
    place = run / "last.json"
    found = place.stat() if place.is_file() else None
    return (found.st_ino, found.st_mtime_ns) if found else None


app.command(epilog=_examples(*tune_command.EXAMPLES))(tune_command.tune)

app.command(epilog=_examples(*affinity_command.EXAMPLES))(affinity_command.affinity)


@app.command(
    epilog=_examples(
        "tastemaker evaluate runs/demo",
        "tastemaker evaluate runs/demo --against runs/next_item --split validation",
        "tastemaker evaluate runs/demo --full --json > evaluation.json",
    )
)
def evaluate(
    run: Run,
    against: Annotated[
        Path | None, typer.Option("--against", metavar="RUN2", help="Another run, shown as one more baseline.")
    ] = None,
    split: Annotated[Literal["validation", "test"], typer.Option("--split", help="Part of the data set.")] = "test",
    full: Annotated[
        bool, typer.Option("--full", help="Score text and attribution on all examples, not on a sample of 200.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure every task beside its baselines, and write RUN/report.html."""
    with show.clean_stdout():
        report = tastemaker.evaluate(run, against=against, split=Split(split), full=full, say=show.messages().print)
    if as_json:
        show.write_json(report)
        return
    for table in show.evaluation_tables(report):
        show.output().print(table)
    show.output().print(f"Slices, loss curves and samples: {run / 'report.html'}", soft_wrap=True)


app.command(epilog=_examples(*compare_command.EXAMPLES))(compare_command.compare)


@app.command(
    epilog=_examples(
        "tastemaker recommend runs/demo --user 42",
        'tastemaker recommend runs/demo --history "Toy Story" --history Babe --no-reasons',
        "tastemaker recommend runs/demo --json",
    )
)
def recommend(  # noqa: PLR0913 - one parameter an option
    run: Run,
    user: User = None,
    history: History = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many items.")] = 10,
    no_reasons: Annotated[bool, typer.Option("--no-reasons", help="Rank only, which is faster.")] = False,
    new_items: rank_command.NewItems = 1.0,
    as_json: AsJson = False,
) -> None:
    """Recommend items to a user, for a history, or to somebody unknown."""
    asked = _asked(user, history)
    with show.thinking():
        found = tastemaker.load(run, new_items).recommend(**asked, k=k, reasons=not no_reasons)
    if as_json:
        show.write_json({"run": str(run), **asked, "recommendations": [asdict(each) for each in found]})
    else:
        show.output().print(show.recommendation_table(found, not no_reasons))


app.command(epilog=_examples(*rank_command.EXAMPLES))(rank_command.rank)


@app.command(
    epilog=_examples(
        'tastemaker explain runs/demo --user 42 --item "Fargo"',
        'tastemaker explain runs/demo --history "Toy Story" --item 100 --json',
    )
)
def explain(
    run: Run,
    item: Annotated[str, typer.Option("--item", metavar="I", help="The item to explain: its id or title.")],
    user: User = None,
    history: History = None,
    as_json: AsJson = False,
) -> None:
    """Say why an item suits a user, and which past items carried its score."""
    asked = _asked(user, history)
    with show.thinking():
        explanation = tastemaker.load(run).explain(item, **asked)
    if as_json:
        show.write_json({"run": str(run), **asked, **asdict(explanation)})
        return
    console = show.output()
    console.print(f"{explanation.title} (item {explanation.item_id}), score {explanation.score:.4f}")
    console.print(explanation.reason)
    if explanation.contributions:
        console.print(show.contribution_table(explanation))


@app.command(
    epilog=_examples(
        "tastemaker chat runs/demo",
        "tastemaker chat runs/demo --user 42",
        'echo "a funny film, please" | tastemaker chat runs/demo --history Fargo',
    )
)
def chat(run: Run, user: User = None, history: History = None) -> None:
    """Talk about what to see next; /quit ends."""
    asked = _asked(user, history)
    with show.thinking():
        conversation = tastemaker.load(run).chat(**asked)
    talk(conversation, show.output())


app.command(epilog=_examples(*ask_command.EXAMPLES))(ask_command.ask)


def _asked(user: str | None, history: list[str] | None) -> dict[str, Any]:
    """Whom a request is about."""
    if user is not None and history:
        raise typer.BadParameter("give --user or --history, not both.")
    return {"user": user, "history": history or []}


def main() -> None:
    """Run the command that the arguments name."""
    app(prog_name="tastemaker")
