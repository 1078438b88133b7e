from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import Split
from tastemaker.evaluation import slices as evaluation_slices
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import history_of, target_items
from tastemaker.evaluation.judge import Judge
from tastemaker.evaluation.slices import long_tail, slice_figures, sliced, slices_of, sparse_slices
from tastemaker.tasks.like import Like
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
        changed = slices_of("items", judge)[name].change(example, row)
        assert history_of(changed) == history_of(example)[len(history_of(example)) - length :]
        assert changed.target.items == example.target.items
        assert set(changed.target.positions) == {length}


def test_noise_is_put_into_the_history_and_is_nothing_that_the_user_chose(judge, examples):
    noisy = slices_of("items", judge)["noisy"].change
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
    empty = slices_of("items", judge)["no_history"].change(examples[0], 0)
    assert history_of(slices_of("items", judge)["noisy"].change(empty, 0)) == ()


def test_the_long_tail_is_what_is_outside_the_most_popular():
    assert long_tail(np.array([5, 1, 9, 0, 2]), head_share=0.4) == {1, 3, 4}


def test_long_tail_examples_keep_only_rare_targets(judge, examples, dataset):
    change = slices_of("items", judge)["long_tail"].change
    tail = long_tail(dataset.train_counts, 0.2)
    kept = [(example, change(example, row)) for row, example in enumerate(examples)]
    assert any(after is None or len(after.target.items) == 1 for _, after in kept)
    for before, after in kept:
        expected = tuple(item for item in before.target.items if item in tail)
        assert (after.target.items if after else ()) == expected


def test_what_is_written_has_no_slices_but_the_whole_and_typos(judge):
    assert list(slices_of("reply", judge)) == ["all", "typos"]
    assert list(slices_of("text", judge)) == ["all"]


@pytest.mark.parametrize("kind", ["items", "rating", "like"])
def test_what_asks_about_items_has_slices_where_little_is_known(judge, kind):
    lengths = ["last_1", "last_3", "last_5", "last_10"]
    assert list(sparse_slices(kind, judge)) == ["all", *lengths, "new_users", "new_items", "long_tail"]


@pytest.mark.parametrize("task", [Rating(), Like()])
def test_scores_are_asked_after_short_histories_too(judge, dataset, task):
    change = sparse_slices(task.name, judge)["last_3"].change
    for row, example in enumerate(task.examples(dataset, Split.TEST)):
        changed = change(example, row)
        assert history_of(changed) == history_of(example)[-3:]
        assert (changed.target.items, changed.target.values) == (example.target.items, example.target.values)
        assert set(changed.target.positions) == {3}


def test_scores_of_rare_items_keep_their_values(judge, dataset):
    tail = long_tail(dataset.train_counts, 0.2)
    examples = list(Rating().examples(dataset, Split.TEST))
    kept = sliced(sparse_slices("rating", judge)["long_tail"], examples, judge)
    true = [(item, value) for it in examples for item, value in zip(it.target.items, it.target.values, strict=True)]
    left = [
        (item, value) for it in kept.examples for item, value in zip(it.target.items, it.target.values, strict=True)
    ]
    assert left == [(item, value) for item, value in true if item in tail]
    assert kept.targets == len(left)


@pytest.fixture
def sparse(dataset):
    """A quarter of the users and a fifth of the items are new."""
    table = pl.DataFrame(
        [
            (f"u{user:02}", f"i{entry.item}", step, "rating", entry.rating, None, None)
            for user in range(12)
            for step, entry in enumerate(dataset.history(user))
        ],
        schema=INTERACTION_COLUMNS,
        orient="row",
    )
    config = replace(dataset.config, new_users=0.25, new_items=0.2)
    return Judge.of(Dataset.from_tables(dataset.catalog, table, config), Split.TEST, EvaluationConfig())


def test_new_users_and_new_items_are_those_without_training_interactions(sparse):
    data = sparse.dataset
    examples = list(NextItem().examples(data, Split.TEST))
    changes = sparse_slices("items", sparse)
    users = sliced(changes["new_users"], examples, sparse)
    new = np.flatnonzero(data.cuts.start > 0).tolist()
    assert [example.user for example in users.examples] == new
    assert len(new) == 3
    assert [history_of(it) for it in users.examples] == [data.known_before(user, Split.TEST) for user in new]
    cold = {item for item in range(20) if data.train_counts[item] == 0}
    items = sliced(changes["new_items"], examples, sparse)
    assert 0 < items.targets < 24
    assert all(target_items(it) <= cold for it in items.examples)


def test_many_new_items_are_ranked_among_themselves_too(sparse, monkeypatch):
    new = int((sparse.dataset.train_counts == 0).sum())
    monkeypatch.setattr(evaluation_slices, "MANY", new + 1)
    assert "new_items_among_new" not in sparse_slices("items", sparse)
    monkeypatch.setattr(evaluation_slices, "MANY", new)
    assert "new_items_among_new" not in sparse_slices("rating", sparse)
    examples = list(NextItem().examples(sparse.dataset, Split.TEST))
    slices, cold = sparse_slices("items", sparse), np.flatnonzero(sparse.dataset.train_counts == 0)

    class LastFirst:
        """Items that training knows stand above all others, and of these the last one first."""

        def item_scores(self, asked):
            return np.tile(np.arange(20.0) - 100 * (sparse.dataset.train_counts == 0), (len(asked), 1))

    whole, alone = (sliced(slices[name], examples, sparse) for name in ("new_items", "new_items_among_new"))
    assert whole.examples == alone.examples
    found = [slice_figures(LastFirst(), ["mrr@10"], it, "items", sparse)["mrr@10"].value for it in (whole, alone)]
    above = [
        len(set(cold[cold > max(target_items(it))]) - set(seen))
        for it, seen in zip(alone.examples, alone.seen, strict=True)
    ]
    expected = [1 / (1 + count) for count in above]
    assert found[1] == pytest.approx(np.mean(expected))
    assert found[0] < found[1]


def test_a_slice_without_anybody_has_no_figure(judge, examples, predictor):
    part = sliced(sparse_slices("items", judge)["new_users"], examples, judge)
    assert part.examples == []
    assert slice_figures(predictor, ["ndcg@10"], part, "items", judge) == {}


def test_a_contestant_is_judged_by_what_it_can_say(judge, examples, predictor, dataset):
    class Silent:
        pass

    part = sliced(sparse_slices("items", judge)["last_1"], examples, judge)
    assert slice_figures(predictor, ["ndcg@10"], part, "items", judge)["ndcg@10"].value == 1.0
    assert slice_figures(Silent(), ["ndcg@10"], part, "items", judge) == {}
    rated = sliced(sparse_slices("rating", judge)["last_1"], list(Rating().examples(dataset, Split.TEST)), judge)
    assert slice_figures(predictor, ["rmse"], rated, "rating", judge)["rmse"].value > 0
    assert slice_figures(Silent(), ["rmse"], rated, "rating", judge) == {}
