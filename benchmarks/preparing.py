"""What does `tastemaker prepare` of a log of one's own cost, beside reading and writing the same file with polars?

    python -m benchmarks.preparing --rows 1000000 10000000

Logs are made up, seeded: a user, an item, a time, an event and a rating a row, a tenth as many users as rows. Each way
is measured in processes of its own by `benchmarks.preparing_probe`, in turns; the median of each counts, and the ratio
turn by turn. The processor's seconds, of all threads together, vary less than those of the clock on a busy machine.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import polars as pl

from benchmarks.measured import forget, run_measured
from benchmarks.preparing_probe import COLUMNS, WAYS
from benchmarks.result import RESULTS, Machine, Result, commit, data_sha256

QUESTION: Final = "preparing"
ITEMS: Final = 50_000
EVENTS: Final = ("view", "add_to_cart", "purchase")
BLOCK: Final = 1_000_000
"""Rows that are drawn at once."""

Turn = Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """What is measured, and where it goes."""

    rows: int
    repetitions: int
    threads: int
    runs: Path
    results: Path = RESULTS

    @property
    def log(self) -> Path:
        """The file that is read."""
        return self.runs / f"log_{self.rows}.csv"


def write_log(path: Path, rows: int, seed: int = 0) -> None:
    """Write a log of so many rows, in order of nothing."""
    random = np.random.default_rng(seed)
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        for start in range(0, rows, BLOCK):
            count = min(BLOCK, rows - start)
            values = (
                random.integers(0, max(1, rows // 10), count),
                np.minimum(random.pareto(1.2, count) * 500, ITEMS - 1).astype(np.int64),
                random.integers(1_300_000_000, 1_400_000_000, count),
                np.array(EVENTS)[random.integers(0, len(EVENTS), count)],
                random.integers(1, 6, count),
            )
            table = pl.DataFrame(dict(zip(COLUMNS.values(), values, strict=True)))
            named = table.with_columns(customer=pl.format("c{}", "customer"), sku=pl.format("p{}", "sku"))
            named.write_csv(file, include_header=not start)
    beside.replace(path)


def measure(plan: Plan) -> dict[str, list[Turn]]:
    """Turns of each way."""
    turns: dict[str, list[Turn]] = {way: [] for way in WAYS}
    for repetition in range(plan.repetitions):
        for way in WAYS:
            place = plan.runs / f"{way}_{plan.rows}"
            words = {"way": way, "log": plan.log, "out": place / "out", "figures": place.with_suffix(".json")}
            command = [word for name, value in words.items() for word in (f"--{name}", str(value))]
            forget(place)
            named = f"{way}, {plan.rows:,} rows, turn {repetition + 1}"
            run_measured(named, [sys.executable, "-m", "benchmarks.preparing_probe", *command], place, plan.threads)
            turns[way].append(json.loads(place.with_suffix(".json").read_text(encoding="utf-8")))
    return turns


def figures(turns: Mapping[str, Sequence[Turn]]) -> dict[str, float]:
    """Medians of each way, the most memory, and the ratio of ours to plain, turn by turn."""
    found: dict[str, float] = {}
    for kind in ("seconds", "cpu_seconds"):
        found |= {f"{way}/{kind}": median(turn[kind] for turn in turns[way]) for way in turns}
        ratios = [ours[kind] / plain[kind] for ours, plain in zip(turns["ours"], turns["plain"], strict=True)]
        found |= {f"ratio/{kind}{end}": of(ratios) for end, of in (("", median), ("/min", min), ("/max", max))}
    found |= {f"{way}/peak_memory_mb": max(turn["peak_memory_mb"] for turn in turns[way]) for way in turns}
    return {name: round(float(value), 2) for name, value in found.items()}


def result(plan: Plan, machine: Machine, turns: Mapping[str, Sequence[Turn]], seconds: float) -> Result:
    """One file for a size."""
    details: dict[str, Any] = {"rows": plan.rows, "megabytes": plan.log.stat().st_size // 10**6, "turns": turns}
    return Result(
        question=QUESTION,
        data="made_up_log",
        model=f"csv_{plan.rows}",
        seed=0,
        split="all",
        metrics=figures(turns),
        seconds=round(seconds, 1),
        peak_memory_mb=max(turn["peak_memory_mb"] for turn in turns["ours"]),
        commit=commit(),
        recipe=f"prepare --format csv, {plan.repetitions} turns",
        machine=machine,
        data_sha256=data_sha256(plan.runs / f"ours_{plan.rows}" / "out"),
        details=details,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all sizes, write a result each."""
    parser = argparse.ArgumentParser(description="Time and memory of preparing a log.")
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=Path, default=Path("runs/preparing"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    for rows in given.rows:
        plan = Plan(rows, given.repetitions, given.threads, given.runs.resolve(), given.results)
        plan.runs.mkdir(parents=True, exist_ok=True)
        if not plan.log.exists():
            write_log(plan.log, rows)
        machine, started = Machine.here(plan.threads), time.perf_counter()
        turns = measure(plan)
        found = result(plan, machine, turns, time.perf_counter() - started)
        print(found.write(plan.results))
        for name, value in found.metrics.items():
            print(f"{name:28} {value}")


if __name__ == "__main__":
    main()
