import numpy as np
import polars as pl
import pytest

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig
from tastemaker.evaluation.written import reference
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Recommended

GENRES = ("Comedy", "Horror", "Drama", "War")


def make_item(row: int) -> CatalogItem:
    year = 1980 + row
    return CatalogItem(
        f"i{row}",
        f"Zorblatt{chr(97 + row // 26)}{chr(97 + row % 26)} ({year})",
        f"Number {row} walks after its neighbour.",
        attributes={"genre": (GENRES[row % 4],), "year": (str(year),), "decade": (f"{year // 10 * 10}s",)},
    )


def make_dataset(histories, items=20, test_items=2, validation_items=1):
    """`histories`: for each user a list of (item row, rating)."""
    rows = [
        {
            "user_id": f"u{user}",
            "item_id": f"i{item}",
            "timestamp": 7,
            "event": "rating",
            "rating": float(rating),
            "review": f"{'Great' if rating >= 4 else 'Poor'}, says {user} of {item}",
            "review_title": "A good film" if rating >= 4 else "A bad film",
        }
        for user, history in enumerate(histories)
        for item, rating in history
    ]
    config = DataConfig(path="toy", test_items=test_items, validation_items=validation_items)
    table = pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS))
    return Dataset.from_tables(Catalog(tuple(map(make_item, range(items)))), table, config)


@pytest.fixture(scope="session")
def dataset():
    """12 users who walk through 20 items in steps of one, with some noise; all timestamps are equal."""
    random = np.random.default_rng(0)
    histories = []
    for user in range(12):
        items = [(user + step) % 20 for step in range(9)]
        histories.append([(item, int(random.integers(2, 6))) for item in items])
    return make_dataset(histories)


@pytest.fixture(scope="session")
def build():
    return make_dataset


class FakePredictor:
    """Answers like a model that knows that everybody walks through the catalog in steps of one."""

    def __init__(self, dataset):
        self.dataset = dataset
        self.asked = []

    def item_scores(self, examples):
        size = len(self.dataset.catalog)
        scores = np.zeros((len(examples), size), dtype=np.float32)
        for row, example in enumerate(examples):
            entries = example.context[0].entries
            start = entries[-1].item if entries else 0
            scores[row] = -((np.arange(size) - start - 1) % size)
        self.asked.extend(examples)
        return scores

    def values(self, examples):
        return [
            np.full(len(example.target.items), 3.5 if example.target.kind == "rating" else 0.8) for example in examples
        ]

    def classes(self, examples):
        """The last class of every set."""
        return np.array(
            [[place == len(it.target.values) - 1 for place in range(len(it.target.values))] for it in examples]
        )

    def replies(self, examples):
        return [self._reply(example) for example in examples]

    def reference_bits(self, examples):
        """Two bits for each character."""
        return np.array([2.0 * len(reference(example)) for example in examples])

    def _reply(self, example):
        last = example.context[-1]
        if isinstance(last, Recommended):
            genre = self.dataset.catalog[last.item].values("genre")[0]
            return WrittenReply("", last.item, f"It is a {genre.lower()} film.", last.card.text, "")
        item = int(self.item_scores([example])[0].argmax())
        return WrittenReply("How about", item, "It is a comedy film.", "", "")


@pytest.fixture
def predictor(dataset):
    return FakePredictor(dataset)
