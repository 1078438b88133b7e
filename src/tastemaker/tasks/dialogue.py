"""Answer a need stated in words by a question or a recommendation with its reason. Simulated, like `explanation`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import holds
from tastemaker.data.simulation import Choice, Simulation, simulation_of
from tastemaker.data.split import Split
from tastemaker.tasks.cards import card, evidence
from tastemaker.tasks.example import Example, Recommended, Reply
from tastemaker.tasks.needs import need_interactions
from tastemaker.tasks.past import choices_of, speaking_items
from tastemaker.tasks.question_phrasings import LEADS, NEXT_LEADS
from tastemaker.tasks.reasons import write_reason
from tastemaker.tasks.request import Turn, asked, dialogue_context, named
from tastemaker.tasks.script import Script, draw_course, question
from tastemaker.tasks.user_words import UserWords


@dataclass(frozen=True)
class Dialogue:
    """A need in words over two to six turns, answered by `Reply(lead=question)` or by lead, slot and reason.

    The item in the slot is one that the user really chose and liked; constraints are true of it. In a quarter of the
    dialogues the past is unknown, and the words carry all.
    """

    name: str = "dialogue"
    weight: float = 1.0
    max_history: int = 30
    """Entries of the past that are shown."""
    per_user: int = 4
    """Training examples a user and epoch; two at most in validation and test."""
    nouns: tuple[str, ...] = ("film", "movie")
    """What an item is called in words; the assistant uses the first."""
    cold_share: float = 0.25
    """Share of dialogues with an unknown past."""
    metrics: tuple[str, ...] = (
        *("recall@10", "recall@1", "recall@50", "recommends_f1", "constraints_met"),
        *("grounding", "facts_per_reason", "unslotted_title_rate", "bleu", "rougeL", "distinct2"),
    )

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield one reply of a dialogue for every item drawn; training draws anew in every epoch."""
        need_interactions(dataset, self.name)
        simulation = simulation_of(dataset)
        seed = f"{self.name} {split} {epoch if split is Split.TRAIN else 0}"
        for choice, random in choices_of(simulation, split, seed, self.per_user, self.max_history):
            yield self._example(simulation, choice, split, random)

    def _example(self, simulation: Simulation, choice: Choice, split: Split, random: Random) -> Example:
        course, is_cold = draw_course(random), random.random() < self.cold_share
        words = UserWords(self.nouns, split, random)
        turns = Script(simulation, choice, words, split, random).write(course)
        if is_cold:
            choice = replace(choice, history=())
        context = dialogue_context(choice.history, turns, simulation.extractor)
        if course == "question":
            reply = Reply(lead=question(simulation, self.nouns[0], random))
        else:
            reply = self._recommendation(simulation, choice, turns, split, random)
        return Example(self.name, context, reply, choice.user)

    def _recommendation(
        self, simulation: Simulation, choice: Choice, turns: tuple[Turn, ...], split: Split, random: Random
    ) -> Reply:
        catalog = simulation.dataset.catalog
        wishes = tuple(fact for fact in asked(turns, simulation.extractor) if holds(catalog[choice.item], fact))
        past = speaking_items(simulation, choice, random, named(turns, simulation.extractor))
        about = card(catalog, choice.item)
        why = evidence(catalog, choice.item, past, wishes, simulation.dataset.config.like_threshold)
        leads = NEXT_LEADS if any(turn.item is not None for turn in turns) else LEADS
        return Reply(
            lead=leads.draw(split, random),
            slot=Recommended(choice.item, about, why),
            reason=write_reason(why, about, self.nouns[0], split, random),
            constraints=wishes,
        )
