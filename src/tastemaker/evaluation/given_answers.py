"""Answers that need no model: that it is not known, and the commonest one to the same kind of question."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tastemaker.data.dataset import Dataset
from tastemaker.evaluation.given_text import training_words
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import REFUSAL, Example, Task, Words


@dataclass(frozen=True)
class Refusal:
    """Knows nothing, and says so."""

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        return [WrittenReply(REFUSAL, None, "") for _ in examples]


@dataclass(frozen=True)
class FrequentAnswer:
    """Says what training answers most often where the same is asked for, and refuses what training never answers."""

    answers: Mapping[tuple[str, str], str]
    """By task and by what is asked for."""

    @classmethod
    def fit(cls, dataset: Dataset, tasks: Sequence[Task]) -> "FrequentAnswer":
        """Count the answers of training that are none of `REFUSAL`; of equals the first is taken."""
        counts: dict[tuple[str, str], Counter[str]] = {}
        for task in tasks:
            for target in training_words(task, dataset):
                if target.asks and target.text != REFUSAL:
                    counts.setdefault((task.name, target.asks), Counter())[target.text] += 1
        return cls({asked: max(each, key=each.__getitem__) for asked, each in counts.items()})

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        return [WrittenReply(self.answers.get(_asked(example), REFUSAL), None, "") for example in examples]


def _asked(example: Example) -> tuple[str, str]:
    return example.task, example.target.asks if isinstance(example.target, Words) else ""
