"""Turns of OpenDialKG, whole and damaged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.checks import check_tables
from tastemaker.data.delimited import RowError
from tastemaker.data.dialogues import split_mentions
from tastemaker.data.files import RawFiles
from tastemaker.data.json_rows import FIELD
from tastemaker.data.opendialkg import Names, Talks, dialogues, needed_files, parse_reply, read
from tastemaker.data.opendialkg_items import Work
from tastemaker.data.prepare import prepare
from tastemaker.errors import DataError

Put = Callable[..., Path]
ITEMS = json.dumps(
    {"0": {"name": "The Guard"}, "1": {"name": "Up", "genre": ["Animation"]}, "2": {"name": "Animation"}}
)
NAMES = Names.of((Work(CatalogItem("0", "The Guard"), "The Guard"), Work(CatalogItem("1", "Up"), "Up")))
TALK = ("Anything by Cheadle?", "the guard, perhaps.", "Who stars in The Guard? I look Up to him", "Cheadle. And Up!")


def row(dialogue_id: Any, turns: tuple[str, ...], *recommended: str, **changes: Any) -> dict[str, Any]:
    return {"dialog_id": dialogue_id, "context": [*turns[:-1]], "resp": turns[-1], "rec": [*recommended]} | changes


def lines(*rows: Any) -> str:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


@pytest.fixture
def files(put: Put) -> RawFiles:
    """The first reply of dialogue 5 is validation, the second training; one line contradicts, and one is cut."""
    return RawFiles.at(
        put(
            {
                "items.json": ITEMS,
                "valid.jsonl": lines(row(5, TALK[:2], "The Guard")),
                "train.jsonl": lines(
                    row(5, TALK, "Up"),
                    row(6, ("Hi", "A film", "Like?", "Yes", "I like animation"), "Animation", "No such film"),
                    row(5, ("Anything?", "No"), "Up"),
                    '{"dialog',
                ),
            }
        )
    )


def test_a_dialogue_is_put_together_from_its_lines(files: RawFiles) -> None:
    table = read(files).tables["dialogues"]
    assert table.filter(pl.col("dialogue_id") == "5").select("speaker", "text", "split").rows() == [
        ("user", "Anything by Cheadle?", None),
        ("assistant", "[[0]], perhaps.", "validation"),
        ("user", "Who stars in [[0]]? I look Up to him", None),
        ("assistant", "Cheadle. And [[1]]!", "train"),
    ]


def test_speakers_are_counted_back_from_the_reply(files: RawFiles) -> None:
    table = read(files).tables["dialogues"]
    assert table.filter(pl.col("dialogue_id") == "6").select("speaker", "text", "split").rows() == [
        ("assistant", "Hi", None),
        ("user", "A film", None),
        ("assistant", "Like?", None),
        ("user", "Yes", None),
        ("assistant", "I like animation", "train"),
    ]
    assert table["liked"].null_count() == len(table)


def test_what_was_repaired_and_rejected_is_counted(files: RawFiles) -> None:
    works, valid, train = read(files).cleaned
    assert works.counts == {"read": 3, "repaired": 0, "rejected": 0}
    assert valid.counts == {"read": 1, "repaired": 0, "rejected": 0}
    assert train.counts == {
        "read": 4,
        "repaired": 1,
        "rejected": 2,
        "repaired, recommended title not in the reply": 1,
        "repaired, recommended title of no item": 1,
        "rejected, differs from the dialogue's lines before it": 1,
        "rejected, not JSON": 1,
    }
    assert [finding.row for finding in train.rejected] == [3, 4]


def test_a_folder_becomes_a_data_set(files: RawFiles, tmp_path: Path) -> None:
    assert prepare("opendialkg", tmp_path / "out", files.place).counts == {"dialogues": 2, "items": 3, "turns": 9}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ([], "turn is not an object"),
        (row("a b", TALK), "dialog_id is no id"),
        (row(6, TALK, context=None), "context is not a list"),
        (row(6, TALK, resp=None), "resp is not text"),
        (row(6, TALK, rec="Up"), "rec is not a list"),
        (row(6, ("Hi", " ")), "empty turn"),
        (row(6, ("", "Hi")), "empty turn"),
        (row(5, TALK[:2], "Up"), "duplicate"),
        (row(5, ("Hi", *TALK[1:])), "differs from the dialogue's lines before it"),
        (row(5, TALK[:3]), "reply is the user's turn in the dialogue's lines before it"),
    ],
)
def test_a_bad_line_is_rejected_and_leaves_the_others(line: Any, reason: str) -> None:
    talks = Talks()
    parse_reply(NAMES, talks, "train", {FIELD: json.dumps(row(5, TALK[:2]))})
    before = Talks(dict(talks.texts), dict(talks.replies))
    with pytest.raises(RowError) as caught:
        parse_reply(NAMES, talks, "train", {FIELD: json.dumps(line)})
    assert str(caught.value) == reason
    assert talks == before


def test_a_shorter_line_may_come_later() -> None:
    talks = Talks()
    for turns in (TALK, TALK[:2]):
        parse_reply(NAMES, talks, "train", {FIELD: json.dumps(row(5, turns))})
    assert talks.texts == {"5": TALK}
    assert [place for _, place in talks.replies] == [3, 1]


def test_items_and_turns_are_needed(put: Put) -> None:
    place = put({"train.jsonl": "{}"})
    with pytest.raises(DataError) as caught:
        needed_files(RawFiles.at(place))
    assert str(caught.value) == (
        f"{place}: expected items.json and test.jsonl or valid.jsonl or train.jsonl, found train.jsonl. "
        "Pass the folder or zip that holds them."
    )


SAID = st.lists(st.sampled_from(("The Guard", "up", "Up", "[[0]]", "&#91;[9]]", " ", "\n", "\ud800", "."))).map("".join)


@given(st.lists(SAID, min_size=1, max_size=4), st.lists(st.sampled_from(("Up", "The Guard", "Down")), max_size=2))
def test_only_what_is_recommended_is_mentioned(turns: list[str], recommended: list[str]) -> None:
    talks = Talks()
    try:
        parse_reply(NAMES, talks, "train", {FIELD: json.dumps(row(5, tuple(turns), *recommended))})
    except RowError as error:
        assert str(error) == "empty turn"
        return
    [dialogue] = dialogues(talks, NAMES)
    *context, reply = dialogue.turns
    assert reply.speaker == "assistant"
    assert set(split_mentions(reply.text)[1]) <= {NAMES.ids[title] for title in recommended if title in NAMES.ids}
    assert not any(split_mentions(turn.text)[1] for turn in context)


@pytest.mark.data
def test_the_published_files_arrive_whole(published: Callable[[str], Path]) -> None:
    found = read(RawFiles.at(published("opendialkg")))
    check_tables(found.tables)
    assert [(each.file, each.read, len(each.values)) for each in found.cleaned] == [
        ("items.json", 3672, 3672),
        ("valid.jsonl", 1188, 1188),
        ("train.jsonl", 5547, 5547),
    ]
    table = found.tables["dialogues"]
    assert table["dialogue_id"].n_unique() == 4681
    assert table.filter(pl.col("split").is_not_null())["speaker"].unique().to_list() == ["assistant"]
    split = dict(table["split"].value_counts().rows())
    assert (split["train"], split["validation"]) == (5547, 1188)
    in_train = table.filter(pl.col("split") == "train")["dialogue_id"].unique().implode()
    assert table.filter((pl.col("split") == "validation") & pl.col("dialogue_id").is_in(in_train)).height == 567
    assert sum(each.counts["repaired, recommended title not in the reply"] for each in found.cleaned[1:]) == 82
