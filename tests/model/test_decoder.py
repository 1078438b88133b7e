import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer, SmolLM3Config, SmolLM3ForCausalLM

from tastemaker.checkpoint.store import save_checkpoint
from tastemaker.checkpoint.trained import Checkpoint, TrainedModel, load_trained
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.split import Split
from tastemaker.errors import RecipeError
from tastemaker.inference.reading import Reader
from tastemaker.inference.writing import write
from tastemaker.model.anatomy import with_layers
from tastemaker.model.backbone import Places
from tastemaker.model.batch import HISTORY, SLOT, collate
from tastemaker.model.row import Position, Row
from tastemaker.model.tokenizer import END, MARKERS
from tastemaker.tasks import TASKS
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Earlier, History, Reply, Text
from tastemaker.training.config import TrainingConfig
from tastemaker.training.execution import set_execution
from tastemaker.training.losses import TrivialLosses, task_losses
from tests.model.learning import learnt
from tests.model.pretrained_models import saved
from tests.model.pretrained_shops import shop_model

DECODERS = ("llama", "gpt2", "qwen2")
TEXT = "The Great Journey a0 (1970) begins at sea, says the film, and it ends there."
TASKS_OF_SHOP = ("next_item", "rating", "like", "dialogue")


def states(model: TrainedModel, rows: list[Row]) -> torch.Tensor:
    with torch.no_grad():
        found: torch.Tensor = model.network(collate(rows), model.network.item_vectors())
    return found.unflatten(0, (len(rows), -1))


def learn_a_little(model: TrainedModel) -> None:
    """LoRA adds nothing before training."""
    with torch.no_grad():
        for name, weight in model.network.backbone.named_parameters():
            if "lora_B" in name:
                weight.normal_(0, 0.1)


def dialogue_rows(model: TrainedModel, shop: Dataset) -> list[Row]:
    return [model.layout.row([example]) for example in list(Dialogue().examples(shop, Split.TRAIN))[:6]]


@pytest.mark.parametrize("name", DECODERS)
@pytest.mark.parametrize("trims", [True, False])
@pytest.mark.parametrize("adaptation", ["full", "lora"])
def test_logits_of_text_are_those_of_the_model_itself(
    name: str, trims: bool, adaptation: str, shop: Dataset, tmp_path: Path
) -> None:
    folder = saved(name, tmp_path / name)
    model = shop_model(shop, folder, TASKS_OF_SHOP, trim_vocabulary=trims, adaptation=adaptation)
    raw, tokenizer = AutoModelForCausalLM.from_pretrained(folder), AutoTokenizer.from_pretrained(folder)
    ours = model.tokenizer.encode(TEXT)
    theirs = tokenizer(model.tokenizer.prefix + TEXT, add_special_tokens=False).input_ids
    with torch.no_grad():
        logits = model.network.text_logits(states(model, [Row.of([Position(token) for token in ours])])[0])
        expected = raw(torch.tensor([theirs])).logits[0]
    kept = [tokenizer.convert_tokens_to_ids(_token(model, id)) for id in range(len(MARKERS), model.tokenizer.size)]
    known = [place for place, row in enumerate(kept) if row is not None]
    assert len(known) > 250
    rows = torch.tensor([kept[place] for place in known])
    assert torch.allclose(logits[:, len(MARKERS) :][:, known], expected[:, rows], atol=1e-4)


def _token(model: TrainedModel, id: int) -> str:
    return str(model.tokenizer.bpe.id_to_token(id - len(MARKERS))).strip()


@pytest.mark.parametrize("name", DECODERS)
def test_a_neighbour_and_padding_change_nothing(name: str, shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved(name, tmp_path), TASKS_OF_SHOP)
    rows = dialogue_rows(model, shop)
    together = states(model, rows)
    assert len({len(row) for row in rows}) > 1
    for index, row in enumerate(rows):
        assert torch.allclose(together[index, : len(row)], states(model, [row])[0], atol=1e-5)


@pytest.mark.parametrize("name", DECODERS)
def test_reading_behind_a_cache_equals_reading_at_once(name: str, shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved(name, tmp_path), TASKS_OF_SHOP)
    network, row = model.network, max(dialogue_rows(model, shop), key=len)
    batch = collate([row])
    embeddings = network.embed(batch.tokens, batch.items, batch.actions, network.item_vectors())
    padding = torch.zeros(1, 3, embeddings.shape[-1])
    parts, cache = [], None
    with torch.no_grad():
        for part in torch.cat((padding, embeddings), 1).split([len(row) - 4, 6, 1], dim=1):
            mask = torch.ones(part.shape[:2], dtype=torch.bool)
            mask[:, :3] = cache is not None
            read, cache = network.backbone.read(part, Places(mask, batch.places.reply_at), cache)
            parts.append(read)
    assert torch.allclose(torch.cat(parts, 1)[:, 3:], states(model, [row]), atol=1e-5)


@pytest.mark.parametrize("name", DECODERS)
def test_scores_and_words_are_the_same_beside_others(name: str, shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved(name, tmp_path), TASKS_OF_SHOP)
    reader, examples = Reader(model), list(Dialogue().examples(shop, Split.TRAIN))[:6]
    prompts = [Row.of(model.layout.context(it.context), model.layout.opening(it.context)) for it in examples]
    assert len({len(prompt) for prompt in prompts}) > 1
    together = write(reader, prompts, (END,), 8)
    assert together == [write(reader, [prompt], (END,), 8)[0] for prompt in prompts]
    rows = [reader.slot_row(it.context) for it in examples]
    alone = torch.cat([reader.scores([row]) for row in rows])
    assert torch.allclose(reader.scores(rows), alone, atol=1e-4)


@pytest.mark.parametrize("history_layers", [None, 1])
def test_states_that_are_computed_again_give_the_same_gradients(
    history_layers: int | None, shop: Dataset, tmp_path: Path
) -> None:
    model = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP, history_layers=history_layers)
    network, batch, found = model.network.train(), collate(history_rows(model, shop)), []
    for is_kept in (True, False):
        if not is_kept:
            set_execution(network.backbone, TrainingConfig(gradient_checkpointing=True), torch.device("cpu"))
        network.zero_grad(set_to_none=True)
        network(batch, network.item_vectors()).square().sum().backward()
        found.append({name: it.grad for name, it in network.backbone.named_parameters() if it.grad is not None})
    assert found[0].keys() == found[1].keys() != set()
    for name, gradient in found[0].items():
        torch.testing.assert_close(gradient, found[1][name], rtol=1e-4, atol=1e-5, msg=name)


def test_a_compiled_trunk_gives_the_same_states(shop: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Traced without a C++ compiler, which tests must do without."""
    model = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP, history_layers=1)
    batches = [history_rows(model, shop), dialogue_rows(model, shop)]
    before = [states(model, rows) for rows in batches]
    compiled = torch.nn.Module.compile
    monkeypatch.setattr(torch.nn.Module, "compile", lambda it, **how: compiled(it, backend="eager", **how))
    set_execution(model.network.backbone, TrainingConfig(compile=True), torch.device("cpu"))
    assert model.network.backbone._compiled_call_impl is not None
    for rows, expected in zip(batches, before, strict=True):
        assert torch.allclose(states(model, rows), expected, atol=1e-5)


@pytest.mark.parametrize("adaptation", ["lora", "full", "frozen"])
def test_a_checkpoint_holds_all_that_the_model_is(adaptation: str, shop: Dataset, tmp_path: Path) -> None:
    folder = saved("llama", tmp_path / "llama")
    model = shop_model(shop, folder, TASKS_OF_SHOP, layers=1, adaptation=adaptation)
    learn_a_little(model)
    save_checkpoint(tmp_path, Checkpoint(1, {"weights": model.weights()}, model.documents()), ("best",))
    for file in folder.iterdir():
        file.unlink()
    loaded, rows = load_trained(tmp_path), dialogue_rows(model, shop)
    assert [row.inputs.tolist() for row in dialogue_rows(loaded, shop)] == [row.inputs.tolist() for row in rows]
    assert torch.equal(states(loaded, rows), states(model, rows))


def test_a_run_from_before_markers_had_rows_for_writing_says_the_same(shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved("qwen2", tmp_path / "qwen2"), TASKS_OF_SHOP, layers=1)
    tokens = model.network.backbone.tokens
    with torch.no_grad():
        tokens.markers.normal_()
        tokens.written.copy_(tokens.markers)
    weights = {name: it for name, it in model.weights().items() if not name.endswith(".written")}
    assert len(weights) == len(model.weights()) - 1
    save_checkpoint(tmp_path, Checkpoint(1, {"weights": weights}, model.documents()), ("best",))
    asked = torch.randn(2, model.network.backbone.width)
    loaded = load_trained(tmp_path).network
    assert torch.equal(loaded.text_logits(asked), model.network.text_logits(asked))


@pytest.mark.parametrize("name", ["qwen2", "t5"])
def test_reading_a_marker_does_not_teach_when_to_write_it(name: str, shop: Dataset, tmp_path: Path) -> None:
    """Even where the model itself reads and writes by one table."""
    backbone = shop_model(shop, saved(name, tmp_path), TASKS_OF_SHOP).network.backbone
    assert backbone.output is None
    assert torch.equal(backbone.tokens.written, backbone.tokens.markers)
    backbone.token_vectors(torch.arange(len(MARKERS))).sum().backward()
    assert backbone.tokens.markers.grad.any() and backbone.tokens.written.grad is None
    backbone.zero_grad()
    backbone.text_logits(torch.randn(2, backbone.width)).sum().backward()
    assert backbone.tokens.written.grad.any() and backbone.tokens.markers.grad is None


def test_what_learns(shop: Dataset, tmp_path: Path) -> None:
    folder = saved("llama", tmp_path)

    def learning(adaptation: str) -> set[str]:
        targets = ["q_proj"] if adaptation == "lora" else []
        network = shop_model(shop, folder, TASKS_OF_SHOP, adaptation=adaptation, lora_targets=targets).network
        return {name for name, it in network.backbone.named_parameters() if it.requires_grad}

    lora = {f"trunk.layers.{n}.self_attn.q_proj.lora_{part}.default.weight" for n in (0, 1) for part in "AB"}
    assert learning("frozen") == {"tokens.markers", "output.markers"}
    assert learning("lora") == lora | {"tokens.markers", "output.markers"}
    assert "tokens.words" in learning("full") and "trunk.layers.0.mlp.up_proj.weight" in learning("full")


@pytest.mark.parametrize(("choice", "places"), [("first", (0, 1)), ("spaced", (0, 3)), ("ends", (0, 3))])
def test_kept_layers_have_the_weights_of_their_own_places(
    choice: str, places: tuple[int, ...], shop: Dataset, tmp_path: Path
) -> None:
    folder = saved("qwen2", tmp_path)
    model = shop_model(shop, folder, TASKS_OF_SHOP, layers=2, layer_choice=choice, adaptation="full")
    raw = AutoModelForCausalLM.from_pretrained(folder).model.layers
    for layer, place in zip(model.network.backbone.trunk.layers, places, strict=True):
        assert torch.equal(layer.mlp.up_proj.weight, raw[place].mlp.up_proj.weight)


def test_kept_layers_keep_what_the_configuration_says_of_each() -> None:
    """SmolLM3 has layers without positions, here the last two of eight."""
    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_attention_heads": 4, "num_key_value_heads": 2}
    of_each = {"no_rope_layers": [1, 1, 1, 1, 1, 1, 0, 0]}
    config = SmolLM3Config(vocab_size=40, num_hidden_layers=8, pad_token_id=0, **sizes, **of_each)
    torch.manual_seed(0)
    whole = SmolLM3ForCausalLM(config).eval()
    kept = SmolLM3ForCausalLM(SmolLM3Config(**with_layers(config, [0, 7]))).eval()
    whole.model.layers = torch.nn.ModuleList([whole.model.layers[0], whole.model.layers[7]])
    whole.config.num_hidden_layers = 2
    kept.load_state_dict(whole.state_dict())
    tokens = torch.arange(1, 20).unsqueeze(0)
    with torch.no_grad():
        torch.testing.assert_close(kept(tokens).logits, whole(tokens, use_cache=False).logits)


def test_layers_that_count_themselves_are_not_left_out(shop: Dataset, tmp_path: Path) -> None:
    config = json.loads((saved("gpt2", tmp_path) / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"scale_attn_by_inverse_layer_idx": True}))
    with pytest.raises(RecipeError, match=r"model\.layers: expected a model whose layers can be left out, .*gpt2"):
        shop_model(shop, tmp_path, TASKS_OF_SHOP, layers=2)
    shop_model(shop, tmp_path, TASKS_OF_SHOP)


@pytest.mark.parametrize("name", ["model.layers.1.mlp.down_proj.weight", "lm_head.weight", "model.embed_tokens.weight"])
def test_weights_that_are_not_in_the_files_are_not_made_up(name: str, shop: Dataset, tmp_path: Path) -> None:
    place = saved("llama", tmp_path) / "model.safetensors"
    weights = load_file(place)
    del weights[name]
    save_file(weights, place, {"format": "pt"})
    with pytest.raises(RecipeError, match=rf"expected weights for .*{name.removeprefix('model.')}, found none in"):
        shop_model(shop, tmp_path, TASKS_OF_SHOP)


def test_weights_of_other_sizes_than_the_configuration_says(shop: Dataset, tmp_path: Path) -> None:
    config = json.loads((saved("llama", tmp_path) / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"intermediate_size": 48}))
    with pytest.raises(
        RecipeError, match=r"sizes that its config\.json says, \[32, 48\] for \S+down_proj\.weight, found \[32, 32\]\. "
    ):
        shop_model(shop, tmp_path, TASKS_OF_SHOP)


def test_the_models_own_dropout_is_no_more_than_the_recipes(shop: Dataset, tmp_path: Path) -> None:
    network = shop_model(shop, saved("gpt2", tmp_path), TASKS_OF_SHOP, dropout=0.05, adaptation="full").network
    shares = {part.p for part in network.backbone.trunk.modules() if isinstance(part, torch.nn.Dropout)}
    assert shares == {0.05}, "GPT-2 comes with .1"


def test_items_are_as_long_as_words_and_begin_near_to_equal_chances(shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP)
    network, rows = model.network, dialogue_rows(model, shop)
    words, items = network.backbone.tokens.words, network.item_vectors()
    warm = network.item_table.is_warm.any(0)
    assert float(items[warm].norm(dim=1).mean()) == pytest.approx(float(words.norm(dim=1).mean()), rel=0.1)
    with torch.no_grad():
        scores = network.item_queries(states(model, rows).flatten(0, 1), SLOT) @ items[warm].T
    assert 0.1 < float(scores.std()) < 1.0
    assert torch.equal(network.backbone.tokens.markers[END], _row_of_end(model))


def _row_of_end(model: TrainedModel) -> torch.Tensor:
    assert model.tokenizer.chat is not None
    row: torch.Tensor = model.network.backbone.tokens.words[model.tokenizer.chat.after_assistant[0] - len(MARKERS)]
    return row


def test_a_dialogue_reads_as_in_the_model_s_own_template(shop: Dataset, tmp_path: Path) -> None:
    folder = saved("llama", tmp_path)
    model, raw = shop_model(shop, folder, TASKS_OF_SHOP), AutoTokenizer.from_pretrained(folder)
    context = (Text("A film, please", "user"), Earlier(Reply("Which film")), Text("Any", "user"))
    positions = (*model.layout.context(context), *model.layout.opening(context))
    said = [("user", "A film, please"), ("assistant", "Which film"), ("user", "Any")]
    expected = raw.apply_chat_template(
        [{"role": role, "content": words} for role, words in said], add_generation_prompt=True, return_dict=False
    )
    chat = model.tokenizer.chat
    assert chat is not None
    tokens = [chat.after_assistant[0] if it.token == END else it.token for it in positions]
    assert [_token(model, token) for token in tokens] == raw.convert_ids_to_tokens(expected)[-len(tokens) :]
    assert len(tokens) > len(" ".join(words for _, words in said))  # one token a letter, and what stands around


@pytest.mark.slow
@pytest.mark.parametrize("name", DECODERS)
def test_one_batch_of_every_task_can_be_learnt(name: str, shop: Dataset, tmp_path: Path) -> None:
    """Without dropout, which the head that rates would else have."""
    model = shop_model(shop, saved(name, tmp_path), tuple(TASKS), adaptation="full")
    network = model.network
    warm = int(network.item_table.is_warm.any(0).sum())
    trivial = TrivialLosses.of(shop, model.tokenizer.size, warm, network.label_sets)
    batches = [
        collate([model.layout.row([example]) for example in examples[:4]])
        for task in TASKS.values()
        if (examples := list(task().examples(shop, Split.TRAIN)))
    ]
    left = learnt(network, batches, trivial)
    assert left.keys() == {*TASKS}
    assert max(left.values()) < 0.1, left


def test_the_head_reads_logits_in_whole(shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP)
    logits = model.network.text_logits(torch.randn(3, model.network.backbone.width))
    assert logits.shape == (3, model.tokenizer.size)
    assert F.softmax(logits, -1).sum(-1).tolist() == pytest.approx([1.0] * 3)


def history_rows(model: TrainedModel, shop: Dataset) -> list[Row]:
    return [model.layout.row([example]) for example in list(TASKS["next_item"]().examples(shop, Split.TRAIN))[:4]]


@pytest.mark.parametrize("name", DECODERS)
def test_histories_have_layers_of_their_own_and_words_do_not(name: str, shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved(name, tmp_path), TASKS_OF_SHOP, history_layers=1)
    backbone, read = model.network.backbone, list[str]()
    for part in ("trunk", "history"):
        getattr(backbone, part).register_forward_hook(lambda *_, part=part: read.append(part))
    histories, words = history_rows(model, shop), dialogue_rows(model, shop)
    before = states(model, histories), states(model, words)
    assert read == ["history", "trunk"]
    backbone.history.decoder.final_layer_norm.weight.data.mul_(2.0)
    assert torch.allclose(states(model, histories), 2.0 * before[0], atol=1e-5)
    assert torch.equal(states(model, words), before[1])


def test_states_of_histories_are_compared_with_items_and_not_turned(shop: Dataset, tmp_path: Path) -> None:
    network = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP, history_layers=1).network
    found = torch.randn(3, network.backbone.width)
    turned = network.item_query(found)
    assert torch.equal(network.item_queries(found, HISTORY), found)
    assert torch.equal(network.item_queries(found, SLOT), turned)
    mixed = network.item_queries(found, torch.tensor([SLOT, HISTORY, SLOT]))
    assert torch.equal(mixed, torch.stack([turned[0], found[1], turned[2]]))


def test_scores_of_histories_begin_near_to_equal_chances(shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP, history_layers=1)
    found = states(model, history_rows(model, shop)).flatten(0, 1)
    with torch.no_grad():
        scores = model.network.item_queries(found, HISTORY) @ model.network.item_vectors().T
    assert 0.05 < float(scores.std()) < 0.8


@pytest.mark.parametrize("adaptation", ["lora", "full", "frozen"])
def test_a_ranking_teaches_the_layers_of_histories_and_a_dialogue_those_of_words(
    adaptation: str, shop: Dataset, tmp_path: Path
) -> None:
    model = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP, history_layers=1, adaptation=adaptation)
    trivial = TrivialLosses.of(shop, model.tokenizer.size, len(shop.catalog), ())

    def taught(rows: list[Row]) -> set[str]:
        model.network.zero_grad(set_to_none=True)
        losses = task_losses(model.network, collate(rows), model.network.item_table(), trivial)
        torch.autograd.backward(torch.stack(list(losses.values())).sum())
        named = model.network.backbone.named_parameters()
        return {name.split(".")[0] for name, it in named if it.grad is not None and it.grad.any()} & {
            "trunk",
            "history",
        }

    assert taught(history_rows(model, shop)) == {"history"}
    assert taught(dialogue_rows(model, shop)) == (set() if adaptation == "frozen" else {"trunk"})


def test_a_checkpoint_has_the_layers_of_histories(shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved("llama", tmp_path / "llama"), TASKS_OF_SHOP, history_layers=1)
    torch.nn.init.normal_(model.network.backbone.history.decoder.layers[0].mlp.dense_h_to_4h.weight)
    save_checkpoint(tmp_path, Checkpoint(1, {"weights": model.weights()}, model.documents()), ("best",))
    loaded, rows = load_trained(tmp_path), history_rows(model, shop)
    assert torch.equal(states(loaded, rows), states(model, rows))


def test_histories_and_words_that_are_read_together(shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP, history_layers=1)
    context = (History(()), Text("a western, please", "user"))
    reader = Reader(model)
    rows = [reader.slot_row(context), reader.history_row((History((Entry(3, 6), Entry(4, 6))),))]
    alone = torch.cat([reader.last_states([row]) for row in rows])
    assert torch.allclose(reader.last_states(rows), alone, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("bert", "model.history_layers: expected a decoder, found"),
        ("t5", "an encoder_decoder. Leave it out."),
    ],
)
def test_trunks_without_layers_for_histories(name: str, complaint: str, shop: Dataset, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=re.escape(complaint)):
        shop_model(shop, saved(name, tmp_path), ("next_item",), history_layers=1)


def test_it_reads_in_the_precision_of_its_training(shop: Dataset, tmp_path: Path) -> None:
    model = shop_model(shop, saved("llama", tmp_path), TASKS_OF_SHOP)
    asked = [Reader(model).slot_row((History((Entry(2, 6),)), Text(TEXT, "user")))]
    plain = Reader(model).last_states(asked)
    torch.testing.assert_close(plain, states(model, asked)[:, -1], rtol=0, atol=0)
    mixed = replace(model, recipe={**model.recipe, "training": {"precision": "bfloat16"}})
    rounded = Reader(mixed).last_states(asked)
    assert rounded.dtype == torch.float32
    assert not torch.equal(rounded, plain)
    torch.testing.assert_close(rounded, plain, rtol=0.05, atol=0.05)
