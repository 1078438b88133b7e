from hypothesis import given
from hypothesis import strategies as st

from tastemaker.model import tokenizer as markers
from tastemaker.model.tokenizer import MARKERS, TextTokenizer

TEXTS = ["You gave Toy Story (1995) 5 stars.", "Toy Story (1995): animation, comedy", "liked Toy Story (1995)"]
TOKENIZER = TextTokenizer.train(TEXTS * 3, 400)


@given(st.text())
def test_any_text_survives(text: str) -> None:
    words = text.strip()
    assert TOKENIZER.decode(TOKENIZER.encode(words)) == words


def test_chinese_survives() -> None:
    assert TOKENIZER.decode(TOKENIZER.encode("千与千寻 (2001)")) == "千与千寻 (2001)"


def test_no_text_spells_a_marker() -> None:
    for marker in MARKERS:
        assert all(token >= len(MARKERS) for token in TOKENIZER.encode(f"give me {marker} now"))
    assert TOKENIZER.decode(TOKENIZER.encode("<rec>")) == "<rec>"


def test_a_title_is_the_same_tokens_wherever_it_stands() -> None:
    title = TOKENIZER.encode("Toy Story (1995)")
    within = TOKENIZER.encode("You gave Toy Story (1995) 5 stars.")
    assert any(within[start : start + len(title)] == title for start in range(len(within)))


def test_blank_text_has_no_tokens() -> None:
    assert TOKENIZER.encode("") == TOKENIZER.encode("  ") == ()


def test_size_counts_markers_and_bytes() -> None:
    assert 256 + len(MARKERS) <= TOKENIZER.size <= 400
    assert max(TOKENIZER.encode("Toy Story")) < TOKENIZER.size


def test_json_round_trip() -> None:
    again = TextTokenizer.from_json(TOKENIZER.to_json())
    assert again.encode(TEXTS[0]) == TOKENIZER.encode(TEXTS[0])
    assert again.size == TOKENIZER.size


def test_markers_are_left_out_when_decoding() -> None:
    assert TOKENIZER.decode((markers.REASON, *TOKENIZER.encode("Toy"), markers.END)) == "Toy"
