import re
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from tastemaker.checkpoint.store import save_checkpoint
from tastemaker.checkpoint.trained import Checkpoint, TrainedModel, load_trained
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.split import Split
from tastemaker.errors import RecipeError
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.recommender import Recommender
from tastemaker.model.backbone import Places
from tastemaker.model.batch import SLOT, collate
from tastemaker.model.row import Position, Row
from tastemaker.model.tokenizer import HISTORY, MARKERS, MASK
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Example, NextItems, Score
from tastemaker.tasks.example import History as Past
from tastemaker.training.losses import TrivialLosses
from tastemaker.training.mixture import TaskGroup
from tests.model.encoder_models import ENCODERS, saved_encoder
from tests.model.learning import learnt
from tests.model.pretrained_shops import shop_model

READING = tuple(name for name, task in TASKS.items() if not task().writes)
KNOWN = "the man sings in the rain and the woman loves dancing."
"""Without a token of which the tokenizer knows nothing, which here has the number that is padding elsewhere."""
OF_SHOP = "A journey of 3 days begins. It ends at sea."
"""What a vocabulary that is trimmed to the shop still spells alike."""


def reading_shop(shop: Dataset, name: str, folder: Path, **settings: object) -> TrainedModel:
    return shop_model(shop, saved_encoder(name, folder), READING, **settings)


def states(model: TrainedModel, rows: list[Row]) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model.network(collate(rows), model.network.item_vectors())
    return found.unflatten(0, (len(rows), -1))


def training_rows(model: TrainedModel, shop: Dataset, epoch: int = 0) -> list[Row]:
    tasks = [TASKS[name]() for name in READING]
    return [row for task in tasks for row in TaskGroup((task,)).rows(shop, Split.TRAIN, model.layout, epoch)[:4]]


@pytest.mark.parametrize(
    ("name", "text", "settings"),
    [(name, KNOWN, {"adaptation": how, "trim_vocabulary": False}) for name in ENCODERS for how in ("full", "lora")]
    + [("bert", OF_SHOP, {"trim_vocabulary": True})],
)
def test_states_of_text_are_those_of_the_model_itself(
    name: str, text: str, settings: dict[str, object], shop: Dataset, tmp_path: Path
) -> None:
    model = reading_shop(shop, name, tmp_path, **settings)
    raw, tokenizer = AutoModel.from_pretrained(tmp_path), AutoTokenizer.from_pretrained(tmp_path)
    ours = model.tokenizer.encode(text)
    theirs = tokenizer(text, add_special_tokens=False).input_ids
    assert len(ours) == len(theirs) > 10
    with torch.no_grad():
        expected = raw(torch.tensor([theirs])).last_hidden_state
    assert torch.allclose(states(model, [Row.of([Position(token) for token in ours])]), expected, atol=1e-5)


@pytest.mark.parametrize("name", ENCODERS)
def test_a_neighbour_and_padding_change_nothing(name: str, shop: Dataset, tmp_path: Path) -> None:
    model = reading_shop(shop, name, tmp_path)
    rows = training_rows(model, shop)
    together = states(model, rows)
    assert len({len(row) for row in rows}) > 2
    for index, row in enumerate(rows):
        assert torch.allclose(together[index, : len(row)], states(model, [row])[0], atol=1e-5)


def test_a_state_sees_both_sides_but_not_what_is_hidden(shop: Dataset, tmp_path: Path) -> None:
    """Three entries, the second of which is told; then another second, and another third one."""
    model = reading_shop(shop, "bert", tmp_path)
    assert model.layout.mask_share == 0.2

    def read(*items: int) -> Row:
        """A row that hides the second of four entries, as some seeds do."""
        entries = tuple(Entry(item, 6) for item in items)
        target = NextItems((0, 1, 2, 3), items, (1.0,) * 4)
        example = Example("next_item", (Past(entries[:-1]),), target)
        rows = (model.layout.row([example], np.random.default_rng(seed)) for seed in range(200))
        return next(row for row in rows if row.targets["next_item"].item_at == [2, 4])

    one, hidden, behind = (states(model, [read(*items)])[0, 2] for items in ((3, 4, 5, 6), (3, 9, 5, 6), (3, 4, 9, 6)))
    assert torch.equal(one, hidden)
    assert not torch.allclose(one, behind, atol=1e-4)


@pytest.mark.parametrize("name", ["bert", "modernbert"])
def test_a_checkpoint_holds_all_that_the_model_is(name: str, shop: Dataset, tmp_path: Path) -> None:
    model = reading_shop(shop, name, tmp_path / "encoder", layers=1)
    save_checkpoint(tmp_path, Checkpoint(1, {"weights": model.weights()}, model.documents()), ("best",))
    for file in (tmp_path / "encoder").iterdir():
        file.unlink()
    loaded, rows = load_trained(tmp_path), training_rows(model, shop)
    assert [row.inputs.tolist() for row in training_rows(loaded, shop)] == [row.inputs.tolist() for row in rows]
    assert torch.equal(states(loaded, rows), states(model, rows))


def test_markers_that_the_model_knows_are_its_own(shop: Dataset, tmp_path: Path) -> None:
    model, raw = reading_shop(shop, "bert", tmp_path), AutoModel.from_pretrained(tmp_path)
    tokenizer, table = AutoTokenizer.from_pretrained(tmp_path), model.network.backbone.tokens
    pretrained = raw.get_input_embeddings().weight
    assert torch.equal(table.markers[MASK], pretrained[tokenizer.mask_token_id])
    assert torch.equal(table.markers[HISTORY], pretrained[tokenizer.cls_token_id])
    assert not any(
        torch.equal(table.markers[MASK], table.markers[other]) for other in range(len(MARKERS)) if other != MASK
    )


def test_without_dropout_training_reads_as_use_does(shop: Dataset, tmp_path: Path) -> None:
    model = reading_shop(shop, "bert", tmp_path, dropout=0.0, adaptation="full")
    rows = training_rows(model, shop)
    expected = states(model, rows)
    model.network.train()
    vectors = model.network.item_vectors()
    model.network.item_table.eval()
    assert torch.allclose(model.network(collate(rows), vectors), expected.flatten(0, 1), atol=1e-6)


def test_what_learns(shop: Dataset, tmp_path: Path) -> None:
    def learning(adaptation: str) -> set[str]:
        targets = ["query"] if adaptation == "lora" else []
        backbone = reading_shop(shop, "bert", tmp_path, adaptation=adaptation, lora_targets=targets).network.backbone
        return {name for name, it in backbone.named_parameters() if it.requires_grad}

    query = "trunk.encoder.layer.{}.attention.self.query.lora_{}.default.weight"
    assert learning("frozen") == {"tokens.markers"}
    assert learning("lora") == {query.format(layer, part) for layer in (0, 1) for part in "AB"} | {"tokens.markers"}
    assert {"tokens.words", "trunk.embeddings.position_embeddings.weight"} < learning("full")
    assert not [name for name in learning("full") if "pooler" in name]


def test_it_answers_from_the_states_that_validation_reads(shop: Dataset, tmp_path: Path) -> None:
    model = reading_shop(shop, "bert", tmp_path)
    predictor, vectors = Predictor(model), model.network.item_vectors()
    for name in ("next_item", "rating", "like"):
        examples = list(TASKS[name](max_history=12).examples(shop, Split.VALIDATION))
        rows = TaskGroup((TASKS[name](max_history=12),)).rows(shop, Split.VALIDATION, model.layout)
        used = predictor.reader.last_states([predictor.reader.history_row(example.context) for example in examples])
        read = states(model, rows)
        trained = torch.stack([read[index, len(row) - 1] for index, row in enumerate(rows)])
        assert torch.allclose(used, trained, atol=1e-5)
    (scores,) = predictor.item_scores(examples[:1])
    told = model.network.item_queries(used[:1], SLOT) @ vectors.T
    is_warm = model.network.item_table.is_warm.any(0)
    assert np.allclose(scores[is_warm.numpy()], told[0, is_warm].detach().numpy(), atol=1e-4)
    values = predictor.values(examples)
    assert all(
        len(found) == len(e.target.items)
        for found, e in zip(values, examples, strict=True)
        if isinstance(e.target, Score)
    )


def test_it_recommends_to_a_stored_user_a_new_one_and_nobody(shop: Dataset, tmp_path: Path) -> None:
    model = Recommender(reading_shop(shop, "bert", tmp_path), lambda: shop)
    for known in ({"user": "u3"}, {"history": ["i2", "i5"]}, {}):
        found = model.recommend(**known, k=3, reasons=False)  # type: ignore[arg-type]
        assert len({it.item_id for it in found}) == 3
    lists = model.rank(["u3", "u4"], k=3)
    assert lists.filter(lists["user_id"] == "u3")["item_id"].to_list() == [
        it.item_id for it in model.recommend(user="u3", k=3, reasons=False)
    ]


def test_one_batch_of_every_task_can_be_learnt(shop: Dataset, tmp_path: Path) -> None:
    """Without dropout, which the head that rates would else have."""
    model = reading_shop(shop, "bert", tmp_path, adaptation="full")
    trivial = TrivialLosses.of(shop, model.tokenizer.size, 23, model.network.label_sets)
    batches = [collate(TaskGroup((TASKS[name](),)).rows(shop, Split.TRAIN, model.layout)[:4]) for name in READING]
    left = learnt(model.network, batches, trivial)
    assert left.keys() == {*READING}
    assert max(left.values()) < 0.1, left


def test_it_does_not_write(shop: Dataset, tmp_path: Path) -> None:
    backbone = reading_shop(shop, "bert", tmp_path).network.backbone
    assert backbone.reads_ahead
    assert not backbone.writes
    with pytest.raises(NotImplementedError, match="an encoder does not write"):
        backbone.text_logits(torch.zeros(1, 16))
    with pytest.raises(NotImplementedError, match="cannot read on behind a cache"):
        backbone.read(torch.zeros(1, 1, 16), Places(torch.ones(1, 1, dtype=torch.bool), torch.tensor([1])))


WRITTEN = (
    "model.backbone: expected a backbone that writes, as {tasks} need one, found {name}, an encoder (bert), which "
    "ranks, rates and classifies but cannot write. Remove {what}, or set model.backbone to smollm2, nano, recurrence "
    "or another decoder or encoder-decoder."
)


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        (("next_item", "dialogue"), {"tasks": "[tasks.dialogue]", "what": "this table"}),
        (
            ("explanation", "like", "summary", "question_answering"),
            {"tasks": "[tasks.explanation], [tasks.summary] and [tasks.question_answering]", "what": "these tables"},
        ),
    ],
)
def test_a_recipe_that_asks_it_to_write_is_refused(
    tasks: tuple[str, ...], said: dict[str, str], shop: Dataset, tmp_path: Path
) -> None:
    folder = saved_encoder("bert", tmp_path)
    with pytest.raises(RecipeError, match=f"^{re.escape(WRITTEN.format(name=folder, **said))}$"):
        shop_model(shop, folder, tasks)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "fnet",
            "model.backbone: expected an encoder that takes vectors and whose states do not depend on padding, found "
            "{folder} (fnet), which is none. Use another model, such as minilm.",
        ),
        (
            "funnel",
            "model.backbone: expected an encoder that takes vectors and whose states do not depend on padding, found "
            "{folder} (funnel), which is none. Use another model, such as minilm.",
        ),
        (
            "albert",
            "model.backbone: expected token embeddings as wide as the states, which are 16 wide in {folder}, found "
            "embedding_size = 8. Use another model.",
        ),
    ],
)
def test_a_model_that_cannot_serve_is_refused(name: str, message: str, shop: Dataset, tmp_path: Path) -> None:
    folder = saved_encoder(name, tmp_path)
    with pytest.raises(RecipeError, match=f"^{re.escape(message.format(folder=folder))}$"):
        shop_model(shop, folder, ("next_item",))


def test_a_history_with_hidden_entries_is_no_row_of_words(shop: Dataset, tmp_path: Path) -> None:
    model = reading_shop(shop, "bert", tmp_path, content="tfidf", words_teach_ids=False)
    histories = [row for row in training_rows(model, shop) if set(row.inputs[:, 0].tolist()) == {0, HISTORY, MASK}]
    batch = collate(histories)
    assert len(histories) > 1 and not batch.places.has_words
    table = model.network.item_table
    model.network(batch, table()).square().sum().backward()
    assert table.residual is not None and bool(table.residual.weight.grad.abs().any())
