"""How fast does a loaded model answer, and how much memory does it hold?

    python -m benchmarks.speed runs/demo --data data/movielens-100k

Latencies are of single calls for different users, after a warm-up; rule 12 of absolute times holds: on a shared machine
they are orientation. Peak memory is that of this process after the calls, before the batch.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256, peak_memory_mb
from tastemaker.checkpoint.trained import load_trained
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.inference.recommender import Recommender
from tastemaker.tasks.example import History

QUESTION: Final = "speed"
WARM_UP: Final = 5
REPETITIONS: Final = 5
BATCH: Final = 256
K: Final = 10
WORDS: Final = (
    "a funny film from the 1990s",
    "something scary, please",
    "I would like a quiet drama",
    "what should I watch tonight?",
    "an adventure, but no war films",
)


def load(run: Path, data: Path | None) -> Recommender:
    """A model with data set, item vectors and title index in memory, as a server would hold it."""
    model = load_trained(run)
    config = from_mapping(model.recipe, str(run)).data
    config = config if data is None else replace(config, path=str(data))
    recommender = Recommender(model, lambda: Dataset.load(config))
    _ = recommender.dataset.user_rows, recommender.reader.vectors, recommender.reader.extractor.rows_of_titles
    return recommender


def seconds_of(call: Callable[[], object]) -> float:
    """Wall time of one call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def latencies(call: Callable[[str], object], users: Sequence[str]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds of one call per user, the first few of them a warm-up."""
    taken = np.array([seconds_of(partial(call, user)) for user in users])[WARM_UP:] * 1000
    return {"median_ms": float(np.median(taken)), "p95_ms": float(np.percentile(taken, 95))}


def users_per_second(model: Recommender) -> float:
    """Users for whom the whole catalog is ranked in a second, many at a time: the median over repetitions."""
    dataset, reader = model.dataset, model.reader.doing("next_item")
    pasts = [dataset.history(user) for user in range(len(dataset.user_ids))]

    def rank_all() -> None:
        for start in range(0, len(pasts), BATCH):
            batch = pasts[start : start + BATCH]
            scores = reader.scores([reader.history_row((History(past[-longest:]),)) for past in batch])
            for row, past in enumerate(batch):
                scores[row, [entry.item for entry in past]] = float("-inf")
            scores.topk(K)

    tasks: dict[str, Any] = model.model.recipe["tasks"]
    fitting = model.model.network.config.longest_prompt - 1
    longest = min(max(task.get("max_history", 1) for task in tasks.values()), fitting)
    return len(pasts) / float(np.median([seconds_of(rank_all) for _ in range(REPETITIONS)]))


def measure(run: Path, data: Path, calls: int) -> dict[str, float]:
    """All figures of a run."""
    model = load(run, data)
    drawn = np.random.default_rng(0).permutation(len(model.dataset.user_ids))[: calls + WARM_UP]
    users = [model.dataset.user_ids[row] for row in drawn]
    words = {user: WORDS[place % len(WORDS)] for place, user in enumerate(users)}
    measured = {
        "recommend_without_reasons": latencies(lambda user: model.recommend(user=user, k=K, reasons=False), users),
        "recommend_with_reasons": latencies(lambda user: model.recommend(user=user, k=K), users),
    }
    if "dialogue" in model.model.recipe["tasks"]:
        measured["chat_turn"] = latencies(lambda user: model.chat(user=user).say(words[user]), users)
    figures = {f"{name}/{what}": value for name, found in measured.items() for what, value in found.items()}
    figures["peak_memory_mb"] = peak_memory_mb()
    figures["batch/users_per_second"] = users_per_second(model)
    figures["load/median_s"] = float(np.median([seconds_of(lambda: load(run, data)) for _ in range(REPETITIONS)]))
    return {name: round(value, 3) for name, value in figures.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure a run and write the result."""
    parser = argparse.ArgumentParser(description="Latency, throughput and memory of a trained model.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--calls", type=int, default=50, help="calls behind each latency")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    torch.set_num_threads(given.threads)
    recipe = load_trained(given.run).recipe
    machine, started = Machine.here(given.threads), time.perf_counter()
    figures = measure(given.run, given.data, given.calls)
    model = "joint" if len(recipe["tasks"]) > 1 else "single"
    result = Result(
        question=QUESTION,
        data=data_name(given.data),
        model=model,
        seed=int(recipe["training"]["seed"]),
        split="all",
        metrics={name: value for name, value in figures.items() if name != "peak_memory_mb"},
        seconds=round(time.perf_counter() - started, 1),
        peak_memory_mb=figures["peak_memory_mb"],
        commit=commit(),
        recipe=f"{recipe['model']['backbone']}, tasks: {', '.join(recipe['tasks'])}",
        machine=machine,
        data_sha256=data_sha256(given.data),
        details={"calls": given.calls, "k": K, "parameters": parameters(given.run)},
    )
    for name, value in figures.items():
        print(f"{name:40} {value:>10.2f}")
    print(result.write(given.results))


def parameters(run: Path) -> int:
    """Trained numbers in a model."""
    return sum(part.numel() for part in load_trained(run).network.parameters())


if __name__ == "__main__":
    main()
