"""Tables of results within pages that people write: what stands between two such comments is made from the JSON files.

<!-- multi_task instruments: made by python -m benchmarks.table -->
<!-- end -->
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks import multi_task_table, trunks_table
from benchmarks.result import ROOT

PAGES: Final = (ROOT / "README.md", *(ROOT / "docs" / name for name in ("backbones.md", "multi-task.md")))
REGION: Final = re.compile(
    r"(?P<head><!-- (?P<question>\w+) (?P<data>\S+): made by [^\n]+ -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)

Results = Sequence[Mapping[str, Any]]
MADE: Final[Mapping[str, Callable[[Results], str]]] = {
    "multi_task": multi_task_table.beside_singles,
    "multi_task_screening": multi_task_table.screened,
    "trunks": trunks_table.briefly,
}
"""By question, what is made of its results."""


def filled(page: str, results: Results) -> str:
    """The page with all its regions made anew.

    Raises:
        SystemExit: a region asks for results that there are not.
    """

    def made(region: re.Match[str]) -> str:
        asked = (region["question"], region["data"])
        found = [it for it in results if (it["question"], it["data"]) == asked]
        if not found or region["question"] not in MADE:
            raise SystemExit(f"{' '.join(asked)}: expected results that a table is made of, found none.")
        return f"{region['head']}\n{MADE[region['question']](found)}\n{region['end']}"

    return REGION.sub(made, page)


def fill(results: Results, pages: Sequence[Path] = PAGES) -> None:
    """Make the regions of these pages anew."""
    for path in pages:
        beside = path.with_name(f".{path.name}.part")
        beside.write_text(filled(path.read_text(encoding="utf-8"), results), encoding="utf-8")
        beside.replace(path)
