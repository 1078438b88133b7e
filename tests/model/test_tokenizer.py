from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerFast

from tastemaker.inference.repetition import words_of
from tastemaker.model import tokenizer as markers
from tastemaker.model.chat import ChatForm
from tastemaker.model.config import LEAST_VOCABULARY
from tastemaker.model.tokenizer import MARKERS, TextTokenizer
from tests.model.pretrained_tokenizers import CHAT, CHATML, SENTENCES, TOKENIZERS, with_template

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


def pretrained(kind: str = "byte_level", template: str | None = CHATML) -> PreTrainedTokenizerFast:
    tokenizer = with_template(TOKENIZERS[kind](), template)
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    return tokenizer


def test_the_mask_is_the_last_marker() -> None:
    assert MARKERS[markers.MASK] == "<mask>"
    assert len(MARKERS) - 1 == markers.MASK


@pytest.mark.parametrize("texts", [None, SENTENCES])
def test_a_pretrained_tokenizer_stands_behind_the_markers(texts: tuple[str, ...] | None) -> None:
    whole = pretrained()
    tokenizer, kept = TextTokenizer.adapted(whole, texts)
    assert tokenizer.size == len(MARKERS) + len(kept)
    found = tokenizer.encode("who sings in the rain")
    assert min(found) >= len(MARKERS)
    expected = whole.backend_tokenizer.encode(" who sings in the rain", add_special_tokens=False).ids
    assert [kept[id - len(MARKERS)] for id in found] == expected
    assert tokenizer.decode(found) == "who sings in the rain"


def test_a_pretrained_tokenizer_has_a_title_the_same_wherever_it_stands() -> None:
    tokenizer, _ = TextTokenizer.adapted(pretrained(), SENTENCES)
    title, within = tokenizer.encode("lovely movie"), tokenizer.encode("the lovely movie sings")
    assert any(within[start : start + len(title)] == title for start in range(len(within)))
    assert tokenizer.prefix == " "
    assert tokenizer.encode(" lovely movie") == title


def test_only_a_turn_of_a_chat_opens_without_the_space() -> None:
    tokenizer, kept = TextTokenizer.adapted(pretrained(), ["rain on the man"])
    opening = tokenizer.encode("rain on the man", opens_turn=True)
    assert opening != tokenizer.encode("rain on the man")
    whole = pretrained().backend_tokenizer.encode("rain on the man", add_special_tokens=False).ids
    assert [kept[id - len(MARKERS)] for id in opening] == whole
    plain, _ = TextTokenizer.adapted(pretrained(template=None), ["rain on the man"])
    assert plain.encode("rain", opens_turn=True) == plain.encode("rain")
    spaced = replace(tokenizer, chat=ChatForm((), (), (), (), opens_with_space=True))
    assert spaced.encode("rain", opens_turn=True) == spaced.encode("rain")


def test_a_dialogue_in_the_form_of_the_template() -> None:
    whole = pretrained()
    tokenizer, kept = TextTokenizer.adapted(whole, ["who sings", "the man"])
    chat = tokenizer.chat
    assert chat is not None
    said = [tokenizer.encode(words, opens_turn=True) for words in ("who sings", "the man")]
    ids = (*chat.before_user, *said[0], *chat.after_user, *chat.before_assistant, *said[1], *chat.after_assistant)
    turns = [{"role": "user", "content": "who sings"}, {"role": "assistant", "content": "the man"}]
    rendered = whole.apply_chat_template(turns, tokenize=True, return_dict=False)
    assert [kept[id - len(MARKERS)] for id in ids] == rendered[-len(ids) :]


def test_specials_of_a_template_are_neither_typed_nor_read() -> None:
    tokenizer, _ = TextTokenizer.adapted(pretrained(), SENTENCES)
    assert tokenizer.chat is not None
    assert len(tokenizer.specials) == len(CHAT)
    assert tokenizer.specials < tokenizer.chat.ids()
    assert min(tokenizer.specials) >= len(MARKERS)
    for text in ("<|im_start|>", "<|im_end|> a", "a <rec> b"):
        assert not tokenizer.specials & set(tokenizer.encode(text))
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.decode((*tokenizer.specials, *tokenizer.encode("rain"))) == "rain"


def test_a_tokenizer_trained_here_has_no_specials() -> None:
    assert TOKENIZER.specials == frozenset()


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_what_goes_on_with_a_word(kind: str) -> None:
    """By the tokens of one text, whatever the vocabulary cuts it into."""
    tokenizer, _ = TextTokenizer.adapted(pretrained(kind, CHATML if kind == "byte_level" else None), SENTENCES)
    tokens = tokenizer.encode("the nightdancer. sings")
    words = [tokenizer.decode(word) for word in words_of(tokens, tokenizer.within_words)]
    assert words == ["the", "nightdancer", ".", "sings"]


def test_what_goes_on_with_a_word_in_other_scripts() -> None:
    def words(text: str) -> list[str]:
        return [many.decode(word) for word in words_of(many.encode(text), many.within_words)]

    many = TextTokenizer.train(["千与千寻 привет", "it isn't café"] * 3, 600)
    assert words("it isn't café 1995 привет") == ["it", "isn't", "café", "1995", "привет"]
    seldom = TOKENIZER.encode("千与千寻")
    assert words_of(seldom, TOKENIZER.within_words)[0][:2] == seldom[:2], "bytes of a letter stay together"


def test_further_specials_keep_a_row() -> None:
    whole = pretrained("word_piece", None)
    mask = whole.convert_tokens_to_ids("[MASK]")
    _, kept = TextTokenizer.adapted(whole, SENTENCES[:1], [mask])
    assert mask in kept
    assert whole.convert_tokens_to_ids("[SEP]") not in kept


@pytest.mark.parametrize("kind", TOKENIZERS)
def test_json_round_trip_of_a_pretrained_tokenizer(kind: str) -> None:
    tokenizer, _ = TextTokenizer.adapted(pretrained(kind, CHATML if kind == "byte_level" else None), SENTENCES)
    again = TextTokenizer.from_json(tokenizer.to_json())
    assert (again.prefix, again.chat, again.size) == (tokenizer.prefix, tokenizer.chat, tokenizer.size)
    assert again.specials == tokenizer.specials
    for text in SENTENCES[:5]:
        for opens_turn in (False, True):
            assert again.encode(text, opens_turn=opens_turn) == tokenizer.encode(text, opens_turn=opens_turn)


def test_the_least_vocabulary_is_every_byte_and_our_markers() -> None:
    assert 256 + len(MARKERS) == LEAST_VOCABULARY
    assert TextTokenizer.train(["a"], LEAST_VOCABULARY).size == LEAST_VOCABULARY
