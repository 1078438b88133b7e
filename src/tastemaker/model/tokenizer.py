"""Text as token ids: a byte-level BPE trained on the data set's own text or the tokenizer of a pretrained model, and
markers that no text can spell.

Marker ids stand below all text ids, and text is never searched for markers: a user who types `<rec>` gets the
characters `<`, `rec`, `>`, not a slot.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerBase

from tastemaker.model.chat import ChatForm, chat_form
from tastemaker.model.trimming import HIDDEN, adapted, word_prefix

MARKERS: Final = (
    "<none>",
    "<history>",
    "<user>",
    "<assistant>",
    "<rec>",
    "<card>",
    "<evidence>",
    "<reason>",
    "<end>",
    "<mask>",
)
"""`<none>` stands where a position holds no token: an item's vector, or padding. `<mask>` hides what is to be told."""

COMMON: Final = 16_384
"""Tokens of a pretrained vocabulary that are kept whether the data set's texts use them or not: a user may."""

NONE, HISTORY, USER, ASSISTANT, REC, CARD, EVIDENCE, REASON, END, MASK = range(len(MARKERS))


@dataclass(frozen=True)
class TextTokenizer:
    """Encodes and decodes text; ids run from 0 to `size - 1`, markers first."""

    bpe: tokenizers.Tokenizer
    """Of whatever type: BPE, WordPiece or Unigram."""
    prefix: str = ""
    """What each text starts with, where the tokenizer adds no space itself."""
    chat: ChatForm | None = None
    """Form of a dialogue's turns in ids of this tokenizer, if the pretrained model knows one."""
    _known: dict[tuple[str, bool], tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def train(cls, texts: Iterable[str], size: int) -> "TextTokenizer":
        """Learn at most `size` entries, markers and all 256 bytes among them, from `texts`."""
        bpe = tokenizers.Tokenizer(models.BPE())
        bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
        bpe.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(
            vocab_size=max(size - len(MARKERS), 256),
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        )
        bpe.train_from_iterator(texts, trainer)
        return cls(bpe)

    @classmethod
    def adapted(
        cls, pretrained: PreTrainedTokenizerBase, texts: Iterable[str] | None, specials: Iterable[int] = ()
    ) -> tuple["TextTokenizer", tuple[int, ...]]:
        """Take over a pretrained model's tokenizer.

        Args:
            pretrained: see `tastemaker.model.pretrained_info.load_tokenizer`.
            texts: trim to what these use and what is common; None keeps the whole vocabulary.
            specials: further ids of the pretrained tokenizer that keep a row.

        Returns:
            The tokenizer, and by text token (its id less `len(MARKERS)`) the id, so the row, in the pretrained model.

        Raises:
            RecipeError: the tokenizer is of an unknown type, or its chat template of no use.
        """
        chat, prefix = chat_form(pretrained), word_prefix(pretrained.backend_tokenizer)
        has_bare_starts = chat is not None and not chat.opens_with_space
        seen = None if texts is None else _as_encoded(texts, prefix, has_bare_starts)
        kept = {*specials, *(chat.ids() if chat else ())}
        fitted = adapted(pretrained.backend_tokenizer, seen, kept, COMMON)
        new = {old: id + len(MARKERS) for id, old in enumerate(fitted.kept)}
        return cls(fitted.tokenizer, prefix, chat.translated(new) if chat else None), fitted.kept

    @property
    def size(self) -> int:
        """V, markers included."""
        return len(MARKERS) + self.bpe.get_vocab_size()

    @cached_property
    def specials(self) -> frozenset[int]:
        """Ids of a pretrained model's special tokens, which writing must not emit.

        No text can spell them; to one of them, where there is one, comes what the vocabulary cannot spell.
        """
        return frozenset(id + len(MARKERS) for name, id in self.bpe.get_vocab().items() if name.startswith(HIDDEN))

    @cached_property
    def within_words(self) -> frozenset[int]:
        """Ids that go on with a word when they stand behind one: letters and digits without a space before them.

        Letters of scripts without capitals open words, since Chinese, Japanese and Thai put no spaces between these.
        """
        return frozenset(
            id + len(MARKERS) for name, id in self.bpe.get_vocab().items() if _goes_on(_behind_a_letter(self.bpe, name))
        )

    def encode(self, text: str, *, opens_turn: bool = False) -> tuple[int, ...]:
        """Ids of a text; each text starts with a space, so that a title is the same tokens wherever it stands.

        Args:
            text: words; blank ones have no tokens.
            opens_turn: the text stands first in a turn of the chat template, so without the space where it has none.
        """
        is_bare = opens_turn and self.chat is not None and not self.chat.opens_with_space
        if (text, is_bare) not in self._known:
            words = text if is_bare else _prefixed(text, self.prefix)
            ids = self.bpe.encode(words, add_special_tokens=False).ids if text.strip() else ()
            self._known[text, is_bare] = tuple(id + len(MARKERS) for id in ids)
        return self._known[text, is_bare]

    def decode(self, ids: Sequence[int]) -> str:
        """Text of some ids; markers and special tokens are left out."""
        words = [id - len(MARKERS) for id in ids if id >= len(MARKERS) and id not in self.specials]
        return str(self.bpe.decode(words)).strip()

    def to_json(self) -> str:
        """Everything needed by `from_json`."""
        if not self.prefix and self.chat is None:
            return str(self.bpe.to_str())
        chat = asdict(self.chat) if self.chat else None
        return json.dumps({"tokenizer": json.loads(self.bpe.to_str()), "prefix": self.prefix, "chat": chat})

    @classmethod
    def from_json(cls, text: str) -> "TextTokenizer":
        """Rebuild from `to_json`."""
        document: dict[str, Any] = json.loads(text)
        if "tokenizer" not in document:
            return cls(tokenizers.Tokenizer.from_str(text))
        bpe, chat = tokenizers.Tokenizer.from_str(json.dumps(document["tokenizer"])), document["chat"]
        return cls(bpe, document["prefix"], ChatForm.from_mapping(chat) if chat else None)


def _behind_a_letter(bpe: tokenizers.Tokenizer, name: str) -> str:
    """What a token reads as behind another: " the", "ing", or the replacement character for a part of one."""
    return bpe.decoder.decode(["a", name])[1:] if bpe.decoder else f" {name}"


def _goes_on(text: str) -> bool:
    first = text[:1]
    return first.isdigit() or first.lower() != first.upper() or first in ("'", "’", "\N{REPLACEMENT CHARACTER}")


def _prefixed(text: str, prefix: str) -> str:
    return text if text.startswith(prefix) else prefix + text


def _as_encoded(texts: Iterable[str], prefix: str, has_bare_starts: bool) -> Iterator[str]:
    """Every text in the forms in which `encode` may meet it."""
    for text in texts:
        yield _prefixed(text, prefix)
        if has_bare_starts:
            yield text
