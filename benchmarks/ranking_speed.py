"""For how many users a second is the whole catalog ranked, seen items masked, the ten best kept?

    python -m benchmarks.ranking_speed --data data/beauty --threads 1 2
    python -m benchmarks.ranking_speed --data data/beauty --run runs/ranking/beauty/sasrec-0

Without `--run` the model is that of a recipe as initialised: the weights do not change the speed. `lists` is the
ranking alone, `table` the whole of `tastemaker rank` but loading and writing the file, `one_user` single calls of
`recommend` without reasons. The median over repetitions counts; each notes the load of the machine.
"""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256, peak_memory_mb
from tastemaker.checkpoint.trained import TrainedModel, load_trained
from tastemaker.cli.recipe import read_recipe
from tastemaker.cli.stages import new_model
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import DataConfig
from tastemaker.inference.batch_ranking import rank_histories
from tastemaker.inference.recommender import Recommender

QUESTION: Final = "ranking_speed"
K: Final = 10
ENDS: Final = (("", np.median), ("/min", np.min), ("/max", np.max))
CALLS: Final = 200
"""Calls for single users behind a latency."""


def fresh(recipe: Path, data: Path, settings: Sequence[str] = ()) -> Recommender:
    """A recipe's model as initialised, with `settings` as of `--set`."""
    read = read_recipe(recipe, [f'data.path="{data}"', *settings])
    dataset = Dataset.load(read.data)
    torch.manual_seed(read.training.seed)
    model = new_model(read, dataset, lambda line: None)
    model.network.eval()
    return Recommender(model, lambda: dataset)


def trained(run: Path, data: Path) -> Recommender:
    """The model of a run."""
    dataset = Dataset.load(DataConfig(path=str(data), test_items=1, validation_items=1))
    return Recommender(load_trained(run), lambda: dataset)


def repeated(call: Callable[[], object], repetitions: int) -> list[dict[str, float]]:
    """Seconds of each call after a first that does not count, wall and processor, and the load meanwhile."""
    call()
    took = []
    for _ in range(repetitions):
        started, busy = time.perf_counter(), time.process_time()
        call()
        seconds = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - busy}
        took.append(seconds | {"load": round(os.getloadavg()[0], 2)})
    return took


def longest_history(model: TrainedModel) -> int:
    """How much of a history is read."""
    tasks: dict[str, dict[str, Any]] = model.recipe["tasks"]
    return min(max(int(task.get("max_history", 1)) for task in tasks.values()), model.network.config.longest_prompt - 1)


def measure(model: Recommender, threads: int, users: int, repetitions: int) -> dict[str, list[dict[str, float]]]:
    """All timings with so many threads."""
    torch.set_num_threads(threads)
    ids = model.dataset.user_ids[:users]
    histories = [model.dataset.history(row) for row in range(len(ids))]
    longest, each = longest_history(model.model), ids[:: max(1, len(ids) // CALLS)][:CALLS]
    return {
        "lists": repeated(lambda: rank_histories(model.reader, histories, K, longest), repetitions),
        "table": repeated(lambda: model.rank(ids, K), repetitions),
        "one_user": [
            took
            for user in each
            for took in repeated(partial(model.recommend, user=user, k=K, reasons=False), repetitions=1)
        ],
    }


def figures(timings: dict[str, list[dict[str, float]]], users: int) -> dict[str, float]:
    """Users a second, median, lowest and highest; milliseconds of one."""
    found: dict[str, float] = {}
    for name in ("lists", "table"):
        rates = [users / took["seconds"] for took in timings[name]]
        found |= {f"{name}/users_per_second{end}": of(rates) for end, of in ENDS}
        found[f"{name}/users_per_cpu_second"] = float(
            np.median([users / took["cpu_seconds"] for took in timings[name]])
        )
    calls = [took["seconds"] * 1000 for took in timings["one_user"]]
    found |= {"one_user/median_ms": float(np.median(calls)), "one_user/p95_ms": float(np.percentile(calls, 95))}
    return {name: round(float(value), 2) for name, value in found.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser(description="Users ranked a second, in batch and alone.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--run", type=Path, help="a trained run; a fresh model of the recipe by default")
    parser.add_argument("--recipe", type=Path, default=Path("recipes/sasrec.toml"))
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--users", type=int, default=20_000, help="at most")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    model = trained(given.run, given.data) if given.run else fresh(given.recipe, given.data)
    users = min(given.users, len(model.dataset.user_ids))
    timings = {threads: measure(model, threads, users, given.repetitions) for threads in given.threads}
    found = {
        f"{threads}_thread{'s' if threads > 1 else ''}/{name}": value
        for threads, timing in timings.items()
        for name, value in figures(timing, users).items()
    }
    network = model.model.network
    result = Result(
        question=QUESTION,
        data=data_name(given.data),
        model=(given.run or given.recipe).stem,
        seed=int(model.model.recipe["training"]["seed"]),
        split="all",
        metrics=found,
        seconds=round(time.perf_counter() - started, 1),
        peak_memory_mb=peak_memory_mb(),
        commit=commit(),
        recipe=str(given.run or given.recipe),
        machine=Machine.here(max(given.threads)),
        data_sha256=data_sha256(given.data),
        details={
            "users": users,
            "items": len(model.model.catalog),
            "k": K,
            "parameters": sum(part.numel() for part in network.parameters()),
            "loads": {str(threads): [took["load"] for took in timing["lists"]] for threads, timing in timings.items()},
        },
    )
    for name, value in found.items():
        print(f"{name:45} {value:>10,.1f}")
    print(result.write(given.results))


if __name__ == "__main__":
    main()
