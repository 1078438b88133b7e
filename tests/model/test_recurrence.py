"""Reading in segments is one pass under the banded mask, whatever is cached, batched or padded."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tastemaker.checkpoint.store import Checkpoint, save_checkpoint
from tastemaker.checkpoint.trained import TrainedModel, load_trained
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.inference.reading import Reader
from tastemaker.inference.writing import write
from tastemaker.model import tokenizer as markers
from tastemaker.model.backbone import Cache, Places
from tastemaker.model.batch import collate
from tastemaker.model.config import ModelConfig
from tastemaker.model.nano import Nano
from tastemaker.model.recurrence import Recurrent
from tastemaker.model.row import Row
from tastemaker.tasks import TASKS
from tastemaker.tasks.example import Example, History, NextItems
from tastemaker.training.losses import TrivialLosses
from tests.model.learning import learnt

WINDOW, WIDTH, LAYERS = 64, 16, 2
CONFIG = ModelConfig("recurrence", WIDTH, LAYERS, heads=2, dropout=0.0, window=WINDOW)
LENGTHS = (1, 63, 64, 65, 127, 128, 129, 300)


def initialised(config: ModelConfig, vocabulary: int) -> Recurrent:
    """With large weights, so that what is seen makes a difference."""
    torch.manual_seed(0)
    backbone = Recurrent(config, vocabulary).eval()
    for weight in backbone.nano.decoder.parameters():
        if weight.ndim == 2:
            torch.nn.init.normal_(weight, std=0.3)
    return backbone


@pytest.fixture
def backbone() -> Recurrent:
    return initialised(CONFIG, 50)


@pytest.fixture
def recurrent(model: TrainedModel) -> TrainedModel:
    """The model of the shop, whose window is a quarter of the model's and whose prompts may be longer."""
    config = replace(model.network.config, backbone="recurrence", window=WINDOW, longest=400)
    model.network.config, model.network.backbone = config, initialised(config, model.tokenizer.size)
    return TrainedModel(model.network, model.tokenizer, model.catalog, dict(model.recipe) | {"model": vars(config)})


def long_history(shop: Dataset, length: int) -> Example:
    """Whatever films all users rated, one after another, each to be told from those before."""
    entries = [entry for user in range(len(shop.user_ids)) for entry in shop.held_out(user, Split.TRAIN)]
    entries = (entries * (length // len(entries) + 1))[: length + 1]
    targets = NextItems(tuple(range(length + 1)), tuple(entry.item for entry in entries), (1.0,) * (length + 1))
    return Example("next_item", (History(tuple(entries[:-1])),), targets)


def embedded(*shape: int) -> Tensor:
    return torch.randn(*shape, WIDTH, generator=torch.Generator().manual_seed(sum(shape)))


def everywhere(embeddings: Tensor) -> Places:
    """Real positions alone, and no reply."""
    rows, length = embeddings.shape[:2]
    return Places(torch.ones(rows, length, dtype=torch.bool), torch.full((rows,), length))


def full_pass(backbone: Recurrent, embeddings: Tensor) -> Tensor:
    """The states `[B, T, D]` of one pass over all positions, the band spelled out pair by pair."""
    length = embeddings.shape[1]
    seen = [[query - WINDOW < key <= query for key in range(length)] for query in range(length)]
    trunk = backbone.nano.decoder
    states: Tensor = trunk(inputs_embeds=embeddings, attention_mask=torch.tensor([[seen]])).last_hidden_state
    return states


def read_on(backbone: Recurrent, embeddings: Tensor, sizes: list[int]) -> tuple[Tensor, Cache]:
    """The states of reading in parts of these sizes, each behind the cache of the one before."""
    parts, cache = [], None
    for part in embeddings.split(sizes, 1):
        states, cache = backbone.read(part, everywhere(part), cache)
        parts.append(states)
    assert cache is not None
    return torch.cat(parts, 1), cache


@pytest.mark.parametrize("length", LENGTHS)
def test_segments_are_one_pass_under_the_band(backbone: Recurrent, length: int) -> None:
    embeddings = embedded(2, length)
    read = backbone(embeddings, everywhere(embeddings))
    torch.testing.assert_close(read, full_pass(backbone, embeddings), atol=1e-5, rtol=0)


def test_gradients_go_through_the_cache(backbone: Recurrent) -> None:
    found = []
    for passed in (lambda it: backbone(it, everywhere(it)), lambda it: full_pass(backbone, it)):
        embeddings = embedded(1, 200).requires_grad_()
        backbone.zero_grad()
        passed(embeddings)[0, 190].square().sum().backward()
        weights = [it.grad.clone() for it in backbone.parameters() if it.grad is not None]
        found.append([embeddings.grad, *weights])
    for ours, whole in zip(*found, strict=True):
        torch.testing.assert_close(ours, whole, atol=1e-4, rtol=1e-4)
    moved = found[0][0][0].abs().sum(1)
    assert (moved[190 - 2 * (WINDOW - 1) : 191] > 0).all(), "two segments back"
    assert not moved[: 190 - 2 * (WINDOW - 1)].any() and not moved[191:].any()


@pytest.mark.parametrize("changed", [0, 70, 140])
def test_no_position_sees_beyond_its_band_or_ahead(backbone: Recurrent, changed: int) -> None:
    embeddings = embedded(1, 300)
    other = embeddings.clone()
    other[0, changed] = embedded(1)[0]
    with torch.no_grad():
        before, after = (backbone(it, everywhere(it))[0] for it in (embeddings, other))
    moved = (before - after).abs().amax(1)
    reach = changed + LAYERS * (WINDOW - 1)
    assert not moved[:changed].any() and moved[reach + 1 :].max() < 1e-6
    assert (moved[changed : reach - 20] > 1e-6).all(), "each layer carries it a window further"


def test_it_is_nano_within_the_window(backbone: Recurrent) -> None:
    nano = Nano(replace(CONFIG, backbone="nano"), 50)
    nano.load_state_dict(backbone.nano.state_dict())
    embeddings = embedded(3, WINDOW)
    places = everywhere(embeddings)
    assert torch.equal(backbone(embeddings, places), nano(embeddings, places))
    torch.testing.assert_close(
        backbone.read(embeddings, places)[0], nano.read(embeddings, places)[0], atol=1e-6, rtol=0
    )


@pytest.mark.parametrize("sizes", [[300], [1] * 70 + [230], [150, 1, 1, 148], [64, 64, 64, 64, 44], [10, 200, 90]])
def test_reading_on_is_reading_at_once(backbone: Recurrent, sizes: list[int]) -> None:
    embeddings = embedded(2, 300)
    with torch.no_grad():
        states, cache = read_on(backbone, embeddings, sizes)
    torch.testing.assert_close(states, full_pass(backbone, embeddings), atol=1e-5, rtol=0)
    assert cache.mask.shape == (2, WINDOW - 1)


def test_one_more_event_costs_the_same_behind_any_past(backbone: Recurrent) -> None:
    keys: list[tuple[int, ...]] = []
    for layer in backbone.nano.decoder.layers:
        layer.attention.register_forward_pre_hook(
            lambda _, __, given: keys.append(tuple(given["attention_mask"].shape[-2:])), with_kwargs=True
        )
    for past in (100, 400, 1600):
        with torch.no_grad():
            _, cache = read_on(backbone, embedded(1, past), [past])
            keys.clear()
            event = embedded(1, 1)
            _, cache = backbone.read(event, everywhere(event), cache)
        assert keys == [(1, WINDOW)] * LAYERS
        assert {layer.keys.shape[2] for layer in cache.past.layers} == {WINDOW - 1}


def test_positions_are_relative(backbone: Recurrent) -> None:
    """What no layer can see any more might as well not have been read."""
    embeddings = embedded(1, 3000)
    reach = LAYERS * (WINDOW - 1) + 1
    with torch.no_grad():
        late = read_on(backbone, embeddings, [2999, 1])[0][:, -1]
        alone = read_on(backbone, embeddings[:, -reach:], [reach - 1, 1])[0][:, -1]
    torch.testing.assert_close(late, alone, atol=1e-4, rtol=0)


def test_rows_of_unequal_length_do_not_change_one_another(backbone: Recurrent) -> None:
    rows = [embedded(1, length)[0] for length in LENGTHS]
    right = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=9.0)
    mask = torch.tensor([[place < length for place in range(300)] for length in LENGTHS])
    ends = torch.full((len(rows),), 300)
    with torch.no_grad():
        together = backbone(right, Places(mask, ends))
        left = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=9.0, padding_side="left")
        first, cache = backbone.read(left[:, :290], Places(mask.flip(1)[:, :290], ends))
        then, _ = backbone.read(left[:, 290:], Places(mask.flip(1)[:, 290:], ends), cache)
        behind = torch.cat((first, then), 1)
        for index, row in enumerate(rows):
            alone = full_pass(backbone, row.unsqueeze(0))[0]
            torch.testing.assert_close(together[index, : len(row)], alone, atol=1e-5, rtol=0)
            torch.testing.assert_close(behind[index, -len(row) :], alone, atol=1e-5, rtol=0)


def test_it_learns_what_stands_more_than_a_window_back(backbone: Recurrent) -> None:
    """Rows differ in their first position alone, and their sign is told at their last."""
    head, signs = torch.nn.Linear(WIDTH, 1), torch.tensor([1.0, -1.0])
    embeddings = embedded(1, 90).repeat(2, 1, 1)
    embeddings[:, 0] = signs.unsqueeze(1) * embedded(1)
    optimizer = torch.optim.Adam([*backbone.parameters(), *head.parameters()], 1e-2)
    for _ in range(60):
        logits = head(backbone(embeddings, everywhere(embeddings))[:, -1]).squeeze(1)
        loss = torch.nn.functional.softplus(-signs * logits).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.05


def test_every_task_can_learn_a_batch_by_heart(recurrent: TrainedModel, shop: Dataset) -> None:
    drawn = [list(task().examples(shop, Split.TRAIN))[:1] for name, task in TASKS.items() if name != "next_item"]
    examples = [long_history(shop, 130), *(example for few in drawn for example in few)]
    batch = collate([recurrent.layout.row([example]) for example in examples])
    network = recurrent.network
    trivial = TrivialLosses.of(shop, recurrent.tokenizer.size, 23, network.label_sets)
    left = learnt(network, [batch], trivial, steps=100)
    assert left.keys() == {*TASKS}
    assert max(left.values()) < 0.1, left


def test_a_history_is_read_as_far_as_the_longest_prompt(recurrent: TrainedModel, shop: Dataset) -> None:
    for length, read in ((300, 300), (500, 399)):
        (history,) = long_history(shop, length).context
        assert isinstance(history, History)
        row = Reader(recurrent).history_row((history,))
        assert len(row) == read + 1, "the start entry stands first"
        assert row.inputs[1:, 1].tolist() == [entry.item + 1 for entry in history.entries[-read:]]


def prompts(recurrent: TrainedModel, shop: Dataset) -> Sequence[Row]:
    """Histories on which words are to follow."""
    lengths = (3, 150, 290)
    return [Reader(recurrent).slot_row(long_history(shop, length).context) for length in lengths]


def test_scores_and_words_do_not_depend_on_neighbours(recurrent: TrainedModel, shop: Dataset) -> None:
    reader, rows = Reader(recurrent), prompts(recurrent, shop)
    alone = [reader.scores([row]) for row in rows]
    torch.testing.assert_close(reader.scores(rows), torch.cat(alone), atol=1e-5, rtol=0)
    written = [write(reader, [row], [markers.END], most=8)[0] for row in rows]
    assert write(reader, rows, [markers.END], most=8) == written and len({*map(tuple, written)}) > 1


def test_save_and_load(recurrent: TrainedModel, shop: Dataset, tmp_path: Path) -> None:
    checkpoint = Checkpoint(1, {"weights": recurrent.weights()}, recurrent.documents())
    save_checkpoint(tmp_path, checkpoint, ("best",))
    loaded = load_trained(tmp_path)
    assert isinstance(loaded.network.backbone, Recurrent) and loaded.layout.window == 400
    rows = prompts(recurrent, shop)
    assert torch.equal(Reader(loaded).scores(rows), Reader(recurrent).scores(rows))
