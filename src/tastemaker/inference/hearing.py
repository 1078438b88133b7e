"""What is read of the words that a user types."""

from typing import Final

from tastemaker.errors import RequestError
from tastemaker.model.tokenizer import TextTokenizer

MOST_TOKENS: Final = 80
"""How much of one turn is read, its end: training turns are shorter still, and far beyond them a model babbles."""


def heard(text: str, tokenizer: TextTokenizer) -> str:
    """The last `MOST_TOKENS` tokens of the words.

    Raises:
        RequestError: there are no words.
    """
    words = text.strip()
    if not words:
        raise RequestError("say something: what are you in the mood for, or a title that you liked.")
    tokens = tokenizer.encode(words)
    return words if len(tokens) <= MOST_TOKENS else tokenizer.decode(tokens[-MOST_TOKENS:]).strip()
