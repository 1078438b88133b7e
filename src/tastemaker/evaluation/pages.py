"""HTML pages from the templates of this package: each is one file that needs nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from tastemaker.errors import DataError
from tastemaker.evaluation.charts import label
from tastemaker.evaluation.tables import format_figure


def render(template: str, **values: Any) -> str:
    """The page that a template makes of these values; whatever they hold is shown as text."""
    loader = PackageLoader("tastemaker.evaluation", "")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    filters: dict[str, Callable[..., str]] = {"figure": format_figure, "label": label}
    filters |= {"percent": percent, "signed": signed}
    environment.filters |= filters
    return environment.get_template(template).render(**values)


def signed(value: float) -> str:
    """A difference, with its sign."""
    return f"{value:+.4f}"


def percent(value: float | None) -> str:
    """A share as signed percent."""
    return "–" if value is None else f"{100 * value:+.1f} %"


def write_beside(out: Path, text: str) -> None:
    """Write a file beside its place, then rename it into that.

    Raises:
        DataError: the disk is full or the place cannot be written.
    """
    beside = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise DataError(f"{out}: could not write the file ({error}). Free some space, or write elsewhere.") from None
