"""Checkpoints on disk: safetensors and JSON under RUN/checkpoints, with pointer files `last.json` and `best.json`.

A checkpoint folder is written beside and renamed, with a manifest of checksums; a pointer file is replaced last. So a
run killed at any moment still has the checkpoint before.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
from safetensors.torch import load_file, save_file
from torch import Tensor

from tastemaker.data.storage import file_checksum
from tastemaker.errors import CheckpointError

VERSION = 1
POINTERS = ("last", "best")
LOSSES = "losses.jsonl"
FOLDERS = ("checkpoints", "tensorboard")
"""What else training writes."""
SECONDS = "seconds.json"
"""How long a run trained; beside its checkpoints."""
JUDGED = ("evaluation.json", "report.html", "compare.json", "compare.html")
"""What is found of a run that is trained, and goes with it."""

AGAIN = "Copy the run again, or train it again with --overwrite."


@dataclass(frozen=True)
class Checkpoint:
    """Named tensors and documents; what they mean is the caller's."""

    step: int
    tensors: Mapping[str, Mapping[str, Tensor]]
    """By file stem, e.g. `weights`, `training`."""
    documents: Mapping[str, Any]
    """By file stem, JSON-able, e.g. `recipe`, `training`."""


def save_checkpoint(run: Path, checkpoint: Checkpoint, pointers: tuple[str, ...]) -> Path:
    """Write a checkpoint and let `pointers` (`last`, `best`) name it; checkpoints that none names are removed.

    Raises:
        CheckpointError: the disk is full or the place cannot be written; the checkpoints before stay whole.
    """
    place = _free_place(run, checkpoint.step)
    beside = place.with_name(f".{place.name}.part")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        for stem, tensors in checkpoint.tensors.items():
            save_file(
                {name: tensor.detach().contiguous().cpu() for name, tensor in tensors.items()},
                beside / f"{stem}.safetensors",
            )
        for stem, document in checkpoint.documents.items():
            write_json(beside / f"{stem}.json", document)
        checksums = {path.name: file_checksum(path) for path in sorted(beside.iterdir())}
        write_json(beside / "manifest.json", {"version": VERSION, "step": checkpoint.step, "files": checksums})
        if place.exists():
            shutil.rmtree(place)
        beside.replace(place)
        for pointer in pointers:
            write_json(run / f"{pointer}.json", {"checkpoint": place.name})
    except (OSError, safetensors.SafetensorError) as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise CheckpointError(
            f"{place}: could not write the checkpoint ({error}). Free some space, then go on with --resume."
        ) from None
    _remove_unnamed(run)
    return place


def replace_best(run: Path, checkpoint: Checkpoint) -> None:
    """Write the best checkpoint of a run anew, which may be the last one, too.

    Raises:
        CheckpointError: as `save_checkpoint`.
    """
    is_last = (run / "last.json").read_bytes() == (run / "best.json").read_bytes()
    save_checkpoint(run, checkpoint, ("best", "last") if is_last else ("best",))


def load_checkpoint(run: Path, pointer: str) -> Checkpoint:
    """Read the checkpoint that `pointer` (`last` or `best`) names.

    Raises:
        CheckpointError: there is none, or it is truncated, altered or of a newer version.
    """
    place = checkpoint_folder(run, pointer)
    manifest = _read_object(place / "manifest.json", {"version": int})
    if manifest["version"] > VERSION:
        raise CheckpointError(
            f"{place}: expected checkpoint version {VERSION} or older, found {manifest['version']}. Upgrade tastemaker."
        )
    manifest = _read_object(place / "manifest.json", {"step": int, "files": dict})
    for name, checksum in manifest["files"].items():
        if not (place / name).is_file() or file_checksum(place / name) != checksum:
            raise CheckpointError(
                f"{place / name}: expected the file that training wrote, found it missing, truncated or altered. "
                + AGAIN
            )
    return Checkpoint(
        manifest["step"],
        {path.stem: load_file(path) for path in sorted(place.glob("*.safetensors"))},
        {path.stem: read_json(path) for path in sorted(place.glob("*.json")) if path.stem != "manifest"},
    )


def checkpoint_folder(run: Path, pointer: str) -> Path:
    """The folder that a pointer file names.

    Raises:
        CheckpointError: `run` is no run, or has no such checkpoint yet.
    """
    path = run / f"{pointer}.json"
    if not path.is_file():
        raise CheckpointError(
            f"{run}: expected a run with a {path.name}, found none. "
            f"Train one with `tastemaker train RECIPE --out {run}`."
        )
    name: str = _read_object(path, {"checkpoint": str})["checkpoint"]
    if not (run / "checkpoints" / name).is_dir():
        raise CheckpointError(f"{path}: names checkpoint {name!r}, which is not in {run / 'checkpoints'}. {AGAIN}")
    return run / "checkpoints" / name


def is_of_best(file: Path, run: Path) -> bool:
    """Whether what judges a run is there, and no older than its best checkpoint: training may have gone on since."""
    return file.exists() and file.stat().st_mtime >= (run / "best.json").stat().st_mtime


def write_json(path: Path, document: Any) -> None:
    """Write beside, then rename."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    beside.replace(path)


def read_json(path: Path) -> Any:
    """Read a JSON document of a checkpoint.

    Raises:
        CheckpointError: missing or no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{path}: expected a JSON document, found {error}. {AGAIN}") from None


def _read_object(path: Path, fields: Mapping[str, type]) -> dict[str, Any]:
    """Read a JSON object that has these fields, each of its type.

    Raises:
        CheckpointError: it has not.
    """
    document = read_json(path)
    known = document if isinstance(document, dict) else {}
    wrong = [name for name, kind in fields.items() if not isinstance(known.get(name), kind)]
    if wrong:
        raise CheckpointError(f"{path}: expected {' and '.join(wrong)} in it, found none that fits. {AGAIN}")
    return known


def _free_place(run: Path, step: int) -> Path:
    """A folder that no pointer names, so that a checkpoint of the same step stays whole until it is replaced."""
    name, named = f"step-{step:08d}", _named(run)
    names = (name, *(f"{name}-{number}" for number in range(2, len(POINTERS) + 2)))
    return run / "checkpoints" / next(name for name in names if name not in named)


def _named(run: Path) -> set[str]:
    """The checkpoints that pointers name."""
    return {checkpoint_folder(run, name).name for name in POINTERS if (run / f"{name}.json").is_file()}


def _remove_unnamed(run: Path) -> None:
    named = _named(run)
    for place in (run / "checkpoints").iterdir():
        if place.name not in named:
            shutil.rmtree(place, ignore_errors=True)


def remove_run(run: Path) -> None:
    """Make room for a new run: what an earlier one left in this folder goes, other files stay."""
    for name in ("last.json", "best.json", SECONDS, *JUDGED):
        (run / name).unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(run / name, ignore_errors=True)
    (run / LOSSES).unlink(missing_ok=True)  # last: by it what is left of a run is known as ours


def has_weights(run: Path) -> bool:
    """Whether there is a best checkpoint, of a model that has taken a step."""
    return (run / "best.json").is_file() and not checkpoint_folder(run, "best").name.startswith(f"step-{0:08d}")


def files_of_others(run: Path) -> list[str]:
    """What stands under names of ours in a folder that holds no run, not even one that was killed before its first
    checkpoint: that leaves a log of losses."""
    if not run.is_dir():
        return []
    named = [name for name in (*FOLDERS, LOSSES, *JUDGED) if (run / name).exists()]
    unlike = [place for place in (run / FOLDERS[0]).glob("*") if "step-" not in place.name]
    return named if unlike or LOSSES not in named else []
