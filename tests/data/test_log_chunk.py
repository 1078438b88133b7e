import polars as pl

from tastemaker.data.log_chunk import LogChunk, mended


def chunk(*values: str | None) -> LogChunk:
    table = pl.DataFrame({"a": list(values), "b": ["x"] * len(values)}, schema={"a": pl.String, "b": pl.String})
    return LogChunk(table, pl.Series(range(1, len(values) + 1), dtype=pl.UInt32), 1.0)


def test_nul_characters_go_and_unreadable_ones_are_told_of() -> None:
    found = mended(chunk("o\0k", None, "caf\ufffd", "fine"))
    assert found.table["a"].to_list() == ["ok", None, "caf\ufffd", "fine"]
    assert {name: there.to_list() for name, there in found.repairs.items()} == {
        "NUL characters removed": [True, False, False, False],
        "characters not readable, \ufffd for each": [False, False, True, False],
    }


def test_a_chunk_without_any_stays_as_it_is() -> None:
    whole = chunk("fine", None, "")
    assert mended(whole) is whole
