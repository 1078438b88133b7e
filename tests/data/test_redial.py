"""Dialogues of ReDial, whole and damaged."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.checks import check_tables
from tastemaker.data.delimited import RowError
from tastemaker.data.dialogues import split_mentions
from tastemaker.data.files import RawFiles
from tastemaker.data.json_rows import FIELD
from tastemaker.data.prepare import prepare
from tastemaker.data.redial import needed_files, parse_talk, read
from tastemaker.data.schema import OPINIONS
from tastemaker.errors import DataError

Put = Callable[..., Path]
SEEKER, RECOMMENDER = 368, 299
MOVIES = json.dumps({"7": {"name": "Heat (1995)", "plot": "A thief."}, "8": {"name": "Alien"}})


def talk(dialogue_id: str, *messages: tuple[int, str], **changes: Any) -> dict[str, Any]:
    """A dialogue in which the seeker liked 7, did not like 8, and did not say of 9, which is described nowhere."""
    form = {item: {"suggested": 1, "seen": 1, "liked": liked} for item, liked in (("7", 1), ("8", 0), ("9", 2))}
    return {
        "conversationId": dialogue_id,
        "initiatorWorkerId": SEEKER,
        "respondentWorkerId": RECOMMENDER,
        "movieMentions": {"7": "Heat  (1995)", "8": "Alien", "9": "The Ring  (2017)", "50": None},
        "initiatorQuestions": form,
        "respondentQuestions": {},
        "messages": [
            {"senderWorkerId": sender, "text": text, "messageId": n} for n, (sender, text) in enumerate(messages)
        ],
    } | changes


def lines(*rows: Any) -> str:
    return "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)


RAW = talk(
    "1",
    (SEEKER, "Hi"),
    (SEEKER, "like @7 ,@8"),
    (RECOMMENDER, ""),
    (RECOMMENDER, "@9, or @7?"),
    (SEEKER, "@50 First &lt;3"),
)
MERGED = talk("2", (RECOMMENDER, "Seen @7?"), (SEEKER, "No"), initiatorQuestions=[], movieMentions=[])


@pytest.fixture
def files(put: Put) -> RawFiles:
    """Part 2 repeats dialogue 1 of part 1 and 3 of test, and ends in a line that is cut."""
    return RawFiles.at(
        put(
            {
                "movies.json": MOVIES,
                "test.jsonl": lines(talk("3", (RECOMMENDER, "Try @8"))),
                "train_part1.jsonl": lines(RAW),
                "train_part2.jsonl": lines(talk("1", (SEEKER, "Hi")), MERGED, talk("3", (SEEKER, "Hi")), '{"mess'),
            }
        )
    )


def turns(table: pl.DataFrame, dialogue_id: str) -> list[tuple[Any, ...]]:
    chosen = table.filter(pl.col("dialogue_id") == dialogue_id)
    return chosen.select("speaker", "text", *OPINIONS, "split").rows()


def test_dialogues_keep_mentions_opinions_and_split(files: RawFiles) -> None:
    table = read(files).tables["dialogues"]
    assert turns(table, "1") == [
        ("user", "Hi like [[7]] ,[[8]]", ["7"], ["8"], [], "train"),
        ("assistant", "[[9]], or [[7]]?", ["7"], [], ["9"], "train"),
        ("user", "@50 First <3", [], [], [], "train"),
    ]
    assert turns(table, "2") == [
        ("assistant", "Seen [[7]]?", None, None, None, "train"),
        ("user", "No", None, None, None, "train"),
    ]
    assert turns(table, "3") == [("assistant", "Try [[8]]", [], ["8"], [], "test")]


def test_what_was_repaired_and_rejected_is_counted(files: RawFiles) -> None:
    movies, test, part1, part2 = read(files).cleaned
    assert movies.counts == {"read": 2, "repaired": 0, "rejected": 0}
    assert test.counts == {"read": 1, "repaired": 0, "rejected": 0}
    assert part1.counts == {
        "read": 1,
        "repaired": 1,
        "rejected": 0,
        "repaired, HTML removed": 1,
        "repaired, empty message left out": 1,
        "repaired, mention of no film, left as text": 1,
    }
    assert part2.counts == {
        "read": 4,
        "repaired": 1,
        "rejected": 3,
        "repaired, no form of the seeker": 1,
        "rejected, duplicate": 2,
        "rejected, not JSON": 1,
    }
    assert [finding.row for finding in part2.rejected] == [1, 3, 4]


def test_a_film_that_is_only_mentioned_is_an_item(files: RawFiles) -> None:
    items = read(files).tables["items"]
    assert items.select("item_id", "title", "text").rows() == [
        ("7", "Heat (1995)", "A thief."),
        ("8", "Alien", ""),
        ("9", "The Ring (2017)", ""),
    ]
    assert items["attributes"][2].to_list() == [
        {"name": "year", "value": "2017"},
        {"name": "decade", "value": "2010s"},
    ]


def test_a_folder_becomes_a_data_set(files: RawFiles, tmp_path: Path) -> None:
    said: list[str] = []
    info = prepare("redial", tmp_path / "out", files.place, say=said.append)
    opinions = {"liked in dialogues": 1, "disliked in dialogues": 2, "unsaid in dialogues": 1}
    assert info.counts == {"dialogues": 3, "items": 3, "turns": 6} | opinions
    assert said[-1] == (
        f"{tmp_path / 'out'}: wrote 3 dialogues, 2 disliked in dialogues, 3 items, 1 liked in dialogues, 6 turns, "
        "1 unsaid in dialogues. Rejected rows are in rejected.jsonl."
    )


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([], "dialogue is not an object"),
        (talk("a b", (SEEKER, "Hi")), "conversationId is no id"),
        (talk("1", (SEEKER, "Hi")), "duplicate"),
        (talk("2", (SEEKER, "Hi"), initiatorWorkerId=None), "initiatorWorkerId is no id"),
        (talk("2", (SEEKER, "Hi"), respondentWorkerId=SEEKER), "one worker is both speakers"),
        (talk("2", (5, "Hi")), "sender is neither seeker nor recommender"),
        (talk("2"), "empty dialogue"),
        (talk("2", (SEEKER, " "), (RECOMMENDER, "")), "empty dialogue"),
        (talk("2", (SEEKER, "Hi"), initiatorQuestions={"7": {"liked": 3}}), "liked is none of 0, 1 and 2"),
        (talk("2", (SEEKER, "Hi"), initiatorQuestions={"7": {"liked": True}}), "liked is none of 0, 1 and 2"),
        (talk("2", (SEEKER, "Hi"), initiatorQuestions={"7": {"liked": []}}), "liked is none of 0, 1 and 2"),
        (talk("2", messages={}), "messages is not a list"),
        (talk("2", messages=["Hi"]), "message is not an object"),
        (talk("2", messages=[{"senderWorkerId": SEEKER}]), "text of a message is not text"),
    ],
)
def test_a_bad_dialogue_is_rejected(row: Any, reason: str) -> None:
    seen = {"1"}
    with pytest.raises(RowError) as caught:
        parse_talk((), "train", seen, {FIELD: json.dumps(row)})
    assert str(caught.value) == reason
    assert seen == {"1"}


def test_a_form_without_an_answer_asks_nothing_of_the_film() -> None:
    form = {"7": {"suggested": 1}, "8": {"liked": None}, "9": 1}
    row = talk("2", (SEEKER, "@7 @8 @9"), initiatorQuestions=form)
    (turn,) = parse_talk(("7", "8"), "train", set(), {FIELD: json.dumps(row)}).value.dialogue.turns
    assert (turn.liked, turn.disliked, turn.unsaid) == ((), (), ())


def test_nothing_usable(put: Put) -> None:
    place = put({"movies.json": MOVIES, "train.jsonl": lines('{"mess', talk("1"))})
    with pytest.raises(DataError) as caught:
        read(RawFiles.at(place))
    assert str(caught.value) == (
        f"{place}/train.jsonl: expected a usable row, found none in 2 rows; "
        "the first: train.jsonl:1: not JSON ('{\"mess'). Get it again."
    )


def test_films_and_dialogues_are_needed(put: Put) -> None:
    place = put({"movies.json": MOVIES})
    with pytest.raises(DataError) as caught:
        needed_files(RawFiles.at(place))
    assert str(caught.value) == (
        f"{place}: expected movies.json and test.jsonl or test_data.jsonl or train.jsonl or train_data.jsonl or "
        "train_part1.jsonl or train_part2.jsonl, found movies.json. Pass the folder or zip that holds them."
    )


PIECES = ("@7", "@8", "@9", "@50", "@", "[[7]]", "&#91;&#91;50]]", " ", "a", "<b>", "\ud800", "@7.com", "[", "]", "\n")
SAID = st.lists(st.sampled_from(PIECES)).map("".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
)


@given(st.lists(st.tuples(st.sampled_from((SEEKER, RECOMMENDER)), SAID), min_size=1))
def test_every_mention_names_a_known_film(messages: list[tuple[int, str]]) -> None:
    try:
        parsed = parse_talk(("7", "8"), "train", set(), {FIELD: json.dumps(talk("1", *messages))})
    except RowError as error:
        assert str(error) == "empty dialogue"
        return
    named = {item for turn in parsed.value.dialogue.turns for item in split_mentions(turn.text)[1]}
    assert named <= {"7", "8", "9"}
    assert parsed.value.titles.keys() == named


@given(st.sampled_from(sorted(RAW)), JSON)
def test_a_field_may_be_anything(field: str, value: Any) -> None:
    try:
        parsed = parse_talk(("7", "8"), "train", set(), {FIELD: json.dumps(RAW | {field: value})})
    except RowError:
        return
    assert parsed.value.dialogue.turns


@pytest.mark.data
def test_the_published_files_arrive_whole(published: Callable[[str], Path]) -> None:
    found = read(RawFiles.at(published("redial")))
    check_tables(found.tables)
    assert [(each.file, each.read, len(each.values)) for each in found.cleaned] == [
        ("movies.json", 6583, 6583),
        ("test.jsonl", 1342, 1342),
        ("train_part1.jsonl", 901, 901),
        ("train_part2.jsonl", 1000, 912),
    ]
    assert found.cleaned[3].counts["rejected, duplicate"] == 88
    dialogues, items = found.tables["dialogues"], found.tables["items"]
    by_split = dialogues.group_by("split").agg(pl.col("dialogue_id").n_unique()).sort("split").rows()
    assert by_split == [("test", 1342), ("train", 901 + 912)]
    assert len(items) == 6583 + 20  # a 21st film of `movieMentions` has no title, and no message mentions it
    assert (items["text"] != "").sum() == 6451
    mentions = [item for text in dialogues["text"] for item in split_mentions(text)[1]]
    assert len(mentions) == 20_086  # every `@` with digits in the raw messages
    assert dialogues["liked"].null_count() < len(dialogues) / 50
