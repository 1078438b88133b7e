"""Every family of backbones under every head: shapes, padding, learning, gradients and what is refused."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_model, save_model
from torch import Tensor, nn
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    CLIPConfig,
    CLIPModel,
    ElectraConfig,
    ElectraModel,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Model,
    LlamaConfig,
    LlamaModel,
    PreTrainedModel,
    RobertaConfig,
    RobertaModel,
    T5Config,
    T5EncoderModel,
    T5ForConditionalGeneration,
    T5Model,
    ViTConfig,
    ViTModel,
)

from tastemaker.balancing import WEIGHTINGS, Given
from tastemaker.errors import DownloadError, ModelError
from tastemaker.model.multi_task import MultiTaskModel
from tastemaker.model.task_heads import UNTOLD, ClassifierHead, Head, ModuleHead, RatingHead, TokenHead

V, D, B, T = 40, 16, 3, 6
SIZES = {"vocab_size": V, "hidden_size": D, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
GPT2_SIZES = {"vocab_size": V, "n_embd": D, "n_layer": 2, "n_head": 2, "n_positions": 64}
IDS = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}


def bert() -> BertConfig:
    return BertConfig(**SIZES, max_position_embeddings=64, num_labels=2)


def t5() -> T5Config:
    return T5Config(vocab_size=V, d_model=D, d_kv=8, d_ff=32, num_layers=2, num_heads=2, decoder_start_token_id=0)


BACKBONES: dict[str, Callable[[], PreTrainedModel]] = {
    "bert": lambda: BertModel(bert()),
    "bert that classifies": lambda: BertForSequenceClassification(bert()),
    "roberta": lambda: RobertaModel(RobertaConfig(**SIZES, **IDS, max_position_embeddings=64)),
    "gpt2": lambda: GPT2Model(GPT2Config(**GPT2_SIZES, **IDS)),
    "gpt2 that writes": lambda: GPT2LMHeadModel(GPT2Config(**GPT2_SIZES, **IDS)),
    "llama": lambda: LlamaModel(LlamaConfig(**SIZES, max_position_embeddings=64)),
    "t5 encoder": lambda: T5EncoderModel(t5()),
    "t5": lambda: T5Model(t5()),
    "t5 that writes": lambda: T5ForConditionalGeneration(t5()),
}
SHAPES = {
    "topic": (B, 3),
    "mood": (B, 2),
    "genres": (B, 4),
    "words": (B, T, 5),
    "stars": (B,),
    "own": (B, 7),
    "items": (B, T, 2),
}


def heads() -> dict[str, int | Head | nn.Module]:
    """One of each kind."""
    return {
        "topic": 3,
        "mood": ClassifierHead(2, pooling="last"),
        "genres": ClassifierHead(4, pooling="first", is_multi=True),
        "words": TokenHead(5),
        "stars": RatingHead(),
        "own": nn.Linear(D, 7),
        "items": ModuleHead(nn.Linear(D, 2, bias=False), nn.functional.mse_loss, pooling=None),
    }


@pytest.fixture(params=BACKBONES)
def model(request: pytest.FixtureRequest) -> MultiTaskModel:
    torch.manual_seed(0)
    return MultiTaskModel(BACKBONES[request.param](), heads()).eval()


@pytest.fixture
def small() -> MultiTaskModel:
    torch.manual_seed(0)
    return MultiTaskModel(BertModel(bert()), {"topic": 3, "mood": 2}).eval()


def texts() -> Tensor:
    return torch.randint(1, V, (B, T), generator=torch.Generator().manual_seed(1))


def targets() -> dict[str, Tensor]:
    random = torch.Generator().manual_seed(2)
    return {
        "topic": torch.tensor([0, 2, 1]),
        "mood": torch.tensor([1, 0, 1]),
        "genres": torch.randint(2, (B, 4), generator=random),
        "words": torch.randint(5, (B, T), generator=random),
        "stars": torch.tensor([1.0, 4.0, 3.0]),
        "items": torch.randn(B, T, 2, generator=random),
    }


def test_every_head_has_its_shape(model: MultiTaskModel) -> None:
    outputs = model(texts(), torch.ones(B, T))
    assert {name: tuple(logits.shape) for name, logits in outputs.items()} == SHAPES
    assert list(outputs) == list(SHAPES)
    for name, logits in model(texts()).items():
        torch.testing.assert_close(logits, outputs[name], msg="no mask is no padding")


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_padded_neighbour_changes_nothing(model: MultiTaskModel, side: str) -> None:
    """Texts of 6, 4 and 1 tokens, together and alone; the junk under the padding is not read."""
    ids, lengths = texts(), (6, 4, 1)
    real = [slice(T - length, T) if side == "left" else slice(0, length) for length in lengths]
    mask = torch.zeros(B, T)
    for row, part in enumerate(real):
        mask[row, part] = 1
    with torch.no_grad():
        together = model(torch.where(mask > 0, ids, 0), mask)
        for row, part in enumerate(real):
            alone = model(ids[row : row + 1, part])
            for name, logits in alone.items():
                found = together[name][row]
                found = found[part] if name in ("words", "items") else found
                torch.testing.assert_close(found, logits[0], rtol=1e-4, atol=1e-5, msg=f"{name} of row {row}")


def test_embeddings_do_for_ids(model: MultiTaskModel) -> None:
    ids, mask = texts(), torch.tensor([[0, 1, 1, 1, 1, 1]] * B)
    with torch.no_grad():
        embedded = model(inputs_embeds=model.backbone.get_input_embeddings()(ids), attention_mask=mask)
        for name, logits in model(ids, mask).items():
            torch.testing.assert_close(embedded[name], logits, msg=name)


def test_states_are_those_of_transformers(small: MultiTaskModel) -> None:
    ids, kinds = texts(), torch.tensor([[0, 0, 0, 1, 1, 1]] * B)
    mask = torch.tensor([[1] * 6, [1] * 4 + [0] * 2, [1] + [0] * 5])
    states = small.backbone(ids, attention_mask=mask, token_type_ids=kinds).last_hidden_state
    mean = torch.stack([states[0].mean(0), states[1, :4].mean(0), states[2, 0]])
    found = small(input_ids=ids, attention_mask=mask, token_type_ids=kinds)
    torch.testing.assert_close(found["mood"], small.heads["mood_head"](mean))


def test_one_batch_can_be_learnt_by_all_heads(model: MultiTaskModel) -> None:
    ids, told = texts(), targets()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(100):
        optimizer.zero_grad()
        torch.stack([*model.losses(model(ids), told).values()]).sum().backward()
        optimizer.step()
    outputs = model(ids)
    for name in ("topic", "mood", "words"):
        assert torch.equal(outputs[name].argmax(-1), told[name]), name
    assert torch.equal((outputs["genres"] > 0).long(), told["genres"])
    assert (outputs["stars"] - told["stars"]).abs().max() < 0.3
    assert model.losses(outputs, told)["items"] < 0.1


@pytest.mark.parametrize("method", [name for name in WEIGHTINGS if name != "gradnorm"])
def test_balancers_combine_the_losses(small: MultiTaskModel, method: str) -> None:
    told = {name: targets()[name] for name in ("mood", "topic")}
    balancer = WEIGHTINGS[method](Given(torch.ones(2)))
    optimizer = torch.optim.Adam([*small.parameters(), *balancer.parameters()], lr=0.01)

    def stacked() -> Tensor:
        return torch.stack([*small.losses(small(texts()), told).values()])

    first = small.losses(small(texts()), told)
    assert list(first) == ["topic", "mood"], "in the order of the heads"
    for _ in range(40):
        optimizer.zero_grad()
        balancer(stacked()).backward()
        optimizer.step()
        balancer.after_step(stacked)
    last = small.losses(small(texts()), told)
    assert all(last[name] < 0.2 * first[name] for name in told)


@pytest.mark.parametrize("task", [name for name in SHAPES if name != "own"])
def test_every_head_teaches_the_shared_backbone(model: MultiTaskModel, task: str) -> None:
    model.losses(model(texts()), {task: targets()[task]})[task].backward()
    assert model.backbone.get_input_embeddings().weight.grad.abs().sum() > 0
    others = [p for name, p in model.heads.named_parameters() if not name.startswith(f"{task}_head.")]
    assert all(parameter.grad is None or not parameter.grad.any() for parameter in others)


def test_a_model_that_classifies_is_read_without_its_head() -> None:
    whole = BertForSequenceClassification(bert())
    with pytest.raises(AttributeError):
        _ = whole(texts()).last_hidden_state
    model = MultiTaskModel(whole, {"topic": 3})
    assert model.backbone is whole.bert
    assert not any("classifier" in name for name in model.state_dict())


def test_of_an_encoder_with_a_decoder_the_encoder_is_read() -> None:
    whole = T5Model(t5())
    assert MultiTaskModel(whole, {"topic": 3}).backbone is whole.encoder


def test_the_state_is_all_there_is_to_save(model: MultiTaskModel, tmp_path: Path) -> None:
    save_model(model, str(tmp_path / "model.safetensors"))
    before = model(texts())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    load_model(model, tmp_path / "model.safetensors")
    for name, logits in model(texts()).items():
        assert torch.equal(logits, before[name]), name


def test_a_folder_is_loaded(tmp_path: Path) -> None:
    BertForSequenceClassification(bert()).save_pretrained(tmp_path)
    assert isinstance(MultiTaskModel(str(tmp_path), {"topic": 3}).backbone, BertModel)


def test_a_folder_is_trained_as_a_model_is_that_was_just_made(tmp_path: Path) -> None:
    BertModel(bert()).save_pretrained(tmp_path)
    assert MultiTaskModel(str(tmp_path), {"topic": 3}).backbone.training


def test_weights_that_do_not_load(tmp_path: Path) -> None:
    BertModel(bert()).save_pretrained(tmp_path)
    place = tmp_path / "model.safetensors"
    place.write_bytes(place.read_bytes()[:-50])
    with pytest.raises(DownloadError, match="expected a model that loads, found none"):
        MultiTaskModel(str(tmp_path), {"topic": 3})


def test_half_precision(small: MultiTaskModel) -> None:
    outputs = small.bfloat16()(texts())
    assert outputs["topic"].dtype == torch.bfloat16
    assert small.losses(outputs, {"topic": torch.tensor([0, 1, 2])})["topic"].dtype == torch.float32


def test_what_has_no_label_does_not_count(small: MultiTaskModel) -> None:
    outputs = small(texts())
    [only] = small.losses(outputs, {"topic": torch.tensor([UNTOLD, 2, UNTOLD])}).values()
    torch.testing.assert_close(only, -outputs["topic"][1].log_softmax(0)[2])
    none = small.losses(outputs, {"topic": torch.full((B,), UNTOLD), "mood": torch.tensor([0, 1, 0])})
    assert none["topic"] == 0
    torch.stack([*none.values()]).sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in small.parameters())


def test_losses_of_several_classes_and_of_ratings() -> None:
    half = torch.zeros(1, 3)
    several = ClassifierHead(3, is_multi=True).loss(half, torch.tensor([[1, UNTOLD, 0]]))
    torch.testing.assert_close(several, torch.tensor(2.0).log(), msg="(ln 2 + ln 2) / 2")
    stars = RatingHead().loss(torch.tensor([1.0, 5.0, 2.0]), torch.tensor([3.0, float("nan"), 2.0]))
    assert stars == 2, "(2² + 0²) / 2"


@pytest.mark.parametrize("nothing", [UNTOLD, float("nan")])
def test_no_label_is_said_in_the_same_two_ways_to_every_head(nothing: float) -> None:
    """As a column with gaps has it, or as PyTorch does."""
    assert RatingHead().loss(torch.tensor([1.0, 5.0]), torch.tensor([nothing, 3.0])) == 4
    told = ClassifierHead(2).loss(torch.zeros(2, 2), torch.tensor([1.0, nothing]))
    torch.testing.assert_close(told, torch.tensor(2.0).log())
    logits = torch.zeros(1, 2, requires_grad=True)
    several = ClassifierHead(2, is_multi=True).loss(logits, torch.tensor([[1.0, nothing]]))
    torch.testing.assert_close(several.detach(), torch.tensor(2.0).log())
    several.backward()
    assert logits.grad is not None and logits.grad.tolist() == [[-0.5, 0.0]]


def test_truth_is_one_of_two_classes() -> None:
    told = ClassifierHead(2).loss(torch.zeros(2, 2), torch.tensor([True, False]))
    torch.testing.assert_close(told, torch.tensor(2.0).log())


def test_half_a_class_is_none() -> None:
    with pytest.raises(ModelError, match=r"expected classes from 0 to 2, or -100 for no label, found 1\.5\."):
        ClassifierHead(3).loss(torch.zeros(1, 3), torch.tensor([1.5]))


class Scores(PreTrainedModel):
    """A model that calls itself its base, and returns scores."""

    config_class = BertConfig

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.linear = nn.Linear(D, D)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor]:
        return (self.linear(torch.ones(*input_ids.shape, D)),)


def clip() -> CLIPModel:
    sizes = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    images = {**sizes, "image_size": 8, "patch_size": 8}
    return CLIPModel(CLIPConfig(text_config={**sizes, "vocab_size": 9}, vision_config=images))


@pytest.mark.parametrize(
    ("backbone", "said"),
    [
        (
            lambda: nn.Linear(2, 2),
            "backbone: expected a model of transformers, a local folder or a hub id, found Linear.",
        ),
        (
            clip,
            "backbone: expected a text model, which reads input_ids and whose config has hidden_size, found CLIPModel. "
            "Pass the text model in it.",
        ),
        (
            lambda: ViTModel(ViTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8)),
            "backbone: expected a text model, which reads input_ids and whose config has hidden_size, found ViTModel. "
            "Pass the text model in it.",
        ),
    ],
)
def test_a_backbone_that_is_none(backbone: Callable[[], nn.Module], said: str) -> None:
    with pytest.raises(ModelError, match=f"^{re.escape(said)}$"):
        MultiTaskModel(backbone(), {"topic": 3})


def test_a_backbone_without_states() -> None:
    with pytest.raises(ModelError) as refusal:
        MultiTaskModel(Scores(bert()), {"topic": 3})(texts())
    assert str(refusal.value) == (
        "backbone: Scores returns no last_hidden_state. Pass the model in it that has no head."
    )


def test_a_name_that_nothing_has(tmp_path: Path) -> None:
    with pytest.raises(DownloadError) as refusal:
        MultiTaskModel(str(tmp_path), {"topic": 3})
    said = str(refusal.value)
    assert said.startswith(f"backbone '{tmp_path}': expected a model that loads, found none")
    assert said.endswith("Check the name, or pass a model.")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        ({}, 'heads: expected at least one, such as {"sentiment": 3}, found none.'),
        ({"a.b": 2}, "heads: expected names without a dot, found 'a.b'."),
        ({"": 2}, "heads: expected names without a dot, found ''."),
        (
            {"topic": "three"},
            "heads['topic']: expected a number of classes, a head as ClassifierHead(3) is, or a module, found 'three'.",
        ),
        (
            {"topic": 1},
            "heads['topic']: ClassifierHead: expected at least 2 classes, found 1. Pass is_multi=True for a single "
            "class that may hold or not.",
        ),
    ],
)
def test_heads_that_are_none(heads: dict[str, int], said: str) -> None:
    with pytest.raises(ModelError, match=f"^{re.escape(said)}$"):
        MultiTaskModel(BertModel(bert()), heads)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ClassifierHead(0, is_multi=True), "ClassifierHead: expected at least 1 classes, found 0."),
        (lambda: TokenHead(1), "TokenHead: expected at least 2 classes, found 1."),
        (
            lambda: ClassifierHead(3, pooling="max"),
            "ClassifierHead: pooling must be one of mean, first, last, found 'max'.",
        ),
        (lambda: RatingHead(pooling=""), "RatingHead: pooling must be one of mean, first, last, found ''."),
        (
            lambda: ModuleHead(nn.Identity(), pooling="max"),
            "ModuleHead: pooling must be one of mean, first, last, found 'max'.",
        ),
    ],
)
def test_settings_of_heads(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ModelError, match=f"^{re.escape(said)}$"):
        make()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "expected input_ids or inputs_embeds, found neither."),
        (
            {"input_ids": texts(), "inputs_embeds": torch.zeros(B, T, D)},
            "expected input_ids or inputs_embeds, found both.",
        ),
        (
            {"input_ids": texts(), "attention_mask": torch.ones(B, T - 1)},
            "attention_mask: expected a shape of [3, 6], found [3, 5].",
        ),
        (
            {"input_ids": texts(), "token_type_ids": torch.zeros(B, 1).long()},
            "token_type_ids: expected a shape of [3, 6], found [3, 1].",
        ),
        (
            {"input_ids": texts(), "attention_mask": torch.tensor([[1] * T, [0] * T, [1] * T])},
            "attention_mask: expected a real position in every row, found none in row 1. Leave empty texts out.",
        ),
        (
            {"input_ids": torch.ones(1, 65).long()},
            "BertModel reads at most 64 positions, found 65. Truncate the texts.",
        ),
        (
            {"input_ids": torch.tensor([[1, 40]])},
            "input_ids: BertModel has tokens 0 to 39, found 40. Use its own tokenizer.",
        ),
        (
            {"input_ids": torch.tensor([[1, -100]])},
            "input_ids: BertModel has tokens 0 to 39, found -100. Use its own tokenizer.",
        ),
        (
            {"input_ids": texts()[0]},
            "input_ids: expected whole numbers [B, T], at least one, found [6] of int64.",
        ),
        (
            {"input_ids": texts().float()},
            "input_ids: expected whole numbers [B, T], at least one, found [3, 6] of float32.",
        ),
        (
            {"input_ids": texts()[:0]},
            "input_ids: expected whole numbers [B, T], at least one, found [0, 6] of int64.",
        ),
        (
            {"inputs_embeds": torch.zeros(B, T, D + 1)},
            f"inputs_embeds: expected vectors [B, T, {D}], at least one, found [3, 6, {D + 1}] of float32.",
        ),
    ],
)
def test_inputs_that_do_not_fit(small: MultiTaskModel, given: dict[str, Tensor], said: str) -> None:
    with pytest.raises(ModelError, match=f"^{re.escape(said)}$"):
        small(**given)


def test_vectors_are_as_wide_as_the_backbone_s_own() -> None:
    """ELECTRA's token embeddings are narrower than its states."""
    narrow = ElectraConfig(**SIZES, embedding_size=D // 2)
    model = MultiTaskModel(ElectraModel(narrow), {"topic": 3})
    assert model(inputs_embeds=torch.zeros(B, T, D // 2))["topic"].shape == (B, 3)
    with pytest.raises(ModelError, match=rf"expected vectors \[B, T, {D // 2}\]"):
        model(inputs_embeds=torch.zeros(B, T, D))


@pytest.mark.parametrize("name", ["bert", "roberta", "gpt2", "llama"])
def test_a_text_may_be_as_long_as_its_backbone_reads_and_no_longer(name: str) -> None:
    longest = 63 if name == "roberta" else 64  # RoBERTa counts positions from behind the id of padding, 0
    model = MultiTaskModel(BACKBONES[name](), {"topic": 3}).eval()
    assert model(torch.full((1, longest), 3))["topic"].shape == (1, 3)
    with pytest.raises(ModelError, match=rf" reads at most {longest} positions, found {longest + 1}\. "):
        model(torch.full((1, longest + 1), 3))


def test_token_types_that_nobody_reads() -> None:
    model = MultiTaskModel(BACKBONES["llama"](), {"topic": 3}).eval()
    torch.testing.assert_close(model(texts(), token_type_ids=torch.zeros(B, T).long()), model(texts()))
    with pytest.raises(ModelError) as refusal:
        model(texts(), token_type_ids=torch.ones(B, T).long())
    assert str(refusal.value) == (
        "token_type_ids: LlamaModel reads texts of one kind, all 0, found others. Leave them out."
    )


@pytest.mark.parametrize(
    ("task", "target", "said"),
    [
        (
            "topics",
            torch.zeros(B).long(),
            "targets: expected some of the heads topic, tags, stars, own, found 'topics'.",
        ),
        ("topic", torch.zeros(B, 3).long(), "targets['topic']: expected a shape of [3], found [3, 3]."),
        (
            "topic",
            torch.tensor([0, 3, 1]),
            "targets['topic']: expected classes from 0 to 2, or -100 for no label, found 3.",
        ),
        ("tags", torch.zeros(B).long(), "targets['tags']: expected a shape of [3, 2], found [3]."),
        ("stars", torch.zeros(B, 1), "targets['stars']: expected a shape of [3], found [3, 1]."),
        (
            "own",
            torch.zeros(B),
            "targets['own']: expected a loss, found a module without one. Pass ModuleHead(module, criterion), or leave "
            "its targets out and work its loss out from the outputs.",
        ),
    ],
)
def test_targets_that_do_not_fit(task: str, target: Tensor, said: str) -> None:
    heads = {"topic": 3, "tags": ClassifierHead(2, is_multi=True), "stars": RatingHead(), "own": nn.Linear(D, 1)}
    model = MultiTaskModel(BertModel(bert()), heads)
    with pytest.raises(ModelError, match=f"^{re.escape(said)}$"):
        model.losses(model(texts()), {task: target})
