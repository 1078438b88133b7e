import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.model.batch import Batch
from tastemaker.model.row import Position, Row
from tastemaker.tasks import TASKS
from tastemaker.training.config import TrainingConfig
from tastemaker.training.mixture import Mixture, Stream, TaskGroup, group_tasks, plan_batches

ALL = [task() for task in TASKS.values()]
CONFIG = TrainingConfig(token_budget=600, mixture_temperature=2.0)


def test_tasks_with_the_same_contexts_form_one_group(shop: Dataset) -> None:
    groups = [[task.name for task in group.tasks] for group in group_tasks(shop, ALL)]
    assert groups == [
        ["next_item", "rating", "like"],
        ["explanation"],
        ["dialogue"],
        ["sentiment", "summary"],
        ["category"],
        ["description"],
        ["title"],
        ["question_answering"],
    ]


def test_a_review_is_read_once_for_what_it_feels_and_for_its_title(model: TrainedModel, shop: Dataset) -> None:
    sentiment, summary = TASKS["sentiment"](), TASKS["summary"]()
    together = TaskGroup((sentiment, summary))
    for split in Split:
        shared = together.rows(shop, split, model.layout, epoch=1)
        own = {bytes(row.inputs): row for row in TaskGroup((sentiment,)).rows(shop, split, model.layout, epoch=1)}
        titles = TaskGroup((summary,)).rows(shop, split, model.layout, epoch=1)
        assert [row.inputs.tolist() for row in shared] == [row.inputs.tolist() for row in titles]
        assert [row.targets["summary"] for row in shared] == [row.targets["summary"] for row in titles]
        for row in shared:
            end = row.targets["sentiment"].label_at["sentiment"] + 1
            assert (
                row.targets["sentiment"].label_values == own[bytes(row.inputs[:end])].targets["sentiment"].label_values
            )


def test_reviews_of_which_one_task_reads_more_than_the_other_have_rows_of_their_own(
    model: TrainedModel, shop: Dataset
) -> None:
    sentiment, summary = TASKS["sentiment"](), TASKS["summary"](max_words=3)
    assert [group.tasks for group in group_tasks(shop, [summary, sentiment])] == [(summary,), (sentiment,)]
    rows = TaskGroup((summary, sentiment)).rows(shop, Split.TEST, model.layout)
    assert {frozenset(row.targets) for row in rows} == {frozenset({"summary"}), frozenset({"sentiment"})}


def test_a_backbone_that_reads_ahead_does_not_read_the_question_with_the_review(
    model: TrainedModel, shop: Dataset
) -> None:
    group = TaskGroup((TASKS["sentiment"](), TASKS["summary"]()))
    assert len(group_tasks(shop, group.tasks, reads_ahead=True)) == 2
    rows = group.rows(shop, Split.TEST, replace(model.layout, mask_share=0.2))
    assert {frozenset(row.targets) for row in rows} == {frozenset({"summary"}), frozenset({"sentiment"})}


@pytest.mark.parametrize("budget", [3, 40, 200])
def test_a_plan_holds_every_row_once_within_the_budget(budget: int) -> None:
    random = np.random.default_rng(0)
    rows = [Row.of([Position(1)] * int(length)) for length in random.integers(1, 30, 50)]
    plan = plan_batches(rows, budget, random)
    assert sorted(index for batch in plan for index in batch) == list(range(50))
    assert all(len(batch) == 1 or len(batch) * max(len(rows[index]) for index in batch) <= budget for batch in plan)


@pytest.mark.parametrize(
    ("budget", "lengths"),
    [
        (4000, np.random.default_rng(0).integers(5, 200, 900)),
        (1024, np.random.default_rng(1).geometric(0.2, 5000).clip(max=50)),
        (71, np.random.default_rng(2).geometric(0.3, 2000).clip(max=38)),
        (2048, np.random.default_rng(3).lognormal(5.2, 0.6, 1500).astype(np.int64).clip(2, 512)),
    ],
    ids=["texts", "histories", "histories in a small share", "dialogues"],
)
def test_little_of_a_planned_epoch_is_padding(budget: int, lengths: NDArray[np.int64]) -> None:
    """At most a tenth, which a shuffle alone would miss by far."""
    rows, random = [Row.of([Position(1)] * int(length)) for length in lengths], np.random.default_rng(0)

    def share(plan: list[list[int]]) -> float:
        return 1 - sum(map(len, rows)) / sum(len(batch) * max(len(rows[index]) for index in batch) for batch in plan)

    plan, shuffled = plan_batches(rows, budget, random), random.permutation(len(rows))
    assert share(plan) < 0.1
    assert share([shuffled[start : start + 8].tolist() for start in range(0, len(rows), 8)]) > 0.3


def mixture(model: TrainedModel, shop: Dataset, seed: int = 0) -> Mixture:
    return Mixture(shop, group_tasks(shop, ALL), model.layout, replace(CONFIG, seed=seed))


def test_a_task_that_nothing_in_the_data_set_trains(model: TrainedModel, shop: Dataset) -> None:
    """Nobody says of anything that they like it."""
    viewed = replace(shop, actions=np.zeros_like(shop.actions), ratings=np.full_like(shop.ratings, np.nan))
    tasks = [TASKS["next_item"](), TASKS["explanation"](), TASKS["dialogue"]()]
    with pytest.raises(DataError) as refusal:
        Mixture(viewed, group_tasks(viewed, tasks), model.layout, CONFIG)
    assert str(refusal.value) == (
        "shop: expected training examples of explanation, dialogue, found none. Remove [tasks.explanation], "
        "[tasks.dialogue] from the recipe, or prepare a data set that has some."
    )


def same(first: list[Batch], second: list[Batch]) -> bool:
    return all(
        torch.equal(a.tokens, b.tokens) and torch.equal(a.items, b.items) for a, b in zip(first, second, strict=True)
    )


def test_steps_are_a_function_of_seed_and_state(model: TrainedModel, shop: Dataset) -> None:
    first, second = mixture(model, shop), mixture(model, shop)
    for _ in range(40):
        assert same(first.next(), second.next())
    resumed = mixture(model, shop)
    resumed.restore(first.state())
    assert same(first.next(), resumed.next())
    assert not same(mixture(model, shop, seed=1).next(), mixture(model, shop).next())


def test_each_epoch_of_a_group_has_every_training_interaction_once(model: TrainedModel, shop: Dataset) -> None:
    made = mixture(model, shop)
    expected = sorted(entry.item for user in range(12) for entry in shop.held_out(user, Split.TRAIN))
    for epoch in range(3):
        items: list[int] = []
        while made.streams[0].epoch == epoch:
            items += made.streams[0].next().targets["next_item"]["items"].items.tolist()
        assert sorted(items) == expected


def test_a_model_that_reads_ahead_learns_each_reply_of_a_dialogue_from_a_context_without_it(
    model: TrainedModel, talking_shop: Dataset
) -> None:
    group = TaskGroup((TASKS["dialogue"](),))
    wholes, layout = group.rows(talking_shop, Split.TRAIN, model.layout), replace(model.layout, mask_share=0.2)
    rows = group.rows(talking_shop, Split.TRAIN, layout)
    assert len(rows) == 3 * len(wholes)
    for row in rows:
        assert row.reply_at is not None
        assert min(row.targets["dialogue"].text_at) == row.reply_at
        assert all(at >= row.reply_at for at in row.targets["dialogue"].item_at)
    taught, all_at_once = (sum(len(row.targets["dialogue"].tokens) for row in them) for them in (rows, wholes))
    assert taught == all_at_once
    assert any(min(row.targets["dialogue"].text_at) < (row.reply_at or 0) for row in wholes)


def test_what_is_hidden_from_a_backbone_that_reads_ahead_is_drawn_by_seed_and_epoch(
    model: TrainedModel, shop: Dataset
) -> None:
    """Windows differ from epoch to epoch, too, so one epoch is drawn under two seeds, and again under the first."""
    layout = replace(model.layout, mask_share=0.3)
    (group,) = group_tasks(shop, [TASKS["next_item"](), TASKS["like"]()])

    def drawn(epoch: int, seed: int) -> list[list[list[int]]]:
        return [row.inputs.tolist() for row in group.rows(shop, Split.TRAIN, layout, epoch, seed)]

    assert drawn(1, 0) == drawn(1, 0)
    assert drawn(1, 0) != drawn(1, 1)
    assert drawn(1, 0) != drawn(2, 0)
    config = TrainingConfig(token_budget=40)
    first, resumed = (Mixture(shop, [group], layout, config) for _ in range(2))
    assert [row.inputs.tolist() for row in first.streams[0]._rows] == drawn(0, 0)
    while first.streams[0].epoch < 2:
        first.next()
    resumed.restore(first.state())
    assert same(first.next(), resumed.next())
    assert [row.inputs.tolist() for row in first.streams[0]._rows] == drawn(2, 0)


def items_of(batch: Batch) -> list[int]:
    return batch.targets["next_item"]["items"].items.tolist()  # type: ignore[union-attr]


def ranking(model: TrainedModel, shop: Dataset) -> Stream:
    """Twelve histories of ten positions each, so that a budget of 20 takes two of them."""
    return Stream(TaskGroup((TASKS["next_item"](),)), shop, model.layout, 0)


def test_a_budget_that_changes_within_an_epoch_leaves_no_row_out_and_takes_none_twice(
    model: TrainedModel, shop: Dataset
) -> None:
    stream = ranking(model, shop)
    items, budgets = list[int](), iter([20, 50, 20, 35])
    while stream.epoch == 0:
        stream.set_budget(next(budgets, 35))
        batch = stream.next()
        assert batch.tokens.numel() <= stream.budget
        items += items_of(batch)
    assert sorted(items) == sorted(entry.item for user in range(12) for entry in shop.held_out(user, Split.TRAIN))
    assert stream.state()["cuts"] == [], "the next epoch begins with a whole plan"


def test_a_stream_goes_on_after_its_budget_changed(model: TrainedModel, shop: Dataset) -> None:
    stream, resumed = ranking(model, shop), ranking(model, shop)
    for budget in (20, 50, 20):
        stream.set_budget(budget)
        stream.next()
    assert stream.state()["cuts"] == [[20, 1], [50, 1]]
    resumed.restore(json.loads(json.dumps(stream.state())))
    for _ in range(20):
        assert same([stream.next()], [resumed.next()])


def test_a_budget_that_stays_changes_no_batch(model: TrainedModel, shop: Dataset) -> None:
    stream, other = ranking(model, shop), ranking(model, shop)
    for part in (stream, other):
        part.set_budget(20)
    for _ in range(20):
        stream.set_budget(20)
        assert same([stream.next()], [other.next()])


def test_who_is_behind_gets_more_of_the_next_steps(model: TrainedModel, shop: Dataset) -> None:
    tasks = [TASKS["next_item"](), TASKS["explanation"]()]
    config = TrainingConfig(token_budget=600, mixture="progress", mixture_temperature=1e9)
    made = Mixture(shop, group_tasks(shop, tasks), model.layout, config)
    made.observe({"next_item": 1.0, "explanation": 1.0})
    assert made.shares() == {"next_item": 0.5, "explanation": 0.5}
    made.observe({"next_item": 0.9, "explanation": 0.3})
    assert made.shares() == {"next_item": 0.75, "explanation": 0.25}
    resumed = Mixture(shop, group_tasks(shop, tasks), model.layout, config)
    resumed.restore(json.loads(json.dumps(made.state())))
    assert resumed.shares() == made.shares()
    for part in (made, resumed):
        part.observe({"next_item": 0.6, "explanation": 0.3})
    assert resumed.shares() == made.shares() == {"next_item": 400 / 600, "explanation": 200 / 600}
    assert same(made.next(), resumed.next())


def test_other_mixtures_do_not_heed_validation(model: TrainedModel, shop: Dataset) -> None:
    made = mixture(model, shop)
    before = made.shares()
    for step in range(2):
        made.observe({task.name: 0.1 if step and task.name == "like" else 1.0 for task in ALL})
    assert made.shares() == before


def test_a_task_may_have_its_group_read_more(model: TrainedModel, shop: Dataset) -> None:
    tasks = [TASKS["next_item"](), TASKS["rating"](mixture_weight=3.0), TASKS["explanation"]()]
    config = TrainingConfig(token_budget=600, mixture="uniform")
    made = Mixture(shop, group_tasks(shop, tasks), model.layout, config)
    assert made.shares() == {"next_item": 0.75, "rating": 0.75, "explanation": 0.25}


@pytest.mark.parametrize("taken", [1, 2, 9])
def test_groups_take_turns_and_read_as_much_in_the_end(model: TrainedModel, shop: Dataset, taken: int) -> None:
    tasks = [TASKS["next_item"](), TASKS["explanation"](), TASKS["dialogue"]()]

    def made(groups_per_step: int | None) -> Mixture:
        config = TrainingConfig(token_budget=300, mixture="uniform", groups_per_step=groups_per_step)
        return Mixture(shop, group_tasks(shop, tasks), model.layout, config)

    turns, whole = made(taken), made(None)
    assert turns.shares() == whole.shares()
    read = [[*batch.targets] for _ in range(6) for batch in turns.next()]
    assert len(read) == 6 * min(taken, 3)
    assert all(read.count([task.name]) == 2 * min(taken, 3) for task in tasks)
    assert [stream.budget for stream in turns.streams] == [100 * 3 // min(taken, 3)] * 3
    resumed = made(taken)
    turns.next()
    resumed.restore(json.loads(json.dumps(turns.state())))
    assert same(turns.next(), resumed.next())


@pytest.mark.parametrize(("taken", "others"), [(1, 1), (2, 1), (3, 2)])
def test_a_group_may_be_read_in_every_step(model: TrainedModel, shop: Dataset, taken: int, others: int) -> None:
    tasks = [TASKS["explanation"](), TASKS["next_item"](every_step=True), TASKS["rating"](), TASKS["dialogue"]()]
    config = TrainingConfig(token_budget=300, mixture="uniform", groups_per_step=taken)
    made = Mixture(shop, group_tasks(shop, tasks), model.layout, config)
    steps = [[name for batch in made.next() for name in batch.targets] for _ in range(4)]
    assert all("next_item" in read and "rating" in read and len(read) == 2 + others for read in steps)
    assert Counter(name for read in steps for name in read)["dialogue"] == 2 * others
    assert [stream.budget for stream in made.streams] == [200 // others, 100, 200 // others]
    assert made.shares()["dialogue"] == made.shares()["rating"] == pytest.approx(1 / 3)


def test_no_group_takes_turns_where_every_step_reads_of_all(model: TrainedModel, shop: Dataset) -> None:
    tasks = [TASKS["next_item"](every_step=True), TASKS["explanation"](every_step=True)]
    config = TrainingConfig(token_budget=300, mixture="uniform", groups_per_step=1)
    made = Mixture(shop, group_tasks(shop, tasks), model.layout, config)
    assert [[*batch.targets] for _ in range(2) for batch in made.next()] == [["next_item"], ["explanation"]] * 2


def test_the_state_of_an_earlier_version_is_a_list_of_streams(model: TrainedModel, shop: Dataset) -> None:
    made, resumed = mixture(model, shop), mixture(model, shop)
    made.next()
    resumed.restore(json.loads(json.dumps(made.state()["streams"])))
    assert same(made.next(), resumed.next())
