"""Takes the words of an answer out of a text, so that a classifier cannot read off what it is to find out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tastemaker.data.vocabulary import value_forms

_WORD: Final = re.compile(r"\w+")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts in which a word does not end where a space stands: Chinese, Japanese, and Korean with its endings."""
_BETWEEN: Final = r"[\W_]+"
_LEAST: Final = 3
"""Letters of a word that says something, in scripts with spaces."""
_SMALL: Final = frozenset(("and", "for", "from", "not", "the", "with"))


@dataclass(frozen=True)
class AnswerWords:
    """Every way to write the values of one attribute, and every word of them."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, name: str, values: Iterable[str]) -> "AnswerWords":
        """The forms of all `values` of attribute `name`: "Nail Polish" is also "nail", "nails" and "polish".

        All values, whatever holds of an item: where only an item's own were taken out, the words for others that stay
        would say which ones do not hold.
        """
        forms = {form for value in values for form in value_forms(name, value)}
        whole = sorted({_whole(form) for form in forms if _WORD.search(form)}, key=lambda one: (-len(one), one))
        words = sorted({_inflected(word) for form in forms for word in _WORD.findall(form) if _says_something(word)})
        return cls(re.compile("|".join((*whole, *words)) or r"(?!)", re.IGNORECASE))

    def removed(self, text: str) -> str:
        """The text without those words, also where they stand together only once others are gone."""
        before = None
        while before != text:
            before, text = text, self.pattern.sub(" ", text)
        return " ".join(text.split())


def _whole(form: str) -> str:
    """A pattern of a form, whatever signs part its words."""
    return _bounded(_BETWEEN.join(map(re.escape, _WORD.findall(form))), form)


def _says_something(word: str) -> bool:
    return bool(_UNSPACED.search(word)) or (len(word) >= _LEAST and word.casefold() not in _SMALL)


def _inflected(word: str) -> str:
    """A pattern of a word in singular and plural, and with a possessive s."""
    if _UNSPACED.search(word):
        return re.escape(word)
    if word.casefold().endswith(("ies", "y")):
        return _bounded(re.escape(re.sub("(ies|y)$", "", word, flags=re.IGNORECASE)) + r"(?:y|ies)(?:['’]s?)?", word)
    stem = word[:-1] if word.casefold().endswith("s") and not word.casefold().endswith("ss") else word
    return _bounded(re.escape(stem) + r"(?:e?s)?(?:['’]s?)?", word)


def _bounded(pattern: str, of: str) -> str:
    """A pattern that ends where words end, where the script has such places."""
    return pattern if _UNSPACED.search(of) else rf"(?<!\w){pattern}(?!\w)"
