"""Logs whose columns are known by the name of their publisher, so that nobody has to name them.

In: a name and files. Out: what a `Log` is made of; what its owner says beside it counts more.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tastemaker.data.amazon_log import amazon_fields
from tastemaker.data.mind_log import mind_fields
from tastemaker.data.movielens_log import movielens_fields
from tastemaker.data.recbole_log import recbole_fields

Preset = Callable[[Sequence[Path], Path | None, str | None], dict[str, Any]]
"""From files, a file of items and an encoding, as they were named, to the fields of a `Log`."""

LOG_PRESETS: Final[Mapping[str, Preset]] = {
    "amazon": amazon_fields,
    "movielens": movielens_fields,
    "recbole": recbole_fields,
    "mind": mind_fields,
}


def preset_fields(
    name: str, paths: Sequence[Path], items: Path | None = None, encoding: str | None = None
) -> dict[str, Any]:
    """The fields of a `Log` of files that a publisher known by `name` wrote.

    Args:
        name: in `LOG_PRESETS`.
        paths: files, or folders or zip archives of files.
        items: a file of items; by default the one that stands beside the log, if any.
        encoding: of the files; None as in `Log`.

    Raises:
        DataError: there is no such file, or it has other columns than such files have.
    """
    return LOG_PRESETS[name](paths, items, encoding)
