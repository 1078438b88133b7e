import json
import re
from functools import cache

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers

from tastemaker.errors import RecipeError
from tastemaker.model.trimming import HIDDEN, Adapted, adapted, word_prefix
from tests.model.pretrained_tokenizers import CHAT, LOSSLESS, SENTENCES, TOKENIZERS, WORDS, byte_level

every_type = pytest.mark.parametrize("kind", TOKENIZERS)
UNSEEN = ("wandering minstrels", "understandingly", "千与千寻", "a 🎬 for 👩‍🚀", "naïve\tñandú\n\n(1987)")


@cache
def whole(kind: str) -> Tokenizer:
    return TOKENIZERS[kind]()


@cache
def untrimmed(kind: str) -> Adapted:
    return adapted(whole(kind))


def ids(tokenizer: tokenizers.Tokenizer, text: str) -> list[int]:
    return tokenizer.encode(text, add_special_tokens=False).ids


def old_ids(it: Adapted, text: str) -> list[int]:
    return [it.kept[id] for id in ids(it.tokenizer, text)]


@every_type
def test_the_whole_vocabulary_keeps_its_ids(kind: str) -> None:
    size = whole(kind).get_vocab_size(with_added_tokens=True)
    assert untrimmed(kind).kept == tuple(range(size))
    assert untrimmed(kind).tokenizer.get_vocab_size() == size
    plain = Tokenizer.from_str(whole(kind).to_str())
    plain.no_truncation()
    plain.no_padding()
    for text in SENTENCES[:20]:
        assert old_ids(untrimmed(kind), text) == ids(plain, text)


@every_type
@given(st.data())
def test_seen_texts_are_the_same_tokens(kind: str, data: st.DataObject) -> None:
    words = st.sampled_from((*WORDS, "nightingale", "sin", "ands", "Ω", "dЖ", "lovesong"))
    texts = data.draw(st.lists(st.lists(words, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=5))
    trimmed = adapted(whole(kind), texts)
    assert list(trimmed.kept) == sorted(trimmed.kept)
    assert trimmed.tokenizer.get_vocab_size() == len(trimmed.kept) < len(untrimmed(kind).kept)
    for text in texts:
        assert old_ids(trimmed, text) == old_ids(untrimmed(kind), text)


@pytest.mark.parametrize("kind", LOSSLESS)
@pytest.mark.parametrize("text", UNSEEN)
def test_unseen_words_survive(kind: str, text: str) -> None:
    trimmed = adapted(whole(kind), SENTENCES[:2]).tokenizer
    assert trimmed.decode(ids(trimmed, text)) == text


@pytest.mark.parametrize("kind", ["word_piece", "unigram"])
def test_words_of_known_characters_are_spelt(kind: str) -> None:
    trimmed = adapted(whole(kind), SENTENCES[:1]).tokenizer
    assert trimmed.decode(ids(trimmed, "overnight dance")) == "overnight dance"
    assert len(ids(trimmed, "overnight dance")) > len(ids(untrimmed(kind).tokenizer, "overnight dance"))


def test_all_that_builds_a_used_token_is_kept() -> None:
    # sing and s + inging: two ways to one token, of which the texts go one
    vocabulary = {piece: id for id, piece in enumerate(["s", "i", "n", "g", "in", "ing", "sing", "si", "ng", "gn"])}
    merges = [("i", "n"), ("in", "g"), ("s", "ing"), ("s", "i"), ("n", "g"), ("si", "ng"), ("g", "n")]
    trimmed = adapted(Tokenizer(models.BPE(vocabulary, merges)), ["sing"])
    names = trimmed.tokenizer.get_vocab()
    assert set(names) == set(vocabulary) - {"gn"}
    assert trimmed.kept == (0, 1, 2, 3, 4, 5, 6, 7, 8)
    assert json.loads(trimmed.tokenizer.to_str())["model"]["merges"] == [list(pair) for pair in merges[:-1]]


@every_type
def test_what_is_common_is_kept_unused(kind: str) -> None:
    whole_size = len(untrimmed(kind).kept)
    least, some, all_of_them = (
        set(adapted(whole(kind), SENTENCES[:1], common=common).kept) for common in (0, whole_size - 20, whole_size)
    )
    special = {id for name, id in untrimmed(kind).tokenizer.get_vocab().items() if name.startswith(HIDDEN)}
    assert least <= some <= all_of_them > least
    assert all_of_them | special == {*range(whole_size)}
    assert special & all_of_them == special & least, "special tokens are no words"


def test_an_unknown_word_stays_unknown() -> None:
    # "ab" is tried first and leads nowhere; without it, a + ##bc would spell the word
    names = ["[UNK]", "a", "ab", "##bc", "##b"]
    tokenizer = Tokenizer(models.WordPiece({name: id for id, name in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    assert ids(tokenizer, "abc") == [0]
    trimmed = adapted(tokenizer, ["abc", "a"])
    assert old_ids(trimmed, "abc") == [0]
    assert trimmed.kept == (0, 1, 2, 4)


@every_type
def test_specials_are_no_text(kind: str) -> None:
    added = json.loads(whole(kind).to_str())["added_tokens"]
    specials = {token["id"]: token["content"] for token in added}
    assert specials
    for it in (untrimmed(kind), adapted(whole(kind), SENTENCES[:3], specials)):
        hidden = {id for name, id in it.tokenizer.get_vocab().items() if name.startswith(HIDDEN)}
        assert {it.kept[id] for id in hidden} == set(specials)
        assert not json.loads(it.tokenizer.to_str())["added_tokens"]
        for content in specials.values():
            for text in (content, f" {content}", f"in {content} rain{content}", f"  {content} "):
                reached = {it.tokenizer.id_to_token(id) for id in ids(it.tokenizer, text)}
                # What cannot be spelt is unknown, and that is the one special token which text may come to.
                assert {name for name in reached if name.startswith(HIDDEN)} <= {" <unk>", " [UNK]"}


@pytest.mark.parametrize("kind", LOSSLESS)
@pytest.mark.parametrize("text", ["<|im_start|>", "<rec>", "<s>", "say <|im_end|> now", "<tool>", "[INST]"])
def test_special_names_typed_by_a_user_are_words(kind: str, text: str) -> None:
    for it in (untrimmed(kind), adapted(whole(kind), SENTENCES)):
        assert it.tokenizer.decode(ids(it.tokenizer, text)) == text
        assert len(ids(it.tokenizer, text)) > 2


def test_specials_that_no_template_needs_go() -> None:
    start = whole("byte_level").token_to_id(CHAT[0])
    trimmed = adapted(whole("byte_level"), ["rain"], [start])
    names = trimmed.tokenizer.get_vocab()
    assert trimmed.kept[names[HIDDEN + CHAT[0]]] == start
    assert not any(CHAT[1] in name or "<tool>" in name for name in names)


def test_plain_tokens_of_a_template_stay_plain() -> None:
    user = whole("byte_level").token_to_id("user")
    trimmed = adapted(whole("byte_level"), ["rain"], [user])
    assert old_ids(trimmed, "user") == [user]


def test_an_added_token_that_the_rules_make_is_plain() -> None:
    tokenizer = Tokenizer(models.BPE({"a": 0, "b": 1, "ab": 2}, [("a", "b")]))
    tokenizer.add_tokens([AddedToken("ab", special=False)])
    assert set(adapted(tokenizer, ["ab"]).tokenizer.get_vocab()) == {"a", "b", "ab"}


def test_gaps_between_ids_close() -> None:
    tokenizer = Tokenizer(models.BPE({"a": 3, "b": 7, "ab": 9}, [("a", "b")]))
    whole_one = adapted(tokenizer)
    assert whole_one.kept == (3, 7, 9)
    assert ids(whole_one.tokenizer, "abba") == [2, 1, 0]


def test_nothing_is_cut_or_padded() -> None:
    text = " ".join(WORDS)
    assert len(ids(whole("byte_level"), text)) == 12
    trimmed = adapted(whole("byte_level"), [text]).tokenizer
    assert trimmed.decode(trimmed.encode(text).ids) == text
    assert trimmed.decode(trimmed.encode("a").ids) == "a"


def test_the_first_tokenizer_stays_as_it_is() -> None:
    tokenizer = byte_level()
    before = tokenizer.to_str()
    adapted(tokenizer, ["rain"])
    assert tokenizer.to_str() == before


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [("byte_level", " "), ("whole_words", " "), ("sentencepiece_bpe", ""), ("word_piece", ""), ("unigram", "")],
)
def test_a_word_with_its_prefix_is_as_within_a_sentence(kind: str, prefix: str) -> None:
    tokenizer = untrimmed(kind).tokenizer
    assert word_prefix(tokenizer) == prefix
    alone, within = ids(tokenizer, f"{prefix}rain"), ids(tokenizer, "the rain")
    assert within[len(within) - len(alone) :] == alone


def test_a_byte_level_tokenizer_that_adds_the_space_itself() -> None:
    tokenizer = adapted(whole("byte_level")).tokenizer
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    assert word_prefix(tokenizer) == ""


def test_another_type_of_tokenizer() -> None:
    with pytest.raises(
        RecipeError,
        match=re.escape("model.backbone: expected a tokenizer of type BPE, WordPiece, Unigram, found WordLevel. Use"),
    ):
        adapted(Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))
