"""A recipe's `[tune]` table becomes a `TuneConfig`; whatever does not fit is named before anything trains.

Inputs are plain values as TOML gives them: `metric`, and `search` with one table per searched key, either
`{ low, high, log }` or `{ choices }`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from tastemaker.cli.tables import as_table, convert, settable, suggestion
from tastemaker.errors import RecipeError
from tastemaker.training.search_space import SHARED, Choices, Dimension, Range, TuneConfig, Value


def read_tune(table: object, keys: Iterable[str], where: str) -> TuneConfig:
    """Read the table `[tune]`.

    Args:
        table: what the recipe holds.
        keys: every key of the recipe, dotted.
        where: begins every message, e.g. `recipe.toml: [tune]`.

    Raises:
        RecipeError: an unknown key, one that all trials share, or a range or choice that is none.
    """
    entries = as_table(table, where)
    known = settable(TuneConfig)
    for key in entries:
        if key not in known:
            raise RecipeError(f"{where} has no key {key!r}; {suggestion(key, known)}")
    metric = convert(entries.get("metric", TuneConfig.metric), str, f"{where} metric")
    search = _by_key(as_table(entries.get("search", {}), f"{where} search"))
    searchable = [key for key in keys if not _is_shared(key)]
    return TuneConfig(metric, {key: _dimension(key, entry, searchable, where) for key, entry in search.items()})


def fitted(
    search: Mapping[str, Dimension], recipe: Mapping[str, Any], change: Callable[[str, Value], Any]
) -> dict[str, Dimension]:
    """The dimensions with their values as the recipe's dataclasses hold them.

    Args:
        search: dimensions by key.
        recipe: the recipe's values by key; each must lie within its dimension, for it is the first trial.
        change: from a key and a value of it to the value as the changed recipe holds it; raises what does not fit.

    Raises:
        RecipeError: a value does not fit, or the recipe's own lies outside.
    """
    found: dict[str, Dimension] = {}
    for key, dimension in search.items():
        values = tuple(change(key, value) for value in dimension.ends)
        is_range = isinstance(dimension, Range)
        found[key] = replace(dimension, low=values[0], high=values[1]) if is_range else Choices(values)
        if recipe[key] not in found[key]:
            raise RecipeError(
                f"[tune.search] {key} must be {dimension}, as must the recipe's own value, which the first trial "
                f"takes; found {recipe[key]!r}. Widen the search or change the recipe."
            )
    return found


def _by_key(tables: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Every dimension by its dotted key, whether TOML has the key in quotes or as nested tables; `--set` nests."""
    found: dict[str, object] = {}
    for name, entry in tables.items():
        key = f"{prefix}{name}"
        if isinstance(entry, Mapping) and entry and all(isinstance(value, Mapping) for value in entry.values()):
            found |= {each: _merged(found.get(each), part) for each, part in _by_key(entry, f"{key}.").items()}
        else:
            found[key] = _merged(found.get(key), entry)
    return found


def _merged(before: object, entry: object) -> object:
    return {**before, **entry} if isinstance(before, Mapping) and isinstance(entry, Mapping) else entry


def _is_shared(key: str) -> bool:
    return key in SHARED or key.split(".")[0] in SHARED


def _dimension(key: str, entry: object, searchable: list[str], where: str) -> Dimension:
    where = where.replace("[tune]", "[tune.search]")
    if _is_shared(key):
        raise RecipeError(f"{where} {key} cannot be searched: all trials share data, seed, budget and judgement.")
    if key not in searchable:
        raise RecipeError(f"{where} has no key {key!r} to search; {suggestion(key, searchable)}")
    where = f"{where} {key}"
    table = as_table(entry, where)
    kind = Choices if "choices" in table else Range
    for name in table:
        if name not in settable(kind):
            raise RecipeError(f"{where} has no key {name!r}; {suggestion(name, ['low', 'high', 'log', 'choices'])}")
    try:
        return _choices(table, where) if kind is Choices else _range(table, where)
    except RecipeError as error:
        raise RecipeError(str(error) if str(error).startswith(where) else f"{where} {error}") from None


def _choices(table: Mapping[str, object], where: str) -> Choices:
    choices = table["choices"]
    if not isinstance(choices, list | tuple) or not all(
        isinstance(value, str | bool | int | float) for value in choices
    ):
        raise RecipeError(f"{where} choices must be an array of numbers, strings or booleans, found {choices!r}.")
    return Choices(tuple(choices))


def _range(table: Mapping[str, object], where: str) -> Range:
    for name in ("low", "high"):
        if name not in table:
            raise RecipeError(
                f"{where} must have low and high, or choices, found {', '.join(table) or 'none of them'}."
            )
    low, high = (_number(table[name], f"{where} {name}") for name in ("low", "high"))
    return Range(low, high, convert(table.get("log", False), bool, f"{where} log"))


def _number(value: object, where: str) -> float:
    """Whole numbers stay whole."""
    return convert(value, int if type(value) is int else float, where)  # type: ignore[no-any-return]
