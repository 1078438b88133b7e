"""Which past items carried an item's score: how much lower it is when one of them is left out.

Leave-one-out attribution by input erasure (Li et al., 2016). It is what the model does, not what it says: the reason's
evidence is chosen by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Entry
from tastemaker.inference.reading import Reader
from tastemaker.tasks.example import History, Segment


@dataclass(frozen=True)
class Question:
    """Why these items after this context?"""

    context: tuple[Segment, ...]
    items: tuple[int, ...]
    lead: tuple[int, ...] | None = None
    """Tokens of the reply before its `<rec>`; None where the items follow the history, in no reply."""
    about: tuple[int, ...] | None = None
    """Which of the past entries are asked about; None is all of them."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The past entries."""
        first = self.context[0]
        return first.entries if isinstance(first, History) else ()

    @property
    def left_out(self) -> tuple[int, ...]:
        """Places of those that are left out, one at a time."""
        return tuple(range(len(self.entries))) if self.about is None else self.about


def contributions(reader: Reader, questions: Sequence[Question]) -> list[NDArray[np.float32]]:
    """For every question `[items, entries]`: the log-probability of an item less the one without an entry.

    It is 0 for an entry that a question is not about.
    """
    rows = [
        reader.history_row(context) if question.lead is None else reader.slot_row(context, question.lead)
        for question in questions
        for context in (question.context, *_without_each(question))
    ]
    logs = reader.scores(rows).log_softmax(-1).numpy()
    answers, start = [], 0
    for question in questions:
        stop = start + 1 + len(question.left_out)
        scores = logs[start:stop][:, list(question.items)]
        answer = np.zeros((len(question.items), len(question.entries)), dtype=np.float32)
        answer[:, list(question.left_out)] = (scores[:1] - scores[1:]).T
        answers.append(answer)
        start = stop
    return answers


def _without_each(question: Question) -> list[tuple[Segment, ...]]:
    entries = question.entries
    return [(History(entries[:index] + entries[index + 1 :]), *question.context[1:]) for index in question.left_out]
