"""The tables of a data set on disk, checked where they are read and where they are written.

`items.parquet` and `interactions.parquet` are required; `users.parquet`, `dialogues.parquet` and `summaries.parquet`
are optional. A data set of dialogues or summaries alone has an `interactions.parquet` without a row.
Rows of `interactions.parquet` stand in the order of use: by user, then by time, ties in an order fixed at prepare.
"""

from typing import Final

import polars as pl

ITEM_COLUMNS: Final[dict[str, pl.DataType]] = {
    "item_id": pl.String(),
    "title": pl.String(),
    "text": pl.String(),
    "attributes": pl.List(pl.Struct({"name": pl.String(), "value": pl.String()})),
    "image": pl.String(),
}
"""`title` and `text` may be empty, never null. Attributes are (name, value) pairs, e.g. ("genre", "Comedy")."""

INTERACTION_COLUMNS: Final[dict[str, pl.DataType]] = {
    "user_id": pl.String(),
    "item_id": pl.String(),
    "timestamp": pl.Int64(),
    "event": pl.String(),
    "rating": pl.Float32(),
    "review": pl.String(),
    "review_title": pl.String(),
}
"""`timestamp` in seconds since 1970; `event` one of `EVENTS`; `rating` on a 1..5 scale or null."""

USER_COLUMNS: Final[dict[str, pl.DataType]] = {
    "user_id": pl.String(),
    "attributes": pl.List(pl.Struct({"name": pl.String(), "value": pl.String()})),
}

DIALOGUE_COLUMNS: Final[dict[str, pl.DataType]] = {
    "dialogue_id": pl.String(),
    "turn": pl.Int32(),
    "speaker": pl.String(),
    "text": pl.String(),
    "liked": pl.List(pl.String()),
    "disliked": pl.List(pl.String()),
    "unsaid": pl.List(pl.String()),
    "split": pl.String(),
}
"""`text` holds item mentions as `dialogues.mention` writes them. `liked` and `disliked` are the items of this turn of
which the seeker said so when asked, `unsaid` those of which they said neither; null where nobody asked. `split` is one
of `PUBLISHED_SPLITS`, or null where the corpus has no published split or does not judge this turn.
"""

OPINIONS: Final = ("liked", "disliked", "unsaid")
"""The columns of dialogues that hold what seekers answered when they were asked of an item."""

SUMMARY_COLUMNS: Final[dict[str, pl.DataType]] = {
    "item_id": pl.String(),
    "texts": pl.List(pl.String()),
    "summary": pl.String(),
    "split": pl.String(),
}
"""`texts` are reviews of the item, `summary` is what one person wrote who read them; where several did, there is a row
for each. `split` is as in dialogues.
"""

PUBLISHED_SPLITS: Final = ("train", "validation", "test")

EVENTS: Final = ("view", "cart", "buy", "like", "dislike", "rating")

RATING_SCALE: Final = (1.0, 5.0)

ACTIONS: Final = ("view", "cart", "buy", "like", "dislike", "rating_1", "rating_2", "rating_3", "rating_4", "rating_5")
"""What a history entry can say of its item: an event, or a rating in one of five buckets."""


def action_of(event: str, rating: float | None) -> int:
    """Index in `ACTIONS` of an interaction's feedback; a rating tells more than the event that carried it."""
    if rating is not None and rating == rating:
        return ACTIONS.index(f"rating_{min(5, max(1, round(rating)))}")
    return ACTIONS.index(event)
