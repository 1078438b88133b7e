from dataclasses import replace

import numpy as np
import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.split import Split
from tastemaker.model.batch import collate
from tastemaker.model.layout import Layout
from tastemaker.model.masking import HIDDEN, drawn, masked
from tastemaker.model.row import Position, Row, TaskTargets
from tastemaker.model.tokenizer import END, MASK
from tastemaker.model.tokenizer import HISTORY as START
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Example, History, Label, LabelSet, NextItems, Reply, Text

ENTRIES = ((11, 5), (12, 6), (13, 7), (14, 8))
"""Item and action as inputs have them; what comes next, item 14, is read by no position."""
SEEDS = range(300)


def history_row(entries: tuple[tuple[int, int], ...] = ENTRIES) -> Row:
    """Every entry is told, and what comes next; entries 2 and 4 are rated."""
    items = TaskTargets(list(range(5)), [*(item - 1 for item, _ in entries), 14], [1.0] * 5)
    rating = TaskTargets(
        score_at={"rating": [1, 3]},
        scored_items={"rating": [entries[1][0] - 1, entries[3][0] - 1]},
        score_values={"rating": [float(entries[1][1]), float(entries[3][1])]},
    )
    context = [Position(START), *(Position(item=item, action=action) for item, action in entries)]
    return Row.of(context, (), {"next": items, "rating": rating})


def hidden_at(row: Row) -> list[int]:
    return np.flatnonzero(row.inputs[:, 0] == MASK).tolist()


def drawn_rows(share: float, row: Row | None = None) -> list[Row]:
    return [drawn(row or history_row(), share, np.random.default_rng(seed)) for seed in SEEDS]


def test_in_use_what_comes_next_is_told_from_a_mask_behind_the_history() -> None:
    row, read = masked(history_row()), history_row().inputs
    assert row.inputs.tolist() == [*read.tolist(), list(HIDDEN)]
    assert (row.targets["next"].item_at, row.targets["next"].items) == ([5], [14])
    assert row.targets["rating"].score_at == {}


def test_the_first_entry_is_told_from_a_mask_behind_the_start() -> None:
    row = masked(Row.of([Position(START)], (), {"next": TaskTargets([0], [7], [1.0])}))
    assert row.inputs.tolist() == [[START, 0, 0], [*HIDDEN]]
    assert row.targets["next"].item_at == [1]


def test_all_targets_of_one_position_move_together() -> None:
    row = masked(Row.of([Position(START), Position(item=3, action=6)], (), {"n": TaskTargets([1, 1], [7, 8], [1, 2])}))
    assert (row.targets["n"].item_at, row.targets["n"].items, row.targets["n"].item_weights) == ([2, 2], [7, 8], [1, 2])


def test_in_training_what_is_told_is_hidden_and_nothing_else() -> None:
    for row in drawn_rows(0.4):
        said = row.targets["next"]
        assert said.item_at == hidden_at(row)
        assert said.items == [10 + at - 1 for at in said.item_at]
        scores = row.targets["rating"]
        assert scores.score_at.get("rating", []) == [at for at in hidden_at(row) if at in (2, 4)]
        assert scores.scored_items.get("rating", []) == [10 + at - 1 for at in hidden_at(row) if at in (2, 4)]
        assert scores.score_values.get("rating", []) == [4.0 + at for at in hidden_at(row) if at in (2, 4)]
        for at in set(range(1, len(row))) - {*hidden_at(row)}:
            assert tuple(row.inputs[at]) == (0, *ENTRIES[at - 1])
        assert hidden_at(row)[-1] == len(row) - 1, "the last one is always told"


def test_half_of_the_rows_are_as_in_use_after_each_entry_and_half_are_whole() -> None:
    rows = drawn_rows(0.4)
    cut = [row for row in rows if len(row) < 6]
    assert {len(row) for row in cut} == {2, 3, 4, 5}
    assert all(hidden_at(row) == [len(row) - 1] for row in cut)
    # A cut row is as long as a whole one in one of five cases: 4 / 10 of all are shorter.
    assert len(cut) / len(rows) == pytest.approx(0.4, abs=0.07)
    more = [len(hidden_at(row)) - 1 for row in rows]
    assert np.mean(more) == pytest.approx(0.5 * 0.4 * 4, abs=0.15), "of four further entries"
    assert all(len(hidden_at(row)) == 1 for row in drawn_rows(0.0))


def test_a_row_is_drawn_the_same_from_the_same_randomness() -> None:
    one, other = drawn_rows(0.4), drawn_rows(0.4)
    assert [row.inputs.tolist() for row in one] == [row.inputs.tolist() for row in other]
    assert len({str(row.inputs.tolist()) for row in one}) > 10


@pytest.mark.parametrize("place", range(4))
def test_changing_an_entry_that_is_told_changes_no_input(place: int) -> None:
    changed = (*ENTRIES[:place], (20, 4), *ENTRIES[place + 1 :])
    told = 0
    for one, other in zip(drawn_rows(0.4), drawn_rows(0.4, history_row(changed)), strict=True):
        is_told = place + 1 in hidden_at(one)
        is_read = place + 1 < len(one) and not is_told
        assert (one.inputs.tolist() == other.inputs.tolist()) == (not is_read)
        assert (one.targets["next"].items == other.targets["next"].items) == (not is_told)
        told += is_told
    assert told > 20


def test_what_tells_no_entry_stays_as_it_is(shop: Dataset, model: TrainedModel) -> None:
    labels = LabelSet("mood", ("good", "bad"), (0.5, 0.5), is_multi=False)
    examples = [
        Example("mood", (History(()), Text("A film")), Label(labels, (1.0, 0.0))),
        Example("chat", (History((Entry(3, 6),)), Text("A film?", "user")), Reply("Which?")),
    ]
    for example in examples:
        plain = model.layout.row([example])
        assert masked(plain) is plain
        assert drawn(plain, 0.5, np.random.default_rng(0)) is plain


def test_words_behind_a_history_are_read_and_never_cut(model: TrainedModel) -> None:
    entries = tuple(Entry(item - 1, action - 1) for item, action in ENTRIES)
    target = NextItems((0, 1, 2, 3, 4), (10, 11, 12, 13, 14), (1.0,) * 5)
    plain = model.layout.row([Example("wish", (History(entries), Text("A comedy", "user")), target)])
    words = plain.inputs[5:].tolist()
    assert words
    for row in (masked(plain), *drawn_rows(0.4, plain)):
        assert row.inputs[5:].tolist() == [*words, [*HIDDEN]]
        assert row.targets["wish"].item_at == hidden_at(row)


def test_a_reply_beside_what_is_told_stands_behind_the_mask() -> None:
    context = [Position(START), Position(item=3, action=6)]
    said = TaskTargets(text_at=[2, 3], tokens=[50, END])
    row = masked(
        Row.of(context, [Position(4), Position(50), Position(END)], {"next": TaskTargets([1], [7], [1.0]), "say": said})
    )
    assert row.inputs[:, 0].tolist() == [START, 0, MASK, 4, 50, END]
    assert (row.reply_at, row.targets["next"].item_at, row.targets["say"].text_at) == (3, [2], [3, 4])


@pytest.mark.parametrize("task", ["next_item", "rating", "like"])
@pytest.mark.parametrize("split", [Split.VALIDATION, Split.TEST])
@pytest.mark.parametrize("window", [256, 13])
def test_what_is_judged_is_read_as_in_use(
    task: str, split: Split, window: int, shop: Dataset, model: TrainedModel
) -> None:
    layout = Layout(model.tokenizer, window, mask_share=0.2)
    for example in TASKS[task](max_history=12).examples(shop, split):
        row = layout.row([example])
        assert row.inputs.tolist() == layout.asking(example.context).inputs.tolist()
        assert len(row) <= window
        (targets,) = row.targets.values()
        assert {*targets.item_at, *(at for ats in targets.score_at.values() for at in ats)} == {len(row) - 1}


def test_a_backbone_that_sees_nothing_ahead_reads_as_before(shop: Dataset, model: TrainedModel) -> None:
    for example in TASKS["next_item"]().examples(shop, Split.TRAIN):
        row = model.layout.row([example], np.random.default_rng(0))
        assert not hidden_at(row)
        assert row.inputs.tolist() == model.layout.asking(example.context).inputs.tolist()


def test_ratings_that_are_hidden_or_come_later_are_no_past(model: TrainedModel) -> None:
    """At the mask of entry 2 the past is entry 1 alone, whatever the entries from there on were rated."""
    head, rated = model.network.scoring_head, model.network.item_vectors()

    def past(actions: tuple[int, ...]) -> torch.Tensor:
        entries = tuple((item, action) for (item, _), action in zip(ENTRIES, actions, strict=True))
        row = history_row(entries)
        inputs = row.inputs.copy()
        inputs[2] = HIDDEN
        batch = collate([replace(row, inputs=inputs)])
        with torch.no_grad():
            return head.past(batch.items, batch.actions, head.traits(rated)).moment[2]

    lowest = 6  # the action of a rating of 1, as inputs have it
    first = past((lowest + 4, lowest, lowest + 1, lowest + 2))
    assert torch.equal(first, past((lowest + 4, lowest + 4, lowest + 4, lowest)))
    assert not torch.equal(first, past((lowest, lowest, lowest + 1, lowest + 2)))
