import json
import re
from pathlib import Path
from typing import Any

import pytest
import transformers
from transformers import BertConfig, PreTrainedConfig, RobertaConfig

from tastemaker.errors import RecipeError
from tastemaker.model import pretrained_info
from tastemaker.model.anatomy import positions_of
from tastemaker.model.pretrained_info import describe, load_tokenizer
from tests.model.pretrained_models import MODELS, saved

SIZES = {"llama": (32, 2, 256), "gpt2": (16, 3, 256), "qwen2": (32, 4, 256), "bert": (8, 1, 40), "t5": (8, 2, None)}


def refused(message: str) -> Any:
    return pytest.raises(RecipeError, match=f"^{re.escape(message)}")


def rewrite(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize("name", MODELS)
def test_every_family_is_told(name: str, tmp_path: Path) -> None:
    info = describe(saved(name, tmp_path))
    assert info.family == MODELS[name][2]
    assert info.model_type == name
    assert (info.width, info.layers, info.positions) == SIZES[name]
    assert info.vocabulary >= len(load_tokenizer(tmp_path))
    assert info.has_chat == (name == "llama")
    assert info.folder == tmp_path


def test_spare_rows_are_no_mismatch(tmp_path: Path) -> None:
    rows = describe(saved("gpt2", tmp_path / "tight")).vocabulary
    assert describe(saved("gpt2", tmp_path / "spare", spare_rows=5)).vocabulary == rows + 5


def test_the_tokenizer_neither_cuts_nor_pads(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(saved("gpt2", tmp_path)).backend_tokenizer
    assert len(tokenizer.encode("a", add_special_tokens=False).ids) == 1
    assert len(tokenizer.encode("rain " * 40).ids) > 40


def test_a_bert_that_writes_is_a_decoder(tmp_path: Path) -> None:
    rewrite(saved("bert", tmp_path) / "config.json", is_decoder=True)
    assert describe(tmp_path).family == "decoder"


@pytest.mark.parametrize(
    ("config", "positions"),
    # RoBERTa numbers positions from the id of padding, 1, plus one
    [(RobertaConfig(max_position_embeddings=514, pad_token_id=1), 512), (BertConfig(max_position_embeddings=512), 512)],
)
def test_positions_behind_padding(config: PreTrainedConfig, positions: int) -> None:
    assert positions_of(config) == positions


def test_no_model(tmp_path: Path) -> None:
    with refused(
        f"{tmp_path}: expected a model in the Hugging Face layout, found no config.json. Check the path; a GGUF file is"
    ):
        describe(tmp_path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"model_type": "hyena"}', "hyena"),
        ('{"hidden_size": 8}', "KeyError: 'model_type'"),
        ("[]", "list indices must be integers"),
        ('{"model_type": "ll', "Unterminated string"),
    ],
)
def test_an_unknown_configuration(tmp_path: Path, text: str, found: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(RecipeError) as raised:
        describe(tmp_path)
    assert str(raised.value).startswith(
        f"{tmp_path / 'config.json'}: expected the configuration of a model that transformers "
        f"{transformers.__version__} knows, found another ("
    )
    assert found in str(raised.value)
    assert str(raised.value).endswith("Use another model, or install a newer transformers.")


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        (
            *("bert", "vit"),
            "expected a language model, such as gpt2 or llama (decoder), bert (encoder) or t5 (encoder and decoder), "
            "found model_type 'vit'. Use another model.",
        ),
        (
            *("llama", "gemma3"),
            "expected a model of texts alone, found model_type 'gemma3', which holds one beside others. Save the text "
            "model in it by itself, or use another model.",
        ),
    ],
)
def test_a_model_of_images(name: str, kind: str, said: str, tmp_path: Path) -> None:
    rewrite(saved(name, tmp_path) / "config.json", model_type=kind)
    with refused(f"{tmp_path}: {said}"):
        describe(tmp_path)


def test_no_weights(tmp_path: Path) -> None:
    (saved("bert", tmp_path) / "model.safetensors").unlink()
    (tmp_path / "pytorch_model.bin").touch()
    with refused(f"{tmp_path}: expected its weights in model.safetensors, found no such file. Save them anew"):
        describe(tmp_path)


def test_a_part_of_the_weights_is_missing(tmp_path: Path) -> None:
    (saved("bert", tmp_path) / "model.safetensors").rename(tmp_path / "model-1.safetensors")
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with refused(f"{tmp_path}: expected its weights in model-2.safetensors, found no such file."):
        describe(tmp_path)


def test_truncated_weights(tmp_path: Path) -> None:
    path = saved("bert", tmp_path) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:3000])
    with refused(f"{path}: expected whole weights, found a file of 3,000 bytes that is truncated or damaged ("):
        describe(tmp_path)


def test_no_tokenizer(tmp_path: Path) -> None:
    (saved("gpt2", tmp_path) / "tokenizer.json").unlink()
    with refused(
        f"{tmp_path}: expected a tokenizer beside the model, found none of tokenizer.json, tokenizer.model, "
        "spiece.model, vocab.txt, vocab.json. Save the tokenizer there, too (tokenizer.save_pretrained)."
    ):
        describe(tmp_path)


@pytest.mark.parametrize("text", ["{}", "no json", '{"version": "9.9"}'])
def test_an_unreadable_tokenizer(tmp_path: Path, text: str) -> None:
    (saved("gpt2", tmp_path) / "tokenizer.json").write_text(text)
    with refused(f"{tmp_path}: expected a fast tokenizer (tokenizer.json), found one that does not load ("):
        describe(tmp_path)


def test_a_slow_tokenizer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        is_fast = False

    monkeypatch.setattr(pretrained_info.AutoTokenizer, "from_pretrained", lambda *_, **__: Slow())
    with refused(
        f"{saved('gpt2', tmp_path)}: expected a fast tokenizer (tokenizer.json), found Slow, which is none. Save it"
    ):
        describe(tmp_path)


def test_an_empty_tokenizer(tmp_path: Path) -> None:
    path = saved("gpt2", tmp_path) / "tokenizer.json"
    document = json.loads(path.read_text())
    document["model"] |= {"vocab": {}, "merges": []}
    path.write_text(json.dumps(document | {"added_tokens": [], "post_processor": None}))
    with refused(f"{tmp_path}: expected a fast tokenizer (tokenizer.json), found one without a single token."):
        describe(tmp_path)


def test_a_tokenizer_of_another_model(tmp_path: Path) -> None:
    rows = describe(saved("gpt2", tmp_path)).vocabulary
    saved("gpt2", tmp_path, spare_rows=-3)
    with refused(
        f"{tmp_path}: expected a tokenizer whose ids fit the model's {rows - 3:,} token embeddings, found ids up to "
        f"{rows - 1:,}. Take model and tokenizer from the same place."
    ):
        describe(tmp_path)


def test_a_tokenizer_without_the_token_that_ends_the_models_texts(tmp_path: Path) -> None:
    rows = describe(saved("gpt2", tmp_path, spare_rows=5)).vocabulary
    rewrite(tmp_path / "config.json", eos_token_id=rows - 1, bos_token_id=0)
    with refused(
        f"{tmp_path}: expected a tokenizer with the tokens {rows - 1}, which its config.json begins or ends texts "
        f"with, found one of {rows - 5:,} tokens without them. Take model and tokenizer from the same place."
    ):
        describe(tmp_path)
    rewrite(tmp_path / "config.json", eos_token_id=[0, 1])
    describe(tmp_path)


@pytest.mark.parametrize("text", ['{"weight_map": {"a": "mod', "{}", "[]", '{"weight_map": []}', '{"weight_map": {}}'])
def test_an_index_of_weights_that_does_not_read(text: str, tmp_path: Path) -> None:
    index = saved("bert", tmp_path) / "model.safetensors.index.json"
    index.write_text(text)
    with refused(f"{index}: expected a weight_map, which says in which file each weight is, found none. Fetch"):
        describe(tmp_path)
