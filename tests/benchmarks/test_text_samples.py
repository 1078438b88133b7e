"""Pages of texts to be read by people, by a writer that says the same of everything."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.text_samples import Run, has_page, main, pages, recipe_line
from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.data.storage import DataSetInfo
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Card, Evidence, Example, Reply, Words
from tastemaker.tasks.request import explanation_context

LONG = " ".join(f"word{number}" for number in range(1, 30))
CUT = " ".join(f"word{number}" for number in range(1, 9)) + " …"
LIKED = "Hi! I liked The Great Journey j9 (1979) a lot."


class Fixed:
    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        return [WrittenReply("A *film*,\n[so] to say", 1, "and more", "a card", "an evidence") for _ in examples]


def run_of(dataset: Dataset, *tasks: str, licence: str = "CC BY 4.0") -> Run:
    recipe = from_mapping({"data": {"path": "shop"}, "tasks": {task: {} for task in tasks}})
    return Run(Fixed(), recipe, dataset, DataSetInfo("shop", "hand-made", licence))


def blocks_of(run: Run, seed: int = 0) -> list[str]:
    """Head and blocks of the only page."""
    ((_, page),) = pages(run, seed)
    return page.split("\n## ")


def test_a_reply_stands_behind_the_last_three_turns(talking_shop: Dataset) -> None:
    head, *blocks = blocks_of(run_of(talking_shop, "dialogue"))
    assert head.startswith(
        "# shop, dialogue: 24 texts\n\n"
        "Raw model output, as it came; nothing is chosen. Shown are the last 3 turns before a reply.\n\n"
        "- data set: shop. CC BY 4.0\n- recipe: tasks dialogue\n- training seed: 0\n- commit: "
    )
    assert head.endswith("- split: 24 of 24 test examples, sample seed 0\n")
    told = "Then try The Great Journey k10 (1980) or The Great Journey x23 (1993) ."
    assert blocks[0] == (
        f"1\n\n- user: {LIKED}\n- true: {told}\n"
        "- wrote: **A \\*film\\*, \\[so] to say The Great Journey b1 (1971) and more**\n"
    ), "of the item that it recommends the title, and no sign is markup"
    assert blocks[2].startswith(
        "3\n\n- user: I have seen The Great Journey k10 (1980) already\n- assistant: Was it good?\n- user: It was.\n"
    ), "the third to last turns alone"


def test_fifty_are_drawn_by_a_seed(shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [Example("summary", (), Words(f"text {number}.")) for number in range(120)]
    monkeypatch.setattr(TASKS["summary"], "examples", lambda task, dataset, split: given)
    run = run_of(shop, "summary")
    head, *blocks = blocks_of(run)
    assert len(blocks) == 50
    assert head.endswith("- split: 50 of 120 test examples, sample seed 0\n")
    assert blocks == blocks_of(run)[1:]
    assert blocks != blocks_of(run, seed=1)[1:]


def test_what_may_not_be_passed_on_is_cut(shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    context = explanation_context((), 1, Card("a card"), Evidence("an evidence"))
    reason = Example("explanation", context, Reply("", reason=LONG, is_told=True))
    monkeypatch.setattr(TASKS["explanation"], "examples", lambda task, dataset, split: [reason])
    head, block = blocks_of(run_of(shop, "explanation"))
    assert "What is read and true is cut to 8 words (…): it may not be passed on. Shown are the card and " in head
    assert block == (
        f"1\n\n- card: a card\n- evidence: an evidence\n- true: {CUT}\n"
        "- wrote: **A \\*film\\*, \\[so] to say and more**\n"
    )


@pytest.mark.parametrize("licence", ["none stated", "CC BY-NC 4.0: no commercial use"])
def test_turns_are_cut_unless_their_licence_lets_them_be_quoted(talking_shop: Dataset, licence: str) -> None:
    dialogues = talking_shop.dialogues.with_columns(text=talking_shop.dialogues["text"] + f" {LONG}")
    longer = replace(talking_shop, dialogues=dialogues)
    assert f"- user: {LIKED} {LONG}\n" in blocks_of(run_of(longer, "dialogue"))[1]
    head, block, *_ = blocks_of(run_of(longer, "dialogue", licence=licence))
    assert "cut to 8 words" in head
    assert f"- user: {' '.join(LIKED.split()[:8])} …\n" in block


def test_a_question_stands_below_what_is_known(shop: Dataset) -> None:
    head, first, *_ = blocks_of(run_of(shop, "question_answering"))
    assert "cut to 8 words" in head, "an open licence of dialogues says nothing of what is known of items"
    assert first.startswith(
        "1\n\n- read: The Great Journey b1 genre: Drama year: 1971 …\n- asked: How is it classified?\n- true: Drama\n"
    )


def test_a_review_is_read_and_titled(shop: Dataset) -> None:
    assert blocks_of(run_of(shop, "summary"))[1].startswith(
        "1\n\n- read: Lovely, says 0 of 7\n- asked: Its title?\n- true: Lovely film\n"
    )


def test_simulated_texts_have_no_page(shop: Dataset) -> None:
    told = {name for name, _ in pages(run_of(shop, *TASKS), 0)}
    assert told == {"summary", "description", "title", "question_answering"}
    assert not has_page(list(TASKS["dialogue"]().examples(shop, Split.TEST)))
    assert not has_page(list(TASKS["explanation"]().examples(shop, Split.TEST)))


def test_a_recipe_is_told_by_what_it_changes() -> None:
    changed = {
        "data": {"path": "elsewhere", "test_items": 2},
        "tasks": {"summary": {"max_words": 60}, "like": {}},
        "training": {"seed": 3, "epochs": 1},
    }
    told = recipe_line(from_mapping(changed))
    assert told == "tasks like, summary; data.test_items = 2; training.epochs = 1; tasks.summary.max_words = 60"


def test_a_page_is_written_for_each_task(
    shop: Dataset, model: TrainedModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tastemaker.inference.texts.MOST_TOKENS", 4)
    run = replace(run_of(shop, "description", "question_answering"), writer=Predictor(model))
    monkeypatch.setattr(Run, "load", lambda place, data: run)
    main([str(tmp_path / "run"), "--out", str(tmp_path / "pages")])
    names = sorted(path.name for path in (tmp_path / "pages").iterdir())
    assert names == ["shop-description.md", "shop-question_answering.md"]
    assert (tmp_path / "pages" / names[0]).read_text().count("- wrote: **") == 5
