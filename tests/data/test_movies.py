"""MovieLens, OMDb and ReDial as one data set."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tastemaker.data.catalog import Catalog
from tastemaker.data.checks import check_tables
from tastemaker.data.files import RawFiles
from tastemaker.data.movies import needed_files, read
from tastemaker.data.omdb import OMDB
from tastemaker.data.prepare import prepare
from tastemaker.data.schema import OPINIONS
from tastemaker.data.storage import read_info
from tastemaker.errors import DataError

Raw = Mapping[str, str | bytes]
Put = Callable[..., Path]
MOVIES = {
    "7": {"name": "Toy Story (1995)", "imdb_id": "tt0114709", "plot": "Toys."},
    "8": {"name": "Alien (1979)", "imdb_id": "tt0078748", "plot": "A ship."},
}
TALK = {
    "conversationId": "1",
    "initiatorWorkerId": 1,
    "respondentWorkerId": 2,
    "movieMentions": {"7": "Toy Story (1995)", "8": "Alien (1979)"},
    "initiatorQuestions": {"7": {"liked": 1}, "8": {"liked": 0}},
    "respondentQuestions": {},
    "messages": [
        {"senderWorkerId": 1, "text": "I liked @7", "messageId": 1},
        {"senderWorkerId": 2, "text": "Not @8 then?", "messageId": 2},
    ],
}
RECORD = {
    **{"Title": "Toy Story", "Year": "1995", "Plot": "A doll.", "imdbID": "tt0114709", "Response": "True"},
    **{"Director": "John Lasseter", "Actors": "Tom Hanks", "Writer": "N/A"},
}


@pytest.fixture
def source(put: Put, grouplens: Raw) -> Path:
    records = {OMDB: json.dumps({"movie_id": 1, "omdb": RECORD})}
    top = put({}, "source")
    put({**grouplens, **records}, "source/movielens-100k")
    put({"movies.json": json.dumps(MOVIES), "train.jsonl": json.dumps(TALK)}, "source/redial")
    return top


def test_films_of_both_are_one_item_and_the_others_stay(source: Path) -> None:
    found = read(RawFiles.at(source))
    check_tables(found.tables)
    catalog = Catalog.from_table(found.tables["items"])
    assert [item.item_id for item in catalog] == ["1", "2", "267", "1412", "redial:8"]
    assert catalog[0].text == "A doll."
    assert catalog[0].values("director") == ("John Lasseter",)
    assert catalog[0].values("genre") == ("Animation", "Comedy")
    assert catalog[0].values("writer") == ()
    assert catalog[4].text == "A ship."
    assert found.joined == {
        "films of dialogues": 2,
        "matched by IMDb id": 1,
        "matched by title and year": 0,
        "ambiguous, kept apart": 0,
        "unmatched, kept without interactions": 1,
    }


def test_dialogues_speak_of_the_items_of_the_catalog(source: Path) -> None:
    turns = read(RawFiles.at(source)).tables["dialogues"].select("speaker", "text", *OPINIONS).rows()
    assert turns == [
        ("user", "I liked [[1]]", ["1"], [], []),
        ("assistant", "Not [[redial:8]] then?", [], ["redial:8"], []),
    ]


def test_prepare_says_and_keeps_what_was_joined(source: Path, tmp_path: Path) -> None:
    said: list[str] = []
    prepare("movies", tmp_path / "out", source, say=said.append)
    assert "matched by IMDb id: 1" in said
    info = read_info(tmp_path / "out")
    assert info.cleaning["join"]["unmatched, kept without interactions"] == 1
    assert (info.name, info.source) == ("movies", "files of movielens-100k and redial")
    assert {"movielens-100k/u.item", "redial/movies.json"} <= set(info.source_checksums)


def test_what_is_missing_is_named(source: Path, put: Put, grouplens: Raw, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        prepare("movies", tmp_path / "out")
    assert str(caught.value) == (
        "movies: expected the folder that holds movielens-100k and redial, found no path. Pass --source with it."
    )
    (source / "movielens-100k" / OMDB).unlink()
    with pytest.raises(DataError) as caught:
        needed_files(RawFiles.at(source))
    assert str(caught.value) == (
        f"{source}: expected movielens-100k/omdb_metadata.jsonl, one film's plot and people a line, "
        "found movies.json, train.jsonl, u.data, u.item, u.user. "
        "Pass --source with the folder that holds movielens-100k and redial, or prepare movielens-100k alone."
    )


@pytest.mark.data
def test_the_published_files_are_joined(published: Callable[[str], Path]) -> None:
    published("redial")
    found = read(RawFiles.at(published("movielens-100k").parent))
    check_tables(found.tables)
    assert found.joined == {
        "films of dialogues": 6603,
        "matched by IMDb id": 688,
        "matched by title and year": 3,
        "ambiguous, kept apart": 25,
        "unmatched, kept without interactions": 5887,
    }
    items = Catalog.from_table(found.tables["items"])
    assert len(items) == 1682 + 25 + 5887
    assert sum(bool(item.text) for item in items if ":" not in item.item_id) == 1661
