"""A table of a recipe becomes the frozen dataclass that it configures; whatever does not fit is named.

Inputs are plain values as TOML or JSON gives them: tables, strings, booleans, whole and decimal numbers, arrays.
"""

import difflib
import math
import types
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from tastemaker.errors import RecipeError

Config = TypeVar("Config")

_NUMBERS = {int: "a whole number", float: "a number", bool: "true or false", str: "a string"}


def build(config: type[Config], table: object, where: str, fixed: Iterable[str] = ()) -> Config:
    """Make a `config` from a table; keys that are left out keep the dataclass's default.

    Args:
        config: a frozen dataclass.
        table: what the recipe holds.
        where: begins every message, e.g. `recipe.toml: [training]`.
        fixed: fields that a recipe may not set.

    Raises:
        RecipeError: an unknown key, a value of the wrong type, or one that the dataclass itself refuses.
    """
    entries = as_table(table, where)
    hints = get_type_hints(config)
    known = settable(config, fixed)
    for key in entries:
        if key not in known:
            raise RecipeError(f"{where} has no key {key!r}; {suggestion(key, known)}")
    values = {key: convert(value, hints[key], f"{where} {key}") for key, value in entries.items()}
    try:
        return config(**values)
    except RecipeError as error:
        raise RecipeError(f"{where} {error}") from None


def settable(config: Any, fixed: Iterable[str] = ()) -> list[str]:
    """Fields of a dataclass that a recipe may set."""
    return [field.name for field in fields(config) if field.init and field.name not in set(fixed)]


def as_table(value: object, where: str) -> Mapping[str, object]:
    """The value, if it is a table.

    Raises:
        RecipeError: it is something else.
    """
    if not isinstance(value, Mapping):
        raise RecipeError(f"{where} must be a table, found {value!r}.")
    return value


def leaves(tables: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Every value of nested tables by its dotted key."""
    found: dict[str, Any] = {}
    for key, value in tables.items():
        found |= leaves(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return found


def suggestion(name: str, known: Iterable[str]) -> str:
    """The nearest known name, or all of them where none is near."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(names)}."


def convert(value: object, hint: Any, where: str) -> Any:
    """The value as the type `hint` of a dataclass field wants it.

    Raises:
        RecipeError: it is of another type, not among the allowed ones, negative, or not finite.
    """
    if get_origin(hint) in (Union, types.UnionType):
        return _optional(value, hint, where)
    if get_origin(hint) is Literal:
        return _choice(value, get_args(hint), where)
    if get_origin(hint) is tuple:
        return _sequence(value, get_args(hint)[0], where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if type(value) is not hint:
        raise RecipeError(f"{where} must be {_NUMBERS.get(hint, str(hint))}, found {value!r}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise RecipeError(f"{where} must be a finite number, found {value!r}.")
    if isinstance(value, int | float) and value < 0:
        raise RecipeError(f"{where} must not be negative, found {value!r}.")
    return value


def _optional(value: object, hint: Any, where: str) -> Any:
    """`X | None`: None comes from JSON only, TOML leaves the key out."""
    if value is None:
        return None
    inner = [option for option in get_args(hint) if option is not type(None)]
    return convert(value, inner[0], where)


def _choice(value: object, allowed: tuple[object, ...], where: str) -> object:
    if value not in allowed:
        names = ", ".join(repr(option) for option in allowed)
        near = difflib.get_close_matches(str(value), [str(option) for option in allowed], n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise RecipeError(f"{where} must be one of {names}, found {value!r}.{hint}")
    return value


def _sequence(value: object, hint: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise RecipeError(f"{where} must be an array, found {value!r}.")
    return tuple(convert(element, hint, f"{where}[{place}]") for place, element in enumerate(value))
