"""Say why an item was recommended to a user. Simulated: real choices, true facts, words from templates."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tastemaker.data.dataset import Dataset
from tastemaker.data.simulation import Choice, Simulation, simulation_of
from tastemaker.data.split import Split
from tastemaker.tasks.cards import card, evidence
from tastemaker.tasks.example import Example, Reply
from tastemaker.tasks.needs import need_interactions
from tastemaker.tasks.past import choices_of, speaking_items
from tastemaker.tasks.reasons import write_reason
from tastemaker.tasks.request import explanation_context


@dataclass(frozen=True)
class Explanation:
    """Given the past, an item with its card, and evidence, write the reason.

    The item is part of the context, so the reply is a reason alone: `Reply(lead="", slot=None, reason=...)`.
    """

    name: str = "explanation"
    weight: float = 1.0
    max_history: int = 30
    """Entries of the past that are shown."""
    per_user: int = 3
    """Training examples a user and epoch; two at most in validation and test."""
    noun: str = "film"
    """What an item is called in words."""
    metrics: tuple[str, ...] = (
        *("grounding", "facts_per_reason", "grounded_reasons", "unslotted_title_rate"),
        *("bleu1", "bleu", "rouge1", "rouge2", "rougeL", "distinct2", "unique_ratio"),
    )

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield examples of items that users chose and liked in the split; training draws anew in every epoch."""
        need_interactions(dataset, self.name)
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
