"""What a task reads in use is what it learns from, whatever stands between trunk and heads."""

from math import inf

import numpy as np
import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.reading import Reader
from tastemaker.inference.recommender import Recommender
from tastemaker.inference.repetition import said_again
from tastemaker.inference.writing import write
from tastemaker.model import tokenizer as markers
from tastemaker.model.batch import HISTORY, collate
from tastemaker.model.row import Position, Row
from tastemaker.model.text import target_log_chances
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Example, Label, NextItems, Score
from tastemaker.training.losses import TrivialLosses, task_losses
from tests.model.sharing_models import KINDS, stirred

EVERY = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def model(shop: Dataset, kind: str) -> TrainedModel:
    return stirred(shop, kind)


def loss(model: TrainedModel, example: Example) -> float:
    """What training makes of an example."""
    network = model.network
    trivial = TrivialLosses(1.0, 1.0, 1.0, 1.0, {it.name: 1.0 for it in network.label_sets})
    with torch.no_grad():
        found = task_losses(network, collate([model.layout.row([example])]), network.item_vectors(), trivial)
    return float(found[example.task])


def told(shop: Dataset, task: str) -> Example:
    return next(iter(TASKS[task]().examples(shop, Split.VALIDATION)))


@EVERY
def test_items_are_ranked_by_the_states_that_next_item_learns_from(model: TrainedModel, shop: Dataset) -> None:
    example = told(shop, "next_item")
    assert isinstance(example.target, NextItems)
    scores = torch.from_numpy(Predictor(model).item_scores([example]))[0]
    scores = scores.masked_fill(~model.network.item_table.is_warm[HISTORY], float("-inf"))
    weights = torch.tensor(example.target.weights)
    expected = -(scores.log_softmax(-1)[list(example.target.items)] * weights).sum() / weights.sum()
    assert loss(model, example) == pytest.approx(float(expected), rel=1e-4)


@EVERY
def test_likes_are_told_by_the_states_that_like_learns_from(model: TrainedModel, shop: Dataset) -> None:
    example = told(shop, "like")
    assert isinstance(example.target, Score)
    chances = torch.from_numpy(Predictor(model).values([example])[0])
    expected = torch.nn.functional.binary_cross_entropy(chances, torch.tensor(example.target.values))
    assert loss(model, example) == pytest.approx(float(expected), rel=1e-3)


@EVERY
def test_ratings_are_told_by_the_states_that_rating_learns_from(model: TrainedModel, shop: Dataset) -> None:
    example = told(shop, "rating")
    assert isinstance(example.target, Score)
    values = Predictor(model).values([example])[0]
    assert values.min() > 1 and values.max() < 5, "nothing was cut off"
    expected = np.square(values - np.array(example.target.values)).mean()
    assert loss(model, example) == pytest.approx(expected, rel=1e-3)


@EVERY
def test_labels_are_told_by_the_states_that_their_task_learns_from(model: TrainedModel, shop: Dataset) -> None:
    examples = list(TASKS["category"]().examples(shop, Split.VALIDATION))
    head, reader = model.network.label_head("category"), Predictor(model).reader
    with torch.no_grad():
        head.linear.weight.normal_(std=0.5)
        head.update_mean()
        states = reader.doing("category").mean_states([reader.text_row(example.context) for example in examples])
        assert isinstance(examples[0].target, Label)
        expected = float(head.loss(states[:1], torch.tensor([examples[0].target.values])))
        assert loss(model, examples[0]) == pytest.approx(expected, rel=1e-4)
        assert Predictor(model).classes(examples).tolist() == head.classes(states).tolist()


@EVERY
@pytest.mark.parametrize("copies", [True, False])
def test_what_is_written_with_a_cache_is_likeliest_in_training(
    model: TrainedModel, shop: Dataset, copies: bool
) -> None:
    network, example = model.network, told(shop, "dialogue")
    if not copies:
        network.copy_head = None
    reader = Reader(model)
    prompt = Row.of(model.layout.context(example.context), model.layout.opening(example.context))
    (written,) = write(reader.doing("dialogue"), [prompt], (markers.END,), 8)
    batch = collate([Row.of([*map(Position._make, prompt.inputs.tolist()), *map(Position, written)])])
    words = torch.tensor([markers.END, *range(len(markers.MARKERS), model.tokenizer.size)])
    with torch.no_grad():
        states = network(batch, reader.vectors)
        for step, token in enumerate(written):
            at = torch.full_like(words, len(prompt) + step - 1)
            one_by_one = [
                target_log_chances(network, states, batch.tokens, at[:1], words[n : n + 1], "dialogue")
                for n in range(len(words))
            ]
            again = torch.tensor(said_again(written[:step], model.tokenizer.within_words))
            allowed = torch.cat(one_by_one).masked_fill(torch.isin(words, again), -inf)
            assert int(words[allowed.argmax()]) == token


@EVERY
def test_tasks_write_their_own_words(model: TrainedModel, shop: Dataset) -> None:
    example = told(shop, "dialogue")
    prompt = Row.of(model.layout.context(example.context), model.layout.opening(example.context))
    texts = {tuple(write(Reader(model).doing(task), [prompt], (markers.END,), 8)[0]) for task in TASKS}
    assert len(texts) > 1


@pytest.mark.parametrize("kind", ["adapters"])
def test_a_request_is_served_by_the_task_whose_job_it_is(
    model: TrainedModel, shop: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    recommender, asked = Recommender(model, lambda: shop), set[str | None]()

    def states_for(task: str | None, states: torch.Tensor) -> torch.Tensor:
        asked.add(task)
        return states

    monkeypatch.setattr(model.network, "states_for", states_for)
    recommender.recommend(user="u1", k=3, reasons=False)
    recommender.rank(["u1"], k=3)
    assert asked == {"next_item"}
    recommender.explain("i3", user="u1")
    assert asked == {"next_item", "explanation"}
    asked.clear()
    recommender.chat(user="u1").say("a comedy, please")
    assert asked == {"dialogue"}
    for task in TASKS:
        asked.clear()
        example = told(shop, task)
        predictor = Predictor(model)
        if isinstance(example.target, NextItems):
            predictor.item_scores([example])
        elif isinstance(example.target, Score):
            predictor.values([example])
        elif isinstance(example.target, Label):
            predictor.classes([example])
        else:
            predictor.replies([example])
        assert asked == {task}


@pytest.mark.parametrize("kind", ["adapters"])
def test_item_vectors_are_computed_once_for_all_jobs(model: TrainedModel) -> None:
    reader = Reader(model)
    assert reader.doing("like").doing("rating").vectors is reader.vectors
