"""The command `tastemaker rank`: lists for many users at once, written to a file for other programs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

import tastemaker
from tastemaker.cli import show
from tastemaker.errors import RequestError

if TYPE_CHECKING:
    import polars as pl

EXAMPLES: Final = (
    "tastemaker rank runs/demo --out lists.parquet",
    "tastemaker rank runs/demo --users users.txt --out lists.csv -k 20",
)
NewItems = Annotated[
    float,
    typer.Option(
        "--new-items",
        metavar="ODDS",
        help="By how much items that nobody met in training are favoured over what validation found them to be worth.",
    ),
]
FORMS: Final = (".parquet", ".csv", ".jsonl")


def rank(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that `tastemaker train` wrote.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="File to write: .parquet, .csv or .jsonl.")],
    users: Annotated[
        Path | None, typer.Option("--users", metavar="FILE", help="One user id a line; left out, all users are served.")
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="How many items for each user.")] = 10,
    new_items: NewItems = 1.0,
) -> None:
    """Rank the catalog for many users of the data set at once and write the heads of their lists to a file."""
    if out.suffix not in FORMS:
        raise typer.BadParameter(f"expected --out to end in {', '.join(FORMS)}, found {out.name!r}.")
    wanted = None if users is None else read_users(users)
    with show.thinking():
        lists = tastemaker.load(run, new_items).rank(wanted, k)
    write_lists(lists, out)
    served = lists["user_id"].n_unique()
    show.output().print(f"{out}: {len(lists):,} items for {served:,} users", soft_wrap=True)


def read_users(path: Path) -> list[str]:
    """Ids in a file, one a line; blank lines are skipped.

    Raises:
        RequestError: there is no such file, it is no UTF-8 text, or names nobody.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise RequestError(f"{path}: expected a file with one user id a line, found no file. Check --users.") from None
    except UnicodeDecodeError:
        raise RequestError(
            f"{path}: expected user ids in UTF-8, one a line, found other bytes. Check --users."
        ) from None
    ids = [line.strip() for line in lines if line.strip()]
    if not ids:
        raise RequestError(f"{path}: expected one user id a line, found none. Leave --users out to serve all users.")
    return ids


def write_lists(lists: "pl.DataFrame", path: Path) -> None:
    """Write beside, then rename; the ending of the name says in what form."""
    beside = path.with_name(f".{path.name}.part")
    try:
        if path.suffix == ".parquet":
            lists.write_parquet(beside)
        elif path.suffix == ".csv":
            lists.write_csv(beside)
        else:
            lists.write_ndjson(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
