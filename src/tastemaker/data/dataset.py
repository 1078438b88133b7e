"""A data set in memory: catalog, every user's history oldest first, where training ends in each, dialogues, summaries.

Items and users are known by row number; `dataset.catalog[row]` and `dataset.user_ids[row]` give the names.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dialogues import mentioned_items
from tastemaker.data.features import Features
from tastemaker.data.hold_outs import hold_out
from tastemaker.data.interactions import check_interactions
from tastemaker.data.item_words import ItemWords, is_bare
from tastemaker.data.judged import spelt
from tastemaker.data.schema import ACTIONS, DIALOGUE_COLUMNS, OPINIONS, SUMMARY_COLUMNS, action_of
from tastemaker.data.split import Cuts, DataConfig, IntArray, Split, cut_histories
from tastemaker.data.storage import DataSetInfo, read_info, read_table
from tastemaker.errors import DataError, RequestError

FloatArray = NDArray[np.float32]

_LEARNT: Final = 20_000
"""Reviews from which features are learnt."""
NO_DIALOGUES: Final = pl.DataFrame(schema=pl.Schema(DIALOGUE_COLUMNS))
"""`dialogues.parquet` of a data set that has none."""
NO_SUMMARIES: Final = pl.DataFrame(schema=pl.Schema(SUMMARY_COLUMNS))
"""`summaries.parquet` of a data set that has none."""
WRITTEN: Final = ("review", "review_title")
"""Columns of `interactions.parquet` that are not read before a task asks for them."""


@dataclass(frozen=True)
class Entry:
    """One interaction of a history, as a model sees it."""

    item: int
    """Row in the catalog."""
    action: int
    """Index in `ACTIONS`."""
    rating: float | None = None
    """On the 1..5 scale; None for a plain event."""


@dataclass(frozen=True)
class Dataset:
    """What tasks draw their examples from."""

    catalog: Catalog
    user_ids: tuple[str, ...]
    offsets: IntArray
    """`[users + 1]`: user `u` owns the interactions `offsets[u]:offsets[u + 1]`."""
    items: IntArray
    """`[interactions]`, rows in the catalog."""
    actions: IntArray
    ratings: FloatArray
    """`[interactions]`, nan where the interaction is a plain event."""
    timestamps: IntArray
    cuts: Cuts
    config: DataConfig = field(default_factory=DataConfig)
    info: DataSetInfo | None = None
    review_columns: pl.LazyFrame = field(default_factory=pl.LazyFrame, repr=False, compare=False)
    """Columns `review` and `review_title` of all rows of `interactions.parquet`, read where they are asked for."""
    log_rows: IntArray | None = field(default=None, repr=False, compare=False)
    """`[interactions]`: the row of each one there, where some are left out; None where none is."""
    dialogues: pl.DataFrame = field(default_factory=lambda: NO_DIALOGUES, repr=False, compare=False)
    """The columns of `dialogues.parquet`; no row where the data set has none."""
    item_words: ItemWords | None = field(default=None, repr=False, compare=False)
    """What training reviews say of the items of which nothing else is known; None where there are none of these."""
    summaries: pl.DataFrame = field(default_factory=lambda: NO_SUMMARIES, repr=False, compare=False)
    """The columns of `summaries.parquet`; no row where the data set has none."""
    whole_catalog: Catalog | None = field(default=None, repr=False)
    """The items with all that is known of them, where `catalog` hides something; see `hiding`."""

    @classmethod
    def load(cls, config: DataConfig) -> "Dataset":
        """Read the folder `config.path` and cut its histories.

        Raises:
            DataError: a table is missing, or lacks a column, or names an item that is not in the catalog.
        """
        folder = Path(config.path)
        info = read_info(folder)
        catalog = Catalog.from_table(read_table(folder, "items"))
        dialogues = read_table(folder, "dialogues") if (folder / "dialogues.parquet").exists() else NO_DIALOGUES
        summaries = read_table(folder, "summaries") if (folder / "summaries.parquet").exists() else NO_SUMMARIES
        loaded = cls.from_tables(catalog, read_table(folder, "interactions"), config, info, dialogues, summaries)
        return replace(loaded, review_columns=pl.scan_parquet(folder / "interactions.parquet").select(WRITTEN))

    @classmethod
    def from_tables(
        cls,
        catalog: Catalog,
        interactions: pl.DataFrame,
        config: DataConfig,
        info: DataSetInfo | None = None,
        dialogues: pl.DataFrame = NO_DIALOGUES,
        summaries: pl.DataFrame = NO_SUMMARIES,
    ) -> "Dataset":
        """Build from checked tables; `interactions` stands by user, oldest first.

        Items of which nothing else is known are described by what training reviews say of them.

        Raises:
            DataError: there is no interaction, dialogue or summary, one of an item that is not in the catalog, or a
                value or order that `check_interactions` refuses.
        """
        if interactions.is_empty() and dialogues.is_empty() and summaries.is_empty():
            raise DataError(
                f"{config.path}: expected interactions, dialogues or summaries, found none. Prepare the data set again."
            )
        check_interactions(interactions, config.path)
        _check_items(catalog, config.path, "interactions", frozenset(interactions["item_id"]))
        told = {"dialogues": mentioned_items(dialogues), "summaries": frozenset(summaries["item_id"])}
        for table, items_there in told.items():
            _check_items(catalog, config.path, table, items_there)
        users = interactions["user_id"]
        starts = np.flatnonzero((users != users.shift(1)).fill_null(True).to_numpy())
        offsets = np.concatenate((starts, [len(users)])).astype(np.int64)
        ratings = interactions["rating"].cast(pl.Float32).to_list()
        actions = [action_of(event, rating) for event, rating in zip(interactions["event"], ratings, strict=True)]
        timestamps = interactions["timestamp"].to_numpy().astype(np.int64)
        items = np.array([catalog.rows[item] for item in interactions["item_id"]], dtype=np.int64)
        left = hold_out(offsets, items, cut_histories(offsets, timestamps, config), config)
        rows = slice(None) if left.rows is None else left.rows
        built = cls(
            catalog=catalog,
            user_ids=tuple(users.gather(offsets[:-1])),
            offsets=left.offsets,
            items=items[rows],
            actions=np.array(actions, dtype=np.int64)[rows],
            ratings=np.array([np.nan if rating is None else rating for rating in ratings], dtype=np.float32)[rows],
            timestamps=timestamps[rows],
            cuts=left.cuts,
            config=config,
            info=info,
            review_columns=interactions.select(WRITTEN).lazy(),
            log_rows=left.rows,
            dialogues=dialogues,
            summaries=summaries,
        )
        return built._described() if any(map(is_bare, catalog)) and built.has_reviews else built

    def _described(self) -> "Dataset":
        reviews = ((int(self.items[row]), review) for row, review in self.training_reviews.iter_rows())
        words = ItemWords.of(self.features, self.catalog, reviews)
        return replace(self, catalog=words.described(self.catalog), item_words=words)

    def hiding(self, attribute: str, rows: Container[int]) -> "Dataset":
        """The same data set, whose `catalog` lacks an attribute of the items in `rows`; `answers` still has it."""
        return self._hiding(lambda item: item.without(attribute), rows)

    def hiding_titles(self, rows: Container[int]) -> "Dataset":
        """The same data set, whose `catalog` lacks the titles of the items in `rows`; `answers` still has them."""
        return self._hiding(lambda item: replace(item, title=""), rows)

    def hiding_texts(self, rows: Container[int]) -> "Dataset":
        """The same data set, whose `catalog` lacks the texts of the items in `rows`; `answers` still has them."""
        return self._hiding(lambda item: replace(item, text=""), rows)

    def _hiding(self, reduced: Callable[[CatalogItem], CatalogItem], rows: Container[int]) -> "Dataset":
        items = (reduced(item) if row in rows else item for row, item in enumerate(self.catalog))
        return replace(self, catalog=Catalog(tuple(items)), whole_catalog=self.answers)

    @property
    def answers(self) -> Catalog:
        """The items with all that is known of them: what targets are made of, and no input of training."""
        return self.whole_catalog or self.catalog

    @cached_property
    def user_rows(self) -> dict[str, int]:
        """Row of every user id."""
        return {user_id: row for row, user_id in enumerate(self.user_ids)}

    def user_row(self, user_id: str) -> int:
        """Row of a user.

        Raises:
            RequestError: no such user.
        """
        user_id = user_id if user_id in self.user_rows else spelt(user_id)
        if user_id not in self.user_rows:
            sample = ", ".join(self.user_ids[:3])
            raise RequestError(
                f"user {user_id!r} is not among the {len(self.user_ids)} users of {self.config.path} "
                f"(for example {sample}). For somebody new, pass --history with titles instead."
            )
        return self.user_rows[user_id]

    def history(self, user: int) -> tuple[Entry, ...]:
        """All interactions of a user, oldest first."""
        return self._entries[self.offsets[user] : self.offsets[user + 1]]

    def known_before(self, user: int, split: Split) -> tuple[Entry, ...]:
        """What is known of a user when the targets of `split` are predicted: everything before them."""
        ends = {
            Split.TRAIN: self.cuts.start[user],
            Split.VALIDATION: self.cuts.train[user],
            Split.TEST: self.cuts.validation[user],
        }
        return self.history(user)[: ends[split]]

    def held_out(self, user: int, split: Split) -> tuple[Entry, ...]:
        """The interactions of a user that belong to `split`."""
        start = len(self.known_before(user, split))
        ends = {Split.TRAIN: self.cuts.train[user], Split.VALIDATION: self.cuts.validation[user], Split.TEST: None}
        return self.history(user)[start : ends[split]]

    def reviews(self, user: int, split: Split) -> list[str]:
        """What the user wrote about each interaction of `held_out`, in its order; "" for nothing."""
        return self._reviews[self._span(user, split)].to_list()

    def review_titles(self, user: int, split: Split) -> list[str]:
        """What the user wrote above each review of `reviews`; "" for nothing."""
        return self._review_titles[self._span(user, split)].to_list()

    def _span(self, user: int, split: Split) -> slice:
        """Where the interactions of `held_out` stand."""
        start = int(self.offsets[user]) + len(self.known_before(user, split))
        return slice(start, start + len(self.held_out(user, split)))

    @cached_property
    def training_reviews(self) -> pl.DataFrame:
        """`row` of the interaction and `review`, of training, but those that read word for word like a held-out one."""
        plain = self._reviews.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
        is_known, said = pl.Series(self.is_training), plain.hash()
        is_taught = is_known & (plain != "") & ~said.is_in(said.filter(~is_known).implode())
        return pl.DataFrame({"row": np.flatnonzero(is_taught), "review": self._reviews.filter(is_taught)})

    @cached_property
    def features(self) -> Features:
        """What training reviews speak of, learnt from at most `_LEARNT` of them, evenly drawn."""
        if self.item_words is not None:
            return self.item_words.features
        reviews = self.training_reviews["review"]
        return Features.learn(reviews.gather_every(max(1, -(-len(reviews) // _LEARNT))))

    @cached_property
    def has_ratings(self) -> bool:
        """Whether any interaction carries a rating."""
        return bool(np.isfinite(self.ratings).any())

    @cached_property
    def has_reviews(self) -> bool:
        """Whether any interaction comes with a review."""
        return bool((self._reviews.str.strip_chars() != "").any())

    @cached_property
    def has_review_titles(self) -> bool:
        """Whether any review has a title."""
        return bool(((self._reviews.str.strip_chars() != "") & (self._review_titles.str.strip_chars() != "")).any())

    @cached_property
    def has_spoken_opinions(self) -> bool:
        """Whether the seeker of any dialogue was asked what they think of an item."""
        return any(self.dialogues[name].list.len().sum() > 0 for name in OPINIONS)

    @cached_property
    def has_opinions(self) -> bool:
        """Whether some interactions say like and others dislike."""
        both = {ACTIONS.index("like"), ACTIONS.index("dislike")}
        return self.has_ratings or both <= set(np.unique(self.actions).tolist())

    def is_opinion(self, entry: Entry) -> bool:
        """Whether an interaction says if the user likes the item, one way or the other."""
        return entry.rating is not None or ACTIONS[entry.action] in ("like", "dislike")

    def likes(self, entry: Entry) -> bool:
        """Whether an interaction says that the user likes the item."""
        if entry.rating is not None:
            return entry.rating >= self.config.like_threshold
        return ACTIONS[entry.action] in ("cart", "buy", "like")

    @cached_property
    def train_counts(self) -> IntArray:
        """`[I]`: training interactions of every item; an item with none is cold."""
        return np.bincount(self.items[self.is_training], minlength=len(self.catalog))

    @cached_property
    def is_training(self) -> NDArray[np.bool_]:
        """`[interactions]`: which of them belong to the training split."""
        places = np.arange(len(self.items)) - self.offsets[self.owners]
        return (places >= self.cuts.start[self.owners]) & (places < self.cuts.train[self.owners])

    @cached_property
    def owners(self) -> IntArray:
        """`[interactions]`: the row of each one's user."""
        return np.repeat(np.arange(len(self.user_ids)), np.diff(self.offsets))

    @cached_property
    def _reviews(self) -> pl.Series:
        """`[interactions]`"""
        return self._written("review")

    @cached_property
    def _review_titles(self) -> pl.Series:
        """`[interactions]`"""
        return self._written("review_title")

    def _written(self, column: str) -> pl.Series:
        whole = self.review_columns.select(column).collect()[column].fill_null("")
        return whole if self.log_rows is None else whole.gather(self.log_rows)

    @cached_property
    def _entries(self) -> tuple[Entry, ...]:
        """`[interactions]`; equal ones are one object, so that a long log costs a pointer each."""
        ratings = (None if rating != rating else rating for rating in self.ratings.tolist())
        known: dict[tuple[int, int, float | None], Entry] = {}
        return tuple(
            known.get(values) or known.setdefault(values, Entry(*values))
            for values in zip(self.items.tolist(), self.actions.tolist(), ratings, strict=True)
        )


def _check_items(catalog: Catalog, where: str, table: str, named: frozenset[str]) -> None:
    unknown = named - catalog.rows.keys()
    if unknown:
        raise DataError(
            f"{where}: {table} name {len(unknown)} items without a row in items.parquet, "
            f"for example {min(unknown)!r}. Prepare the data set again."
        )
