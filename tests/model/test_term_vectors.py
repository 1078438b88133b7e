import numpy as np

from tastemaker.model.term_vectors import term_vectors

TEXTS = ["The Godfather. genre: Crime", "The Godfather: Part II. genre: Crime", "Babe. genre: Comedy", "?"]


def test_shared_words_bring_texts_together() -> None:
    vectors = term_vectors(TEXTS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 0], atol=1e-6)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]


def test_width_is_bounded_by_texts_and_words() -> None:
    assert term_vectors(TEXTS).shape == (4, 4)
    assert term_vectors(["one", "one two"]).shape == (2, 2)
    assert term_vectors(["one of three"]).shape == (1, 1)
    assert term_vectors(["one", "one", "?"]).tolist() == [[1.0], [1.0], [0.0]]
    assert term_vectors([f"w{row} v{row}" for row in range(300)]).shape == (300, 128)


def test_it_is_deterministic() -> None:
    texts = [f"word{row % 7} word{row % 11} word{row}" for row in range(200)]
    assert np.array_equal(term_vectors(texts), term_vectors(texts))


def test_texts_without_any_word_have_no_vector() -> None:
    assert term_vectors(["", "?!"]).shape == (2, 0)
