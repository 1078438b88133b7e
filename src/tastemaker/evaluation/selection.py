"""Choosing among variants of a baseline, so that it competes as well as it can; only validation is read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.evaluation.answers import Ranker
from tastemaker.evaluation.context import known_items, sample, target_items
from tastemaker.metrics.places import join, place
from tastemaker.metrics.ranking import ndcg_at_k
from tastemaker.tasks.example import Example
from tastemaker.tasks.next_item import NextItem

BATCH = 256
USERS = 5000
"""Most validation users that variants are compared on: a fixed seeded sample, the same for all of them."""
SEED = 0
"""Of that sample."""


@dataclass(frozen=True)
class Validation:
    """The next items of validation, and what must not be recommended before them."""

    examples: list[Example]
    known: list[list[int]]

    @classmethod
    def of(cls, dataset: Dataset, users: int | None = USERS) -> "Validation":
        """At most `users` of the data set's validation users; all where None."""
        examples = sample(list(NextItem().examples(dataset, Split.VALIDATION)), users, SEED)
        return cls(examples, [known_items(example, dataset, Split.VALIDATION) for example in examples])

    def ndcg(self, ranker: Ranker) -> float:
        """NDCG@10, seen items masked; 0 without examples."""
        parts = []
        for start in range(0, len(self.examples), BATCH):
            batch = self.examples[start : start + BATCH]
            targets = [target_items(example) for example in batch]
            parts.append(place(ranker.item_scores(batch), targets, self.known[start : start + BATCH]))
        return float(ndcg_at_k(join(parts), 10).mean()) if parts else 0.0


def best_ranker(dataset: Dataset, variants: Iterable[Callable[[], Ranker]]) -> Ranker:
    """The variant with the highest NDCG@10 on validation, seen items masked; the first among equals."""
    validation = Validation.of(dataset)
    return max((make() for make in variants), key=validation.ndcg)
