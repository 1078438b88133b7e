"""Answer what a user says by words, recommendations, or both: in real dialogues, or in simulated ones."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import is_true
from tastemaker.data.simulation import Choice, Simulation, simulation_of
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.tasks.cards import card, evidence
from tastemaker.tasks.example import Earlier, Example, Recommended, Reply
from tastemaker.tasks.mentioned import Mentions, mentions
from tastemaker.tasks.needs import need_interactions
from tastemaker.tasks.past import choices_of, speaking_items
from tastemaker.tasks.question_phrasings import FAREWELLS
from tastemaker.tasks.real_dialogue import real_replies
from tastemaker.tasks.reasons import write_reason
from tastemaker.tasks.request import Turn, asked, dialogue_context, named
from tastemaker.tasks.script import THANKS, Script, draw_course, lead, question
from tastemaker.tasks.stake import Stake
from tastemaker.tasks.user_words import UserWords


@dataclass(frozen=True)
class Dialogue(Stake):
    """Every reply of the real dialogues of a data set (see `real_dialogue`), or of simulated ones.

    A simulated dialogue is a need in words over two to six turns, answered by `Reply(lead=question)` or by lead, slot
    and reason; or what was recommended is taken with thanks, and answered by a farewell. The item in the slot is one
    that the user really chose and liked; constraints are true of it. In a quarter of the dialogues the past is unknown,
    and the words carry all.
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
    """Share of simulated dialogues with an unknown past."""
    simulated_share: float | None = None
    """Share of the training replies that are simulated, as far as there are so many; left out, 0 where the data set has
    real dialogues and 1 where it has none. Below 1, real replies alone are validation and test."""
    metrics: tuple[str, ...] = (
        *("recall@10", "recall@1", "recall@50", "recall@10_novel", "recall@1_novel", "recall@50_novel"),
        *("recommends_f1", "constraints_met", "grounding", "facts_per_reason", "unslotted_title_rate"),
        *("bleu", "rougeL", "distinct2", "distinct3", "distinct4"),
    )
    writes: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.simulated_share is not None and not 0 <= self.simulated_share <= 1:
            raise RecipeError(f"simulated_share must lie between 0 and 1, found {self.simulated_share}.")

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield every real reply, those of a training dialogue in one example, and a simulated one for each item drawn.

        Simulated replies are drawn anew in every epoch of training.

        Raises:
            DataError: the data set lacks interactions to simulate from, or the real dialogues that a share asks for.
        """
        share = self._share(dataset)
        if share == 0 or (share < 1 and split is not Split.TRAIN):
            yield from real_replies(dataset, split, self.name)
        elif share == 1:
            yield from self._simulated(dataset, split, epoch)
        else:
            real = list(real_replies(dataset, split, self.name))
            simulated = list(self._simulated(dataset, split, epoch))
            replies = sum(1 + sum(isinstance(it, Earlier) for it in example.context) for example in real)
            wanted = min(round(replies * share / (1 - share)), len(simulated))
            yield from (*real, *Random(f"{self.name} {epoch}").sample(simulated, wanted))

    def mentions(self, dataset: Dataset) -> Mentions | None:
        """What the real dialogues of training say of items; None where none is trained on."""
        return mentions(dataset) if self._share(dataset) < 1 else None

    def _share(self, dataset: Dataset) -> float:
        has_none = dataset.dialogues.is_empty()
        share = float(has_none) if self.simulated_share is None else self.simulated_share
        if has_none and share < 1:
            raise DataError(
                f"{dataset.config.path}: tasks.dialogue.simulated_share = {share:g} needs real dialogues in "
                "dialogues.parquet, found none. Leave simulated_share out, or prepare a data set that has some."
            )
        return share

    def _simulated(self, dataset: Dataset, split: Split, epoch: int) -> Iterator[Example]:
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
            reply = Reply(lead=question(simulation, self.nouns[0], split, random))
        elif course.endswith(THANKS):
            reply = Reply(lead=FAREWELLS.draw(split, random))
        else:
            reply = self._recommendation(simulation, choice, turns, split, random)
        return Example(self.name, context, reply, choice.user)

    def _recommendation(
        self, simulation: Simulation, choice: Choice, turns: tuple[Turn, ...], split: Split, random: Random
    ) -> Reply:
        catalog = simulation.dataset.catalog
        wishes = tuple(fact for fact in asked(turns, simulation.extractor) if is_true(catalog[choice.item], fact))
        past = speaking_items(simulation, choice, random, named(turns, simulation.extractor))
        about = card(catalog, choice.item)
        why = evidence(catalog, choice.item, past, wishes, simulation.dataset.config.like_threshold)
        return Reply(
            lead=lead(turns, split, random),
            slot=Recommended(choice.item, about, why),
            reason=write_reason(why, about, self.nouns[0], split, random),
            constraints=wishes,
        )
