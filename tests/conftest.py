"""A small film shop that every package's tests can use, and a model of it, as initialised."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from hypothesis import settings

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.cli.recipe import from_mapping, to_mapping
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table, mention
from tastemaker.data.schema import ACTIONS, INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig
from tastemaker.model.batch import PLACES
from tastemaker.model.config import ModelConfig
from tastemaker.model.item_ratings import Tallies
from tastemaker.model.network import ModelInputs, Network
from tastemaker.model.tokenizer import TextTokenizer
from tastemaker.tasks import TASKS
from tastemaker.tasks.corpus import tokenizer_texts
from tastemaker.tasks.labels import label_sets
from tastemaker.tasks.stake import Stake

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.load_profile("fixed")

GENRES = ("Comedy", "Drama", "Horror", "Western")
USERS, ITEMS, LENGTH = 12, 24, 14


def film(row: int) -> CatalogItem:
    year = 1970 + row
    attributes = {"genre": (GENRES[row % 4],), "year": (str(year),), "decade": (f"{year // 10 * 10}s",)}
    text = f"A journey of {row} days begins. It ends at sea."
    return CatalogItem(
        f"i{row}", f"The Great Journey {'abcdefghijklmnopqrstuvwx'[row]}{row} ({year})", text, attributes
    )


@pytest.fixture(scope="session")
def shop() -> Dataset:
    """Twelve users, each with a favourite genre; the last film of the catalog is never seen in training."""
    random = np.random.default_rng(7)
    rows = []
    for user in range(USERS):
        for step, item in enumerate(random.permutation(ITEMS - 1)[:LENGTH]):
            rating = 5.0 if item % 4 == user % 4 else float(random.integers(1, 6))
            review = f"{'Lovely' if rating >= 4 else 'Dull'}, says {user} of {item}"
            rows.append((f"u{user}", f"i{item}", step, "rating", rating, review, f"{review.split(',')[0]} film"))
    catalog = Catalog(tuple(film(row) for row in range(ITEMS)))
    table = pl.DataFrame(rows, schema=INTERACTION_COLUMNS, orient="row")
    return Dataset.from_tables(catalog, table, DataConfig(path="shop", test_items=3, validation_items=2))


TALKS, TEST_TALKS = 40, 8


def talk(number: int) -> Dialogue:
    """A seeker likes one film and is told of its two neighbours; the film of row 23 is named in test alone."""
    liked, first, second = (mention(f"i{(number + step) % (ITEMS - 1)}") for step in range(3))
    is_test = number >= TALKS - TEST_TALKS
    told = (
        ("user", f"Hi! I liked {liked} a lot."),
        ("assistant", f"Then try {first} or {mention('i23') if is_test else second} ."),
        ("user", f"I have seen {first} already"),
        ("assistant", "Was it good?"),
        ("user", "It was."),
        ("assistant", f"{second} is good, like {first} !"),
    )
    split = "test" if is_test else "train"
    return Dialogue(f"talk {number}", tuple(Turn(speaker, text, split=split) for speaker, text in told))


@pytest.fixture(scope="session")
def talking_shop() -> Dataset:
    """The films of the shop and forty real dialogues about them, the last eight published as test; no interaction."""
    catalog = Catalog(tuple(film(row) for row in range(ITEMS)))
    table = pl.DataFrame(schema=pl.Schema(INTERACTION_COLUMNS))
    dialogues = dialogue_table([talk(number) for number in range(TALKS)])
    return Dataset.from_tables(catalog, table, DataConfig(path="talking shop"), dialogues=dialogues)


@pytest.fixture
def model(shop: Dataset) -> TrainedModel:
    """A tiny untrained model of the shop, without dropout, in evaluation mode."""
    return new_model(shop)


def new_model(
    shop: Dataset, seed: int = 0, dropout: float = 0.0, tasks: Mapping[str, Any] | None = None, **changes: Any
) -> TrainedModel:
    """A model with `changes` to its configuration, for `tasks` with keys of their tables; None is all."""
    recipe = from_mapping({"data": {"path": "shop"}, "tasks": {name: {} for name in TASKS} if tasks is None else tasks})
    tokenizer = TextTokenizer.train(tokenizer_texts(shop, list(recipe.tasks.values())), 600)
    torch.manual_seed(seed)
    inputs = ModelInputs(
        torch.randn(ITEMS, 8),
        torch.from_numpy(shop.train_counts > 0).repeat(len(PLACES), 1),
        tokenizer.size,
        torch.from_numpy(np.bincount(shop.actions, minlength=len(ACTIONS))),
        Tallies.of(shop.items, shop.ratings.astype(np.float64), ITEMS),
        Tallies.of(shop.items, (shop.ratings >= 4).astype(np.float64), ITEMS),
        label_sets=label_sets(shop, recipe.tasks.values()),
        stakes={name: Stake.of(vars(task)) for name, task in recipe.tasks.items()},
    )
    config = ModelConfig(width=16, layers=2, heads=2, dropout=dropout, window=256, **changes)
    plain = to_mapping(recipe) | {"model": vars(config)}
    return TrainedModel(Network(config, inputs).eval(), tokenizer, shop.catalog, plain)
