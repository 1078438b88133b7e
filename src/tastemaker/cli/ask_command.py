"""The command `tastemaker ask`: what a trained task writes, or which classes it sees, for an item or for words."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

import tastemaker
from tastemaker.cli import show

EXAMPLES: Final = (
    'tastemaker ask runs/movies question_answering --item "Fargo" --text "Who directed it?"',
    "tastemaker ask runs/movies description --item Fargo",
    'tastemaker ask runs/opinions summary --text "Warm and light." --text "Light, but it tore after a week."',
    'tastemaker ask runs/instruments sentiment --text "The strings broke on the first day." --json',
)

LEAST_SHOWN: Final = 0.01
"""Chance of a class that is worth a line; JSON has all."""


def ask(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that `tastemaker train` wrote.")],
    task: Annotated[
        str,
        typer.Argument(
            metavar="TASK",
            help="One that the run was trained on: description (reads an item), title or category (an item or a text), "
            "question_answering (an item, and the question as text), sentiment (a text), summary (one or more texts).",
        ),
    ],
    item: Annotated[str | None, typer.Option("--item", metavar="I", help="The item that is read: id or title.")] = None,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", metavar="WORDS", help="What is read, or asked about the item; may be given again."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")] = False,
) -> None:
    """Have a trained task describe, name, class or sum up something, or answer a question."""
    texts = [words.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for words in text or ()]
    with show.thinking():
        found = tastemaker.load(run).ask(task, item, texts)
    if as_json:
        show.write_json({"run": str(run), "item": item, "texts": texts, **asdict(found)})
        return
    show.output().print(Text(found.text))
    for name, chance in sorted(found.chances.items(), key=lambda pair: -pair[1]):
        if chance >= LEAST_SHOWN:
            show.output().print(Text(f"{chance:6.0%}  {name}", style="dim"))
