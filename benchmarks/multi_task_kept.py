"""What stays of a seed of `benchmarks.multi_task`, so that seeds that were run at other times or places can be pooled.

Beside its result stands `units/RESULT.npz`, of both sides what each unit adds to each metric (`benchmarks.compared`).
Training runs are hours and gigabytes; these are kilobytes, and hold no word and no name of the data.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.pooled import UNITS, Units, read_npz
from tastemaker.evaluation.compare import WHOLE

GAIN = ("change", "low", "high", "difference")
"""What is kept of how a task changed."""
_SAME = {"recipe_sha256": "the text of the recipe", "settings_alone": "the settings of the tasks alone"}
"""What the results of seeds that are pooled say alike, in words."""


@dataclass(frozen=True)
class Seed:
    """One seed's result, and its units."""

    result: Mapping[str, Any]
    units: Units

    @property
    def parts(self) -> dict[str, Mapping[str, Any]]:
        """The whole and every slice: `{"joint", "alone", "gains"}`, each by `task/metric`."""
        told = self.result["details"]
        whole = {"joint": self.result["metrics"], **self.result["baselines"], "gains": told["gains"]}
        return {WHOLE: whole, **told.get("slices", {})}

    def tasks(self, part: str) -> dict[str, dict[str, Any]]:
        """As the `tasks` of a `compare.json`."""
        of_part = self.parts[part]
        return {
            name.partition("/")[0]: {
                "metric": name.partition("/")[2],
                **{side: of_part[side][name] for side in ("joint", "alone")},
                **gain,
            }
            for name, gain in of_part["gains"].items()
        }


def sides_and_gains(tasks: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The `tasks` of a `compare.json` by `task/metric`: `{"joint", "alone", "gains"}`."""
    named = {f"{task}/{it['metric']}": it for task, it in tasks.items()}
    return {
        **{side: {name: it[side] for name, it in named.items()} for side in ("joint", "alone")},
        "gains": {name: {key: it[key] for key in GAIN if key in it} for name, it in named.items()},
    }


def units_path(result: Path) -> Path:
    """Where the units of a result stand."""
    return result.parent / "units" / f"{result.stem}.npz"


def keep_units(judged: Path, result: Path) -> None:
    """Put the units of a judged folder beside a result."""
    place = units_path(result)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.part")
    shutil.copyfile(judged / UNITS, beside)
    beside.replace(place)


def read_seed(result: Path) -> Seed:
    """A seed that was judged, here or elsewhere.

    Raises:
        SystemExit: it was not, or its units were not kept.
    """
    for path in (result, units_path(result)):
        if not path.exists():
            raise SystemExit(f"{path}: expected a seed that was judged before, found none. Name it under --seeds.")
    return Seed(json.loads(result.read_text(encoding="utf-8")), read_npz(units_path(result)))


def check_alike(seeds: Sequence[Seed]) -> None:
    """See whether seeds were run by the same recipe on the same data.

    Raises:
        SystemExit: they were not.
    """
    for seed in seeds[1:]:
        for what, ours, theirs in ((key, seeds[0].result[key], seed.result[key]) for key in ("data_sha256", "recipe")):
            own = f"training.seed={seed.result['seed']}"
            if theirs.replace(own, f"training.seed={seeds[0].result['seed']}") != ours:
                raise SystemExit(f"seed {seed.result['seed']}, {what}: expected {ours}, found {theirs}. Run it anew.")
        for key, what in _SAME.items():
            if seed.result["details"].get(key) != seeds[0].result["details"].get(key):
                raise SystemExit(
                    f"seed {seed.result['seed']}: expected {what} of seed {seeds[0].result['seed']}, found another. "
                    "Run it anew."
                )
