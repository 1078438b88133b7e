"""What happened, as a row of an interaction log says it: an event under a usual name, a rating on any scale.

In: strings. Out: events of `EVENTS`, and ratings in `RATING_SCALE`.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from tastemaker.data.judged import Judged, filled, problems
from tastemaker.data.log import plain
from tastemaker.data.schema import EVENTS, RATING_SCALE

NAMES: Final[dict[str, tuple[str, ...]]] = {
    "view": ("click", "page view", "pv", "visit", "read", "play", "watch", "listen", "open", "detail", "browse"),
    "cart": ("add to cart", "add to basket", "basket", "add"),
    "buy": ("purchase", "purchased", "order", "ordered", "bought", "checkout", "transaction", "sale"),
    "like": ("liked", "fav", "favorite", "favourite", "upvote", "thumbs up", "love", "bookmark", "wishlist"),
    "dislike": ("disliked", "downvote", "thumbs down", "hate"),
    "rating": ("rate", "rated", "review"),
}
"""What else our events are called; case, spaces and signs do not matter."""


def judge_events(raw: pl.Series, ratings: pl.Series, names: Mapping[str, str], default: str | None) -> Judged:
    """Find the event of every row.

    Args:
        raw: `[rows]`; null where the row does not say.
        ratings: `[rows]`, cleaned.
        names: further names of events.
        default: what happened where the row does not say; None: a rating where there is one.
    """
    texts = filled(raw)
    different = texts.drop_nulls().unique()
    known, exact = event_names(names), {_exactly(name): event for name, event in names.items()}
    ours = {text: exact.get(_exactly(text)) or known.get(plain(text)) for text in different}
    values = texts.replace_strict(list(ours), list(ours.values()), return_dtype=pl.String) if ours else texts
    if texts.null_count():
        unsaid = pl.repeat(default or "rating", len(raw), dtype=pl.String, eager=True)
        unsaid = unsaid if default else unsaid.set(ratings.is_null(), None)
        values = values.zip_with(texts.is_not_null(), unsaid)
    problem = problems(
        ("no event", texts.is_null() & values.is_null()), ("no rating", (values == "rating") & ratings.is_null())
    )
    is_unknown = texts.is_not_null() & values.is_null()
    if is_unknown.any():
        unknown = pl.select(pl.format("unknown event {}", pl.lit(texts.str.head(40)))).to_series()
        problem = unknown.zip_with(is_unknown, problem)
    return Judged(values, problem, {})


def event_names(names: Mapping[str, str]) -> dict[str, str]:
    """Every plain name of an event that is known -> the event.

    Names that signs alone tell apart, as +1 and -1, are known as they are written and not by a plain name.
    """
    usual = {name: event for event in EVENTS for name in (event, *NAMES[event])}
    meant: dict[str, set[str]] = {}
    for name, event in names.items():
        meant.setdefault(plain(name), set()).add(event)
    own = {name: event for name, events in meant.items() for event in events if name and len(events) == 1}
    return {plain(name): event for name, event in usual.items() if plain(name) not in meant} | own


def _exactly(name: str) -> str:
    return name.strip().casefold()


def judge_ratings(raw: pl.Series, scale: tuple[float, float]) -> Judged:
    """Map ratings from their scale to ours; a row without one is not rejected.

    >>> judge_ratings(pl.Series(["0", "10", "", "7.5"]), (0, 10)).values.to_list()
    [1.0, 5.0, None, 4.0]
    """
    texts = filled(raw)
    numbers = texts.cast(pl.Float64, strict=False)
    (low, high), (worst, best) = scale, RATING_SCALE
    is_number = numbers.is_finite().fill_null(False)
    problem = problems(
        ("rating is not a number", texts.is_not_null() & ~is_number),
        (f"rating out of {low:g}..{high:g}", ~numbers.is_between(low, high).fill_null(True)),
    )
    values = worst + (numbers - low) * ((best - worst) / (high - low))
    return Judged(values.cast(pl.Float32), problem, {})
