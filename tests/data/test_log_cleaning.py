import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.checks import CHECKS
from tastemaker.data.cleaning import Finding
from tastemaker.data.log import Log
from tastemaker.data.log_chunk import LogChunk
from tastemaker.data.log_cleaning import ORIGIN, Place, clean_chunk
from tastemaker.data.schema import INTERACTION_COLUMNS

COLUMNS = {"user_id": "u", "item_id": "i", "timestamp": "t", "rating": "r", "review": "text"}
BROKEN = Finding("log.csv", 4, "not JSON", "{")


def chunk(*rows: tuple[str | None, ...], broken: tuple[Finding, ...] = ()) -> LogChunk:
    table = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS.values(), pl.String), orient="row")
    return LogChunk(table, pl.Series(range(10, 10 + len(rows)), dtype=pl.UInt32), 1.0, broken)


def test_rows_become_interactions_or_findings() -> None:
    raw = chunk(
        ("a", " b ", "2013-01-04", "5", "很好<br>1"),
        ("a", None, "x", "9", None),
        ("a", "b", "7", None, None),
        broken=(BROKEN,),
    )
    kept, counts = clean_chunk(raw, COLUMNS, Log("csv", ()), Place(1, "log.csv", 100))
    assert kept.schema == pl.Schema({**INTERACTION_COLUMNS, **ORIGIN})
    assert kept.rows() == [("a", "b", 1357257600, "rating", 5.0, "很好\n1", None, 1, 10, None, " b ")]
    assert (counts.read, counts.repaired) == (4, 1)
    assert counts.repairs == {"timestamp in text": 1, "item id respelt": 1, "review: HTML removed": 1}
    assert counts.rejections == {"not JSON": 1, "no item id": 1, "no event": 1}
    shown = '{"u": "a", "i": null, "t": "x", "r": "9", "text": null}'
    assert counts.findings[0] == BROKEN
    assert Finding("log.csv", 11, "no item id", shown) in counts.findings


def test_without_times_rows_stand_in_their_order() -> None:
    columns = {name: column for name, column in COLUMNS.items() if name in ("user_id", "item_id")}
    raw = chunk(("a", "b", None, None, None), ("", "b", None, None, None), ("a", "c", None, None, None))
    kept, _ = clean_chunk(raw, columns, Log("csv", (), {"timestamp": ""}), Place(0, "log.csv", 100))
    assert kept.select("item_id", "timestamp", "event").rows() == [("b", 100, "view"), ("c", 102, "view")]


def test_a_chunk_without_rows_tells_what_is_broken() -> None:
    kept, counts = clean_chunk(chunk(broken=(BROKEN,)), COLUMNS, Log("csv", ()), Place(0, "log.csv", 0))
    assert (len(kept), counts.read, counts.rejections) == (0, 1, {"not JSON": 1})


VALUES = st.one_of(
    st.none(), st.text(max_size=6), st.sampled_from(["a", "1", "5.0", "1e12", "-1", "nan", "2013-01-04"])
)


@given(st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES, VALUES), min_size=1, max_size=6))
def test_any_row_is_kept_or_has_a_reason(rows: list[tuple[str | None, ...]]) -> None:
    kept, counts = clean_chunk(chunk(*rows), COLUMNS, Log("csv", ()), Place(0, "log.csv", 0))
    CHECKS["interactions"].validate(kept.select(list(INTERACTION_COLUMNS)))
    places = kept["row"].to_list() + [finding.row for finding in counts.findings]
    assert sorted(places) == list(range(10, 10 + len(rows)))
    assert sum(counts.rejections.values()) == len(rows) - len(kept)
