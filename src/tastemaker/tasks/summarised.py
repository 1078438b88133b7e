"""What there is to sum up in a data set, and how people did: reviews with titles, opinion summaries, news with titles.

In: a data set and a split. Out: texts, each with its summary. A text that reads word for word like its summary says all
in itself and is left out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.tasks.dialogue_split import is_judged, split_of_dialogue
from tastemaker.tasks.item_split import splits_of
from tastemaker.tasks.words import plain

Kind = Literal["opinions", "reviews", "news"]


@dataclass(frozen=True)
class Summarised:
    """One or several texts, and what one person wrote who summed them up."""

    texts: tuple[str, ...]
    summary: str
    cluster: int | None
    """By which results are clustered: the user of a review, the product of several, nothing for news."""


@dataclass(frozen=True)
class Source:
    """Where a data set may have summaries."""

    instruction: str
    """What the model is told to do: before several texts, and behind a single one, which other tasks read as well."""
    has_several: bool
    """Whether one summary is of several texts."""
    needs: str
    """What the data set must have, as an error says it."""
    is_there: Callable[[Dataset], bool]
    read: Callable[[Dataset, Split], Iterator[Summarised]]


def of_opinions(dataset: Dataset, split: Split) -> Iterator[Summarised]:
    """Reviews of a product and a human summary of all of them; several people wrote one each.

    All of a product is in one split, by what is published of any of its summaries, as with the turns of a dialogue.
    """
    there = frozenset(dataset.summaries["split"].drop_nulls())
    published: dict[str, set[str]] = {}
    for item_id, name in dataset.summaries.select("item_id", "split").iter_rows():
        published.setdefault(item_id, set()).update([name] if name else [])
    for item_id, texts, summary, name in dataset.summaries.iter_rows():
        is_in_split = split_of_dialogue(item_id, published[item_id], there) is split
        if is_in_split and is_judged(name, split, there):
            yield Summarised(tuple(texts), summary, dataset.catalog.rows[item_id])


def of_reviews(dataset: Dataset, split: Split) -> Iterator[Summarised]:
    """A review and the title that its writer gave it; it is held out with its interaction."""
    for user in range(len(dataset.user_ids)):
        for review, title in zip(dataset.reviews(user, split), dataset.review_titles(user, split), strict=True):
            yield from _titled(review, title, user)


def of_news(dataset: Dataset, split: Split) -> Iterator[Summarised]:
    """The text of an item and its title; the item's split is that of `item_split`.

    Training reads what no other task of the recipe keeps from it.
    """
    items = dataset.catalog if split is Split.TRAIN else dataset.answers
    for item, part in zip(items, splits_of(dataset.answers), strict=True):
        if part is split:
            yield from _titled(item.text, item.title, None)


def _titled(text: str, title: str, cluster: int | None) -> Iterator[Summarised]:
    if text.strip() and title.strip() and plain(text) != plain(title):
        yield Summarised((text,), " ".join(title.split()), cluster)


def _has_news(dataset: Dataset) -> bool:
    return any(item.text.strip() and item.title.strip() for item in dataset.answers)


SOURCES: Final[Mapping[Kind, Source]] = {
    "opinions": Source(
        "Summary of:", True, "summaries.parquet", lambda dataset: not dataset.summaries.is_empty(), of_opinions
    ),
    "reviews": Source(
        "Its title?",
        False,
        "columns 'review' and 'review_title' of interactions.parquet",
        lambda dataset: dataset.has_review_titles,
        of_reviews,
    ),
    "news": Source("Its headline?", False, "columns 'text' and 'title' of items.parquet", _has_news, of_news),
}
"""In the order in which they are looked for."""
