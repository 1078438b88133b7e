"""`tastemaker rank`: whom it asks for, and the file that it writes."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from tastemaker.cli.rank_command import FORMS

LISTS = pl.DataFrame(
    {"user_id": ["a", "a", "b"], "rank": [1, 2, 1], "item_id": ["7", "8", "7"], "title": "Heat", "score": 0.5}
)


class Model:
    """Notes whom it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def rank(self, users: list[str] | None, k: int) -> pl.DataFrame:
        sys.stdout.write("noise of a library\n")
        self.asked.append((users, k))
        return LISTS


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    found, module = Model(), ModuleType("tastemaker.cli.stages")
    module.load = lambda run, new_items: found  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tastemaker.cli.stages", module)
    return found


@pytest.mark.parametrize("form", FORMS)
def test_all_users_into_every_form(run, model, tmp_path: Path, form: str) -> None:
    out = tmp_path / f"lists{form}"
    result = run("rank", "runs/x", "--out", out)
    assert (result.exit_code, result.stdout) == (0, f"{out}: 3 items for 2 users\n")
    assert model.asked == [(None, 10)]
    read = {".parquet": pl.read_parquet, ".csv": pl.read_csv, ".jsonl": pl.read_ndjson}[form](out)
    assert read["user_id"].to_list() == ["a", "a", "b"]
    assert read.columns == LISTS.columns
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_users_of_a_file(run, model, tmp_path: Path) -> None:
    (tmp_path / "users.txt").write_text("b\n\n  a \n")
    run("rank", "runs/x", "--users", tmp_path / "users.txt", "--out", tmp_path / "lists.csv", "-k", "3")
    assert model.asked == [(["b", "a"], 3)]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "expected a file with one user id a line, found no file. Check --users."),
        (b"\n \n", "expected one user id a line, found none. Leave --users out to serve all users."),
        (b"\xff\xfe", "expected user ids in UTF-8, one a line, found other bytes. Check --users."),
    ],
)
def test_a_file_without_users(run, model, tmp_path: Path, content: bytes | None, complaint: str) -> None:
    users = tmp_path / "users.txt"
    if content is not None:
        users.write_bytes(content)
    result = run("rank", "runs/x", "--users", users, "--out", tmp_path / "lists.csv")
    assert (result.exit_code, result.stderr) == (1, f"error: {users}: {complaint}\n")
    assert model.asked == []


def test_an_unknown_form_is_a_usage_error(run, model, tmp_path: Path) -> None:
    result = run("rank", "runs/x", "--out", tmp_path / "lists.xlsx")
    assert result.exit_code == 2
    assert "expected --out to end in .parquet, .csv, .jsonl, found 'lists.xlsx'." in result.stderr
    assert model.asked == []


def test_a_place_that_cannot_be_written(run, model, tmp_path: Path) -> None:
    result = run("rank", "runs/x", "--out", tmp_path / "none" / "lists.csv")
    assert result.exit_code == 1
    assert "no such file or directory" in result.stderr.lower()
    assert "Traceback" not in result.stderr
