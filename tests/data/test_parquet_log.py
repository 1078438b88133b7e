from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from polars.testing.parametric import series

from tastemaker.data import parquet_log
from tastemaker.data.parquet_log import parquet_chunks, parquet_columns
from tastemaker.errors import DataError


def test_every_type_becomes_text(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    moment = datetime(2013, 1, 4, 1, 56, 16, tzinfo=UTC)
    table = pl.DataFrame(
        {
            "whole": [7, None],
            "float": [7.0, 4.5],
            "time": [moment, None],
            "plain": [moment.replace(tzinfo=None), None],
            "day": [date(2013, 1, 4), None],
            "text": ["很好", ""],
            "list": [["a", "b"], []],
            "pairs": [{"a": 1}, {"a": 2}],
            "kind": pl.Series(["x", "y"], dtype=pl.Categorical),
            "bytes": [b"ab", None],
            "infinite": [float("inf"), float("nan")],
        }
    )
    table.write_parquet(path)
    assert parquet_columns(path) == tuple(table.columns)
    [chunk] = parquet_chunks(path, table.columns)
    assert set(chunk.table.dtypes) == {pl.String}
    first, second = chunk.table.rows()
    whole, lists = ("7", "7", "1357264576", "1357264576", "2013-01-04", "很好"), ('["a","b"]', '{"a":1}')
    assert first == (*whole, *lists, "x", "ab", "inf")
    assert second == (None, "4.5", None, None, None, "", "[]", '{"a":2}', "y", None, "NaN")
    assert (chunk.rows.to_list(), chunk.done) == ([1, 2], 1.0)


def test_rows_are_counted_over_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_log, "ROWS", 4)
    path = tmp_path / "log.parquet"
    pl.DataFrame({"u": range(10), "i": range(10)}).write_parquet(path)
    chunks = list(parquet_chunks(path, ["u"]))
    assert [chunk.rows.to_list() for chunk in chunks] == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]
    assert [chunk.done for chunk in chunks] == [0.4, 0.8, 1.0]
    assert chunks[2].table.to_dict(as_series=False) == {"u": ["8", "9"]}


@pytest.mark.parametrize("share", [0, 0.5])
def test_half_a_file_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "log.parquet"
    pl.DataFrame({"u": range(10)}).write_parquet(path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(DataError, match=r"log\.parquet: expected a Parquet file, found one that cannot be read \("):
        parquet_columns(path)


def test_lists_of_lists_are_json_and_bytes_are_text(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    table = pl.DataFrame({"deep": [[["a"], []], None], "many": [[{"a": 1}], []], "bytes": [b"caf\xe9", "好".encode()]})
    table.write_parquet(path)
    [chunk] = parquet_chunks(path, table.columns)
    assert chunk.table.rows() == [('[["a"],[]]', '[{"a":1}]', "caf\ufffd"), (None, "[]", "好")]


def test_a_type_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pl.DataFrame({"t": pl.Series([1]).cast(pl.Duration)}).write_parquet(path)
    with pytest.raises(DataError) as caught:
        list(parquet_chunks(path, ["t"]))
    assert str(caught.value) == (
        f"{path}: expected column 't' of texts, numbers or times, found Duration(time_unit='us'). Convert it."
    )


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(series(min_size=1, max_size=4, excluded_dtypes=[pl.Duration, pl.Object]))
def test_any_type_becomes_text(tmp_path_factory: pytest.TempPathFactory, values: pl.Series) -> None:
    path = tmp_path_factory.mktemp("any") / "log.parquet"
    pl.DataFrame({"a": values}).write_parquet(path)
    [chunk] = parquet_chunks(path, ["a"])
    assert chunk.table.schema == {"a": pl.String}
    assert len(chunk.table) == len(values)
