"""Who the demonstration is shown to, and what they say."""

import numpy as np
import polars as pl
import pytest

from tastemaker.cli.tastes import MIN_LIKES, Taste, distant_tastes, farthest_rows, last_words, opening_words
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig


def test_farthest_rows():
    """From 0: 9 is farthest; from 9: -4 at 13; then 3 is min(6, 7) = 6 away, 2 is min(7, 6) = 6: the first of them."""
    points = np.array([[1.0], [9.0], [-4.0], [3.0], [2.0]])
    assert farthest_rows(points, np.array([0.0]), 4) == [1, 2, 3, 0]


def dataset(likes):
    """Users who rate the first `n` films of a genre with 5, and all other films they saw with 1."""
    films = [(genre, number) for genre in ("Horror", "Comedy", "Drama") for number in range(MIN_LIKES)]
    catalog = Catalog(
        tuple(
            CatalogItem(f"{genre}{n}", f"{genre} {n}", attributes={"genre": (genre,), "year": (str(1970 + n),)})
            for genre, n in films
        )
    )
    rows = [
        (user, item, 1000 + place, "rating", rating, None, None)
        for user, seen in likes.items()
        for place, (item, rating) in enumerate(seen)
    ]
    table = pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row")
    return Dataset.from_tables(catalog, table, DataConfig(path="x"))


def fans(genre, rating=5.0):
    return [(f"{genre}{n}", rating) for n in range(MIN_LIKES)]


def test_tastes_lie_apart_and_come_from_likes_alone():
    """`a` and `b` like horror; `c` comedy; `d` drama but saw horror; `e` likes too little to have a taste.

    The average profile of a to d is (1/2, 1/4, 1/4), so c and d are equally far from it, and c comes first.
    """
    people = {
        "a": fans("Horror"),
        "b": fans("Horror"),
        "c": fans("Comedy"),
        "d": [*fans("Drama"), *fans("Horror", rating=1.0)],
        "e": fans("Drama")[:-1],
    }
    tastes = distant_tastes(dataset(people))
    assert [(taste.user_id, taste.genres) for taste in tastes] == [
        ("c", ("Comedy",)),
        ("a", ("Horror",)),
        ("d", ("Drama",)),
    ]
    assert tastes[0].liked[:2] == ("Comedy 19", "Comedy 18")
    assert tastes[0].decade == "1980s"


def test_fewer_people_than_asked_for():
    assert len(distant_tastes(dataset({"a": fans("Horror")}))) == 1
    assert distant_tastes(dataset({"a": fans("Horror")[:3]})) == []


TASTE = Taste("1", ("Alien (1979)",), ("Horror",), "1970s")


@pytest.mark.parametrize(
    ("taste", "second"),
    [
        (TASTE, "I would like a horror film. I liked Alien (1979)."),
        (Taste("1", (), (), None), "I would like a good film."),
    ],
)
def test_opening_words(taste, second):
    assert opening_words(taste) == ("Hello, I would like to watch a film tonight.", second)


def test_last_words():
    assert last_words(TASTE, True) == "I have seen that one. What else would you recommend?"
    assert last_words(TASTE, False) == "Something from the 1970s, please."
    assert last_words(Taste("1", (), (), None), False) == "Just recommend one, please."
