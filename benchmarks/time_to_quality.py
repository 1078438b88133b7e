"""How long does training take to be nearly as good as it gets?

    python -m benchmarks.time_to_quality --data data/beauty \
        --runs tastemaker=runs/ranking/beauty/tastemaker-0 rectools_sasrec=runs/peers/beauty/rectools_sasrec-0

Reads finished runs, ours and peers', told apart by what their folders hold. The curve of a run is the NDCG@10 on
validation by which it chose its weights, against the seconds that it trained until then: validation, checkpoints and
the pauses of a resumed run do not count. Two levels are asked for: 95 % of a run's own best, and 95 % of the best of
the weakest run here, which is one level for all. Seconds of different runs compare only on one machine equally busy.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from benchmarks.result import RESULTS, Machine, Result, commit, data_name, data_sha256

QUESTION: Final = "time_to_quality"
METRIC: Final = "ndcg@10"
TASK: Final = "next_item"
SHARE: Final = 0.95


@dataclass(frozen=True)
class Curve:
    """Validation in the course of a training."""

    seconds: tuple[float, ...]
    """Of training, until each validation."""
    values: tuple[float, ...]
    """NDCG@10."""

    @property
    def best(self) -> float:
        """The highest value."""
        return max(self.values)

    def seconds_to(self, level: float) -> float | None:
        """Seconds until the first validation that reaches `level`; None where none does."""
        reached = [seconds for seconds, value in zip(self.seconds, self.values, strict=True) if value >= level]
        return reached[0] if reached else None


def read_curve(folder: Path) -> Curve:
    """The curve of a finished run of ours, or of a peer's.

    Raises:
        SystemExit: the folder holds neither, or a run that did not validate by NDCG@10.
    """
    if (folder / "cost.json").exists():
        cost = json.loads((folder / "cost.json").read_text(encoding="utf-8"))
        return Curve(tuple(np.cumsum(cost["seconds_per_epoch"]).tolist()), tuple(cost[f"validation_{METRIC}"]))
    if not (folder / "losses.jsonl").exists():
        raise SystemExit(f"{folder}: expected a run with losses.jsonl or cost.json, found neither. Check --runs.")
    records = [json.loads(line) for line in (folder / "losses.jsonl").read_text(encoding="utf-8").splitlines()]
    values = {it["step"]: it[METRIC][TASK] for it in records if it["split"] == "validation" and METRIC in it}
    if not values:
        raise SystemExit(
            f"{folder}/losses.jsonl: expected {METRIC} of validation, found none. Train again: older runs lack it."
        )
    spent = training_seconds(step_times(folder / "tensorboard"), frozenset(values))
    return Curve(tuple(spent.get(step, 0.0) for step in values), tuple(values.values()))


def step_times(folder: Path) -> dict[int, float]:
    """When each optimizer step was done, in seconds since 1970, as TensorBoard's files have it."""
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    return {event.step: event.wall_time for event in events.Scalars(f"{TASK}/train")}


def training_seconds(times: Mapping[int, float], validations: frozenset[int]) -> dict[int, float]:
    """Seconds of training until each step; a step after a validation counts as much as a median one."""
    gaps = {after: times[after] - times[before] for before, after in pairwise(sorted(times))}
    usual = median(gaps[step] for step in gaps if step - 1 not in validations)
    lasted = {step: usual if step - 1 in validations else gaps.get(step, usual) for step in sorted(times)}
    return dict(zip(lasted, np.cumsum(list(lasted.values())).tolist(), strict=True))


def figures(curves: Mapping[str, Curve]) -> dict[str, float | None]:
    """Seconds to both levels, and the best value, by run."""
    common = SHARE * min(curve.best for curve in curves.values())
    found: dict[str, float | None] = {"common_level": round(common, 5)}
    for name, curve in curves.items():
        seconds = {"own_95": curve.seconds_to(SHARE * curve.best), "common_level": curve.seconds_to(common)}
        found[f"{name}/best_validation"] = round(curve.best, 5)
        found |= {f"{name}/seconds_to_{level}": value and round(value, 1) for level, value in seconds.items()}
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the runs and write the result."""
    parser = argparse.ArgumentParser(description="Seconds of training to 95 % of the final NDCG@10.")
    parser.add_argument("--data", type=Path, required=True, help="data set folder")
    parser.add_argument("--runs", nargs="+", required=True, metavar="NAME=FOLDER")
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    named = dict(_named(each) for each in given.runs)
    curves = {name: read_curve(folder) for name, folder in named.items()}
    found = figures(curves)
    details: dict[str, Any] = {name: vars(curve) for name, curve in curves.items()}
    result = Result(
        question=QUESTION,
        data=data_name(given.data),
        model="side_by_side",
        seed=0,
        split="validation",
        metrics=found,
        seconds=sum(curve.seconds[-1] for curve in curves.values()),
        peak_memory_mb=None,
        commit=commit(),
        recipe=", ".join(curves),
        machine=Machine.here(1),
        data_sha256=data_sha256(given.data),
        details={"curves": details},
    )
    for name, value in found.items():
        print(f"{name:50} {value}")
    print(result.write(given.results))


def _named(text: str) -> tuple[str, Path]:
    name, is_given, folder = text.partition("=")
    if not (name and is_given and folder):
        raise SystemExit(f"--runs: expected NAME=FOLDER, found {text!r}.")
    return name, Path(folder)


if __name__ == "__main__":
    main()
