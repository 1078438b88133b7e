import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tastemaker.checkpoint import store
from tastemaker.checkpoint.store import (
    Checkpoint,
    files_of_others,
    has_weights,
    load_checkpoint,
    remove_run,
    replace_best,
    save_checkpoint,
)
from tastemaker.errors import CheckpointError


def checkpoint(step: int) -> Checkpoint:
    return Checkpoint(step, {"weights": {"a": torch.full((3,), float(step))}}, {"recipe": {"name": "é", "step": step}})


def test_round_trip(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(5), ("last", "best"))
    loaded = load_checkpoint(tmp_path, "last")
    assert loaded.step == 5
    assert loaded.tensors["weights"]["a"].tolist() == [5.0, 5.0, 5.0]
    assert loaded.documents == {"recipe": {"name": "é", "step": 5}}


def test_only_last_and_best_are_kept(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(1), ("last", "best"))
    save_checkpoint(tmp_path, checkpoint(2), ("last",))
    save_checkpoint(tmp_path, checkpoint(3), ("last",))
    assert sorted(path.name for path in (tmp_path / "checkpoints").iterdir()) == ["step-00000001", "step-00000003"]
    assert load_checkpoint(tmp_path, "best").step == 1
    assert load_checkpoint(tmp_path, "last").step == 3


def test_files_of_others(tmp_path: Path) -> None:
    assert files_of_others(tmp_path / "none") == files_of_others(tmp_path) == []
    (tmp_path / "tensorboard").mkdir()
    assert files_of_others(tmp_path) == ["tensorboard"]
    (tmp_path / "losses.jsonl").touch()
    (tmp_path / "checkpoints" / ".step-00000001.part").mkdir(parents=True)
    assert files_of_others(tmp_path) == [], "a run that was killed before its first checkpoint"
    (tmp_path / "checkpoints" / "theirs").mkdir()
    assert files_of_others(tmp_path) == ["checkpoints", "tensorboard", "losses.jsonl"]


def test_a_folder_without_its_last_checkpoint_has_weights_that_took_a_step(tmp_path: Path) -> None:
    assert not has_weights(tmp_path)
    save_checkpoint(tmp_path, checkpoint(0), ("best",))
    assert not has_weights(tmp_path), "killed before its first step, it begins anew"
    save_checkpoint(tmp_path, checkpoint(7), ("best",))
    assert has_weights(tmp_path), "as a trial of a search"


def test_no_run(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"expected a run with a best\.json, found none.*tastemaker train"):
        load_checkpoint(tmp_path, "best")


@pytest.mark.parametrize("name", ["weights.safetensors", "recipe.json"])
def test_a_truncated_file_is_named(tmp_path: Path, name: str) -> None:
    place = save_checkpoint(tmp_path, checkpoint(1), ("last",))
    (place / name).write_bytes((place / name).read_bytes()[:-3])
    with pytest.raises(
        CheckpointError, match=rf"{name}: expected the file that training wrote, found it missing, trunc"
    ):
        load_checkpoint(tmp_path, "last")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    place = save_checkpoint(tmp_path, checkpoint(1), ("last",))
    (place / "weights.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"weights\.safetensors: expected the file"):
        load_checkpoint(tmp_path, "last")


def test_a_newer_version_is_refused(tmp_path: Path) -> None:
    place = save_checkpoint(tmp_path, checkpoint(1), ("last",))
    manifest = json.loads((place / "manifest.json").read_text())
    (place / "manifest.json").write_text(json.dumps(manifest | {"version": 99}))
    with pytest.raises(CheckpointError, match="expected checkpoint version 1 or older, found 99. Upgrade"):
        load_checkpoint(tmp_path, "last")


def test_a_broken_pointer_or_manifest_is_named(tmp_path: Path) -> None:
    place = save_checkpoint(tmp_path, checkpoint(1), ("last",))
    for broken, missing in [("[]", "version"), ('{"version": 1, "step": "x"}', "step and files")]:
        (place / "manifest.json").write_text(broken)
        with pytest.raises(CheckpointError, match=rf"manifest\.json: expected {missing} in it, found none that fits\."):
            load_checkpoint(tmp_path, "last")
    (place / "manifest.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"manifest\.json: expected a JSON document"):
        load_checkpoint(tmp_path, "last")
    (tmp_path / "last.json").write_text('{"checkpoint": "step-9"}')
    with pytest.raises(CheckpointError, match="names checkpoint 'step-9', which is not in"):
        load_checkpoint(tmp_path, "last")
    for broken in ("[]", "{}", '{"checkpoint": 3}'):
        (tmp_path / "last.json").write_text(broken)
        with pytest.raises(CheckpointError, match=r"last\.json: expected checkpoint in it.*again with --overwrite\."):
            load_checkpoint(tmp_path, "last")


def test_a_full_disk_leaves_the_checkpoint_before_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_checkpoint(tmp_path, checkpoint(1), ("last",))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "save_file", full)
    with pytest.raises(CheckpointError, match=r"could not write the checkpoint .*No space left.*--resume"):
        save_checkpoint(tmp_path, checkpoint(2), ("last",))
    assert load_checkpoint(tmp_path, "last").step == 1
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-00000001"]


def test_a_run_killed_while_it_writes_keeps_the_checkpoint_before(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(1), ("last",))
    half = tmp_path / "checkpoints" / ".step-00000002.part"
    half.mkdir()
    (half / "weights.safetensors").write_bytes(b"half")
    assert load_checkpoint(tmp_path, "last").step == 1
    save_checkpoint(tmp_path, checkpoint(2), ("last",))
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["step-00000002"]


@pytest.mark.parametrize("pointers", [("last", "best"), ("best",)])
def test_the_best_checkpoint_stays_whole_until_another_of_its_step_replaces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pointers: tuple[str, ...]
) -> None:
    save_checkpoint(tmp_path, checkpoint(1), pointers)
    if "last" not in pointers:
        save_checkpoint(tmp_path, checkpoint(2), ("last",))
    mended = replace(checkpoint(1), documents={"recipe": {"name": "mended"}})

    plain = store.write_json

    def killed(path: Path, document: object) -> None:
        if path.stem == "best":
            raise KeyboardInterrupt
        plain(path, document)

    with monkeypatch.context() as patched:
        patched.setattr(store, "write_json", killed)
        with pytest.raises(KeyboardInterrupt):
            replace_best(tmp_path, mended)
    assert load_checkpoint(tmp_path, "best").documents == checkpoint(1).documents
    for again in range(3):
        replace_best(tmp_path, replace(mended, documents={"recipe": {"name": again}}))
        assert load_checkpoint(tmp_path, "best").documents == {"recipe": {"name": again}}
        assert load_checkpoint(tmp_path, "last").step == (1 if "last" in pointers else 2)
    assert len(list((tmp_path / "checkpoints").iterdir())) == (1 if "last" in pointers else 2)


def test_removing_a_run_leaves_other_files(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, checkpoint(1), ("last", "best"))
    (tmp_path / "notes.txt").write_text("mine")
    remove_run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
