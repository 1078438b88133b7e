"""How the turns of a dialogue stand in the template that an instruct model was trained with.

A template is a program over a whole dialogue. Its form, what stands around a turn of either speaker, is read off a
rendered sample; what the template puts before the first turn, such as a default system prompt, is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from jinja2 import TemplateError
from transformers import PreTrainedTokenizerBase

from tastemaker.errors import RecipeError
from tastemaker.model.trimming import word_prefix

_SAID: Final = ("zxquser", "zxqreply", "zxqback", "zxqagain")
"""Words that no template holds, and with which no token begins that ends within the template."""

_SPACES: Final = ("Ġ", "▁")
"""How a space is written in the names of byte-level and of sentencepiece tokens."""


@dataclass(frozen=True)
class ChatForm:
    """Ids before and after what a speaker says."""

    before_user: tuple[int, ...]
    after_user: tuple[int, ...]
    before_assistant: tuple[int, ...]
    after_assistant: tuple[int, ...]
    opens_with_space: bool = False
    """Whether a space stands before what is said, as before a word within a sentence; it is in no field above."""

    def ids(self) -> frozenset[int]:
        """All ids of the form."""
        return frozenset(self.before_user + self.after_user + self.before_assistant + self.after_assistant)

    def translated(self, new: Mapping[int, int]) -> "ChatForm":
        """The same form in other ids."""

        def moved(ids: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(new[id] for id in ids)

        return ChatForm(
            moved(self.before_user),
            moved(self.after_user),
            moved(self.before_assistant),
            moved(self.after_assistant),
            self.opens_with_space,
        )

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "ChatForm":
        """Rebuild from `dataclasses.asdict`, by way of JSON."""
        fields: dict[str, Any] = {key: tuple(it) if isinstance(it, list) else it for key, it in values.items()}
        return cls(**fields)


def chat_form(tokenizer: PreTrainedTokenizerBase) -> ChatForm | None:
    """The form of a tokenizer's chat template; None where it has none.

    Raises:
        RecipeError: the template cannot be rendered, or leaves out what is said.
    """
    if not tokenizer.chat_template:
        return None
    # Where the next turn begins is known from dialogues that end before it.
    asked = _around(tokenizer, 1)[-1]
    answered = _around(tokenizer, 2)[-1]
    before, turn, back, *_ = _around(tokenizer, len(_SAID))
    after_user, after_assistant = _common_start(asked.ids, turn.ids), _common_start(answered.ids, back.ids)
    before_user = back.ids[len(after_assistant) :]
    before_assistant = turn.ids[len(after_user) :]
    if back.ends_in_space == turn.ends_in_space:
        return ChatForm(before_user, after_user, before_assistant, after_assistant, turn.ends_in_space)
    backend = tokenizer.backend_tokenizer
    space = tuple(backend.encode(word_prefix(backend), add_special_tokens=False).ids)
    before_user += space if back.ends_in_space else ()
    before_assistant += space if turn.ends_in_space else ()
    return ChatForm(before_user, after_user, before_assistant, after_assistant)


@dataclass(frozen=True)
class _Piece:
    """What stands between two things said."""

    ids: tuple[int, ...]
    ends_in_space: bool
    """Whether a space follows; it is not in `ids`, being one token with most words."""


def _around(tokenizer: PreTrainedTokenizerBase, turns: int) -> list[_Piece]:
    """What the template puts before, between and after so many turns."""
    said = _SAID[:turns]
    text = _rendered(tokenizer, said)
    encoding = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False)
    pieces, done = [], 0
    for words in said:
        start = text.index(words)
        end = start + len(words)
        inside = [at for at, (a, b) in enumerate(encoding.offsets) if a < end and b > start and at >= done]
        first, last = inside[0], inside[-1]
        has_space = text[start - 1 : start] == " "
        if has_space and encoding.tokens[first][0] not in _SPACES:
            # The space is a token of its own before these words, but would not be before most.
            first -= 1
        pieces.append(_Piece(tuple(encoding.ids[done:first]), has_space))
        done = last + 1
    return [*pieces, _Piece(tuple(encoding.ids[done:]), False)]


def _rendered(tokenizer: PreTrainedTokenizerBase, said: Sequence[str]) -> str:
    """A dialogue in which user and assistant say these words in turn."""
    turns = [{"role": ("user", "assistant")[at % 2], "content": words} for at, words in enumerate(said)]
    try:
        text: Any = tokenizer.apply_chat_template(turns, tokenize=False)
    except (TemplateError, TypeError, KeyError) as error:
        raise _unfit(tokenizer, f"one that fails ({error})") from None
    places = [text.find(words) for words in said]
    if -1 in places or places != sorted(places):
        raise _unfit(tokenizer, "one that leaves out or reorders what is said")
    return str(text)


def _unfit(tokenizer: PreTrainedTokenizerBase, found: str) -> RecipeError:
    return RecipeError(
        f"{tokenizer.name_or_path}: expected a chat template for turns of user and assistant, found {found}. "
        "Remove the template (chat_template.jinja, or chat_template in tokenizer_config.json), or use another model."
    )


def _common_start(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return tuple(id for id, _ in pairs)
