import math
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from transformers import AutoModelForSeq2SeqLM, BartConfig, BartForConditionalGeneration

from tastemaker.checkpoint.store import Checkpoint, load_checkpoint, save_checkpoint
from tastemaker.checkpoint.trained import TrainedModel, restore_trained
from tastemaker.cli.new_model import new_model
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import RecipeError
from tastemaker.inference.reading import Reader
from tastemaker.inference.repetition import said_again
from tastemaker.inference.writing import write
from tastemaker.model import tokenizer as markers
from tastemaker.model.backbone import Places
from tastemaker.model.batch import collate
from tastemaker.model.config import ModelConfig
from tastemaker.model.pretrained_choice import choose
from tastemaker.model.row import Position, Row
from tastemaker.model.text import next_log_chances
from tastemaker.tasks import TASKS
from tastemaker.tasks.corpus import tokenizer_texts
from tastemaker.training.config import TrainingConfig
from tastemaker.training.execution import set_execution
from tastemaker.training.losses import TrivialLosses, task_losses
from tastemaker.training.mixture import TaskGroup
from tests.model.tiny_t5 import KINDS, saved_t5, unigram

EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
SETTINGS = {"content": "none", "window": 256, "dropout": 0.0, "adaptation": "full"}


def texts(shop: Dataset) -> Iterator[str]:
    return tokenizer_texts(shop, [task() for task in TASKS.values()])


def folder_of(kind: str, shop: Dataset, place: Path, **layers: int) -> Path:
    return saved_t5(place / kind.replace(" ", "-"), texts(shop), kind, **layers)


def model_of(shop: Dataset, folder: Path, **settings: object) -> TrainedModel:
    """A model of the shop as initialised from a folder, in evaluation mode."""
    plain = {"backbone": str(folder), **SETTINGS, **settings}
    recipe = from_mapping({"data": {"path": "shop"}, "model": plain, "tasks": {name: {} for name in TASKS}})
    torch.manual_seed(0)
    model = new_model(recipe, shop, lambda line: None)
    model.network.eval()
    return model


@pytest.fixture
def t5(shop: Dataset, tmp_path: Path) -> TrainedModel:
    torch.manual_seed(0)  # whatever was drawn before
    return model_of(shop, folder_of("t5", shop, tmp_path))


def rows_of(model: TrainedModel, shop: Dataset) -> list[Row]:
    """Two rows of every task, so with and without replies, of many lengths."""
    groups = [TaskGroup((task(),)) for task in TASKS.values()]
    return [row for group in groups for row in group.rows(shop, Split.VALIDATION, model.layout)[:2]]


def states(model: TrainedModel, rows: list[Row]) -> Tensor:
    with torch.no_grad():
        return model.network(collate(rows), model.network.item_vectors()).unflatten(0, (len(rows), -1))


def ours(model: TrainedModel, words: tuple[int, ...], reply: tuple[int, ...]) -> Tensor:
    """Logits of a reply, of all tokens but our markers."""
    row = Row.of([*map(Position, words)], [Position(markers.ASSISTANT), *map(Position, reply)])
    with torch.no_grad():
        return model.network.text_logits(states(model, [row])[0, len(words) :])[:, len(markers.MARKERS) :]


def theirs(raw: nn.Module, rows: tuple[int, ...], words: tuple[int, ...], reply: tuple[int, ...]) -> Tensor:
    """The same of a model of transformers, whose rows stand behind our tokens; 0 opens what it writes."""
    read, written = ([rows[id - len(markers.MARKERS)] for id in ids] for ids in (words, reply))
    with torch.no_grad():
        logits: Tensor = raw(
            input_ids=torch.tensor([read]), decoder_input_ids=torch.tensor([[0, *written]]), use_cache=False
        ).logits
    return logits[0][:, list(rows)]


@EVERY_KIND
@pytest.mark.parametrize("kept", [None, 2])
def test_text_alone_is_told_just_as_by_the_model_in_transformers(
    kind: str, kept: int | None, shop: Dataset, tmp_path: Path
) -> None:
    """Also where two of four and of three layers are kept: the first and the last of either stack."""
    folder = folder_of(kind, shop, tmp_path, layers=4, decoder_layers=3)
    model = model_of(shop, folder, layers=kept)
    _, source = choose(ModelConfig(backbone=str(folder), window=256, layers=kept), print).tokenizer(texts(shop))
    words, reply = (model.tokenizer.encode(text) for text in ("A journey of 5 days begins.", "Lovely, it ends at sea"))
    raw = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
    if kept:
        for stack, last in ((raw.encoder, 3), (raw.decoder, 2)):
            stack.block = nn.ModuleList((stack.block[0], stack.block[last]))
    found, expected = ours(model, words, reply), theirs(raw, source.rows, words, reply)
    assert found.shape == (len(reply) + 1, len(source.rows)) and len(reply) > 3
    assert expected.std() > 0.01
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


def test_what_ends_and_opens_texts_starts_as_what_t5_has_for_it(shop: Dataset, tmp_path: Path) -> None:
    folder = folder_of("t5", shop, tmp_path)
    pretrained = AutoModelForSeq2SeqLM.from_pretrained(folder).get_input_embeddings().weight
    vectors = model_of(shop, folder).network.backbone.token_vectors(torch.arange(markers.MASK + 1).unsqueeze(0))[0]
    ids = unigram(texts(shop)).get_vocab()
    for marker, name in ((markers.ASSISTANT, "<pad>"), (markers.END, "</s>"), (markers.MASK, "<extra_id_0>")):
        assert torch.equal(vectors[marker], pretrained[ids[name]])


def test_text_is_spelt_without_special_tokens(t5: TrainedModel) -> None:
    title = t5.tokenizer.encode("The Great Journey a0 (1970)")
    assert t5.tokenizer.decode(title) == "The Great Journey a0 (1970)"
    for name in ("</s>", "<extra_id_0>", "<rec>"):
        ids = t5.tokenizer.encode(f"Lovely {name} film")
        assert min(ids) >= len(markers.MARKERS)
        assert t5.tokenizer.bpe.token_to_id(" </s>") + len(markers.MARKERS) not in ids


def test_a_neighbour_and_padding_change_nothing(t5: TrainedModel, shop: Dataset) -> None:
    rows = rows_of(t5, shop)
    assert {row.reply_at is None for row in rows} == {True, False}
    together = states(t5, rows)
    for index, row in enumerate(rows):
        torch.testing.assert_close(together[index, : len(row)], states(t5, [row])[0], rtol=1e-4, atol=1e-5)
        assert not together[index, len(row) :].any()


def changed(row: Row, place: int, to: int = 11) -> Row:
    inputs = row.inputs.copy()
    inputs[place] = (to, 0, 0)
    return Row(inputs, {}, (), row.reply_at)


def test_a_reply_sees_its_context_and_what_stands_before_it_in_the_reply(t5: TrainedModel, shop: Dataset) -> None:
    row = max((row for row in rows_of(t5, shop) if row.reply_at), key=len)
    assert row.reply_at is not None
    start, before = row.reply_at, states(t5, [row])[0]
    for place in (start + 1, start + 5):
        after = states(t5, [changed(row, place)])[0]
        assert torch.equal(before[:place], after[:place])
        assert (before[place:] - after[place:]).abs().amax(1).min() > 1e-6
    after = states(t5, [changed(row, start - 2)])[0]
    assert (before - after).abs().amax(1).min() > 1e-7, "every position sees the whole context"


def test_rows_without_a_reply_cost_no_decoder(t5: TrainedModel, shop: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, seen = rows_of(t5, shop), []
    decoder = t5.network.backbone.trunk.decoder
    whole = decoder.forward
    monkeypatch.setattr(decoder, "forward", lambda **inputs: seen.append(inputs) or whole(**inputs))
    states(t5, [row for row in rows if row.reply_at is None])
    assert not seen
    states(t5, rows)
    [inputs] = seen
    replies = [row for row in rows if row.reply_at is not None]
    longest = max(len(row) - row.reply_at for row in replies if row.reply_at is not None)
    assert inputs["inputs_embeds"].shape[:2] == (len(replies), longest)


@EVERY_KIND
def test_reading_behind_a_cache_equals_reading_at_once(kind: str, shop: Dataset, tmp_path: Path) -> None:
    """Rows whose replies are cut where some are just opened, and others far on; the rest comes two words at a time."""
    model = model_of(shop, folder_of(kind, shop, tmp_path))
    rows = [row for row in rows_of(model, shop) if row.reply_at is not None and len(row) > row.reply_at + 6]
    assert len({(row.reply_at, len(row)) for row in rows}) > 3
    network, vectors = model.network, model.network.item_vectors()
    length, parts, cache = max(map(len, rows)), [], None
    inputs = torch.zeros(3, len(rows), length, dtype=torch.long)
    mask = torch.zeros(len(rows), length, dtype=torch.bool)
    for index, row in enumerate(rows):
        inputs[:, index, length - len(row) :] = torch.from_numpy(row.inputs.T)
        mask[index, length - len(row) :] = True
    begins = torch.tensor([length - len(row) + (row.reply_at or 0) for row in rows])
    with torch.no_grad():
        embeddings, at = network.embed(*inputs, vectors), 0
        for part in embeddings.split([length - 5, 2, 2, 1], dim=1):
            places = Places(mask[:, at : at + part.shape[1]], begins if not at else torch.zeros_like(begins))
            found, cache = network.backbone.read(part, places, cache)
            parts.append(found)
            at += part.shape[1]
    read, whole = torch.cat(parts, 1), states(model, rows)
    for index, row in enumerate(rows):
        torch.testing.assert_close(read[index, length - len(row) :], whole[index, : len(row)], rtol=1e-4, atol=1e-5)


def test_what_is_written_is_likeliest_by_a_full_pass(t5: TrainedModel) -> None:
    contexts = [(Position(markers.HISTORY), *map(Position, t5.tokenizer.encode(text))) for text in ("a film", "dull")]
    prompts = [
        Row.of(contexts[0], [Position(markers.ASSISTANT)]),
        Row.of(contexts[1], [Position(markers.REASON), *map(Position, t5.tokenizer.encode("Lovely film"))]),
        Row.of((*contexts[0], Position(markers.ASSISTANT))),
    ]
    written = write(Reader(t5), prompts[:2], (markers.END,), 6)
    for prompt, tokens in zip(prompts, written, strict=False):
        for count, token in enumerate(tokens):
            inputs = [*map(tuple, prompt.inputs.tolist()), *((word, 0, 0) for word in tokens[:count])]
            row = Row.of(
                [Position(*it) for it in inputs[: prompt.reply_at]], [Position(*it) for it in inputs[prompt.reply_at :]]
            )
            chances = next_log_chances(t5.network, states(t5, [row]), torch.from_numpy(row.inputs[None, :, 0]))[0]
            banned = {*range(len(markers.MARKERS)), *t5.tokenizer.specials} - {markers.END}
            banned |= {*said_again(tokens[:count], t5.tokenizer.within_words)}
            chances[list(banned)] = float("-inf")
            assert int(chances.argmax()) == token


def test_a_saved_model_gives_the_same_states(shop: Dataset, tmp_path: Path) -> None:
    """With LoRA and two of three layers of either stack; its folder may be gone."""
    folder = folder_of("t5 v1.1", shop, tmp_path, layers=3, decoder_layers=3)
    model = model_of(shop, folder, adaptation="lora", layers=2)
    with torch.no_grad():
        for name, weight in model.network.named_parameters():
            if "lora_B" in name:
                weight.normal_()
    checkpoint = Checkpoint(0, {"weights": model.weights(), "training": {}}, model.documents())
    save_checkpoint(tmp_path / "run", checkpoint, ("last",))
    folder.rename(tmp_path / "gone")
    again = restore_trained(load_checkpoint(tmp_path / "run", "last"), tmp_path / "run")
    rows = rows_of(model, shop)
    assert torch.equal(states(model, rows), states(again, rows))
    words = model.tokenizer.encode("A journey")
    assert torch.equal(ours(model, words, words), ours(again, words, words))
    assert again.layout.reads_ahead


@pytest.mark.parametrize("adaptation", ["lora", "full", "frozen"])
def test_what_learns_is_what_the_recipe_says(adaptation: str, shop: Dataset, tmp_path: Path) -> None:
    model = model_of(shop, folder_of("t5", shop, tmp_path), adaptation=adaptation)
    learning = {name for name, weight in model.network.backbone.named_parameters() if weight.requires_grad}
    assert "tokens.markers" in learning
    plain = {name for name in learning if name.startswith("trunk.") and "lora_" not in name}
    adapted = {name for name in learning if "lora_" in name}
    assert (bool(plain), bool(adapted)) == {"full": (True, False), "lora": (False, True), "frozen": (False, False)}[
        adaptation
    ]
    if adapted:
        assert {name.split(".")[1] for name in adapted} == {"encoder", "decoder"}
        assert any("EncDecAttention" in name for name in adapted)


def test_states_computed_again_give_the_same_gradients(t5: TrainedModel, shop: Dataset) -> None:
    network, batch = t5.network, collate(rows_of(t5, shop)[-4:])
    found = []
    for is_kept in (True, False):
        if not is_kept:
            set_execution(network.backbone, TrainingConfig(gradient_checkpointing=True), torch.device("cpu"))
        network.train()
        network.zero_grad()
        network(batch, network.item_vectors()).square().sum().backward()
        found.append({name: weight.grad for name, weight in network.backbone.named_parameters()})
    for name, gradient in found[0].items():
        torch.testing.assert_close(gradient, found[1][name], rtol=1e-4, atol=1e-5, msg=name)


@pytest.mark.parametrize("name", TASKS)
def test_every_task_can_learn_a_batch_by_heart(name: str, t5: TrainedModel, shop: Dataset) -> None:
    """Of examples whose targets, as in validation, stand where their history ends: two items come next."""
    torch.manual_seed(0)  # of id dropout, whatever was drawn before
    network, rows = t5.network, TaskGroup((TASKS[name](),)).rows(shop, Split.VALIDATION, t5.layout)[:3]
    batch = collate(rows)
    trivial = TrivialLosses.of(shop, t5.tokenizer.size, 23, network.label_sets)
    network.label_heads.train()
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    losses = []
    for _ in range(160):
        [loss] = task_losses(network, batch, network.item_table(), trivial).values()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    least = math.log(2) / math.log(23) if name == "next_item" else 0.0
    assert min(losses[-20:]) < least + 0.1 < losses[0] / 2  # a step of this size may overshoot


def test_positions_that_are_not_relative_are_refused_with_the_recipe(shop: Dataset, tmp_path: Path) -> None:
    tokenizer = unigram(texts(shop))
    sizes = {"d_model": 8, "encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 8, "decoder_ffn_dim": 8}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2}
    BartForConditionalGeneration(BartConfig(vocab_size=len(tokenizer), **sizes, **heads)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    with pytest.raises(RecipeError) as refusal:
        model_of(shop, tmp_path)
    assert str(refusal.value) == (
        "model.backbone: expected an encoder-decoder whose positions are relative (t5, mt5), found bart in "
        f"{tmp_path}. Use a T5, or a decoder such as smollm2."
    )


def test_layers_and_lora_targets_that_are_not_there_are_refused_with_the_recipe(shop: Dataset, tmp_path: Path) -> None:
    folder = folder_of("t5", shop, tmp_path, layers=3, decoder_layers=2)
    with pytest.raises(RecipeError) as refusal:
        model_of(shop, folder, layers=4)
    assert str(refusal.value) == f"model.layers: {folder} has 3 layers, found 4."
    with pytest.raises(RecipeError) as refusal:
        choose(ModelConfig(backbone=str(folder), window=256, lora_targets=("q", "q_proj")), print)
    assert str(refusal.value) == (
        "model.lora_targets: expected names of linear layers, found q_proj. This backbone has k, o, q, v, wi, wo."
    )


def test_what_a_history_is_to_tell_is_hidden_from_the_encoder(t5: TrainedModel, shop: Dataset) -> None:
    group = TaskGroup(tuple(TASKS[name]() for name in ("next_item", "rating", "like")))
    for epoch in range(3):
        for row in group.rows(shop, Split.TRAIN, t5.layout, epoch):
            for targets in row.targets.values():
                for at in (*targets.item_at, *(at for places in targets.score_at.values() for at in places)):
                    assert row.inputs[at].tolist() == [markers.MASK, 0, 0]
            read = set(row.inputs[:, 1].tolist())
            assert not any(item + 1 in read for targets in row.targets.values() for item in targets.items)
