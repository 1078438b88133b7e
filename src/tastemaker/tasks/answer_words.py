"""Takes the words of an answer out of a text, so that a classifier cannot read off what it is to find out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tastemaker.data.vocabulary import value_forms

_PARTS = re.compile(r"[\s\-‐-―]+")
_SIGNS = re.compile(r"['’]")


@dataclass(frozen=True)
class AnswerWords:
    """Every way to write the values of one attribute."""

    pattern: re.Pattern[str]

    @classmethod
    def of(cls, name: str, values: Iterable[str]) -> "AnswerWords":
        """The forms of all `values` of attribute `name`.

        All of them, whatever holds of an item: where only an item's own values were taken out, the words for others
        that stay would say which ones do not hold.
        """
        forms = {form.strip() for value in values for form in value_forms(name, value)}
        written = sorted((_written(form) for form in forms if form), key=lambda one: (-len(one), one))
        return cls(re.compile(rf"(?<!\w)(?:{'|'.join(written)})(?!\w)" if written else r"(?!)", re.IGNORECASE))

    def removed(self, text: str) -> str:
        """The text without those words, also where they stand together only once others are gone."""
        before = None
        while before != text:
            before, text = text, self.pattern.sub(" ", text)
        return " ".join(text.split())


def _written(form: str) -> str:
    """A form as a pattern: spaces and hyphens stand for each other, and so do the two apostrophes."""
    return r"[\s\-‐-―]+".join(_SIGNS.sub("['’]", re.escape(part)) for part in _PARTS.split(form) if part) or r"(?!)"
