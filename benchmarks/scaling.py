"""How do time and memory grow with users and items?

    python -m benchmarks.scaling --scales 1 3 10

Made-up data sets in the shape of Amazon Beauty, one, three and ten times as many users and items (see
`benchmarks.synthetic`), each measured in a process of its own by `benchmarks.scaling_probe`, stage by stage, over some
steps and not whole epochs. One result a scale, the exponents between the first and the last scale in `details` of
the last (1: in proportion to the scale), and a picture, `docs/scaling.png`. Seconds are the processor's. A target
scores the whole catalog, so its time is expected to grow with the items, and an epoch's with users times items.
"""

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measured import cost_of, forget, run_measured
from benchmarks.result import RESULTS, ROOT, Result, commit, data_sha256
from benchmarks.scaling_chart import draw_scaling
from benchmarks.synthetic import write_synthetic

QUESTION: Final = "scaling"
RECIPE: Final = "recipes/sasrec.toml"
MODEL: Final = "sasrec"

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """What is measured, and where it goes."""

    scales: tuple[float, ...]
    runs: Path
    steps: int
    users: int
    repetitions: int
    threads: int
    results: Path = RESULTS

    def data(self, scale: float) -> Path:
        """Folder of a data set."""
        return self.runs / f"synthetic_{scale:g}x"

    def place(self, scale: float) -> Path:
        """Where the log, the cost and the figures of a scale stand, but for their endings."""
        return self.runs / f"measured_{scale:g}x"


def measure(plan: Plan, scale: float) -> Figures:
    """Write the data set unless it is there, and measure it anew."""
    data, place = plan.data(scale), plan.place(scale)
    if not (data / "dataset.json").exists():
        write_synthetic(data, scale)
    figures = place.with_suffix(".json")
    how = {"steps": plan.steps, "users": plan.users, "repetitions": plan.repetitions, "threads": plan.threads}
    words = {"data": data, "out": figures, "recipe": RECIPE, **how}
    command = [sys.executable, "-m", "benchmarks.scaling_probe"]
    forget(place)
    run_measured(
        f"{scale:g}x",
        [*command, *(word for name, value in words.items() for word in (f"--{name}", str(value)))],
        place,
        plan.threads,
    )
    found: dict[str, float] = json.loads(figures.read_text(encoding="utf-8"))
    return found | {"epoch_s": epoch_seconds(found)}


def epoch_seconds(found: Figures) -> float:
    """What an epoch takes without validation: drawing and planning it, and a step for all its targets."""
    steps = found["targets_an_epoch"] * found["us_per_target"] / 1e6
    return round(found["draw_epoch_s"] + found["plan_epoch_s"] + steps, 1)


def exponents(first: Figures, last: Figures) -> dict[str, float]:
    """Of every figure, p in `figure ~ scale ^ p`, the scale being that of the items."""
    grown = math.log(last["items"] / first["items"])
    return {
        name: round(math.log(last[name] / first[name]) / grown, 2)
        for name in last
        if name in first and min(first[name], last[name]) > 0
    }


def write_result(plan: Plan, scale: float, found: Figures, grown: Figures) -> Path:
    """The file of one scale."""
    cost = cost_of(plan.place(scale))
    return Result(
        question=QUESTION,
        data="synthetic",
        model=f"{MODEL}_{scale:g}x",
        seed=0,
        split="train",
        metrics=found,
        seconds=cost.seconds,
        peak_memory_mb=cost.peak_memory_mb,
        commit=commit(),
        recipe=f"{RECIPE}, {plan.steps} steps",
        machine=cost.machine,
        data_sha256=data_sha256(plan.data(scale)),
        details={"exponents": grown} if grown else {},
    ).write(plan.results)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all scales, write results and picture."""
    parser = argparse.ArgumentParser(description="Time and memory as users and items grow.")
    parser.add_argument("--scales", type=float, nargs="+", default=[1, 3, 10])
    parser.add_argument("--steps", type=int, default=40, help="optimizer steps timed at each scale")
    parser.add_argument("--users", type=int, default=2048, help="ranked at once")
    parser.add_argument("--repetitions", type=int, default=5, help="of ranking")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=Path, default=Path("runs/scaling"))
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--picture", type=Path, default=ROOT / "docs" / "scaling.png")
    given = parser.parse_args(arguments)
    size = (given.steps, given.users, given.repetitions, given.threads)
    plan = Plan(tuple(sorted(set(given.scales))), given.runs.resolve(), *size, given.results)
    found = {scale: measure(plan, scale) for scale in plan.scales}
    first, last = plan.scales[0], plan.scales[-1]
    grown = exponents(found[first], found[last]) if first < last else {}
    for scale in plan.scales:
        print(write_result(plan, scale, found[scale], grown if scale == last else {}))
    for name, power in grown.items():
        print(f"{name:25} grows with the scale to the power of {power}")
    draw_scaling(list(found.values()), given.picture)
    print(given.picture)


if __name__ == "__main__":
    main()
