from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from tastemaker.model import kept_vectors
from tastemaker.model.kept_vectors import Keeper, Vectors


class Encoder:
    """A vector of a text's length; remembers what it was asked for."""

    def __init__(self, fails_at: int = 99) -> None:
        self.asked: list[list[str]] = []
        self.fails_at = fails_at

    def __call__(self, texts: Sequence[str]) -> Vectors:
        if len(self.asked) == self.fails_at:
            raise KeyboardInterrupt
        self.asked.append(list(texts))
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def nothing(line: str) -> None:
    pass


def kept(path: Path) -> list[float]:
    with safe_open(path, framework="numpy") as file:
        return [float(value) for value in file.get_tensor("vectors")[:, 0]]


def test_a_text_is_encoded_once(tmp_path: Path) -> None:
    encoder, keeper = Encoder(), Keeper(tmp_path / "file", "length")
    assert keeper.vectors(["a", "ccc", "a"], encoder, nothing).tolist() == [[1], [3], [1]]
    assert keeper.vectors(["bb", "ccc"], encoder, nothing).tolist() == [[2], [3]]
    assert encoder.asked == [["a", "ccc"], ["bb"]]


def test_what_was_encoded_before_an_interruption_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_vectors, "LEAST_PART", 2)
    said: list[str] = []
    encoder, keeper, texts = (
        Encoder(fails_at=2),
        Keeper(tmp_path / "file", "length"),
        ["a", "bb", "ccc", "dddd", "eeeee"],
    )
    with pytest.raises(KeyboardInterrupt):
        keeper.vectors(texts, encoder, said.append)
    assert said == ["Item vectors: 2 of 5.", "Item vectors: 4 of 5."]
    encoder.fails_at = 99
    assert keeper.vectors(texts, encoder, nothing)[:, 0].tolist() == [1, 2, 3, 4, 5]
    assert encoder.asked[2:] == [["eeeee"]]


def test_the_file_does_not_grow_without_end(tmp_path: Path) -> None:
    encoder, keeper = Encoder(), Keeper(tmp_path / "file", "length")
    for text in ("a", "bb", "ccc", "dddd", "eeeee", "bb"):
        keeper.vectors([text], encoder, nothing)
    assert kept(tmp_path / "file") == [2, 3, 4, 5]
    assert encoder.asked == [["a"], ["bb"], ["ccc"], ["dddd"], ["eeeee"]]
    keeper.vectors(["ffffff"], encoder, nothing)
    assert kept(tmp_path / "file") == [3, 4, 5, 6]


def test_vectors_that_depend_on_all_texts_are_made_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_vectors, "LEAST_PART", 1)
    encoder = Encoder()
    keeper = Keeper(tmp_path / "file", "length", at_once=True)
    assert not keeper.has(["a", "bb"])
    keeper.vectors(["a", "bb"], encoder, nothing)
    assert encoder.asked == [["a", "bb"]]
    assert keeper.has(["bb", "a"])
    assert not Keeper(tmp_path / "file", "another").has(["a"])
