"""A small cinema: real titles and genres, ten viewers with tastes, enough of each to simulate text from."""

from collections.abc import Callable

import polars as pl
import pytest

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig

FILMS = (
    ("Toy Story (1995)", "Animation", "Children's", "Comedy"),
    ("Aladdin (1992)", "Animation", "Children's", "Comedy", "Musical"),
    ("Babe (1995)", "Children's", "Comedy", "Drama"),
    ("Heat (1995)", "Action", "Crime", "Thriller"),
    ("Speed (1994)", "Action", "Romance", "Thriller"),
    ("Pulp Fiction (1994)", "Crime", "Drama"),
    ("The Usual Suspects (1995)", "Crime", "Thriller"),
    ("Star Wars (1977)", "Action", "Adventure", "Romance", "Sci-Fi", "War"),
    ("Alien (1979)", "Action", "Horror", "Sci-Fi", "Thriller"),
    ("Psycho (1960)", "Horror", "Romance", "Thriller"),
    ("Grease (1978)", "Comedy", "Musical", "Romance"),
    ("Annie Hall (1977)", "Comedy", "Romance"),
    ("Casablanca (1942)", "Drama", "Romance", "War"),
    ("Unforgiven (1992)", "Drama", "Western"),
    ("Chinatown (1974)", "Film-Noir", "Mystery", "Thriller"),
    ("Hoop Dreams (1994)", "Documentary"),
    ("The Wizard of Oz (1939)", "Adventure", "Children's", "Drama", "Musical"),
    ("Jaws (1975)", "Action", "Horror"),
    ("Dead Man Walking (1995)", "Drama"),
    ("The Birds (1963)", "Horror"),
)
VIEWERS, SEEN = 10, 14
WORDS = {5.0: "A joy to watch", 4.0: "Well worth a look", 2.0: "I nearly left"}
"""How a review of each rating begins."""
TITLES = {5.0: "Loved it", 4.0: "Good", 2.0: "Not for me"}
"""How its title begins."""


def cinema_item(row: int) -> CatalogItem:
    title, *genres = FILMS[row]
    year = title[-5:-1]
    attributes = {"year": (year,), "decade": (f"{year[:3]}0s",), "genre": tuple(genres)}
    text = f"The whole story of {title[:-7]}. It is told at length."
    return CatalogItem(f"f{row}", title, text, attributes)


def cinema_rows() -> list[list[object]]:
    """Viewer `u` sees films `u, u + 3, u + 6, ...` (modulo 20), rates them 5, 4, 2, 5, 4, 2, ... and says why."""
    return [
        [
            f"u{user}",
            f"f{(user + 3 * step) % len(FILMS)}",
            step,
            "rating",
            rating,
            f"{WORDS[rating]}, {user} {step}",
            f"{TITLES[rating]} {step}",
        ]
        for user in range(VIEWERS)
        for step, rating in enumerate((5.0, 4.0, 2.0)[step % 3] for step in range(SEEN))
    ]


def cinema_of(rows: list[list[object]], items: tuple[CatalogItem, ...] | None = None) -> Dataset:
    table = pl.DataFrame(rows, schema=INTERACTION_COLUMNS, orient="row")
    catalog = Catalog(items or tuple(cinema_item(row) for row in range(len(FILMS))))
    return Dataset.from_tables(catalog, table, DataConfig(path="cinema", test_items=3, validation_items=2))


@pytest.fixture(scope="session")
def cinema() -> Dataset:
    return cinema_of(cinema_rows())


@pytest.fixture
def build_cinema() -> Callable[..., Dataset]:
    """`cinema_of`: build a cinema from rows and, if given, other items."""
    return cinema_of


@pytest.fixture
def cinema_table() -> list[list[object]]:
    return cinema_rows()


@pytest.fixture
def cinema_items() -> tuple[CatalogItem, ...]:
    return tuple(cinema_item(row) for row in range(len(FILMS)))
