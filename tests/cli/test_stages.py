"""Training into a place: what it goes on with, what it replaces, and what it leaves alone."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import torch

from tastemaker.checkpoint.store import load_checkpoint, save_checkpoint
from tastemaker.checkpoint.trained import BY_PLACE, load_trained
from tastemaker.cli import stages
from tastemaker.cli.new_model import new_model
from tastemaker.cli.recipe import Recipe, from_mapping, read_recipe, with_changes
from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.data.storage import file_checksum
from tastemaker.errors import CheckpointError, DataError, RecipeError, RequestError
from tastemaker.model.batch import SLOT
from tastemaker.model.config import ModelConfig
from tastemaker.tasks import TASKS
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Reply, Text
from tastemaker.tasks.item_split import splits_of
from tastemaker.training import loop
from tests.model.encoder_models import saved_encoder

TINY = {
    "model": {"width": 16, "layers": 1, "heads": 2, "vocabulary": 400, "content": "tfidf"},
    "tasks": {"next_item": {}, "dialogue": {}},
}


@pytest.fixture
def recipe(shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Recipe]:
    """A recipe whose data set is the shop."""
    monkeypatch.setattr(stages.Dataset, "load", lambda config: shop)

    def make(max_steps: int = 2, **training: object) -> Recipe:
        fixed = {"token_budget": 256, "validation_examples": 4, "validate_every": 2, "epochs": 4}
        table = {**fixed, "max_steps": max_steps, **training}
        return from_mapping({"data": {"path": str(tmp_path)}, **TINY, "training": table})

    return make


def manifest(run: Path) -> dict[str, str]:
    """Checksums of all that the last checkpoint holds."""
    [*_, place] = sorted((run / "checkpoints").iterdir())
    return json.loads((place / "manifest.json").read_text())["files"]


class KilledError(Exception):
    """What stands for `kill -9`."""


class KillAt(stages.Silent):
    def __init__(self, step: int) -> None:
        self.at = step

    def step(self, step: int, losses: object) -> None:
        if step == self.at:
            raise KilledError


def test_a_killed_run_with_all_kinds_of_keys_goes_on_as_if_nothing_had_been(recipe, tmp_path):
    """Checkpoint after steps 2 and 4; killed in step 3, it goes on from 2. `dialogue` has a key that holds an array."""
    stages.train(recipe(4), tmp_path / "whole")
    with pytest.raises(KilledError):
        stages.train(recipe(4), tmp_path / "killed", watch=KillAt(3))
    stages.train(recipe(4), tmp_path / "killed", resume=True)
    assert manifest(tmp_path / "killed") == manifest(tmp_path / "whole")


def test_a_run_from_before_a_single_entry_weighed_by_itself_goes_on(recipe, tmp_path):
    stages.train(recipe(4), tmp_path / "whole")
    with pytest.raises(KilledError):
        stages.train(recipe(4), tmp_path / "older", watch=KillAt(3))
    kept = load_checkpoint(tmp_path / "older", "last")
    weights = {name: it[:2] if name in BY_PLACE else it for name, it in kept.tensors["weights"].items()}
    save_checkpoint(tmp_path / "older", replace(kept, tensors={**kept.tensors, "weights": weights}), ("last",))
    stages.train(recipe(4), tmp_path / "older", resume=True)
    older, whole = (load_checkpoint(tmp_path / name, "last").tensors for name in ("older", "whole"))
    for file, tensors in whole.items():
        for name, tensor in tensors.items():
            known = slice(2) if name in BY_PLACE else ...  # the third place is found where a validation is the best
            assert torch.equal(older[file][name][known], tensor[known]), name
    assert all(len(older["weights"][name]) == 3 for name in BY_PLACE)


def test_a_killed_run_of_an_encoder_goes_on_and_is_of_use(recipe, shop, tmp_path):
    """What is hidden is drawn again in the epoch at hand; the run then answers, and says what it was not trained on."""
    model = ModelConfig(str(saved_encoder("bert", tmp_path / "bert")), window=64, content="tfidf")
    tasks = {name: TASKS[name](max_history=12) for name in ("next_item", "rating", "like")}
    made = replace(recipe(6), model=model, tasks=tasks | {"category": TASKS["category"]()})
    stages.train(made, tmp_path / "whole")
    with pytest.raises(KilledError):
        stages.train(made, tmp_path / "killed", watch=KillAt(5))
    stages.train(made, tmp_path / "killed", resume=True)
    assert manifest(tmp_path / "killed") == manifest(tmp_path / "whole")
    judged = stages.evaluate(tmp_path / "whole")
    assert {"next_item", "rating", "like", "category"} <= judged["tasks"].keys()
    loaded = stages.load(tmp_path / "whole")
    assert len(loaded.recommend(user="u3", k=3)) == len(loaded.recommend(k=3, reasons=False)) == 3
    with pytest.raises(RequestError, match="this run was not trained on dialogue"):
        loaded.chat()


def test_a_run_is_not_replaced_unasked(recipe, tmp_path):
    run = stages.train(recipe(), str(tmp_path / "run"))
    before = manifest(run)
    with pytest.raises(CheckpointError) as caught:
        stages.train(recipe(seed=1), run)
    assert str(caught.value) == (
        f"{run}: holds a run already. Go on with it by --resume, replace it by --overwrite, or pass another --out."
    )
    assert manifest(run) == before
    stages.train(recipe(seed=1), run, overwrite=True)
    assert manifest(run).keys() == before.keys()
    assert manifest(run) != before


def test_a_run_stays_when_its_successor_cannot_begin(recipe, tmp_path, monkeypatch):
    run = stages.train(recipe(), tmp_path / "run")
    before = manifest(run)

    def fail(config):
        raise DataError("no data")

    monkeypatch.setattr(stages.Dataset, "load", fail)
    with pytest.raises(DataError):
        stages.train(recipe(), run, overwrite=True)
    assert manifest(run) == before


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"seed": 1}, "training.seed must be 0 as when training began, found 1."),
        ({"learning_rate": 0.5}, "training.learning_rate must be 0.001 as when training began, found 0.5."),
    ],
)
def test_resuming_names_the_key_that_differs(recipe, tmp_path, change, line):
    run = stages.train(recipe(), tmp_path / "run")
    with pytest.raises(RecipeError) as caught:
        stages.train(recipe(**change), run, resume=True)
    assert str(caught.value) == f"{run}: to resume, {line} Train into another --out instead."


def test_a_run_from_before_a_key_had_its_default(recipe, tmp_path):
    run = stages.train(recipe(), tmp_path / "run")
    place = run / "checkpoints" / json.loads((run / "last.json").read_text())["checkpoint"]
    kept = json.loads((place / "recipe.json").read_text())
    del kept["data"]["train_share"]
    (place / "recipe.json").write_text(json.dumps(kept))
    manifest = json.loads((place / "manifest.json").read_text())
    manifest["files"]["recipe.json"] = file_checksum(place / "recipe.json")
    (place / "manifest.json").write_text(json.dumps(manifest))
    assert stages.train(recipe(), run, resume=True) == run
    with pytest.raises(
        RecipeError, match=r"to resume, data\.train_share must be 1\.0 as when training began, found 0\.5"
    ):
        stages.train(with_changes(recipe(), {"data.train_share": 0.5}, "test"), run, resume=True)


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_run_cannot_stand_in_a_file(recipe, tmp_path, below):
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(CheckpointError) as caught:
        stages.train(recipe(), file / below)
    assert str(caught.value) == (
        f"{file / below}: expected a folder for the run, found a file at {file}. Pass another --out."
    )
    assert file.read_text() == "mine"


def test_a_new_model_knows_the_mean_and_the_actions_of_training_alone(shop: Dataset, tmp_path: Path) -> None:
    plain = {"data": {"path": str(tmp_path)}, "model": {"content": "none", "width": 16, "heads": 2}}
    model = new_model(from_mapping(plain | {"tasks": {"next_item": {}}}), shop, lambda _: None)
    entries = [entry for user in range(12) for entry in shop.held_out(user, Split.TRAIN)]
    ratings = [entry.rating for entry in entries if entry.rating is not None]
    assert float(model.network.scoring_head.mean_rating) == pytest.approx(sum(ratings) / len(ratings))
    assert int(model.network.action_counts.sum()) == len(entries)


@pytest.mark.parametrize("odds", [0.0, -1.0, float("inf"), float("nan")])
def test_odds_of_new_items_that_are_none_are_refused(odds: float, tmp_path: Path) -> None:
    with pytest.raises(RequestError) as caught:
        stages.load(tmp_path, new_items=odds)
    assert str(caught.value) == f"new items: expected odds above 0, such as 2, found {odds:g}."


TERMS = ("item_graph", "item_trend", "item_likeness", "item_mentions", "item_wishes")
SET_ON_VALIDATION = {
    *("label_heads.category.cut", "sureness", "scoring_head.line", "item_table.cold_odds"),
    *(f"{term}.weight" for term in TERMS),
}
"""Not learnt: those of the best step so far, which validation targets tell."""


@pytest.mark.parametrize("task", ["category", "description"])
def test_what_a_task_holds_out_is_hidden_from_training_and_known_in_use(
    task: str, shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Seven films are held out; where all of them turn to comedies, or are told anew, nothing learnt changes."""
    items = [
        item if split is Split.TRAIN else told_anew(item, task)
        for item, split in zip(shop.catalog, splits_of(shop.catalog), strict=True)
    ]
    training = {"token_budget": 256, "validation_examples": 4, "max_steps": 2}
    plain = {"data": {"path": str(tmp_path)}, **TINY, "tasks": {"dialogue": {}, task: {}}, "training": training}
    learnt = []
    for name, catalog in (("one", shop.catalog), ("other", Catalog(tuple(items)))):
        dataset = replace(shop, catalog=catalog)
        monkeypatch.setattr(stages.Dataset, "load", lambda config, found=dataset: found)
        model = load_trained(stages.train(from_mapping(plain), tmp_path / name), "last")
        assert model.catalog == catalog
        learnt.append(model.weights())
    assert learnt[0].keys() == learnt[1].keys()
    for name, tensor in learnt[0].items():
        assert torch.equal(tensor, learnt[1][name]) or name in SET_ON_VALIDATION, name


def told_anew(item: CatalogItem, task: str) -> CatalogItem:
    if task == "description":
        return replace(item, text="Somebody stays at home. Nothing happens.")
    return replace(item, attributes={**item.attributes, "genre": ("Comedy",)})


MOVIES = Path(__file__).parents[2] / "recipes/movies.toml"
REDIAL = Path(__file__).parents[2] / "recipes/redial.toml"
TINIER = (
    *("model.width=16", "model.layers=1", "model.heads=2", "model.vocabulary=400", "model.content=tfidf"),
    *("training.max_steps=2", "training.token_budget=512", "training.validate_every=2"),
    *("evaluation.text_sample=6", "evaluation.draws=20"),
)


def test_items_that_training_dialogues_recommend_are_warm(talking_shop: Dataset, tmp_path: Path) -> None:
    recipe = read_recipe(REDIAL, [f"data.path={tmp_path}", *TINIER])
    table = new_model(recipe, talking_shop, lambda _: None).network.item_table
    examples = Dialogue().examples(talking_shop, Split.TRAIN)
    replies = [reply for it in examples for reply in (it.target, *(getattr(s, "reply", None) for s in it.context))]
    recommended = {item for reply in replies if isinstance(reply, Reply) for item in reply.items}
    assert set(table.is_warm[SLOT].nonzero().flatten().tolist()) == recommended
    assert not table.is_warm[SLOT, 23], "named in test alone"


@pytest.mark.parametrize("key", ["item_mentions", "item_wishes"])
def test_what_dialogues_say_stands_beside_the_network_unless_it_is_left_out(
    talking_shop: Dataset, tmp_path: Path, key: str
) -> None:
    changes = [f"data.path={tmp_path}", *TINIER]
    known = new_model(read_recipe(REDIAL, changes), talking_shop, lambda _: None).network
    left_out = new_model(read_recipe(REDIAL, [*changes, f"model.{key}=false"]), talking_shop, lambda _: None).network
    assert getattr(known, key).is_informed and not getattr(left_out, key).is_informed
    assert len(known.terms) == len(left_out.terms) + 1


def test_wishes_are_known_in_use_as_validation_weighed_them(
    talking_shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stages.Dataset, "load", lambda config: talking_shop)
    recipe = read_recipe(REDIAL, [f"data.path={tmp_path}", *TINIER])
    for weight, wishes in ((1.5, (0,)), (0.0, ())):
        monkeypatch.setattr(
            loop, "calibrate", lambda look, short, weight=weight: look.network.item_wishes.weight.fill_(weight)
        )
        layout = load_trained(stages.train(recipe, tmp_path / f"run {weight}")).layout
        assert layout.wishes((Text("from the 70s", "user"),)) == wishes


def test_real_dialogues_are_trained_on_and_judged_beside_their_baselines(
    talking_shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stages.Dataset, "load", lambda config: talking_shop)
    run = stages.train(read_recipe(REDIAL, [f"data.path={tmp_path}", *TINIER]), tmp_path / "run")
    result = stages.evaluate(run)
    figures = {"model": result["tasks"], **result["baselines"]}
    assert set(figures) == {"model", "mention_popularity", "mention_cooccurrence"}
    for found in figures.values():
        assert {"recall@10", "recall@1_novel", "recall@50_novel"} <= set(found["dialogue"])
    assert {"bleu", "distinct4", "recommends_f1", "unslotted_title_rate"} <= set(result["tasks"]["dialogue"])
    assert "recall@10_novel" in result["differences"]["mention_cooccurrence"]["dialogue"]
    assert result["simulated"] == []
    assert result["sizes"]["dialogue"] == {"examples": 24, "users": 8, "targets": 40, "texts": 6}


class Hear(stages.Silent):
    def __init__(self) -> None:
        self.told: list[str] = []

    def say(self, message: str) -> None:
        self.told.append(message)


def test_a_run_on_the_published_split_stands_beside_one_on_the_clean_split(
    talking_shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    split = pl.when((pl.col("split") == "test") & (pl.col("turn") == 1)).then(pl.lit("train")).otherwise("split")
    by_turn = replace(talking_shop, dialogues=talking_shop.dialogues.with_columns(split=split))
    monkeypatch.setattr(stages.Dataset, "load", lambda config: replace(by_turn, config=config))

    def run(name: str, *changes: str) -> tuple[Path, list[str]]:
        hear = Hear()
        recipe = read_recipe(REDIAL, [f"data.path={tmp_path}", *TINIER, *changes])
        return stages.train(recipe, tmp_path / name, watch=hear), hear.told

    clean, told = run("clean")
    both = "8 dialogues with turns that are judged have turns published for training"
    assert told[0] == f'{both}: left out of training (data.dialogue_split = "clean")'
    published, told = run("published", "data.dialogue_split=published")
    assert told[0] == f'{both}: trained on, up to their last training turn (data.dialogue_split = "published")'
    result = stages.evaluate(clean, against=published)
    assert result["against"] == ["published"]
    namesake = published.rename(tmp_path / "popularity")
    assert stages.evaluate(clean, against=namesake)["against"] == [str(namesake)], "a baseline's name is taken"
    assert result["sizes"]["dialogue"]["examples"] == 16, "of each of the eight two replies, the first being training"
    other, _ = run("other", "data.test_items=3")
    with pytest.raises(RecipeError) as caught:
        stages.evaluate(clean, against=other)
    assert str(caught.value).startswith(
        f"{other}: expected a run on the data set and split of the judged one, found DataConfig(path="
    )


def test_the_recipe_of_movies_trains_and_judges_all_its_tasks(
    shop: Dataset, talking_shop: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    movies = replace(shop, dialogues=talking_shop.dialogues)
    monkeypatch.setattr(stages.Dataset, "load", lambda config: movies)
    recipe = read_recipe(MOVIES, [f"data.path={tmp_path}", *TINIER, "evaluation.slices=false"])
    result = stages.evaluate(stages.train(recipe, tmp_path / "run"))
    assert set(result["tasks"]) == set(recipe.tasks)
    assert {"refusal", "most_frequent_answer"} <= set(result["baselines"])
    assert result["baselines"]["refusal"]["question_answering"]["made_up_rate"] == 0
    assert result["baselines"]["refusal"]["question_answering"]["refused_rate"] == 1
    assert (
        set(result["baselines"]["lead_sentence"]) == set(result["baselines"]["most_frequent_text"]) == {"description"}
    )
    assert {"rougeL", "grounding", "facts_per_reason"} <= set(result["tasks"]["description"])
    assert result["simulated"] == ["explanation", "question_answering"]
    assert result["sizes"]["question_answering"]["texts"] <= 6
