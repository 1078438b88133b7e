"""Read from a review, or from what a dialogue says of an item, whether its writer or seeker likes the item."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import OPINIONS
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.tasks.example import Example, History, LabelSet, Segment, Speaker, Text
from tastemaker.tasks.given import Given
from tastemaker.tasks.labels import counted
from tastemaker.tasks.spoken_opinions import MARKS, spoken_opinions
from tastemaker.tasks.stake import Stake
from tastemaker.tasks.words import check_share, plain, shortened, thinned_anew

CLASSES: Final = ("negative", "neutral", "positive")
_FEELINGS: Final = dict(zip(OPINIONS, ("positive", "negative", "neutral"), strict=True))


class _Judged(NamedTuple):
    """Words, and what they express."""

    cluster: int
    """Row of the user; dialogues are numbered behind the users."""
    turns: tuple[tuple[Speaker | None, str], ...]
    """Who says what; a review is read, and said by nobody."""
    feeling: str


@dataclass(frozen=True)
class Sentiment(Stake):
    """A user's review is negative (1 or 2 stars), neutral (between them) or positive (4 or 5).

    So is what is said of an item in a real dialogue whose seeker was asked: they disliked it, did not say, or liked it.
    Where a data set has both, both are read.

    The context is the words and nothing else: an item's card, its title or the user's past would let a model guess
    from who likes what, where it is to read. A review is held out with its interaction, and training leaves out what
    reads word for word like one that is held out, since users copy their own reviews from item to item. A dialogue is
    held out as a whole.
    """

    name: str = "sentiment"
    weight: float = 1.0
    max_words: int = 200
    """Words of a review, or of a turn of a dialogue, that are read, from its beginning."""
    dropped_words: float = 0.1
    """Share of the words left out in training, drawn anew in every epoch."""
    teaches_read: bool = False
    """Whether training has the words themselves predicted, too, one by one, so that a text task learns from them."""
    metrics: tuple[str, ...] = ("macro_f1", "accuracy")

    @property
    def writes(self) -> bool:
        return self.teaches_read

    def __post_init__(self) -> None:
        super().__post_init__()
        check_share("dropped_words", self.dropped_words)

    def label_set(self, dataset: Dataset) -> LabelSet:
        """The three classes, and how often each is met in training."""
        found = [(judged.feeling,) for judged in self._judged(dataset, Split.TRAIN)]
        return counted(self.name, found, CLASSES, is_multi=False)

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one example per rated review, and one per item of a dialogue of which the seeker was asked."""
        labels = self.label_set(dataset)
        for judged in self._judged(dataset, split):
            turns = judged.turns
            if split is Split.TRAIN:
                turns = tuple((who, thinned_anew(words, self.dropped_words, epoch, MARKS)) for who, words in turns)
            target = labels.target((judged.feeling,), self.teaches_read and split is Split.TRAIN)
            yield Example(self.name, self._context(turns), target, judged.cluster)

    def asked(self, given: Given, load: Callable[[], Dataset]) -> tuple[Segment, ...]:
        """A review, or what somebody says of an item."""
        return self._context(((None, given.the_text(self.name)),))

    def _context(self, turns: Sequence[tuple[Speaker | None, str]]) -> tuple[Segment, ...]:
        return (History(()), *(Text(shortened(words, self.max_words), speaker) for speaker, words in turns))

    def _judged(self, dataset: Dataset, split: Split) -> Iterator[_Judged]:
        """All of a split, reviews first.

        Raises:
            DataError: the data set has neither rated reviews nor dialogues whose seekers were asked.
        """
        has_reviews = dataset.has_reviews and dataset.has_ratings
        if not has_reviews and not dataset.has_spoken_opinions:
            column = "rating" if dataset.has_reviews else "review"
            raise DataError(
                f"{dataset.config.path}: task {self.name!r} needs rated reviews in interactions.parquet, or items that "
                f"seekers liked or disliked in dialogues.parquet; found only nulls in column {column!r} and in columns "
                f"'liked' and 'disliked'. Remove [tasks.{self.name}] from the recipe."
            )
        if has_reviews:
            yield from _reviews(dataset, split)
        for spoken in spoken_opinions(dataset, split):
            yield _Judged(len(dataset.user_ids) + spoken.dialogue, spoken.turns, _FEELINGS[spoken.opinion])


def _reviews(dataset: Dataset, split: Split) -> Iterator[_Judged]:
    if split is not Split.TRAIN:
        yield from _rated(dataset, split)
        return
    held_out = {plain(_words(it)) for part in Split if part is not split for it in _rated(dataset, part)}
    yield from (found for found in _rated(dataset, split) if plain(_words(found)) not in held_out)


def _words(review: _Judged) -> str:
    return review.turns[0][1]


def _rated(dataset: Dataset, split: Split) -> Iterator[_Judged]:
    for user in range(len(dataset.user_ids)):
        pairs = zip(dataset.held_out(user, split), dataset.reviews(user, split), strict=True)
        for entry, review in pairs:
            if entry.rating is not None and review.strip():
                yield _Judged(user, ((None, review),), _feeling(entry.rating))


def _feeling(rating: float) -> str:
    if rating <= 2:
        return "negative"
    return "positive" if rating >= 4 else "neutral"
