"""Say why an item was recommended to a user: in the words of reviews, or in simulated ones, true facts in templates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import ClassVar

from tastemaker.data.dataset import Dataset
from tastemaker.data.simulation import Choice, Simulation, simulation_of
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.tasks.cards import card, evidence
from tastemaker.tasks.example import Example, Reply
from tastemaker.tasks.needs import need_interactions
from tastemaker.tasks.past import choices_of, speaking_items
from tastemaker.tasks.real_explanation import real_reasons, told_reasons
from tastemaker.tasks.reasons import write_reason
from tastemaker.tasks.request import explanation_context
from tastemaker.tasks.review_language import review_passages
from tastemaker.tasks.stake import Stake


@dataclass(frozen=True)
class Explanation(Stake):
    """Given the past, an item with its card, and evidence, write the reason.

    The item is part of the context, so the reply is a reason alone: `Reply(lead="", slot=None, reason=...)`. It is the
    sentence of the user's own review that says why (see `real_explanation`), or a simulated one.
    """

    name: str = "explanation"
    weight: float = 1.0
    max_history: int = 30
    """Entries of the past that are shown."""
    per_user: int = 3
    """Simulated training examples a user and epoch; two at most in validation and test."""
    noun: str = "film"
    """What an item is called in simulated words."""
    hint: bool = False
    """Whether the evidence ends in the feature that a real reason is about. In use it is the first label that past and
    item share, else the item's first."""
    simulated_share: float | None = None
    """Share of the training reasons that are simulated, as far as there are so many; left out, 0 where training reviews
    say why and 1 where none does. Below 1, real reasons alone are validation and test."""
    passages: float = 2.0
    """Passages of training reviews that are written beside each real reason, drawn anew in every epoch, as far as there
    are so many."""
    metrics: tuple[str, ...] = (
        *("grounding", "facts_per_reason", "grounded_reasons", "unslotted_title_rate"),
        *("bleu1", "bleu", "rouge1", "rouge2", "rougeL", "distinct2", "unique_ratio"),
    )
    writes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.simulated_share is not None and not 0 <= self.simulated_share <= 1:
            raise RecipeError(f"simulated_share must lie between 0 and 1, found {self.simulated_share}.")
        if self.passages < 0:
            raise RecipeError(f"passages must be at least 0, found {self.passages}.")

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield an example of every reason that users gave, and simulated ones of items that they chose and liked.

        Simulated reasons are drawn anew in every epoch of training, as is the evidence of real ones.

        Raises:
            DataError: the data set lacks interactions or titles to simulate from, or the reviews that a share asks for.
        """
        need_interactions(dataset, self.name)
        share = self._share(dataset)
        if share == 1:
            yield from self._simulated(dataset, split, epoch)
            return
        real = list(real_reasons(dataset, split, self.name, self.max_history, self.hint, epoch))
        yield from real
        if split is Split.TRAIN and self.passages:
            yield from _drawn(review_passages(dataset, self.name), len(real) * self.passages, self.name, epoch)
        if share and split is Split.TRAIN:
            yield from _drawn(self._simulated(dataset, split, epoch), len(real) * share / (1 - share), self.name, epoch)

    def _share(self, dataset: Dataset) -> float:
        if self.simulated_share == 1:
            return 1.0
        has_none = not (dataset.has_reviews and told_reasons(dataset)[Split.TRAIN])
        share = float(has_none) if self.simulated_share is None else self.simulated_share
        if has_none and share < 1:
            raise DataError(
                f"{dataset.config.path}: tasks.explanation.simulated_share = {share:g} needs reviews in "
                "interactions.parquet that say in English why an item is liked, found none in training. Leave "
                "simulated_share out, or prepare a data set that has some."
            )
        return share

    def _simulated(self, dataset: Dataset, split: Split, epoch: int) -> Iterator[Example]:
        simulation = simulation_of(dataset)
        seed = f"{self.name} {split} {epoch if split is Split.TRAIN else 0}"
        for choice, random in choices_of(simulation, split, seed, self.per_user, self.max_history):
            yield self._example(simulation, choice, split, random)

    def _example(self, simulation: Simulation, choice: Choice, split: Split, random: Random) -> Example:
        catalog = simulation.dataset.catalog
        about = card(catalog, choice.item)
        why = evidence(
            catalog,
            choice.item,
            speaking_items(simulation, choice, random),
            like_threshold=simulation.dataset.config.like_threshold,
        )
        reason = write_reason(why, about, self.noun, split, random)
        context = explanation_context(choice.history, choice.item, about, why)
        return Example(self.name, context, Reply(lead="", reason=reason), choice.user)


def _drawn(examples: Iterable[Example], wanted: float, name: str, epoch: int) -> list[Example]:
    """About as many as are wanted, or all, drawn anew in every epoch."""
    there = list(examples)
    return Random(f"{name} {epoch}").sample(there, min(round(wanted), len(there)))
