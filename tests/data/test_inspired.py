"""Dialogues of INSPIRED, whole and damaged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.checks import check_tables
from tastemaker.data.delimited import RowError
from tastemaker.data.dialogues import mentioned_items
from tastemaker.data.files import RawFiles
from tastemaker.data.inspired import needed_files, parse_talk, read
from tastemaker.data.json_rows import FIELD
from tastemaker.data.prepare import prepare
from tastemaker.errors import DataError

Put = Callable[..., Path]


def message(role: str, text: str, *films: str, names: tuple[str, ...] | None = None) -> dict[str, Any]:
    """A message whose two kinds of label agree, where `names` does not say otherwise."""
    agreeing = tuple(film.partition(" (")[0] for film in films)
    return {"role": role, "text": text, "movie": [*films], "movie_name": [*(agreeing if names is None else names)]}


TALK = [
    message("RECOMMENDER", "Hello"),
    message("SEEKER", "I saw joker, IT (2017) and [REC]", "Joker (2019)", "It (2017)", "[REC] (2007)"),
    message("SEEKER", "It is good. I accept it", "Accept (2016)", names=()),
    message("SEEKER", " "),
    message("RECOMMENDER", "Try End Game", "Avengers: Endgame (2019)"),
]


def lines(*rows: Any) -> str:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


@pytest.fixture
def files(put: Put) -> RawFiles:
    return RawFiles.at(put({"dev.jsonl": lines('[{"role', TALK, TALK, [message("SEEKER", "Bye")])}))


def test_labels_that_agree_become_mentions(files: RawFiles) -> None:
    found = read(files)
    assert found.tables["dialogues"].select("dialogue_id", "turn", "speaker", "text", "split").rows() == [
        ("dev-1", 0, "assistant", "Hello", "validation"),
        (
            *("dev-1", 1, "user"),
            "I saw [[Joker (2019)]], [[It (2017)]] and [[(REC) (2007)]] It is good. I accept it",
            "validation",
        ),
        ("dev-1", 2, "assistant", "Try End Game", "validation"),
        ("dev-2", 0, "user", "Bye", "validation"),
    ]
    assert sorted(found.tables["items"].select("item_id", "title").rows()) == [
        ("(REC) (2007)", "[REC] (2007)"),
        ("It (2017)", "It (2017)"),
        ("Joker (2019)", "Joker (2019)"),
    ]


def test_what_was_repaired_and_rejected_is_counted(files: RawFiles) -> None:
    [dev] = read(files).cleaned
    assert dev.counts == {
        "read": 4,
        "repaired": 1,
        "rejected": 2,
        "repaired, empty message left out": 1,
        "repaired, film label of one program alone left out": 1,
        "repaired, labelled film not in the text": 1,
        "rejected, duplicate": 1,
        "rejected, not JSON": 1,
    }
    assert [finding.row for finding in dev.rejected] == [1, 3]


def test_a_folder_becomes_a_data_set(files: RawFiles, tmp_path: Path) -> None:
    assert prepare("inspired", tmp_path / "out", files.place).counts == {"dialogues": 2, "items": 3, "turns": 4}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, "dialogue is not a list"),
        ([], "empty dialogue"),
        ([message("SEEKER", "")], "empty dialogue"),
        (["Hi"], "message is not an object"),
        ([message("BOT", "Hi")], "role is none of SEEKER, RECOMMENDER"),
        ([{"role": "SEEKER"}], "text of a message is not text"),
        ([message("SEEKER", "Hi") | {"movie": "Joker"}], "movie is not a list"),
        ([message("SEEKER", "Hi") | {"movie_name": [1]}], "movie_name is not text"),
    ],
)
def test_a_bad_dialogue_is_rejected(row: Any, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        parse_talk({FIELD: json.dumps(row)})
    assert str(caught.value) == reason


def test_a_file_is_needed(put: Put) -> None:
    place = put({"dev.tsv": ""})
    with pytest.raises(DataError) as caught:
        needed_files(RawFiles.at(place))
    assert str(caught.value) == (
        f"{place}: expected test.jsonl or dev.jsonl or train.jsonl, found dev.tsv. "
        "Pass the folder or zip that holds them."
    )


TITLES = st.text(alphabet="aA[]\n\x00\ud800' ", max_size=6)


@given(TITLES, st.text(max_size=6))
def test_any_title_can_be_an_item(title: str, words: str) -> None:
    text = f"{words} {title} a"
    row = [message("SEEKER", text, f"{title} (2019)", names=(title.strip(),))]
    try:
        parsed = parse_talk({FIELD: json.dumps(row)})
    except RowError as error:
        pytest.fail(str(error))
    assert all("[" not in item for item in parsed.value.titles)


@pytest.mark.data
def test_the_published_file_arrives_whole(published: Callable[[str], Path]) -> None:
    found = read(RawFiles.at(published("inspired")))
    check_tables(found.tables)
    [dev] = found.cleaned
    assert (dev.read, len(dev.values), dev.rejected) == (99, 99, ())
    table = found.tables["dialogues"]
    assert (table["dialogue_id"].n_unique(), len(table)) == (99, 2053)
    assert table["split"].unique().to_list() == ["validation"]
    assert mentioned_items(table) == set(found.tables["items"]["item_id"])
    assert table["text"].str.count_matches(r"\[\[").sum() == 420
