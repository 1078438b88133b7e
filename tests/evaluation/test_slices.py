import numpy as np
import pytest

from tastemaker.data.split import Split
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import history_of, target_items
from tastemaker.evaluation.judge import Judge
from tastemaker.evaluation.slices import long_tail, slices_of
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.rating import Rating


@pytest.fixture
def judge(dataset):
    return Judge.of(dataset, Split.TEST, EvaluationConfig(noise_rate=0.3))


@pytest.fixture
def examples(dataset):
    return list(NextItem().examples(dataset, Split.TEST))


@pytest.mark.parametrize(("name", "length"), [("last_1", 1), ("last_3", 3), ("last_5", 5), ("no_history", 0)])
def test_short_histories_keep_the_latest_entries_and_predict_from_their_end(judge, examples, name, length):
    for row, example in enumerate(examples):
        changed = slices_of("items", judge)[name](example, row)
        assert history_of(changed) == history_of(example)[len(history_of(example)) - length :]
        assert changed.target.items == example.target.items
        assert set(changed.target.positions) == {length}


def test_noise_is_put_into_the_history_and_is_nothing_that_the_user_chose(judge, examples):
    noisy = slices_of("items", judge)["noisy"]
    for row, example in enumerate(examples):
        changed = noisy(example, row)
        before, after = history_of(example), history_of(changed)
        assert len(after) == len(before) + 3, "0.3 of 7 entries, rounded up"
        left = [entry for entry in after if entry in before]
        assert [e.item for e in left] == [e.item for e in before]
        added = {entry.item for entry in after} - {entry.item for entry in before}
        assert not added & target_items(example)
        assert {entry.rating for entry in after} <= {entry.rating for entry in before}
        assert changed == noisy(example, row)


def test_noise_needs_a_history(judge, examples):
    empty = slices_of("items", judge)["no_history"](examples[0], 0)
    assert history_of(slices_of("items", judge)["noisy"](empty, 0)) == ()


def test_the_long_tail_is_what_is_outside_the_most_popular():
    assert long_tail(np.array([5, 1, 9, 0, 2]), head_share=0.4) == {1, 3, 4}


def test_long_tail_examples_keep_only_rare_targets(judge, examples, dataset):
    change = slices_of("items", judge)["long_tail"]
    tail = long_tail(dataset.train_counts, 0.2)
    kept = [(example, change(example, row)) for row, example in enumerate(examples)]
    assert any(after is None or len(after.target.items) == 1 for _, after in kept)
    for before, after in kept:
        expected = tuple(item for item in before.target.items if item in tail)
        assert (after.target.items if after else ()) == expected


def test_scores_and_reasons_have_no_slices_but_the_whole(judge, dataset):
    assert next(iter(Rating().examples(dataset, Split.TEST))).target.kind == "rating"
    assert list(slices_of("rating", judge)) == ["all"]
    assert list(slices_of("reply", judge)) == ["all", "typos"]
