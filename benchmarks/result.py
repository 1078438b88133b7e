"""One result, one JSON file: `benchmarks/results/QUESTION/DATA-MODEL-SEED.json`.

PyTorch is not imported here: the scripts that start measured processes stay small, since a process that is forked off
starts with its parent's peak memory.
"""

import hashlib
import json
import os
import resource
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "benchmarks" / "results"

OPTIONAL: Final = ("intervals", "differences", "baselines", "slices", "details")
"""Fields that are left out of the file where they are empty."""


@dataclass(frozen=True)
class Machine:
    """What a result was measured on."""

    processor: str
    cores: int
    threads: int
    """Threads that the measured process might use."""
    load: float
    """Load average over the last minute: how much else was going on."""

    @classmethod
    def here(cls, threads: int) -> "Machine":
        """This machine, now."""
        lines = _text(Path("/proc/cpuinfo")).splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        return cls(names[0] if names else "unknown", os.cpu_count() or 1, threads, round(os.getloadavg()[0], 2))


@dataclass(frozen=True)
class Result:
    """What one model reached on one data set, and how."""

    question: str
    data: str
    model: str
    seed: int | str
    """`pooled` where the figures are over several seeds; `details` then says which."""
    split: str
    metrics: Mapping[str, float | None]
    """Figures by `task/metric`, or by what is measured."""
    seconds: float
    """Wall time of training, or of the measurement where nothing is trained; of all attempts, where it was resumed."""
    peak_memory_mb: float | None
    commit: str
    recipe: str
    machine: Machine
    data_sha256: str
    intervals: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """95 %, `[low, high]` by metric."""
    differences: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    """This model minus another: `{other: {metric: {"value", "low", "high"}}}`; `relative…` in shares of the other."""
    baselines: Mapping[str, Any] = field(default_factory=dict)
    """`{name: {metric: value}}`, where the baseline has no file of its own."""
    slices: Mapping[str, Any] = field(default_factory=dict)
    """As `tastemaker evaluate` gives them."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """Whatever else a reader needs: sizes, which tasks are simulated, steps."""

    @classmethod
    def frame(cls, question: str, data: Path, model: str, seed: int | str, recipe: str, machine: Machine) -> "Result":
        """A result on test at this commit that holds no figures yet."""
        return cls(
            question=question,
            data=data_name(data),
            model=model,
            seed=seed,
            split="test",
            metrics={},
            seconds=0.0,
            peak_memory_mb=None,
            commit=commit(),
            recipe=recipe,
            machine=machine,
            data_sha256=data_sha256(data),
        )

    @property
    def path(self) -> Path:
        """Place below the results folder."""
        return Path(self.question) / f"{self.data}-{self.model}-{self.seed}.json"

    def write(self, results: Path = RESULTS) -> Path:
        """Write the file beside its place, then rename it."""
        fields = {key: value for key, value in asdict(self).items() if value or key not in OPTIONAL}
        return write_json(results / self.path, fields)


def read_results(results: Path = RESULTS) -> list[dict[str, Any]]:
    """All results, in the order of their paths."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("*/*.json"))]


def write_json(path: Path, fields: object) -> Path:
    """Write beside, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps(fields, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    beside.replace(path)
    return path


def peak_memory_mb() -> float:
    """Most memory that this process held at once."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def commit() -> str:
    """The commit that is checked out; `-dirty` behind it where code or recipes differ from it."""
    head = _git("rev-parse", "HEAD")
    return f"{head}-dirty" if _git("status", "--porcelain", "--", "src", "recipes", "benchmarks/*.py") else head


def data_name(folder: Path) -> str:
    """What `dataset.json` calls the data set."""
    return str(json.loads((folder / "dataset.json").read_text(encoding="utf-8"))["name"])


def data_sha256(folder: Path) -> str:
    """One checksum over the names and contents of all tables of a data set."""
    whole = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        whole.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown" if arguments[0] == "rev-parse" else ""
    return done.stdout.strip()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
