"""Judges one seed: a joint run beside runs of single tasks, as `tastemaker compare` does.

    python -m benchmarks.compared JOINT SINGLE… --out FOLDER

writes `FOLDER/units.npz`, of both sides, every slice, task and metric what each unit adds, from which
`benchmarks.pooled` draws intervals over several seeds, and `FOLDER/compare.json` last.
"""

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.pooled import UNITS
from benchmarks.training_run import EVALUATION
from tastemaker.cli.comparing import keep, sides_of
from tastemaker.cli.tables import build
from tastemaker.data.split import Split
from tastemaker.evaluation.compare import ByTask, compare_sides
from tastemaker.evaluation.config import EvaluationConfig

SIDES: Final = ("joint", "alone")


def units(found: Mapping[str, ByTask]) -> dict[str, NDArray[Any]]:
    """Arrays by `side/slice/task/metric`: the parts of each unit, the unit's user in the last column."""
    return {
        f"{side}/{part}/{task}/{it.metric}": np.column_stack([figure.tally.parts, figure.clusters])
        for part, by_task in found.items()
        for task, it in by_task.items()
        for side in SIDES
        if (figure := getattr(it, side)).tally is not None
    }


def judge_seed(
    joint: Path, singles: Sequence[Path], out: Path, metrics: Mapping[str, str], changes: Sequence[str] = ()
) -> None:
    """Compare, then keep units and figures."""
    sides, judge = sides_of(joint, singles, Split.TEST)
    table = asdict(judge.config) | tomllib.loads("\n".join(it.removeprefix(EVALUATION) for it in changes))
    sides, judge = replace(sides, metrics=metrics), replace(judge, config=build(EvaluationConfig, table, "evaluation"))
    found = compare_sides(sides, judge, lambda line: print(line, flush=True))
    out.mkdir(parents=True, exist_ok=True)
    beside = out / ".units.part.npz"
    np.savez_compressed(beside, **units(found))  # type: ignore[arg-type]  # numpy's stubs take every keyword for a flag
    beside.replace(out / UNITS)
    keep(found, sides, judge, joint, out)


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge what the arguments name."""
    parser = argparse.ArgumentParser(description="Judge one seed of a joint run beside single ones.")
    parser.add_argument("joint", type=Path)
    parser.add_argument("singles", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--metric", action="append", default=[], metavar="TASK=METRIC")
    parser.add_argument("--set", action="append", default=[], metavar="evaluation.KEY=VALUE")
    given = parser.parse_args(arguments)
    metrics = dict(pair.split("=", 1) for pair in given.metric)
    judge_seed(given.joint, given.singles, given.out, metrics, given.set)


if __name__ == "__main__":
    main()
