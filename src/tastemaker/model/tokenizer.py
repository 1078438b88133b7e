"""Text as token ids: a byte-level BPE trained on the data set's own text, and markers that no text can spell.

Marker ids stand below all text ids, and text is never searched for markers: a user who types `<rec>` gets the
characters `<`, `rec`, `>`, not a slot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import tokenizers
from tokenizers import decoders, models, pre_tokenizers, trainers

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
)
"""`<none>` stands where a position holds no token: an item's vector, or padding."""

NONE, HISTORY, USER, ASSISTANT, REC, CARD, EVIDENCE, REASON, END = range(len(MARKERS))


@dataclass(frozen=True)
class TextTokenizer:
    """Encodes and decodes text; ids run from 0 to `size - 1`, markers first."""

    bpe: tokenizers.Tokenizer
    _known: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

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

    @property
    def size(self) -> int:
        """V, markers included."""
        return len(MARKERS) + self.bpe.get_vocab_size()

    def encode(self, text: str) -> tuple[int, ...]:
        """Ids of a text; each text starts with a space, so that a title is the same tokens wherever it stands."""
        if text not in self._known:
            self._known[text] = tuple(id + len(MARKERS) for id in self.bpe.encode(text).ids) if text.strip() else ()
        return self._known[text]

    def decode(self, ids: Sequence[int]) -> str:
        """Text of some ids; markers are left out."""
        return str(self.bpe.decode([id - len(MARKERS) for id in ids if id >= len(MARKERS)])).strip()

    def to_json(self) -> str:
        """Everything needed by `from_json`."""
        return str(self.bpe.to_str())

    @classmethod
    def from_json(cls, text: str) -> "TextTokenizer":
        """Rebuild from `to_json`."""
        return cls(tokenizers.Tokenizer.from_str(text))
