"""Raw MovieLens files in both layouts, a few rows each, and ways to put them on disk."""

import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Raw = Mapping[str, str | bytes]


def film_line(item_id: str, title: str, *genres: int) -> str:
    """A line of `u.item`; genres by the place of their flag."""
    flags = "|".join("1" if place in genres else "0" for place in range(19))
    return f"{item_id}|{title}|01-Jan-1995||http://example/{item_id}|{flags}"


GROUPLENS: Raw = {
    "u.item": "\n".join(
        [
            film_line("1", "Toy Story (1995)", 3, 5),
            film_line("2", "Star Maker, The (Uomo delle stelle, L') (1995) ", 8),
            film_line("267", "unknown", 0),
            film_line("1412", "Land Before Time III (1995) (V)", 3),
        ]
    )
    + "\n",
    "u.data": "196\t1\t3\t881250949\n186\t2\t5\t891717742\n196\t267\t4\t881250949\n9\t1412\t1\t5\n",
    "u.user": "9|24|M|technician|85711\n186|53|F|other|94043\n196|23|M|writer|T8H1N\n",
}

ATOMIC: Raw = {
    "ml-100k.item": "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    "1\tToy Story\t1995\tAnimation Comedy\n"
    "2\tStar Maker, The (Uomo delle stelle, L')\t1995\tDrama\n"
    "267\tunkonwn\tunkonwn\tunknown\n"
    "1412\tLand Before Time III (1995)\tV\tAnimation\n",
    "ml-100k.inter": "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    "9\t1412\t1\t5\n196\t267\t4\t881250949\n186\t2\t5\t891717742.0\n196\t1\t3.0\t881250949\n",
    "ml-100k.user": "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
    "196\t23\tM\twriter\tT8H1N\n9\t24\tM\ttechnician\t85711\n186\t53\tF\tother\t94043\n",
}


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Write files into a new folder; values override or add to the first argument's."""

    def write(raw: Raw, name: str = "raw", **changes: str | bytes) -> Path:
        folder = tmp_path / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in {**raw, **{key.replace("__", "."): value for key, value in changes.items()}}.items():
            (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
        return folder

    return write


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[[Raw, str], Path]:
    """Write files into a zip archive, below a top folder or none."""

    def write(raw: Raw, top: str) -> Path:
        path = tmp_path / "raw.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file, content in raw.items():
                archive.writestr(top + file, content)
        return path

    return write


@pytest.fixture
def grouplens() -> Raw:
    return GROUPLENS


@pytest.fixture
def atomic() -> Raw:
    return ATOMIC


@pytest.fixture
def published() -> Callable[[str], Path]:
    """A folder of published data, for tests marked `data`; where it is absent the test is skipped."""

    def find(name: str) -> Path:
        root = Path(os.environ.get("TASTEMAKER_DATA", Path(__file__).parents[3] / "shared" / "data"))
        if not (root / name).is_dir():
            pytest.skip(f"no {root / name}; set TASTEMAKER_DATA to the folder that holds {name}")
        return root / name

    return find
