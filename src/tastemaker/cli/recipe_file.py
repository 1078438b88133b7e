"""A recipe as a TOML file that `tastemaker train` takes, every default filled in."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tastemaker.cli.recipe import Recipe, to_mapping


def write_recipe(recipe: Recipe, path: Path, comments: Iterable[str] = ()) -> None:
    """Write a recipe, without `[tune]`; beside, then renamed.

    Args:
        recipe: a key that holds None is left out, as TOML has no such value.
        path: where to.
        comments: lines at the top.
    """
    plain = to_mapping(recipe)
    tasks = {f"tasks.{name}": table for name, table in plain.pop("tasks").items()}
    heads = "".join(f"# {line}\n" for line in comments)
    tables = (_table(name, table) for name, table in (plain | tasks).items())
    beside = path.with_name(f".{path.name}.part")
    beside.write_text("\n".join([heads, *tables] if heads else tables), encoding="utf-8")
    beside.replace(path)


def _table(name: str, table: Mapping[str, Any]) -> str:
    lines = [f"{key} = {_value(value)}\n" for key, value in table.items() if value is not None]
    return "".join([f"[{name}]\n", *lines])


def _value(value: Any) -> str:
    """A string, boolean, number or array; in all of these JSON is TOML but for the character DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
