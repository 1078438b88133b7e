"""Texts that need no model: the first sentence of what is read, and the commonest of what training writes."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tastemaker.data.dataset import Dataset
from tastemaker.data.sentences import sentences
from tastemaker.data.split import Split
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Example, Task, Text, Words


@dataclass(frozen=True)
class LeadSentence:
    """Says the first sentence of the longest text in the context."""

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        return [WrittenReply("".join(sentences(_longest(example))[:1]), None, "") for example in examples]


@dataclass(frozen=True)
class FrequentText:
    """Says the same to every example of a task: the text that most training examples have, the first among equals."""

    texts: Mapping[str, str]
    """By task."""

    @classmethod
    def fit(cls, dataset: Dataset, tasks: Sequence[Task]) -> "FrequentText":
        """Count the training texts of every task that writes words alone."""
        counted = {task.name: Counter(target.text for target in training_words(task, dataset)) for task in tasks}
        return cls({name: max(counts, key=counts.__getitem__) for name, counts in counted.items() if counts})

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        return [WrittenReply(self.texts.get(example.task, ""), None, "") for example in examples]


def training_words(task: Task, dataset: Dataset) -> Iterator[Words]:
    """What training writes, where it is words alone."""
    for example in task.examples(dataset, Split.TRAIN):
        if not isinstance(example.target, Words):
            return  # a task has targets of one kind
        yield example.target


def _longest(example: Example) -> str:
    return max((part.text for part in example.context if isinstance(part, Text)), key=len, default="")
