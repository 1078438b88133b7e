"""Results on disk: the fields of the protocol, written whole or not at all."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from benchmarks.result import Machine, Result, data_sha256, peak_memory_mb, read_results

FIELDS = {
    *("question", "data", "model", "seed", "split", "metrics", "seconds", "peak_memory_mb"),
    *("commit", "recipe", "machine", "data_sha256"),
}
RESULT = Result(
    question="speed",
    data="shop",
    model="joint",
    seed=3,
    split="test",
    metrics={"next_item/ndcg@10": 0.25},
    seconds=1.5,
    peak_memory_mb=None,
    commit="abc",
    recipe="recipes/demo.toml",
    machine=Machine("a processor", 2, 1, 0.5),
    data_sha256="0" * 64,
)


def test_a_result_has_exactly_the_fields_of_the_protocol(tmp_path: Path) -> None:
    path = RESULT.write(tmp_path)
    assert path == tmp_path / "speed" / "shop-joint-3.json"
    written = json.loads(path.read_text())
    assert set(written) == FIELDS
    assert written["machine"] == {"processor": "a processor", "cores": 2, "threads": 1, "load": 0.5}
    assert [file.name for file in path.parent.iterdir()] == ["shop-joint-3.json"], "nothing is left beside it"


def test_optional_fields_are_written_where_they_say_something(tmp_path: Path) -> None:
    replace(RESULT, intervals={"next_item/ndcg@10": (0.2, 0.3)}).write(tmp_path)
    (read,) = read_results(tmp_path)
    assert set(read) == FIELDS | {"intervals"}
    assert read["intervals"] == {"next_item/ndcg@10": [0.2, 0.3]}


def test_results_are_read_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for seed in (2, 0, 1):
        replace(RESULT, seed=seed).write(tmp_path)
    assert [found["seed"] for found in read_results(tmp_path)] == [0, 1, 2]


def test_the_checksum_is_over_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "b.parquet").write_bytes(b"two")
    (tmp_path / "a.parquet").write_bytes(b"one")
    (tmp_path / "notes.txt").write_text("not a table")
    one, two = (hashlib.sha256(part).hexdigest() for part in (b"one", b"two"))
    whole = hashlib.sha256(f"a.parquet {one}\nb.parquet {two}\n".encode()).hexdigest()
    assert data_sha256(tmp_path) == whole


def test_this_process_holds_some_memory() -> None:
    assert 5 < peak_memory_mb() < 100_000
