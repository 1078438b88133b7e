"""Users whose tastes lie far apart, and what each might say in a chat: the demonstration's cast, chosen by a rule."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.data.vocabulary import decade_of
from tastemaker.tasks.cards import spoken
from tastemaker.tasks.phrasings import with_article
from tastemaker.tasks.wishes import one

MIN_LIKES = 20
"""Somebody with fewer liked items has no taste to speak of."""


@dataclass(frozen=True)
class Taste:
    """One user, by what they liked."""

    user_id: str
    liked: tuple[str, ...]
    """Titles, the latest first."""
    genres: tuple[str, ...]
    """What they like more than others do, the most telling first."""
    decade: str | None
    """When most of the films that they like were made, e.g. `1990s`."""


def distant_tastes(dataset: Dataset, count: int = 3, attribute: str = "genre") -> list[Taste]:
    """Users with the most distant genre profiles: the first is farthest from the average, each next from all before.

    Args:
        dataset: where they come from.
        count: how many; fewer where the data set has fewer with `MIN_LIKES` likes.
        attribute: whose values make the profile.
    """
    liked = {user: rows for user in range(len(dataset.user_ids)) if len(rows := _liked(dataset, user)) >= MIN_LIKES}
    if not liked:
        return []
    values = sorted({value for item in dataset.catalog for value in item.values(attribute)})
    profiles = np.array([_profile(dataset, rows, values, attribute) for rows in liked.values()])
    average = profiles.mean(axis=0)
    users = list(liked)
    return [
        _taste(dataset, users[row], liked[users[row]], _most_telling(profiles[row] - average, values))
        for row in farthest_rows(profiles, average, min(count, len(users)))
    ]


def farthest_rows(points: NDArray[np.float64], start: NDArray[np.float64], count: int) -> list[int]:
    """Rows of `points` `[N, D]`: the farthest from `start`, then always the one farthest from all that are chosen."""
    chosen: list[int] = []
    distances = np.linalg.norm(points - start, axis=1)
    for _ in range(count):
        row = int(distances.argmax())
        to_row = np.linalg.norm(points - points[row], axis=1)
        distances = np.minimum(distances, to_row) if chosen else to_row
        chosen.append(row)
    return chosen


def opening_words(taste: Taste) -> tuple[str, str]:
    """What a user with this taste says first, and next: a vague wish, then one in terms of their taste."""
    genre = spoken(("genre", taste.genres[0])) if taste.genres else ""
    wish = f"I would like {with_article(one(genre, 'film') if genre else 'good film')}."
    like = f" I liked {taste.liked[0]}." if taste.liked else ""
    return "Hello, I would like to watch a film tonight.", f"{wish}{like}"


def last_words(taste: Taste, has_recommended: bool) -> str:
    """What they say third: ask for another film, or narrow the wish."""
    if has_recommended:
        return "I have seen that one. What else would you recommend?"
    return f"Something from the {taste.decade}, please." if taste.decade else "Just recommend one, please."


def _liked(dataset: Dataset, user: int) -> list[int]:
    """Rows of the items that a user likes, the latest first."""
    return [entry.item for entry in reversed(dataset.history(user)) if dataset.likes(entry)]


def _profile(dataset: Dataset, rows: list[int], values: list[str], attribute: str) -> list[float]:
    """Share of every value among the values of these items."""
    counts = Counter(value for row in rows for value in dataset.catalog[row].values(attribute))
    return [counts[value] / max(1, counts.total()) for value in values]


def _most_telling(excess: NDArray[np.float64], values: list[str]) -> tuple[str, ...]:
    return tuple(values[place] for place in np.argsort(-excess, kind="stable")[:3] if excess[place] > 0)


def _taste(dataset: Dataset, user: int, rows: list[int], genres: tuple[str, ...]) -> Taste:
    items = [dataset.catalog[row] for row in rows]
    decades = Counter(decade for item in items for year in item.values("year") if (decade := decade_of(year)))
    decade = max(decades, key=lambda name: (decades[name], name)) if decades else None
    return Taste(dataset.user_ids[user], tuple(item.title for item in items), genres, decade)
