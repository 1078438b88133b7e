"""Amazon reviews as a log: whether they are of 2014, 2018 or 2023, the names of their columns tell (McAuley et al.).

In: files of reviews, and one of metadata. Out: the fields of a `Log`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tastemaker.data.log import Log
from tastemaker.data.log_formats import columns_of, format_of, log_files
from tastemaker.errors import DataError

REVIEWS: Final = (
    {
        **{"user_id": "reviewerID", "item_id": "asin", "rating": "overall", "timestamp": "unixReviewTime"},
        **{"review": "reviewText", "review_title": "summary"},
    },
    {
        **{"user_id": "user_id", "item_id": "parent_asin", "rating": "rating", "timestamp": "timestamp"},
        **{"review": "text", "review_title": "title"},
    },
)
"""Our name -> theirs, in 2014 and 2018, then in 2023; the first whose columns are all there counts."""
_PRODUCT: Final = {"item_id": "asin", "title": "title", "text": "description", "brand": "brand"}
METADATA: Final = (
    _PRODUCT | {"category": "categories"},
    _PRODUCT | {"category": "category"},
    _PRODUCT | {"item_id": "parent_asin", "brand": "store", "category": "categories"},
)
"""Our name, or that of an attribute -> theirs, in 2014, 2018 and 2023; columns that are not there are left out."""


def amazon_fields(paths: Sequence[Path], items: Path | None, encoding: str | None) -> dict[str, Any]:
    """The fields of a `Log` of reviews.

    Args:
        paths: files, or folders or zip archives of files.
        items: the file of metadata, if any.
        encoding: of the files.

    Raises:
        DataError: there is no such file, or it has other columns than any generation of such files.
    """
    first = log_files(Log("jsonl", tuple(paths), items=items))[0]
    found = columns_of(first, "jsonl", encoding)
    columns = next((each for each in REVIEWS if set(each.values()) <= set(found)), None)
    if columns is None:
        wanted = " or ".join(", ".join(each.values()) for each in REVIEWS)
        raise DataError(
            f"{first}: expected the columns {wanted}, as amazon has them; found {', '.join(found)}. "
            "Name yours with --format jsonl and --column."
        )
    fields = {"form": "jsonl", "paths": tuple(paths), "columns": columns}
    return fields if items is None else fields | {"items": items, "item_columns": _item_columns(items, encoding)}


def _item_columns(items: Path, encoding: str | None) -> dict[str, str]:
    if not items.is_file():
        return {}
    found = set(columns_of(items, format_of(items, "jsonl"), encoding))
    most = max(METADATA, key=lambda columns: len(found & set(columns.values())))
    return {ours: theirs for ours, theirs in most.items() if theirs in found}
