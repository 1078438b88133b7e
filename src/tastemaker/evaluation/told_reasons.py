"""Reasons that need no model: the commonest of training, and of each item the one that is most like its others."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tastemaker.data.dataset import Dataset
from tastemaker.data.sentences import words
from tastemaker.data.split import Split
from tastemaker.evaluation.answers import given_item
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Example, Recommended, Reply, Task


@dataclass(frozen=True)
class ToldReason:
    """Says of an item what a user said of it, or of any item where nobody said anything."""

    common: str
    by_item: Mapping[int, str] = field(default_factory=dict)
    """By row."""

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        return [self._reply(example) for example in examples]

    def _reply(self, example: Example) -> WrittenReply:
        item, last = given_item(example), example.context[-1]
        about = last if isinstance(last, Recommended) else None
        evidence = about.evidence.text if about and about.evidence else ""
        text = self.common if item is None else self.by_item.get(item, self.common)
        return WrittenReply("", item, text, about.card.text if about else "", evidence)


def fit_most_frequent(dataset: Dataset, tasks: Sequence[Task]) -> ToldReason | None:
    """The reason that most training reviews give, the first among equals; None where none is told."""
    told = Counter(text for _, text in _told(dataset, tasks))
    return ToldReason(max(told, key=told.__getitem__)) if told else None


def fit_typical(dataset: Dataset, tasks: Sequence[Task]) -> ToldReason | None:
    """Of every item the training reason that shares most words with the item's others: what a lead sentence is to news.

    None where no task tells reasons.
    """
    most_frequent = fit_most_frequent(dataset, tasks)
    if most_frequent is None:
        return None
    by_item = defaultdict[int, list[str]](list)
    for item, text in _told(dataset, tasks):
        by_item[item].append(text)
    return ToldReason(most_frequent.common, {item: typical(texts) for item, texts in by_item.items()})


def typical(texts: Sequence[str]) -> str:
    """The text whose words have the greatest overlap (Jaccard) with the words of each other; the first among equals."""
    bags = [frozenset(words(text)) for text in texts]
    overlap = [sum(len(one & other) / max(1, len(one | other)) for other in bags) for one in bags]
    return texts[max(range(len(texts)), key=overlap.__getitem__)]


def _told(dataset: Dataset, tasks: Sequence[Task]) -> Iterator[tuple[int, str]]:
    """Items and what training says of them, by all tasks that let users speak."""
    for task in tasks:
        for example in task.examples(dataset, Split.TRAIN):
            if not isinstance(example.target, Reply):
                break  # a task has targets of one kind
            item = given_item(example)
            if example.target.is_told and item is not None:
                yield item, example.target.reason
