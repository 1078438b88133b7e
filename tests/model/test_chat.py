import re
from collections.abc import Callable

import pytest
from tokenizers import pre_tokenizers
from transformers import PreTrainedTokenizerFast

from tastemaker.errors import RecipeError
from tastemaker.model.chat import ChatForm, chat_form
from tests.model.pretrained_tokenizers import (
    CHAT,
    CHATML,
    INST,
    LLAMA3,
    MISTRAL,
    byte_level,
    sentencepiece_bpe,
    whole_words,
    with_template,
    word_piece,
)

LLAMA3_SPECIALS = ("<begin>", "<|start|>", "<|stop|>", "<|eot|>")
DIALOGUE = ("who sings in the rain", "the man", "understand", "lovely dancing of 1995")


def plain(tokenizer: PreTrainedTokenizerFast) -> PreTrainedTokenizerFast:
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    return tokenizer


def chatml() -> PreTrainedTokenizerFast:
    return plain(with_template(byte_level(), CHATML))


def llama3() -> PreTrainedTokenizerFast:
    tokenizer = whole_words()
    tokenizer.add_special_tokens(list(LLAMA3_SPECIALS))
    return plain(with_template(tokenizer, LLAMA3, bos_token="<begin>"))


def mistral() -> PreTrainedTokenizerFast:
    return plain(with_template(byte_level(INST), MISTRAL, bos_token="<s>", eos_token="</s>"))


def names(tokenizer: PreTrainedTokenizerFast, ids: tuple[int, ...]) -> str:
    return str(tokenizer.decode(list(ids)))


def ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    return tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids


def composed(tokenizer: PreTrainedTokenizerFast, form: ChatForm) -> list[int]:
    found: list[int] = []
    around = ((form.before_user, form.after_user), (form.before_assistant, form.after_assistant))
    for at, words in enumerate(DIALOGUE):
        before, after = around[at % 2]
        found += [*before, *ids(tokenizer, f" {words}" if form.opens_with_space else words), *after]
    return found


@pytest.mark.parametrize("make", [chatml, llama3, mistral])
def test_turns_put_together_are_the_rendered_dialogue(make: Callable[[], PreTrainedTokenizerFast]) -> None:
    tokenizer = make()
    turns = [{"role": ("user", "assistant")[at % 2], "content": words} for at, words in enumerate(DIALOGUE)]
    rendered = tokenizer.apply_chat_template(turns, tokenize=True, return_dict=False)
    form = chat_form(tokenizer)
    assert form is not None
    own = composed(tokenizer, form)
    assert rendered[-len(own) :] == own
    # Only what stands before the first turn is left out: the system prompt, or the sign of a beginning.
    left_out = names(tokenizer, rendered[: -len(own)])
    assert left_out in ("<|im_start|>system\nYou stand in the rain.<|im_end|>\n", "<begin>", "<s>")


def test_chatml() -> None:
    tokenizer = chatml()
    form = chat_form(tokenizer)
    assert form is not None
    assert names(tokenizer, form.before_user) == "<|im_start|>user\n"
    assert names(tokenizer, form.after_user) == names(tokenizer, form.after_assistant) == "<|im_end|>\n"
    assert names(tokenizer, form.before_assistant) == "<|im_start|>assistant\n"
    assert not form.opens_with_space
    assert {tokenizer.convert_tokens_to_ids(name) for name in CHAT} <= form.ids()


def test_llama3() -> None:
    tokenizer = llama3()
    form = chat_form(tokenizer)
    assert form is not None
    assert names(tokenizer, form.before_user) == "<|start|>user<|stop|>\n\n"
    assert names(tokenizer, form.after_user) == names(tokenizer, form.after_assistant) == "<|eot|>"
    assert names(tokenizer, form.before_assistant) == "<|start|>assistant<|stop|>\n\n"


def test_mistral() -> None:
    tokenizer = mistral()
    form = chat_form(tokenizer)
    assert form is not None
    around = (form.before_user, form.after_user, form.before_assistant, form.after_assistant)
    assert [names(tokenizer, part) for part in around] == ["[INST]", "[/INST]", "", "</s>"]
    assert form.opens_with_space


def test_a_space_before_one_speaker_alone_is_a_token_of_the_form() -> None:
    tokenizer = plain(with_template(byte_level(INST), MISTRAL.replace("' ' + ", ""), bos_token="<s>", eos_token="</s>"))
    form = chat_form(tokenizer)
    assert form is not None
    assert names(tokenizer, form.before_user) == "[INST] "
    assert not form.opens_with_space


def test_sentencepiece_has_its_own_space() -> None:
    tokenizer = sentencepiece_bpe()
    tokenizer.add_special_tokens(list(INST))
    form = chat_form(plain(with_template(tokenizer, MISTRAL, bos_token="<s>", eos_token="</s>")))
    assert form is not None
    assert form.opens_with_space
    assert form.after_assistant == (tokenizer.token_to_id("</s>"),)


def test_other_ids() -> None:
    form = ChatForm((1, 2), (3,), (1, 4), (), True)
    assert form.translated({1: 11, 2: 12, 3: 13, 4: 14}) == ChatForm((11, 12), (13,), (11, 14), (), True)
    assert form.ids() == {1, 2, 3, 4}


def test_no_template() -> None:
    assert chat_form(with_template(word_piece(), None)) is None


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{{ raise_exception('no turns here') }}", "one that fails (no turns here)"),
        ("{% for message in messages %}{{ message['role'] }}{% endfor %}", "one that leaves out or reorders what"),
        ("{{ messages[0]['content'] }}{% if messages|length > 1 %}{{ 1 }}{% endif %}", "one that leaves out or"),
        ("{% for message in messages | reverse %}{{ message['content'] }} {% endfor %}", "one that leaves out or"),
    ],
)
def test_a_template_of_no_use(template: str, found: str) -> None:
    tokenizer = plain(with_template(byte_level(), template))
    tokenizer.name_or_path = "some/folder"
    with pytest.raises(
        RecipeError,
        match=re.escape(f"some/folder: expected a chat template for turns of user and assistant, found {found}"),
    ):
        chat_form(tokenizer)


def test_digits_apart() -> None:
    """SmolLM2's own pre-tokenizer: a space before a digit stands alone."""
    backend = byte_level()
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    assert chat_form(plain(with_template(backend, CHATML))) == chat_form(chatml())
