"""Read from a review alone whether its writer liked the item."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.tasks.example import Example, History, LabelSet, Text
from tastemaker.tasks.labels import counted
from tastemaker.tasks.words import check_share, plain, shortened, thinned

CLASSES: Final = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class Sentiment:
    """A user's review is negative (1 or 2 stars), neutral (between them) or positive (4 or 5).

    The context is the review and nothing else: an item's card or the user's past would let a model guess from who
    likes what, where it is to read. A review is held out with its interaction, and training leaves out what reads
    word for word like one that is held out, since users copy their own reviews from item to item.
    """

    name: str = "sentiment"
    weight: float = 1.0
    max_words: int = 200
    """Words of a review that are read, from its beginning."""
    dropped_words: float = 0.1
    """Share of a review's words left out in training, drawn anew in every epoch."""
    metrics: tuple[str, ...] = ("macro_f1", "accuracy")

    def __post_init__(self) -> None:
        check_share("dropped_words", self.dropped_words)

    def label_set(self, dataset: Dataset) -> LabelSet:
        """The three classes, and how often each is met in training."""
        found = [(feeling,) for _, _, feeling in self._judged(dataset, Split.TRAIN)]
        return counted(self.name, found, CLASSES, is_multi=False)

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per rated review."""
        labels = self.label_set(dataset)
        for number, (user, review, feeling) in enumerate(self._judged(dataset, split)):
            words = review
            if split is Split.TRAIN:
                words = thinned(review, self.dropped_words, Random(f"{self.name} {epoch} {number}"))
            context = (History(()), Text(shortened(words, self.max_words), "user"))
            yield Example(self.name, context, labels.target((feeling,)), user)

    def _judged(self, dataset: Dataset, split: Split) -> Iterator[tuple[int, str, str]]:
        """Users, reviews and what they express."""
        if not dataset.has_reviews or not dataset.has_ratings:
            column = "rating" if dataset.has_reviews else "review"
            raise DataError(
                f"{dataset.config.path}: task 'sentiment' needs rated reviews in interactions.parquet, found only "
                f"nulls in column {column!r}. Remove [tasks.sentiment] from the recipe."
            )
        if split is not Split.TRAIN:
            yield from _rated(dataset, split)
            return
        held_out = {plain(review) for part in Split if part is not split for _, review, _ in _rated(dataset, part)}
        yield from (found for found in _rated(dataset, split) if plain(found[1]) not in held_out)


def _rated(dataset: Dataset, split: Split) -> Iterator[tuple[int, str, str]]:
    for user in range(len(dataset.user_ids)):
        pairs = zip(dataset.held_out(user, split), dataset.reviews(user, split), strict=True)
        for entry, review in pairs:
            if entry.rating is not None and review.strip():
                yield user, review, _feeling(entry.rating)


def _feeling(rating: float) -> str:
    if rating <= 2:
        return "negative"
    return "positive" if rating >= 4 else "neutral"
