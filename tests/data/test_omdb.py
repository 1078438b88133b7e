import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tastemaker.data.files import RawFiles
from tastemaker.data.omdb import OMDB, FilmRecord, read_records

Put = Callable[..., Path]
TITLES = {"1": "Toy Story (1995)", "2": "Anna (1996)", "3": "Promesse, La (1996)"}


def line(movie_id: int, **changes: Any) -> str:
    known = {"Title": "Toy Story", "Year": "1995", "Plot": "A doll &amp; a ranger.", "imdbID": "tt0114709"}
    people = {"Director": "John Lasseter", "Actors": "Tom Hanks, Tim Allen", "Writer": "A B (story), A B (screenplay)"}
    return json.dumps({"movie_id": movie_id, "omdb": {**known, **people, "Response": "True"} | changes})


def test_plot_people_and_id(put: Put) -> None:
    found = read_records(RawFiles.at(put({OMDB: line(1)})), TITLES)
    people = {"director": ("John Lasseter",), "actor": ("Tom Hanks", "Tim Allen"), "writer": ("A B",)}
    assert found.values == (FilmRecord("1", "tt0114709", "A doll & a ranger.", people),)
    assert found.counts["repaired, HTML removed"] == 1


def test_what_is_not_known_is_empty(put: Put) -> None:
    found = read_records(RawFiles.at(put({OMDB: line(1, Plot="N/A", Director="N/A", Writer="")})), TITLES)
    assert found.values[0].plot == ""
    assert (found.values[0].people["director"], found.values[0].people["writer"]) == ((), ())


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line(2, Title="Anna Meintjies", Year="1983"), "describes another work"),
        (line(2, Title="Anna", Year="2004–2009"), "describes another work"),
        (line(9), "no such film"),
        (line(2, Response="False"), "OMDb found nothing"),
        (line(2, Title="Anna", Year="1996", Plot=None), "Plot is not text"),
        (line(2, Title="Anna", Year="1996", imdbID=None), "imdbID is no id"),
        (json.dumps({"movie_id": 2}), "omdb is not an object"),
        (line(1, Title="Toy Story", Year="1995"), "duplicate"),
        (line(1)[:40], "not JSON"),
    ],
)
def test_a_bad_line_is_rejected_with_its_reason(put: Put, bad: str, reason: str) -> None:
    found = read_records(
        RawFiles.at(put({OMDB: f"{line(1)}\n{bad}\n{line(3, Title='The Promise', Year='1997')}\n"})), TITLES
    )
    assert [record.item_id for record in found.values] == ["1", "3"]
    assert [(finding.row, finding.reason) for finding in found.rejected] == [(2, reason)]
