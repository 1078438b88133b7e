"""A recipe: everything that a training run and its evaluation are made from, read from one TOML file.

One table per stage, each mapped 1:1 to the frozen dataclass beside the code that it configures.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tastemaker.balancing import BALANCERS
from tastemaker.balancing.config import BalancingConfig
from tastemaker.cli.search_table import read_tune
from tastemaker.cli.tables import as_table, build, leaves, settable, suggestion
from tastemaker.data.split import DataConfig
from tastemaker.errors import RecipeError
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.model.config import ModelConfig
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Task
from tastemaker.training.config import TrainingConfig
from tastemaker.training.search_space import TuneConfig, Value

STAGES: Final[dict[str, Any]] = {
    "data": DataConfig,
    "model": ModelConfig,
    "balancing": BalancingConfig,
    "training": TrainingConfig,
    "evaluation": EvaluationConfig,
}
"""Tables of a recipe beside `[tasks.NAME]` and `[tune]`."""

FIXED: Final = ("name", "metrics")
"""What a task is, rather than how it is trained: no recipe sets it."""


@dataclass(frozen=True)
class Recipe:
    """One dataclass per table."""

    data: DataConfig
    model: ModelConfig
    tasks: Mapping[str, Task]
    """By name, in the order of `TASKS`; only those that the recipe names."""
    balancing: BalancingConfig
    training: TrainingConfig
    evaluation: EvaluationConfig
    tune: TuneConfig = field(default_factory=TuneConfig)
    """What a search would vary; no part of what one run is trained from, so that no checkpoint holds it."""


def read_recipe(path: Path | str, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe.

    Args:
        path: a TOML file; `data.path` in it is relative to the current directory.
        overrides: `table.key=value` each, the value in TOML; a bare word is a string. All of them together must fit.

    Raises:
        RecipeError: the file is missing or no TOML, or a key or value does not fit.
    """
    read = plain = _read_toml(Path(path))
    for override in overrides:
        plain = _overridden(plain, override)
    where = str(path)
    whole = _complaint(plain)
    for override in overrides if whole else ():
        if _complaint(read) == whole:
            break
        read, where = _overridden(read, override), f"--set {override}"
    return from_mapping(plain, where)


def _complaint(plain: object) -> str:
    """What does not fit, wherever it came from; "" for nothing."""
    try:
        from_mapping(plain, "")
    except RecipeError as error:
        return str(error)
    return ""


def from_mapping(plain: object, where: str = "recipe") -> Recipe:
    """Build a recipe from plain tables, as TOML holds them or `to_mapping` gave them.

    Raises:
        RecipeError: begins with `where` and names the table and key that does not fit.
    """
    tables = as_table(plain, f"{where}:")
    known = [*STAGES, "tasks", "tune"]
    for name in tables:
        if name not in known:
            raise RecipeError(f"{where}: there is no table [{name}]; {suggestion(name, known)}")
    stages = {name: build(config, tables.get(name, {}), f"{where}: [{name}]") for name, config in STAGES.items()}
    if not stages["data"].path:
        raise RecipeError(f"{where}: [data] needs 'path', the folder that `tastemaker prepare` wrote.")
    for name in stages["data"].withhold_for:
        if name not in TASKS:
            raise RecipeError(f"{where}: [data] withhold_for: there is no task {name!r}; {suggestion(name, TASKS)}")
    method = stages["balancing"].method
    if method not in BALANCERS:
        raise RecipeError(f"{where}: [balancing] there is no method {method!r}; {suggestion(method, BALANCERS)}")
    if stages["training"].gradient_checkpointing and stages["model"].backbone == "recurrence":
        raise RecipeError(
            f"{where}: [training] gradient_checkpointing computes states again that 'recurrence' keeps for the next "
            "segment. Leave it out."
        )
    recipe = Recipe(**stages, tasks=_tasks(tables.get("tasks", {}), where, stages["model"]))
    return replace(recipe, tune=read_tune(tables.get("tune", {}), leaves(to_mapping(recipe)), f"{where}: [tune]"))


def to_mapping(recipe: Recipe) -> dict[str, Any]:
    """What to train, resolved: plain tables, every default filled in, without `[tune]`; `json.dumps` takes it."""
    plain: dict[str, Any] = {name: asdict(getattr(recipe, name)) for name in STAGES}
    plain["tasks"] = {
        name: {key: getattr(task, key) for key in settable(task, FIXED)} for name, task in recipe.tasks.items()
    }
    return plain


def with_changes(recipe: Recipe, changes: Mapping[str, Value], where: str) -> Recipe:
    """The recipe with the values of some dotted keys replaced, as `--set` would, but without `[tune]`.

    Raises:
        RecipeError: begins with `where`; a value does not fit.
    """
    plain = to_mapping(recipe)
    for key, value in changes.items():
        *parents, last = key.split(".")
        table = plain
        for parent in parents:
            table = table[parent]
        table[last] = value
    return from_mapping(plain, where)


def _tasks(plain: object, where: str, model: ModelConfig) -> dict[str, Task]:
    tables = as_table(plain, f"{where}: [tasks]")
    if not tables:
        raise RecipeError(f"{where}: expected at least one task, such as [tasks.next_item], found none.")
    for name in tables:
        if name not in TASKS:
            raise RecipeError(f"{where}: [tasks] has no task {name!r}; {suggestion(name, TASKS)}")
    tasks = {
        name: build(task, tables[name], f"{where}: [tasks.{name}]", FIXED)
        for name, task in TASKS.items()
        if name in tables
    }
    for name, task in tasks.items():
        _check_sizes(task, f"{where}: [tasks.{name}]", model)
    return tasks


def _check_sizes(task: Task, where: str, model: ModelConfig) -> None:
    """Whatever a task counts, it needs at least one of; a history and its start entry fit in a prompt."""
    for key in settable(task, FIXED):
        value = getattr(task, key)
        if (type(value) is int and value < 1) or value == ():
            raise RecipeError(f"{where} {key} must be at least one, found {value!r}.")
        if key == "max_history" and value >= (most := model.longest_prompt):
            raise RecipeError(f"{where} {key} must be less than model.{model.prompt_limit}, found {value} and {most}.")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path}: expected TOML, found an error: {error}.") from None
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: expected TOML in UTF-8, found byte {error.object[error.start]:#04x}.") from None
    except OSError as error:
        raise RecipeError(f"{path}: expected a recipe, found none ({error.strerror}). See recipes/ for some.") from None


def _overridden(plain: Mapping[str, Any], override: str) -> dict[str, Any]:
    """The tables with one value replaced."""
    key, is_given, value = override.partition("=")
    *parents, last = [part.strip() for part in key.split(".")]
    if not is_given or not parents or not all((*parents, last)):
        raise RecipeError(f"--set {override}: expected table.key=value, such as training.epochs=3.")
    changed: dict[str, Any] = {**plain}
    table = changed
    for depth, parent in enumerate(parents, start=1):
        below = table.get(parent, {})
        if not isinstance(below, Mapping):
            raise RecipeError(f"--set {override}: {'.'.join(parents[:depth])} is a value, not a table.")
        table[parent] = {**below}
        table = table[parent]
    table[last] = _value(value.strip())
    return changed


def _value(text: str) -> Any:
    """A value in TOML, else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
