"""One golden prompt per task: what the model reads and writes, as text."""

from pathlib import Path

import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.tasks import TASKS
from tastemaker.tasks.readable import as_text

GOLDEN = Path(__file__).with_name("golden")
SHOWN = {
    **{"explanation": 4, "dialogue": 8, "sentiment": 3, "category": 3},
    **{"question_answering": 6, "description": 2, "summary": 2},
}
"""Examples shown of a task; of the others one."""


def rendered(cinema: Dataset, name: str) -> str:
    examples = list(TASKS[name]().examples(cinema, Split.TRAIN))[: SHOWN.get(name, 1)]
    return "\n".join(as_text(example, cinema.catalog) for example in examples)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_golden_prompt(cinema: Dataset, name: str) -> None:
    assert rendered(cinema, name) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
