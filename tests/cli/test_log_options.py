from pathlib import Path

import pytest
import typer

from tastemaker.cli.log_options import LogFlags, described_log
from tastemaker.data.log import Log
from tastemaker.errors import DataError


def test_flags_become_a_log() -> None:
    flags = LogFlags(["user_id=customer id", "timestamp="], ["buy", "lend=view"], (0, 10), strict=True)
    assert described_log("csv", ["a.csv", "b.csv"], flags) == Log(
        "csv",
        (Path("a.csv"), Path("b.csv")),
        columns={"user_id": "customer id", "timestamp": ""},
        event="buy",
        events={"lend": "view"},
        rating_scale=(0, 10),
        strict=True,
    )


def test_items() -> None:
    flags = LogFlags(items=Path("items.csv"), item_columns=["title=name", "genre"])
    log = described_log("csv", ["a.csv"], flags)
    assert (log.items, log.item_columns) == (Path("items.csv"), {"title": "name", "genre": "genre"})


def test_without_flags_the_defaults_hold() -> None:
    assert described_log("csv", ["a.csv"], LogFlags()) == Log("csv", (Path("a.csv"),))


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (LogFlags(["customer"]), "expected --column OURS=YOURS, found --column customer."),
        (LogFlags(["=customer"]), "expected --column OURS=YOURS, found --column =customer."),
        (LogFlags(events=["=buy"]), "expected --event YOURS=EVENT, found --event =buy."),
        (LogFlags(events=["buy", "view"]), "give one --event EVENT for all rows, found buy and view."),
    ],
)
def test_malformed_flags(flags: LogFlags, complaint: str) -> None:
    with pytest.raises(typer.BadParameter) as caught:
        described_log("csv", ["a.csv"], flags)
    assert caught.value.message == complaint


MAPPING = """
event = "buy"
rating_scale = [0, 10]
items = "items.csv"

[columns]
user_id = "customer"
item_id = "sku"

[events]
lend = "view"

[item_columns]
title = "name"
"""


def test_a_file_says_the_same_and_flags_beat_it(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(MAPPING)
    assert described_log("csv", ["a.csv"], LogFlags(["item_id=article"], rating_scale=(1, 3), mapping=path)) == Log(
        "csv",
        (Path("a.csv"),),
        columns={"user_id": "customer", "item_id": "article"},
        event="buy",
        events={"lend": "view"},
        rating_scale=(1, 3),
        items=tmp_path / "items.csv",
        item_columns={"title": "name"},
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[columns", "expected TOML, found Expected ']' at the end of a table declaration (at end of document). "),
        (b"\xff", "expected TOML, found 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte. "),
        (
            b"[col]",
            "expected the keys event, items, rating_scale, encoding, [columns], [events], [item_columns], "
            "found 'col'. ",
        ),
        (b"columns = 1", "expected columns to be a table of names, found 1. "),
        (b"event = 1", "expected event to be a text, found 1. "),
        (
            b"rating_scale = [1]",
            "expected rating_scale to be the worst and the best rating, such as [0, 10], found [1]. ",
        ),
    ],
)
def test_a_file_that_says_something_else(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "shop.toml"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        described_log("csv", ["a.csv"], LogFlags(mapping=path))
    assert str(caught.value) == f"{path}: {message}Correct the file."


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"shop\.toml: expected a TOML file, found no file there\. Check --mapping\.$"):
        described_log("csv", ["a.csv"], LogFlags(mapping=tmp_path / "shop.toml"))
