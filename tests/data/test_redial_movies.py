"""The films of ReDial, whole and damaged."""

import json
from typing import Any

import pytest

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.delimited import RowError
from tastemaker.data.json_rows import FIELD
from tastemaker.data.redial_movies import Movie, parse_movie

HEAT = {
    "name": "Heat  (1995)",
    "genre": ["crime", "sci-fi", "reality-tv"],
    "plot": "A thief &amp; a cop.",
    "director": ["Michael Mann"],
    "writer": ["Michael Mann"],
    "star": ["Al Pacino", "Robert De Niro", "Al Pacino"],
    "imdb_id": "tt0113277",
}


def test_a_film_has_attributes_under_the_names_of_every_reader() -> None:
    parsed = parse_movie({FIELD: json.dumps(["7", HEAT])})
    attributes = {
        "year": ("1995",),
        "decade": ("1990s",),
        "genre": ("Crime", "Sci-Fi", "Reality-TV"),
        "director": ("Michael Mann",),
        "actor": ("Al Pacino", "Robert De Niro"),
        "writer": ("Michael Mann",),
    }
    assert parsed.value == Movie(CatalogItem("7", "Heat (1995)", "A thief & a cop.", attributes), "tt0113277")
    assert parsed.repairs == ("HTML removed",)


def test_a_film_may_lack_all_but_its_title() -> None:
    assert parse_movie({FIELD: '["7", {"name": "Heat"}]'}).value == Movie(CatalogItem("7", "Heat"), "")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (["a b", HEAT], "movie id is no id"),
        (["7", []], "movie is not an object"),
        (["7", {}], "name is not text"),
        (["7", {"name": " "}], "no title"),
        (["7", HEAT | {"plot": None}], "plot is not text"),
        (["7", HEAT | {"star": "Al Pacino"}], "star is not a list"),
        (["7", HEAT | {"genre": [1]}], "genre is not text"),
        (["7", HEAT | {"imdb_id": 113277}], "imdb_id is not text"),
    ],
)
def test_a_bad_film_is_rejected(entry: list[Any], reason: str) -> None:
    with pytest.raises(RowError) as caught:
        parse_movie({FIELD: json.dumps(entry)})
    assert str(caught.value) == reason
