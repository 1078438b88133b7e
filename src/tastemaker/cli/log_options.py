"""A log as the flags of `tastemaker prepare` describe it.

In: flags as they were typed. Out: a `Log`, or one line that says what is wrong with a flag.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

import tastemaker

if TYPE_CHECKING:
    from tastemaker.data.log import Log


@dataclass(frozen=True)
class LogFlags:
    """What was typed; None where nothing was."""

    columns: Sequence[str] | None = None
    events: Sequence[str] | None = None
    rating_scale: tuple[float, float] | None = None
    strict: bool = False


def described_log(form: str, paths: Sequence[str], flags: LogFlags) -> "Log":
    """The log that is meant.

    Raises:
        DataError: a name or value cannot be meant.
        typer.BadParameter: a flag is malformed.
    """
    fields: dict[str, Any] = {"columns": _pairs(flags.columns, "--column", "OURS=YOURS")}
    plain = [event for event in flags.events or () if "=" not in event]
    if len(plain) > 1:
        raise typer.BadParameter(f"give one --event EVENT for all rows, found {' and '.join(plain)}.")
    fields |= {"event": plain[0] if plain else None}
    fields |= {"events": _pairs([each for each in flags.events or () if "=" in each], "--event", "YOURS=EVENT")}
    if flags.rating_scale is not None:
        fields |= {"rating_scale": flags.rating_scale}
    return tastemaker.Log(form, tuple(map(Path, paths)), strict=flags.strict, **fields)


def _pairs(typed: Sequence[str] | None, flag: str, form: str) -> dict[str, str]:
    found = {}
    for each in typed or ():
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise typer.BadParameter(f"expected {flag} {form}, found {flag} {each}.")
        found[name.strip()] = value.strip()
    return found
