"""The formats of interaction logs that `prepare` knows by name.

To add one: a file with its format, a line here, a test file.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tastemaker.data import csv_log, headerless_log, jsonl_log, mind_log, parquet_log
from tastemaker.data.log import Log
from tastemaker.data.log_chunk import LogChunk, LogFormat, mended
from tastemaker.data.raw_path import RawPath, files_within, opened
from tastemaker.errors import DataError

LOG_FORMATS: Final[dict[str, LogFormat]] = {
    "csv": csv_log.FORMAT,
    "jsonl": jsonl_log.FORMAT,
    "parquet": parquet_log.FORMAT,
}
_ALL: Final = {**LOG_FORMATS, "headerless": headerless_log.FORMAT, "mind": mind_log.FORMAT}
"""Those of a publisher's files too, which `LOG_PRESETS` knows."""


def format_of(path: RawPath, otherwise: str) -> str:
    """Name of the format that a file's ending tells; of several that may be meant, `otherwise`."""
    name = path.name.removesuffix(".gz")
    forms = dict.fromkeys((otherwise, *_ALL))
    return next((form for form in forms if name.endswith(_ALL[form].endings)), otherwise)


def log_files(log: Log) -> tuple[RawPath, ...]:
    """The files of a log; of a folder or a zip archive, those of the format by name.

    Raises:
        DataError: there are none.
    """
    endings = _ALL[log.form].endings
    files: list[RawPath] = []
    for path in log.paths:
        place = opened(path) if isinstance(path, Path) else path
        if place.is_dir():
            inside = files_within(place, endings)
            found = [each for each in inside if log.items is None or str(each) != str(log.items)]
            if not found:
                raise DataError(
                    f"{path}: expected files that end in {' or '.join(endings)}, found none. Pass the files."
                )
            files += found
        elif place.exists():
            files.append(place)
        else:
            raise DataError(f"{path}: expected a file or a folder, found nothing there. Check the path.")
    return tuple(files)


def columns_of(path: RawPath, form: str, encoding: str | None) -> tuple[str, ...]:
    """Names of the columns of a file in a format.

    Raises:
        DataError: it cannot be read.
    """
    return _ALL[form].columns(path, encoding)


def chunks_of(path: RawPath, form: str, columns: Iterable[str], encoding: str | None) -> Iterator[LogChunk]:
    """Yield all rows of a file in a format.

    Raises:
        DataError: it cannot be read.
    """
    for chunk in _ALL[form].chunks(path, tuple(dict.fromkeys(columns)), encoding):
        yield mended(chunk)
