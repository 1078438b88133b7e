import json
import re
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
import transformers
from numpy.typing import NDArray
from transformers import AutoModelForCausalLM, LlamaForCausalLM

from tastemaker.data.download import PART
from tastemaker.errors import DownloadError, RecipeError
from tastemaker.model import gguf_file
from tastemaker.model.gguf_file import converted_gguf
from tastemaker.model.pretrained_info import describe, load_tokenizer
from tests.model.pretrained_models import llama
from tests.model.pretrained_tokenizers import CHATML, byte_level

NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TASTEMAKER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def model() -> LlamaForCausalLM:
    torch.manual_seed(0)
    return llama(byte_level().get_vocab_size()).eval()


@pytest.fixture(scope="module")
def file(model: LlamaForCausalLM, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("gguf") / "tiny.gguf", model)


def write(
    path: Path, model: LlamaForCausalLM, architecture: str = "llama", has_tokenizer: bool = True, without: str = "none"
) -> Path:
    """The model as llama.cpp's own converter writes it, but for weights whose names begin as `without`."""
    writer = gguf.GGUFWriter(path, architecture)
    config = model.config
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(config.vocab_size)
    if has_tokenizer:
        write_tokenizer(writer)
    for name, tensor in model.state_dict().items():
        if (place := gguf_name(name)) is not None and not name.startswith(without):
            writer.add_tensor(place, paired(name, tensor.numpy(), config))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_tokenizer(writer: gguf.GGUFWriter) -> None:
    document = json.loads(byte_level().to_str())
    names = {id: name for name, id in document["model"]["vocab"].items()}
    names |= {token["id"]: token["content"] for token in document["added_tokens"]}
    plain = set(document["model"]["vocab"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list([names[id] for id in range(len(names))])
    writer.add_token_types([1 if names[id] in plain else 3 for id in range(len(names))])
    writer.add_token_merges([" ".join(pair) for pair in document["model"]["merges"]])
    for kind, token in (("bos", "<|im_start|>"), ("eos", "<|im_end|>"), ("unk", "<|im_start|>"), ("pad", "<|im_end|>")):
        getattr(writer, f"add_{kind}_token_id")(byte_level().token_to_id(token))
    writer.add_chat_template(CHATML)


def gguf_name(name: str) -> str | None:
    found = re.fullmatch(r"model\.layers\.(\d+)\.(.+)\.weight", name)
    if found:
        return f"blk.{found[1]}.{NAMES[found[2]]}.weight"
    return {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}.get(
        name, "output.weight" if name == "lm_head.weight" else None
    )


def paired(name: str, weight: NDArray[np.float32], config: transformers.LlamaConfig) -> NDArray[np.float32]:
    """Rotated dimensions stand side by side there, half a head apart here."""
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(name.split(".")[-2])
    if heads is None:
        return weight
    return weight.reshape(heads, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


@pytest.fixture
def converted(file: Path, cache: Path) -> Path:
    return converted_gguf(file, lambda line: None)


def test_the_converted_model_is_the_model(converted: Path, model: LlamaForCausalLM) -> None:
    again = AutoModelForCausalLM.from_pretrained(converted, dtype=torch.float32).eval()
    ids = torch.arange(20, 60).unsqueeze(0)
    with torch.inference_mode():
        expected = model(ids).logits
        # transformers adds an <|endoftext|> that the file lacks, which gets a row
        assert torch.allclose(again(ids).logits[..., : expected.shape[-1]], expected, atol=1e-5)
    assert describe(converted).family == "decoder"
    assert describe(converted).has_chat
    assert "quantization_config" not in json.loads((converted / "config.json").read_text())


def test_the_converted_tokenizer_is_the_tokenizer(converted: Path) -> None:
    tokenizer, whole = load_tokenizer(converted).backend_tokenizer, byte_level()
    whole.no_padding()
    whole.no_truncation()
    for text in ("who sings in the rain", "<|im_start|>user\nlovely<|im_end|>"):
        assert tokenizer.encode(text, add_special_tokens=False).ids == whole.encode(text, add_special_tokens=False).ids
    # SmolLM reads each digit by itself, so that none is joined to the space before it.
    pieces = tokenizer.pre_tokenizer.pre_tokenize_str("in  1995")
    assert [piece for piece, _ in pieces] == ["in", "ĠĠ", "1", "9", "9", "5"]


def test_the_global_generator_stays_where_it_is(file: Path, cache: Path) -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    converted_gguf(file, lambda line: None)
    assert torch.equal(torch.rand(3), expected)


def test_converted_once(file: Path, cache: Path) -> None:
    said: list[str] = []
    place = converted_gguf(file, said.append)
    before = (place / "model.safetensors").stat().st_mtime_ns
    assert converted_gguf(file, said.append) == place
    assert (place / "model.safetensors").stat().st_mtime_ns == before
    assert said == [
        f"Converting tiny.gguf to safetensors into {place}, once; this takes about half a minute per 100 MB …"
    ]
    assert [path.name for path in cache.iterdir()] == [place.name]
    assert re.fullmatch(r"tiny-[0-9a-f]{16}", place.name)


def test_another_file_of_that_name_is_another_model(file: Path, cache: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "tiny.gguf", llama(byte_level().get_vocab_size()))
    assert converted_gguf(other, lambda line: None) != converted_gguf(file, lambda line: None)


@pytest.mark.parametrize(("content", "found"), [(b"", "b''"), (b"PK\x03\x04 zip", r"b'PK\x03\x04'")])
def test_no_gguf_file(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(content)
    with pytest.raises(RecipeError) as raised:
        converted_gguf(path, lambda line: None)
    assert str(raised.value) == (
        f"{path}: expected a GGUF file, which begins with b'GGUF', found {found}. "
        "Give a .gguf file, or a folder in the Hugging Face layout."
    )


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(
        RecipeError, match=r"a\.gguf: expected a GGUF file, found none that opens \(No such file or directory\)\."
    ):
        converted_gguf(tmp_path / "a.gguf", lambda line: None)


@pytest.mark.parametrize("size", [4, 20, 500, 9_000, -100])
def test_a_truncated_file(file: Path, cache: Path, tmp_path: Path, size: int) -> None:
    path = tmp_path / "cut.gguf"
    path.write_bytes(file.read_bytes()[:size])
    with pytest.raises(RecipeError) as raised:
        converted_gguf(path, lambda line: None)
    assert str(raised.value).startswith(
        f"{path}: expected a whole GGUF file, found one of {path.stat().st_size:,} bytes that is truncated or damaged ("
    )
    assert str(raised.value).endswith("). Fetch it again.")
    assert not cache.exists()


def test_an_unknown_architecture(model: LlamaForCausalLM, cache: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "new.gguf", model, "hyena9")
    with pytest.raises(RecipeError) as raised:
        converted_gguf(path, lambda line: None)
    assert str(raised.value).startswith(
        f"{path}: expected a GGUF file of an architecture that transformers {transformers.__version__} reads ("
    )
    assert re.search(r"\(.*llama, .*qwen2, .*\), found 'hyena9'\. Give the model as a folder", str(raised.value))


def test_a_file_that_does_not_convert(model: LlamaForCausalLM, cache: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "bare.gguf", model, has_tokenizer=False)
    with pytest.raises(
        RecipeError,
        match=rf"bare\.gguf: expected a GGUF file that transformers {re.escape(transformers.__version__)} converts, "
        r"found one that it does not \(\w+: .*\)\. Give the model as a folder in the Hugging Face layout\.$",
    ):
        converted_gguf(path, lambda line: None)
    assert list(cache.iterdir()) == []


def test_a_part_of_a_split_file(model: LlamaForCausalLM, cache: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "tiny-00001-of-00002.gguf", model, without="model.layers.1.")
    with pytest.raises(
        RecipeError,
        match=r"of-00002\.gguf: expected all weights of the model in this one file, found 9 missing, the first for "
        r"model\.layers\.1\.\S+\. Give the whole model, its parts merged, or a folder",
    ):
        converted_gguf(path, lambda line: None)
    assert list(cache.iterdir()) == []


def test_a_full_disk(file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gguf_file, "_convert", fail)
    with pytest.raises(
        DownloadError,
        match=r"cache/tiny-\w+: could not write the converted tiny\.gguf there \(.*No space left.*\)\. Free some space",
    ):
        converted_gguf(file, lambda line: None)
    assert list(cache.glob(f"{PART}*")) == []


def test_another_run_was_quicker(file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    convert: Callable[..., None] = gguf_file._convert

    def beside(path: Path, fields: dict[str, str], folder: Path) -> None:
        convert(path, fields, folder)
        other = cache / folder.name
        other.mkdir()
        (other / "theirs").touch()

    monkeypatch.setattr(gguf_file, "_convert", beside)
    assert [path.name for path in converted_gguf(file, lambda line: None).iterdir()] == ["theirs"]
