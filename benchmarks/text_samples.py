"""Fifty texts of each text task of a trained run, for reading: what the model read, what is true, what it wrote.

    python -m benchmarks.text_samples runs/instruments --out benchmarks/samples

A page `DATA-TASK.md` each for replies in real dialogues, reasons that users gave, summaries, descriptions, and answers.
Test examples are drawn by a seed; what the model wrote stands as it is, the poor texts too. Simulated replies and
reasons have pages of their own, see `benchmarks.samples`.
"""

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.result import commit
from tastemaker.checkpoint.trained import load_trained
from tastemaker.cli.recipe import Recipe, from_mapping, to_mapping
from tastemaker.cli.tables import leaves
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.data.storage import DataSetInfo, read_info
from tastemaker.evaluation.answers import Writer, kind_of
from tastemaker.evaluation.context import sample
from tastemaker.evaluation.samples import as_sample
from tastemaker.evaluation.written import write
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Example, Reply
from tastemaker.tasks.words import shortened

SAMPLES: Final = 50
TURNS: Final = 3
"""Turns before a reply that are shown, the last ones."""
QUOTED: Final = 8
"""Most words shown of a text that may not be passed on."""
OPEN: Final = re.compile(r"CC BY(?!-)")
"""Stands in the licence of dialogues that may be quoted whole; CC BY-NC and the like ask for more than a name."""
ASKED: Final = "asked"
"""Names a question, which nobody wrote."""
WROTE: Final = "wrote"
"""Names what the model wrote."""
KINDS: Final[Mapping[str, str]] = {
    "turn": f"Shown are the last {TURNS} turns before a reply.",
    "reason": "Shown are the card and the evidence from which a reason was written.",
    "text": "",
    "answer": "Nobody wrote the questions: they are made, like their answers, from what is known of an item.",
}
"""What there is to say of each kind of example (see `kind_of`) that has a page."""
ELSEWHERE: Final = ("data.path", "training.seed", "training.device", "training.threads")
"""Keys of a recipe that say where it ran, or that a page names by themselves."""


@dataclass(frozen=True)
class Run:
    """A trained run with its data set."""

    writer: Writer
    recipe: Recipe
    dataset: Dataset
    info: DataSetInfo

    @classmethod
    def load(cls, run: Path, data: Path | None) -> "Run":
        """Load a run; `data` is its data set where that lies elsewhere now."""
        model = load_trained(run)
        recipe = from_mapping(model.recipe, str(run))
        config = recipe.data if data is None else replace(recipe.data, path=str(data))
        return cls(Predictor(model), recipe, Dataset.load(config), read_info(Path(config.path)))


def pages(run: Run, seed: int) -> Iterator[tuple[str, str]]:
    """Yield name and page of every text task whose true texts are not simulated."""
    for name, task in run.recipe.tasks.items():
        examples = list(task.examples(run.dataset, Split.TEST))
        if examples and has_page(examples):
            chosen = sample(examples, SAMPLES, seed)
            replies = write(run.writer, chosen, run.recipe.evaluation)
            blocks = [
                block(f"## {number}", lines_of(run, example, reply))
                for number, (example, reply) in enumerate(zip(chosen, replies, strict=True), start=1)
            ]
            head = _head(run, name, chosen, f"{len(chosen)} of {len(examples):,} test examples, sample seed {seed}")
            yield name, "\n".join([head, *blocks])


def has_page(examples: Sequence[Example]) -> bool:
    """Whether texts are to be written, and the true ones are not simulated."""
    target = examples[0].target
    is_simulated = isinstance(target, Reply) and not (target.may_repeat or target.is_told)
    return kind_of(examples) in KINDS and not is_simulated


def is_open(run: Run, kind: str) -> bool:
    """Whether what is read and true may be shown whole: what people said, where its licence lets it be passed on."""
    return kind == "turn" and OPEN.search(run.info.licence) is not None


def recipe_line(recipe: Recipe) -> str:
    """The tasks of a recipe, and all that it sets to something else than the default."""
    tasks: dict[str, Any] = {name: {} for name in recipe.tasks}
    default = leaves(to_mapping(from_mapping({"data": {"path": recipe.data.path}, "tasks": tasks})))
    changed = {key: value for key, value in leaves(to_mapping(recipe)).items() if value != default[key]}
    shown = [f"{key} = {value}" for key, value in changed.items() if key not in ELSEWHERE]
    return "; ".join([f"tasks {', '.join(tasks)}", *shown])


def _head(run: Run, task: str, examples: Sequence[Example], drawn: str) -> str:
    kind = kind_of(examples)
    cut = "" if is_open(run, kind) else f"What is read and true is cut to {QUOTED} words (…): it may not be passed on. "
    return (
        f"# {run.info.name}, {task}: {len(examples)} texts\n\n"
        f"Raw model output, as it came; nothing is chosen. {cut}{KINDS[kind]}".rstrip()
        + f"\n\n- data set: {run.info.name}. {run.info.licence}\n- recipe: {recipe_line(run.recipe)}\n"
        f"- training seed: {run.recipe.training.seed}\n- commit: {commit()}\n- split: {drawn}\n"
    )


def lines_of(run: Run, example: Example, reply: WrittenReply) -> list[tuple[str, str]]:
    """What was read, what is `true` and what the model `wrote`, each as one line of a page."""
    kind, found = kind_of([example]), as_sample(example.task, example, reply, run.dataset)
    most = None if is_open(run, kind) else QUOTED
    item = found["item"] if kind == "turn" else None
    return [
        *((name, _line(text, None if name == ASKED else most)) for name, text in _read(kind, found, reply)),
        ("true", _line(found["reference"], most)),
        (WROTE, f"**{_line(' '.join(filter(None, (found['lead'], item, found['reason']))))}**"),
    ]


def block(title: str, lines: Sequence[tuple[str, str]]) -> str:
    """An example under a heading, a point each line."""
    return f"{title}\n\n" + "".join(f"- {name}: {text}\n" for name, text in lines)


def _read(kind: str, found: Mapping[str, Any], reply: WrittenReply) -> Iterator[tuple[str, str]]:
    """What the model read: name and text."""
    if kind == "reason":
        yield from (("card", reply.card), ("evidence", reply.evidence))
        return
    if found["given"]:
        yield "read", found["given"]
    spoken = ASKED if found["given"] else "read"
    for turn in found["turns"][-TURNS:]:
        yield turn["speaker"] if kind == "turn" else spoken, turn["text"]


def _line(text: str, most: int | None = None) -> str:
    """A text as one line of a page, its signs taken for no markup; of a longer one its first `most` words."""
    words = " ".join(text.split())
    cut = words if most is None else shortened(words, most)
    return re.sub(r"([\\`*_<\[])", r"\\\1", cut) + ("" if cut == words else " …") or "(nothing)"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the pages of a run."""
    parser = argparse.ArgumentParser(description="Texts that a trained model wrote, for reading.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/samples"))
    parser.add_argument("--data", type=Path, help="data set folder; left out, that of the run")
    parser.add_argument("--seed", type=int, default=0, help="seed of the sample")
    given = parser.parse_args(arguments)
    run = Run.load(given.run, given.data)
    given.out.mkdir(parents=True, exist_ok=True)
    for task, page in pages(run, given.seed):
        put(page, given.out / f"{run.info.name}-{task}.md")


def put(page: str, place: Path) -> None:
    """Write a page beside its place, move it there, and say so."""
    beside = place.with_name(f".{place.name}.part")
    beside.write_text(page, encoding="utf-8")
    beside.replace(place)
    print(place, flush=True)


if __name__ == "__main__":
    main()
