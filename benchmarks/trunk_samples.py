"""The same twenty test prompts, written by two trunks, on one page for reading.

    python -m benchmarks.trunk_samples runs/trunks/smollm2-0 runs/trunks/nano-0

The first examples of each page that `benchmarks.text_samples` makes; nothing is chosen. What stands on the page before
its first task was found in reading it and is written by hand: it stays.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks.result import ROOT
from benchmarks.text_samples import SAMPLES, WROTE, Run, block, lines_of, put
from tastemaker.data.split import Split
from tastemaker.evaluation.context import sample
from tastemaker.evaluation.written import write

PROMPTS: Final = {"dialogue": 7, "description": 6, "question_answering": 7}
"""How many of each task."""
SEED: Final = 0
"""Of the sample."""


def tasks_page(runs: dict[str, Run]) -> Iterator[str]:
    """Yield the part of each task; `runs` by the name that a trunk has on the page."""
    for task, count in PROMPTS.items():
        yield f"## {task}\n"
        written = {name: _lines(run, task, count) for name, run in runs.items()}
        for number, of_all in enumerate(zip(*written.values(), strict=True), start=1):
            given = [line for line in of_all[0] if line[0] != WROTE]
            texts = [(name, dict(lines)[WROTE]) for name, lines in zip(written, of_all, strict=True)]
            yield block(f"### {number}", [*given, *texts])


def _lines(run: Run, task: str, count: int) -> list[list[tuple[str, str]]]:
    examples = list(run.recipe.tasks[task].examples(run.dataset, Split.TEST))
    chosen = sample(examples, SAMPLES, SEED)[:count]
    replies = write(run.writer, chosen, run.recipe.evaluation)
    return [lines_of(run, example, reply) for example, reply in zip(chosen, replies, strict=True)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page anew behind what was found in reading it."""
    parser = argparse.ArgumentParser(description="The same prompts, written by two trunks.")
    parser.add_argument("runs", type=Path, nargs="+", help="folders TRUNK-SEED of benchmarks.trunks")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "samples" / "movies-trunks.md")
    given = parser.parse_args(arguments)
    runs = {place.name.rpartition("-")[0]: Run.load(place, None) for place in given.runs}
    read = given.out.read_text(encoding="utf-8").partition("\n## ")[0] if given.out.exists() else "# Two trunks\n"
    put("\n".join([f"{read.rstrip()}\n", *tasks_page(runs)]), given.out)


if __name__ == "__main__":
    main()
