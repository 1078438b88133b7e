"""A log as the flags of `tastemaker prepare` describe it, and a TOML file for those who do not want to type them.

In: flags as they were typed; a flag beats the file. Out: a `Log`, or one line that says what is wrong.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

import tastemaker
from tastemaker.errors import DataError

if TYPE_CHECKING:
    from tastemaker.data.log import Log

TABLES: Final = ("columns", "events", "item_columns")
"""Of a TOML file: our name, or the file's of an event -> the other."""
KEYS: Final = ("event", "items", "rating_scale", "encoding")


@dataclass(frozen=True)
class LogFlags:
    """What was typed; None where nothing was."""

    columns: Sequence[str] | None = None
    events: Sequence[str] | None = None
    rating_scale: tuple[float, float] | None = None
    strict: bool = False
    items: Path | None = None
    item_columns: Sequence[str] | None = None
    mapping: Path | None = None
    encoding: str | None = None


def described_log(form: str, paths: Sequence[str], flags: LogFlags) -> "Log":
    """The log that is meant.

    Raises:
        DataError: a name or value cannot be meant, or the file of the mapping cannot be read.
        typer.BadParameter: a flag is malformed.
    """
    plain = [event for event in flags.events or () if "=" not in event]
    if len(plain) > 1:
        raise typer.BadParameter(f"give one --event EVENT for all rows, found {' and '.join(plain)}.")
    named = [event for event in flags.events or () if "=" in event]
    typed: dict[str, Any] = {
        "columns": _pairs(flags.columns, "--column", "OURS=YOURS"),
        "event": plain[0] if plain else None,
        "events": _pairs(named, "--event", "YOURS=EVENT"),
        "rating_scale": flags.rating_scale,
        "items": flags.items,
        "encoding": flags.encoding,
        "item_columns": _pairs(_doubled(flags.item_columns), "--item-column", "OURS=YOURS"),
    }
    fields = _known(form, paths, flags) | (read_mapping(flags.mapping) if flags.mapping else {})
    for name, value in typed.items():
        if name in TABLES:
            fields[name] = fields.get(name, {}) | value
        elif value is not None:
            fields[name] = value
    return tastemaker.Log(strict=flags.strict, **fields)


def _known(form: str, paths: Sequence[str], flags: LogFlags) -> dict[str, Any]:
    """The fields of a `Log` that are known by the name of the format alone."""
    places = tuple(map(Path, paths))
    if form in tastemaker.LOG_PRESETS:
        return tastemaker.preset_fields(form, places, flags.items, flags.encoding)
    return {"form": form, "paths": places}


def read_mapping(path: Path) -> dict[str, Any]:
    """The fields of a `Log` that a TOML file gives; the file of items is looked for beside it.

    Raises:
        DataError: it cannot be read, or has a key or value that is none of ours.
    """
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"{path}: expected a TOML file, found no file there. Check --mapping.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: expected TOML, found {error}. Correct the file.") from None
    for name, value in fields.items():
        _check(path, name, value)
    if "items" in fields:
        fields["items"] = path.parent / fields["items"]
    if "rating_scale" in fields:
        fields["rating_scale"] = tuple(fields["rating_scale"])
    return fields


def _check(path: Path, name: str, value: object) -> None:
    if name not in (*TABLES, *KEYS):
        known = ", ".join((*KEYS, *(f"[{table}]" for table in TABLES)))
        raise DataError(f"{path}: expected the keys {known}, found {name!r}. Correct the file.")
    if name in TABLES:
        is_right = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
        wanted = "a table of names"
    elif name == "rating_scale":
        is_right = isinstance(value, list) and len(value) == 2 and all(type(each) in (int, float) for each in value)
        wanted = "the worst and the best rating, such as [0, 10]"
    else:
        is_right, wanted = isinstance(value, str), "a text"
    if not is_right:
        raise DataError(f"{path}: expected {name} to be {wanted}, found {value!r}. Correct the file.")


def _doubled(typed: Sequence[str] | None) -> list[str]:
    """`genre` for `genre=genre`."""
    return [each if "=" in each else f"{each}={each}" for each in typed or ()]


def _pairs(typed: Sequence[str] | None, flag: str, form: str) -> dict[str, str]:
    found = {}
    for each in typed or ():
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise typer.BadParameter(f"expected {flag} {form}, found {flag} {each}.")
        found[name.strip()] = value.strip()
    return found
