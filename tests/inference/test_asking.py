import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RequestError
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.recommender import Recommender
from tastemaker.tasks import TASKS


@pytest.fixture
def recommender(model: TrainedModel, shop: Dataset) -> Recommender:
    recipe = from_mapping({name: model.recipe[name] for name in ("data", "tasks")})
    return Recommender(model, lambda: shop, recipe.tasks)


@pytest.mark.parametrize(
    ("task", "item", "texts"),
    [
        ("description", "i3", []),
        ("title", None, ["A journey at sea."]),
        ("summary", None, ["Lovely, all of it.", "Dull."]),
        ("question_answering", "i3", ["When was it made?"]),
    ],
)
def test_what_is_written(recommender: Recommender, task: str, item: str | None, texts: list[str]) -> None:
    found = recommender.ask(task, item, texts)
    assert (found.task, found.text, found.chances) == (task, found.text.strip(), {})


def test_classes_are_those_of_evaluation_the_likeliest_first(recommender: Recommender, shop: Dataset) -> None:
    head = recommender.model.network.label_head("category")
    torch.nn.init.normal_(head.linear.weight)
    head.update_mean()
    examples = list(TASKS["category"]().examples(shop, Split.TEST))
    expected = Predictor(recommender.model).classes(examples)
    names = examples[0].target.labels.classes  # type: ignore[union-attr]
    for example, holding in zip(examples, expected, strict=True):
        words = example.context[-1].text  # type: ignore[union-attr]
        found = recommender.ask("category", texts=[words])
        held = {name for name, holds in zip(names, holding, strict=True) if holds}
        assert set(found.text.split(", ")) == held
        assert list(found.chances) == list(names)
        assert found.text.split(", ") == sorted(held, key=lambda name: -found.chances[name])


def test_chances_of_one_class_add_up_and_the_best_one_is_told(recommender: Recommender) -> None:
    head = recommender.model.network.label_head("sentiment")
    head.cut.fill_(1.0)
    found = recommender.ask("sentiment", texts=["Lovely"])
    assert sum(found.chances.values()) == pytest.approx(1.0)
    assert found.text == max(found.chances, key=found.chances.__getitem__)


def test_an_item_of_which_nothing_is_known(recommender: Recommender, model: TrainedModel, shop: Dataset) -> None:
    bare = Catalog((*model.catalog.items[:-1], CatalogItem("i23", "")))
    asked = Recommender(
        TrainedModel(model.network, model.tokenizer, bare, model.recipe), lambda: shop, recommender.tasks
    )
    with pytest.raises(RequestError, match="description: expected something to read, found nothing"):
        asked.ask("description", "i23")


def test_only_what_is_looked_up_takes_the_data_set(recommender: Recommender, model: TrainedModel) -> None:
    def gone() -> Dataset:
        raise DataError("gone")

    without = Recommender(model, gone, recommender.tasks)
    for task, item, texts in (("sentiment", None, ["Lovely"]), ("description", "i3", []), ("title", "i3", [])):
        assert without.ask(task, item, texts) == recommender.ask(task, item, texts)
    with pytest.raises(DataError, match="gone"):
        without.ask("summary", texts=["Lovely"])


def test_a_task_that_the_run_does_not_have(recommender: Recommender, model: TrainedModel, shop: Dataset) -> None:
    with pytest.raises(RequestError, match="found 'next_item'; it has sentiment, category, summary"):
        recommender.ask("next_item")
    with pytest.raises(RequestError, match="it has none"):
        Recommender(model, lambda: shop).ask("summary", texts=["a"])
