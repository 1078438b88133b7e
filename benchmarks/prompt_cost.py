"""What does a history cost a language model: one position an item, or titles as text?

    python -m benchmarks.prompt_cost --recipe recipes/movies-smollm2.toml

For a sample of users with at least as many training interactions as asked for, the last of these are laid out twice:
as Tastemaker reads them, and as a prompt in words, one line a film with its title and stars. Counted are positions, and
the time of one forward pass of the same trunk over both, in turns; the ratio is text over items. Where layers of their
own read histories (`model.history_layers`), these are timed, too, and the trunk's own layers reading the same items.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, median
from typing import Final

import numpy as np
import torch

from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256, peak_memory_mb
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.cli.recipe import read_recipe
from tastemaker.cli.stages import new_model
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.split import Split
from tastemaker.model.batch import collate
from tastemaker.model.row import Position, Row
from tastemaker.tasks.example import History

QUESTION: Final = "prompt_cost"


def in_words(model: TrainedModel, entries: Sequence[Entry]) -> str:
    """A history as people put it into a prompt."""
    lines = [f"{model.catalog[it.item].title}, {it.rating or 0:.0f} of 5 stars" for it in entries]
    return "Films that I watched:\n" + "\n".join(lines) + "\nRecommend the next one."


def rows(model: TrainedModel, entries: Sequence[Entry]) -> tuple[Row, Row]:
    """The same history as items, and as words."""
    tokens = model.tokenizer.encode(in_words(model, entries))
    return Row.of(model.layout.context((History(tuple(entries)),))), Row.of([*map(Position, tokens)])


def seconds(model: TrainedModel, row: Row, *, as_words: bool = True) -> float:
    """Time of one forward pass: as where words stand, by the trunk itself, or as histories alone are read."""
    batch, vectors = collate([row]), model.network.item_vectors()
    batch = replace(batch, places=replace(batch.places, has_words=as_words))
    started = time.perf_counter()
    with torch.no_grad():
        model.network(batch, vectors)
    return time.perf_counter() - started


def histories(dataset: Dataset, length: int, users: int) -> list[list[Entry]]:
    """The last training interactions of some users who have enough of them."""
    held = [list(dataset.held_out(user, Split.TRAIN)) for user in range(len(dataset.user_ids))]
    enough = [entries[-length:] for entries in held if len(entries) >= length]
    chosen = np.random.default_rng(0).choice(len(enough), min(users, len(enough)), replace=False)
    return [enough[index] for index in sorted(chosen)]


def figures(model: TrainedModel, found: Sequence[Sequence[Entry]]) -> dict[str, float]:
    """Positions and times of both forms, and their ratios."""
    laid_out = [rows(model, entries) for entries in found]
    seconds(model, laid_out[0][1])  # warm up
    timed = [(seconds(model, items), seconds(model, words)) for items, words in laid_out]
    apart = [seconds(model, items, as_words=False) for items, _ in laid_out if model.network.config.history_layers]
    measured = {
        "items/positions": round(mean(len(items) for items, _ in laid_out), 1),
        "text/positions": round(mean(len(words) for _, words in laid_out), 1),
        "text_to_items/positions": round(mean(len(words) / len(items) for items, words in laid_out), 2),
        "items/median_ms": round(1000 * median(items for items, _ in timed), 1),
        "text/median_ms": round(1000 * median(words for _, words in timed), 1),
        "text_to_items/time": round(median(words / items for items, words in timed), 2),
    }
    if apart:
        ratios = [words / items for (_, words), items in zip(timed, apart, strict=True)]
        measured["items_by_history_layers/median_ms"] = round(1000 * median(apart), 1)
        measured["text_to_items_by_history_layers/time"] = round(median(ratios), 2)
    return measured


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description="A history as items, and as text.")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/movies-smollm2.toml"))
    parser.add_argument("--set", action="append", default=[], metavar="TABLE.KEY=VALUE")
    parser.add_argument("--entries", type=int, default=50, help="of a history")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    changes = ['model.content="none"', "model.window=2048", *given.set]  # content changes no cost
    recipe, machine, started = read_recipe(given.recipe, changes), Machine.here(given.threads), time.perf_counter()
    dataset = Dataset.load(recipe.data)
    model = new_model(recipe, dataset, lambda line: print(line, flush=True))
    model.network.eval()
    measured = figures(model, histories(dataset, given.entries, given.users))
    result = Result(
        question=QUESTION,
        data=data_name(Path(recipe.data.path)),
        model=f"{given.recipe.stem}-{given.entries}",
        seed=0,
        split="train",
        metrics=measured,
        seconds=round(time.perf_counter() - started, 1),
        peak_memory_mb=peak_memory_mb(),
        commit=commit(),
        recipe=" ".join([str(given.recipe), *(f"--set {change}" for change in changes)]),
        machine=machine,
        data_sha256=data_sha256(Path(recipe.data.path)),
        details={"users": given.users, "entries": given.entries},
    )
    print(result.write(given.results))


if __name__ == "__main__":
    main()
