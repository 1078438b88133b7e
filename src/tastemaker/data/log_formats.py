"""The formats of interaction logs that `prepare` knows by name.

To add one: a file with its format, a line here, a test file.
"""

from pathlib import Path
from typing import Final

from tastemaker.data import csv_log, jsonl_log, mind_log, parquet_log
from tastemaker.data.log import Log
from tastemaker.data.log_chunk import LogFormat
from tastemaker.errors import DataError

LOG_FORMATS: Final[dict[str, LogFormat]] = {
    "csv": csv_log.FORMAT,
    "jsonl": jsonl_log.FORMAT,
    "parquet": parquet_log.FORMAT,
    "mind": mind_log.FORMAT,
}


def format_of(path: Path, otherwise: str) -> str:
    """Name of the format that a file's ending tells; of several that may be meant, `otherwise`."""
    name = path.name.removesuffix(".gz")
    forms = dict.fromkeys((otherwise, *LOG_FORMATS))
    return next((form for form in forms if name.endswith(LOG_FORMATS[form].endings)), otherwise)


def log_files(log: Log) -> tuple[Path, ...]:
    """The files of a log; of a folder, those of the format by name.

    Raises:
        DataError: there are none.
    """
    endings = LOG_FORMATS[log.form].endings
    files: list[Path] = []
    for path in log.paths:
        if path.is_dir():
            found = sorted(each for each in path.iterdir() if each.name.removesuffix(".gz").endswith(endings))
            if not found:
                raise DataError(
                    f"{path}: expected files that end in {' or '.join(endings)}, found none. Pass the files."
                )
            files += found
        elif path.exists():
            files.append(path)
        else:
            raise DataError(f"{path}: expected a file or a folder, found nothing there. Check the path.")
    return tuple(files)
