"""The command `tastemaker prepare`: finds out whether a source, a format or a log is meant, calls the stage."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

import tastemaker
from tastemaker.cli import show
from tastemaker.cli.log_options import LogFlags, described_log
from tastemaker.cli.prepare_progress import prepare_progress

EXAMPLES: Final = (
    "tastemaker prepare movielens-100k --out data/movielens-100k",
    "tastemaker prepare movielens-100k --path ml-100k.zip --out data/ml",
    "tastemaker prepare movies --source raw --out data/movies",
    "tastemaker prepare instruments --source raw --out data/instruments",
    "tastemaker prepare --format s3rec amazon-beauty --out data/beauty",
    "tastemaker prepare --format csv log.csv --out data/shop --column user_id=customer --column item_id=sku",
    "tastemaker prepare --format csv log.csv --out data/shop --items items.csv --item-column genre=category",
    "tastemaker prepare --format amazon reviews.jsonl.gz --items meta.jsonl.gz --out data/reviews",
    "tastemaker prepare --format movielens ml-32m.zip --out data/ml-32m",
    "tastemaker prepare --format jsonl logs/ --out data/shop --mapping shop.toml",
)
OWN: Final = "Your own files"


def prepare(  # noqa: PLR0913 - one parameter an option
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder to write the data set to.")],
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCE | PATH…",
            show_default=False,
            help="SOURCE: a known data set, such as movielens-100k. With --format, PATH: folder or zip of your files; "
            "with csv, jsonl and parquet, one or several files or folders of them; .gz and .zip are read as they are.",
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="F",
            help="Format of the files at PATH: csv, jsonl or parquet (your log, one interaction a row), amazon "
            "(reviews of 2014, 2018 and 2023), movielens (100K to 32M and latest), recbole (atomic files: .inter, "
            ".item, .user), mind (behaviors.tsv and news.tsv), s3rec (one `user item item …` a line), minionerec "
            "(items.json and CSV), dialogues as redial, opendialkg or inspired has them, or opinion_summaries "
            "(FewSum, Copycat).",
        ),
    ] = None,
    path: Annotated[
        Path | None,
        typer.Option("--path", "--source", metavar="P", help="A SOURCE's files on this machine: they are not fetched."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="OURS=YOURS",
            rich_help_panel=OWN,
            help="Which of your columns is our user_id, item_id, timestamp, event, rating, review or review_title; "
            "again for each. The first three are needed; `--column timestamp=` says that there is none.",
        ),
    ] = None,
    events: Annotated[
        list[str] | None,
        typer.Option(
            "--event",
            metavar="EVENT | YOURS=EVENT",
            rich_help_panel=OWN,
            help="What happened in rows that do not say, or what one of your events means: view, cart, buy, like or "
            "dislike.",
        ),
    ] = None,
    rating_scale: Annotated[
        tuple[float, float] | None,
        typer.Option(
            "--rating-scale", metavar="WORST BEST", rich_help_panel=OWN, help="Scale of your ratings, if not 1 5."
        ),
    ] = None,
    items: Annotated[
        Path | None,
        typer.Option(
            "--items",
            metavar="FILE",
            rich_help_panel=OWN,
            help="A file with a row for each item, in csv, jsonl or parquet. Without it, items are known by their ids.",
        ),
    ] = None,
    item_columns: Annotated[
        list[str] | None,
        typer.Option(
            "--item-column",
            metavar="OURS=YOURS",
            rich_help_panel=OWN,
            help="Which column of --items is our item_id, title, text or image, or an attribute of any name, such as "
            "genre=category; again for each. Several values have | between them.",
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            metavar="TOML",
            rich_help_panel=OWN,
            help="All of this in a file: tables columns, events and item_columns; keys event, rating_scale, items and "
            "encoding.",
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding",
            metavar="NAME",
            rich_help_panel=OWN,
            help="Encoding of the text, such as gb18030, cp1252 or utf-16; by default UTF-8, and lines that are not, "
            "Latin-1.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail at the first row that would be rejected.")] = False,
) -> None:
    """Turn raw files into a data set: checked, cleaned and reported.

    Views, carts, purchases, likes and ratings of your own: name the columns of
    your log once. What is repaired or rejected is counted; rejected rows are
    kept with the reason in rejected.jsonl.
    """
    console = show.messages()
    flags = LogFlags(columns, events, rating_scale, strict, items, item_columns, mapping, encoding)
    if form is not None and form in (*tastemaker.LOG_FORMATS, *tastemaker.LOG_PRESETS):
        log = described_log(form, _paths(sources, form, path), flags)
        with prepare_progress(console) as track:
            info = tastemaker.prepare_log(log, out, say=console.print, track=track)
    else:
        _refuse_flags(replace(flags, strict=False))
        name, files = _raw_files(sources, form, path)
        info = tastemaker.prepare(name, out, files, say=console.print, strict=strict)
    counts = ", ".join(f"{count:,} {name}" for name, count in info.counts.items())
    show.output().print(f"{out}: {counts}. Next: tastemaker train RECIPE --out RUN", soft_wrap=True)


def _refuse_flags(flags: LogFlags) -> None:
    if flags != LogFlags():
        forms = ", ".join((*tastemaker.LOG_FORMATS, *tastemaker.LOG_PRESETS))
        raise typer.BadParameter(f"--column, --items and the like go with --format {forms} alone.")


def _paths(sources: list[str] | None, form: str, path: Path | None) -> list[str]:
    """Where files in a format are."""
    if not sources:
        raise typer.BadParameter(f"expected the PATH of your files beside --format {form}, found none.")
    if path is not None:
        raise typer.BadParameter("give --format F PATH or SOURCE --path P, not both.")
    return sources


def _raw_files(sources: list[str] | None, form: str | None, path: Path | None) -> tuple[str, Path | None]:
    """Name of the reader, and where the raw files are if not to be fetched."""
    if not sources and form is None:
        raise typer.BadParameter("expected a SOURCE, or --format F PATH; found neither.")
    if form is None:
        named, where = sources or [], path
    else:
        named = _paths(sources, form, path)
        where = Path(named[0])
    if len(named) > 1:
        raise typer.BadParameter(f"expected one {'SOURCE' if form is None else 'PATH'}, found {', '.join(named)}.")
    return form or named[0], where
