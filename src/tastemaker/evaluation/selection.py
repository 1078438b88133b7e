"""Choosing among variants of a baseline, so that it competes as well as it can."""

from collections.abc import Callable, Iterable

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.evaluation.answers import Ranker
from tastemaker.evaluation.context import known_items, target_items
from tastemaker.metrics.places import join, place
from tastemaker.metrics.ranking import ndcg_at_k
from tastemaker.tasks.next_item import NextItem

BATCH = 256


def best_ranker(dataset: Dataset, variants: Iterable[Callable[[], Ranker]]) -> Ranker:
    """The variant with the highest NDCG@10 on validation, seen items masked; the first among equals."""
    fitted = [make() for make in variants]
    return max(fitted, key=lambda ranker: validation_ndcg(dataset, ranker))


def validation_ndcg(dataset: Dataset, ranker: Ranker) -> float:
    """NDCG@10 of the next items of validation; 0 where the data set has none."""
    examples = list(NextItem().examples(dataset, Split.VALIDATION))
    batches = [examples[start : start + BATCH] for start in range(0, len(examples), BATCH)]
    parts = []
    for batch in batches:
        known = [known_items(example, dataset, Split.VALIDATION) for example in batch]
        parts.append(place(ranker.item_scores(batch), [target_items(example) for example in batch], known))
    return float(ndcg_at_k(join(parts), 10).mean()) if parts else 0.0
