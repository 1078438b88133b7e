import gzip
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tastemaker.data.checks import check_tables
from tastemaker.data.files import RawFiles
from tastemaker.data.instruments import COUNTS, needed_files, read
from tastemaker.data.prepare import prepare
from tastemaker.data.storage import read_info, read_table
from tastemaker.errors import DataError

Put = Callable[..., Path]
Zipped = Callable[..., Path]


def review(user: str, item: str, **changes: object) -> dict[str, object]:
    said = {"overall": 5.0, "unixReviewTime": 1393545600, "reviewText": "Stays in tune.", "summary": "Good"}
    return {"reviewerID": user, "asin": item} | said | changes


def packed(*rows: dict[str, object]) -> bytes:
    return gzip.compress("\n".join(map(json.dumps, rows)).encode())


ROWS = (
    review("ann", "B1", reviewText="A &#34;warm&#34; tone."),
    review("ann", "B2", reviewText=""),
    review("ann", "B2", reviewText=""),
    review("bob", "B1", overall=6),
)


def test_reviews_are_read_as_any_log_of_this_publisher(put: Put) -> None:
    found = read(RawFiles.at(put({"reviews.jsonl.gz": packed(*ROWS)}, "raw/amazon-musical-instruments").parent))
    check_tables(found.tables)
    assert found.tables["interactions"].select("user_id", "item_id", "rating", "review", "review_title").rows() == [
        ("ann", "B1", 5.0, 'A "warm" tone.', "Good"),
        ("ann", "B2", 5.0, None, "Good"),
    ]
    assert sorted(found.tables["items"].select("item_id", "title", "text", "attributes").rows()) == [
        ("B1", "", "", []),
        ("B2", "", "", []),
    ]
    (account,) = found.cleaned
    assert account.counts == {
        **{"read": 4, "repaired": 1, "rejected": 2, "repaired, review: HTML removed": 1},
        **{"rejected, duplicate": 1, "rejected, rating out of 1..5": 1},
    }
    assert [(finding.row, finding.reason) for finding in account.rejected] == [
        (3, "duplicate"),
        (4, "rating out of 1..5"),
    ]


def test_prepare_names_the_source_and_keeps_what_was_rejected(put: Put, tmp_path: Path) -> None:
    source, said = put({"reviews.jsonl.gz": packed(*ROWS)}, "raw/amazon-musical-instruments").parent, list[str]()
    prepare("instruments", tmp_path / "out", source, say=said.append)
    info = read_info(tmp_path / "out")
    assert (info.name, info.source) == ("instruments", "files of amazon-musical-instruments")
    assert info.counts == {"interactions": 2, "items": 2, "users": 1}
    rejected = [json.loads(line) for line in (tmp_path / "out/rejected.jsonl").read_text().splitlines()]
    assert [row["row"] for row in rejected] == [3, 4]
    assert "Warning: expected 10,261 interactions, found 2. The files may be incomplete." in said


def test_equal_times_stand_in_an_order_that_is_drawn_and_the_same_whatever_the_file(put: Put, tmp_path: Path) -> None:
    rows = [review("ann", f"B{number}") for number in range(12)]
    orders = []
    for name, content in (("one", rows), ("two", rows[::-1])):
        source = put({"reviews.jsonl.gz": packed(*content)}, f"{name}/amazon-musical-instruments").parent
        prepare("instruments", tmp_path / f"{name}-out", source, say=lambda line: None)
        orders.append(read_table(tmp_path / f"{name}-out", "interactions")["item_id"].to_list())
    assert orders[0] == orders[1]
    assert orders[0] not in (sorted(orders[0]), sorted(orders[0])[::-1])


def test_an_archive_is_read_too(zipped: Zipped) -> None:
    place = zipped({"reviews.jsonl.gz": packed(*ROWS[:2])}, "amazon-musical-instruments/")
    assert len(read(RawFiles.at(place)).tables["interactions"]) == 2


def test_what_is_missing_is_named(put: Put, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        prepare("instruments", tmp_path / "out")
    assert str(caught.value) == (
        "instruments: expected the folder that holds amazon-musical-instruments, found no path. Pass --source with it."
    )
    place = put({"notes.txt": ""}, "raw/amazon-musical-instruments").parent
    with pytest.raises(DataError) as caught:
        needed_files(RawFiles.at(place))
    assert str(caught.value) == (
        f"{place}: expected amazon-musical-instruments/reviews.jsonl.gz, one review a line, found notes.txt. "
        "Pass --source with the folder that holds amazon-musical-instruments, or your own reviews with --format "
        "amazon PATH."
    )


def test_half_a_file_is_read_as_far_as_it_goes(put: Put) -> None:
    rows = [review(f"u{number}", f"B{number * 7919 % 1000}", unixReviewTime=number) for number in range(2000)]
    half = packed(*rows)[:-2000]
    found = read(RawFiles.at(put({"reviews.jsonl.gz": half}, "raw/amazon-musical-instruments").parent))
    (account,) = found.cleaned
    assert account.counts["rejected, the file is cut off in this row"] == 1
    assert 0 < len(found.tables["interactions"]) < 2000


@pytest.mark.data
def test_the_published_file_has_the_stated_counts(published: Callable[[str], Path]) -> None:
    found = read(RawFiles.at(published("amazon-musical-instruments").parent))
    check_tables(found.tables)
    interactions = found.tables["interactions"]
    assert {name: len(table) for name, table in found.tables.items()} == COUNTS == {"interactions": 10261, "items": 900}
    assert interactions["user_id"].n_unique() == 1429
    assert interactions["review"].null_count() == 7
    ties = interactions.group_by("user_id").agg(pl.col("timestamp").sort().tail(2).n_unique() == 1)
    assert ties["timestamp"].sum() == 631
