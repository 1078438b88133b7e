"""What its owner says of an interaction log: where the files are, what their columns are called, what values mean.

In: names and values as somebody typed them. Out: a description that holds together, or one line that says why not.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tastemaker.data.encodings import check_encoding
from tastemaker.data.raw_path import RawPath
from tastemaker.data.schema import EVENTS, INTERACTION_COLUMNS, RATING_SCALE
from tastemaker.errors import DataError

COLUMNS: Final = tuple(INTERACTION_COLUMNS)
REQUIRED: Final = ("user_id", "item_id", "timestamp")
NO_COLUMN: Final = ""
"""Stands for a column that the file has not, or whose namesake in the file is not to be read."""
ITEM_NAMES: Final = ("item_id", "title", "text", "image")
"""Any other name is that of an attribute."""
OWN_LICENCE: Final = (
    "your own files, of whose licence nothing is known here; what is made of them is bound to it as well."
)


@dataclass(frozen=True)
class Log:
    """Files of interactions, one a row, and how to read them."""

    form: str
    """Name in `LOG_FORMATS`."""
    paths: tuple[RawPath, ...]
    """Files, or folders or zip archives of files, in the order in which they are read."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our name -> the file's, where they differ; `NO_COLUMN` for none. Without a timestamp, rows stand in its order."""
    event: str | None = None
    """What happened in every row that does not say; by default a rating where there is one, else a view."""
    events: Mapping[str, str] = field(default_factory=dict)
    """The file's name of an event -> ours, beside the names that are known anyway."""
    rating_scale: tuple[float, float] = RATING_SCALE
    """The worst and the best rating of the file."""
    items: RawPath | None = None
    """A file in any of the forms with a row for each item; None where nothing but ids is known."""
    item_columns: Mapping[str, str] = field(default_factory=dict)
    """Our name, or that of an attribute -> the column of `items`."""
    between: Mapping[str, str] = field(default_factory=dict)
    """Attribute -> what stands between its values in `items`, where that is not `|`."""
    films: bool = False
    """Whether titles of items are those of films as MovieLens writes them, "Ice Storm, The (1997)"."""
    users: RawPath | None = None
    """A file with a row for each user, as `items` is one."""
    user_columns: Mapping[str, str] = field(default_factory=dict)
    """`user_id`, or the name of an attribute -> the column of `users`."""
    encoding: str | None = None
    """Of all the files; None: UTF-8, and lines that are not, Latin-1."""
    strict: bool = False
    """Whether the first row that would be rejected ends it all."""
    licence: str = OWN_LICENCE
    """Said to the user and kept in `dataset.json`."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            DataError: an unknown column, event or encoding, a required column left out, or a scale that is none.
        """
        if self.encoding is not None:
            check_encoding(self.encoding)
        for name in self.columns:
            _check_name(name, COLUMNS, "--column", "a column")
        for name in ("user_id", "item_id"):
            if self.columns.get(name) == NO_COLUMN:
                raise DataError(f"--column {name}=: expected the name of a column, found none. Every row needs one.")
        for event in (*self.events.values(), *([self.event] if self.event else [])):
            _check_name(event, EVENTS, "--event", "an event")
        low, high = self.rating_scale
        if not low < high < float("inf") or low == -float("inf"):
            raise DataError(f"--rating-scale: expected the worst and the best rating, found {low:g} and {high:g}.")
        if self.item_columns and self.items is None:
            raise DataError("--item-column: expected a file of items beside it, found none. Pass --items FILE.")

    @property
    def settings(self) -> dict[str, Any]:
        """All that changes what comes out but the files themselves; fit for JSON."""
        return {
            "format": self.form,
            "columns": dict(self.columns),
            "event": self.event,
            "events": dict(self.events),
            "rating_scale": list(self.rating_scale),
            "item_columns": dict(self.item_columns),
            "between": dict(self.between),
            "films": self.films,
            "user_columns": dict(self.user_columns),
            "encoding": self.encoding,
        }


def near(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that somebody who wrote `name` may have meant."""
    by_plain = {plain(each): each for each in names}
    found = difflib.get_close_matches(plain(name), by_plain, n=1)
    return by_plain[found[0]] if found else None


def plain(name: str) -> str:
    """A name without case, spaces and signs: `User ID`, `userId` and `user_id` are one."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _check_name(name: str, known: tuple[str, ...], flag: str, what: str) -> None:
    if name not in known:
        meant = near(name, known)
        hint = f"Did you mean {meant!r}?" if meant else "Use one of these."
        raise DataError(f"{flag}: expected {what} of {', '.join(known)}; found {name!r}. {hint}")
