"""A log from the command line to the data set, and what is said of it."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tastemaker.cli.prepare_progress import prepare_progress
from tastemaker.data.storage import read_table


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text("customer,item,time\nann,A,1\nann,B,2\nbob,A,3\nbob,,4\n")
    return path


def test_a_log_becomes_a_data_set(run, log, tmp_path):
    out = tmp_path / "shop"
    result = run(
        "prepare",
        "--format",
        "csv",
        log,
        "--out",
        out,
        "--column",
        "user_id=customer",
        "--column",
        "item_id=item",
        "--column",
        "timestamp=time",
        "--event",
        "buy",
    )
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{out}: 3 interactions, 2 items, 2 users. Next: tastemaker train RECIPE --out RUN\n"
    assert "log.csv: 4 rows read, 0 repaired, 1 rejected (no item id: 1).\n" in result.stderr
    assert read_table(out, "interactions")["event"].to_list() == ["buy"] * 3


def test_a_missing_column_is_one_line(run, log, tmp_path):
    result = run("prepare", "--format", "csv", log, "--out", tmp_path / "shop")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"error: {log}: expected columns for user_id, item_id, timestamp, found customer, item, time. "
        "Pass --column user_id=customer --column item_id=item --column timestamp=time.\n"
    )


def test_strict(run, log, tmp_path):
    flags = ["--column", "user_id=customer", "--column", "item_id=item", "--column", "timestamp=time", "--strict"]
    result = run("prepare", "--format", "csv", log, "--out", tmp_path / "shop", *flags)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("error: log.csv:5: no item id (")
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--format", "csv"], "expected the PATH of your files beside --format csv, found none."),
        (["--format", "csv", "a.csv", "--path", "p"], "give --format F PATH or SOURCE --path P, not both."),
        (["movielens-100k", "extra"], "expected one SOURCE, found movielens-100k, extra."),
        (["--format", "s3rec", "a", "b"], "expected one PATH, found a, b."),
        (
            ["--format", "s3rec", "a", "--event", "buy"],
            "--column, --items and the like go with --format csv, jsonl, parquet, amazon, movielens, recbole, mind "
            "alone.",
        ),
    ],
)
def test_usage_errors(run, stages, arguments, complaint):
    result = run("prepare", *arguments, "--out", "x")
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert stages.calls == []


def test_help_teaches_a_log(run):
    shown = " ".join(run("prepare", "--help").stdout.split())
    assert (
        "tastemaker prepare --format csv log.csv --out data/shop --column user_id=customer --column item_id=sku"
        in shown
    )
    assert all(flag in shown for flag in ("--column", "--event", "--rating-scale", "--strict"))


def test_progress_is_a_bar_on_a_terminal_alone() -> None:
    terminal, file = (
        Console(file=io.StringIO(), force_terminal=is_terminal, width=80) for is_terminal in (True, False)
    )
    for console in (terminal, file):
        with prepare_progress(console) as track:
            track("reading", 0.5)
    assert "reading" in terminal.file.getvalue()
    assert file.file.getvalue() == ""


def test_an_encoding_is_named(run, tmp_path):
    path, out = tmp_path / "log.csv", tmp_path / "shop"
    path.write_bytes("user_id,item_id,timestamp\n小明,耳机,1\n".encode("gb18030"))
    assert run("prepare", "--format", "csv", path, "--out", out, "--encoding", "gb18030").exit_code == 0
    assert read_table(out, "interactions")["user_id"].to_list() == ["小明"]
    result = run("prepare", "--format", "csv", path, "--out", out, "--encoding", "gb18031")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: --encoding: expected the name of an encoding, such as utf-8, ")
    assert result.stderr.endswith("; found 'gb18031'. Did you mean 'gb18030'?\n")
