"""One page of two trunks, whose writers say the same of everything."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import trunk_samples
from benchmarks.text_samples import Run, pages
from benchmarks.trunk_samples import main, tasks_page
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.data.storage import DataSetInfo
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Example

TWO = {"dialogue": 2}


class Says:
    def __init__(self, words: str) -> None:
        self.words = words

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        return [WrittenReply(self.words, None, "") for _ in examples]


def run_of(dataset: Dataset, words: str) -> Run:
    recipe = from_mapping({"data": {"path": "shop"}, "tasks": {"dialogue": {}}})
    return Run(Says(words), recipe, dataset, DataSetInfo("shop", "hand-made", "CC BY 4.0"))


def test_both_write_to_the_first_prompts_of_the_page(talking_shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trunk_samples, "PROMPTS", TWO)
    runs = {"large": run_of(talking_shop, "Good evening."), "small": run_of(talking_shop, "Film.")}
    title, *blocks = tasks_page(runs)
    assert title == "## dialogue\n"
    ((_, page),) = pages(runs["large"], trunk_samples.SEED)
    of_page = page.split("\n## ")[1:3]
    assert [it.replace("- large: ", "- wrote: ").replace("- small: **Film.**\n", "") for it in blocks] == [
        f"### {it.rstrip()}\n" for it in of_page
    ], "what was read and is true, then what each wrote"
    assert all("- small: **Film.**\n" in it for it in blocks)


def test_what_was_found_in_reading_stays(
    talking_shop: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = {"large-0": run_of(talking_shop, "Good evening."), "small-0": run_of(talking_shop, "Film.")}
    monkeypatch.setattr(trunk_samples, "PROMPTS", TWO)
    monkeypatch.setattr(Run, "load", lambda place, data: runs[place.name])
    out = tmp_path / "page.md"
    out.write_text("# Two\n\nRead: fine.\n\n## dialogue\n\nold\n", encoding="utf-8")
    main([*map(str, runs), "--out", str(out)])
    page = out.read_text(encoding="utf-8")
    assert page.startswith("# Two\n\nRead: fine.\n\n## dialogue\n\n### 1\n")
    assert "old" not in page
    assert "- large: **Good evening.**\n- small: **Film.**\n" in page
