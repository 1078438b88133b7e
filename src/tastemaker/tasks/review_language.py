"""How people write about an item: passages of training reviews, each to be written from the item alone.

Reasons are few, and a trunk that has read nothing else does not learn to write from them. All that reviews say teaches
it words and what belongs to which item; the marker that opens a reply tells such passages from reasons.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from tastemaker.data.dataset import Dataset
from tastemaker.data.sentences import sentences
from tastemaker.tasks.example import Example, History, Item, Reply
from tastemaker.tasks.real_explanation import held_out_sentences
from tastemaker.tasks.words import count_words, plain

_WORDS: Final = 40
"""Words of a passage, at most; a longer sentence is left out."""


def review_passages(dataset: Dataset, task: str) -> Iterator[Example]:
    """Yield all training reviews, passage by passage, without sentences that stand in held-out reviews."""
    held_out = held_out_sentences(dataset)
    for row, review in dataset.training_reviews.iter_rows():
        context = (History(()), Item(int(dataset.items[row])))
        told = [it for it in sentences(review) if plain(it) not in held_out]
        for passage in passages(told, _WORDS):
            yield Example(task, context, Reply(lead=passage), int(dataset.owners[row]))


def passages(told: Sequence[str], most: int) -> Iterator[str]:
    """Join sentences in a row as long as they have at most `most` words; one that has more by itself ends a passage.

    >>> list(passages(["Nice tone.", "Buy it.", "One two three four five.", "Done."], 4))
    ['Nice tone. Buy it.', 'Done.']
    """
    joined, size = list[str](), 0
    for sentence in told:
        added = count_words(sentence)
        if joined and size + added > most:
            yield " ".join(joined)
            joined, size = [], 0
        if added <= most:
            joined.append(sentence)
            size += added
    if joined:
        yield " ".join(joined)
