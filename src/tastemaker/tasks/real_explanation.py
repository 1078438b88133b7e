"""Reasons that users gave themselves: of every review of a liked item the sentence that says why, if it has one.

Before it stands the past, then the item with card and evidence, just as where a reason is asked for in use; with
`hint` the evidence ends in the feature that the sentence praises. In training the card is that of the item without the
user's own review. Training leaves out sentences that read word for word like one of a held-out review.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Dataset
from tastemaker.data.reasons import Reason, reason_of, reasons_of
from tastemaker.data.sentences import sentences
from tastemaker.data.simulation import Choice, Simulation, simulation_of
from tastemaker.data.split import Split
from tastemaker.tasks.cards import card, evidence, hinted
from tastemaker.tasks.example import Card, Evidence, Example, Reply
from tastemaker.tasks.past import speaking_items
from tastemaker.tasks.request import explanation_context
from tastemaker.tasks.words import plain


@dataclass(frozen=True)
class Told:
    """A reason that a user gave."""

    choice: Choice
    review: str
    reason: Reason


def told_reasons(dataset: Dataset) -> Mapping[Split, tuple[Told, ...]]:
    """The reasons that users gave in each split, found once and kept with the data set."""
    kept = dataset.__dict__.get("_told_reasons")
    if not isinstance(kept, Mapping):
        kept = {split: tuple(_told(dataset, split)) for split in Split}
        dataset.__dict__["_told_reasons"] = kept
    return kept


def real_reasons(
    dataset: Dataset, split: Split, task: str, max_history: int, hint: bool, epoch: int
) -> Iterator[Example]:
    """Yield every reason of a split as an example of `task`; the past items that speak for it change with the epoch."""
    simulation = simulation_of(dataset)
    seed = f"{task} {split} {epoch if split is Split.TRAIN else 0}"
    for told in told_reasons(dataset)[split]:
        random = Random(f"{seed} {told.choice.user} {told.choice.item} {len(told.choice.history)}")
        about, why = _grounds(simulation, told, split, random)
        why = hinted(why, told.reason.feature) if hint else why
        context = explanation_context(told.choice.history[-max_history:], told.choice.item, about, why)
        yield Example(task, context, Reply(lead="", reason=told.reason.text, is_told=True), told.choice.user)


def _told(dataset: Dataset, split: Split) -> Iterator[Told]:
    is_taught = split is Split.TRAIN
    held_out = held_out_sentences(dataset) if is_taught else frozenset()
    for user in range(len(dataset.user_ids)):
        start, history = len(dataset.known_before(user, split)), dataset.history(user)
        for place, review in enumerate(dataset.reviews(user, split), start=start):
            past = history[: place if is_taught else start]
            for reason in _reasons(dataset, review, is_taught) if dataset.likes(history[place]) else ():
                if plain(reason.text) not in held_out:
                    yield Told(Choice(user, history[place].item, past), review, reason)


def _reasons(dataset: Dataset, review: str, is_taught: bool) -> tuple[Reason, ...]:
    if is_taught:
        return reasons_of(review, dataset.features)
    best = reason_of(review, dataset.features)
    return () if best is None else (best,)


def held_out_sentences(dataset: Dataset) -> frozenset[str]:
    """All sentences of held-out reviews."""
    users, parts = range(len(dataset.user_ids)), (Split.VALIDATION, Split.TEST)
    reviews = (review for part in parts for user in users for review in dataset.reviews(user, part))
    return frozenset(plain(sentence) for review in reviews for sentence in sentences(review))


def _grounds(simulation: Simulation, told: Told, split: Split, random: Random) -> tuple[Card, Evidence]:
    """Card and evidence of the item as it is known without the review that is to be told."""
    dataset, row = simulation.dataset, told.choice.item
    item = dataset.catalog[row]
    if split is Split.TRAIN and dataset.item_words is not None:
        item = dataset.item_words.without(item, row, told.review)
    past = speaking_items(simulation, told.choice, random)
    known = Catalog((item, *(dataset.catalog[other] for other, _ in past)))
    ratings = [(place, rating) for place, (_, rating) in enumerate(past, start=1)]
    return card(known, 0), evidence(known, 0, ratings, like_threshold=dataset.config.like_threshold)
