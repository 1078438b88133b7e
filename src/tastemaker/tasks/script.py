"""The course of a simulated dialogue: what user and assistant say up to the reply that is to be written.

Who asks for nothing in particular, naming neither a constraint nor a title, is asked a question, once. Who takes what
was recommended and thanks is let go. In every other case the assistant recommends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from tastemaker.data.facts import Fact
from tastemaker.data.simulation import Choice, Simulation
from tastemaker.data.split import Split
from tastemaker.data.title_forms import printed_title
from tastemaker.tasks.question_phrasings import LEADS, NEXT_LEADS, QUESTIONS
from tastemaker.tasks.request import Turn, named
from tastemaker.tasks.user_words import UserWords

COURSES: Final[dict[str, int]] = {
    "question": 18,
    "request": 36,
    "question answer": 17,
    "question whatever": 4,
    "request rejection": 14,
    "question answer rejection": 6,
    "request rejection rejection": 5,
    "request thanks": 6,
    "question answer thanks": 2,
    "request rejection thanks": 4,
}
"""How a dialogue goes, with weights; a course that ends with `question` or `thanks` ends before the assistant asks, or
takes leave."""
THANKS: Final = "thanks"
"""The step in which the target is recommended, and taken."""


@dataclass
class Script:
    """Writes one dialogue turn by turn; holds what was said and asked for so far."""

    simulation: Simulation
    choice: Choice
    words: UserWords
    split: Split
    random: Random
    turns: list[Turn] = field(default_factory=list)
    stated: tuple[Fact, ...] = ()

    def write(self, course: str) -> tuple[Turn, ...]:
        """All turns of a course, the last one the user's."""
        for step in course.split():
            if step == "question":
                self._user(self.words.request((), ()))
                if step != course:
                    asked = question(self.simulation, self.words.nouns[0], self.split, self.random)
                    self.turns.append(Turn("assistant", asked))
            elif step == "whatever":
                self._user(self.words.answer((), ()))
            elif step == "rejection":
                self._reject()
            elif step == THANKS:
                self._recommend(self.choice.item)
                self._user(self.words.thanks())
            else:
                facts, titles = self._need()
                self._user((self.words.request if step == "request" else self.words.answer)(facts, titles))
        return tuple(self.turns)

    def _user(self, text: str) -> None:
        self.turns.append(Turn("user", text))

    def _recommend(self, item: int) -> None:
        self.turns.append(Turn("assistant", lead(self.turns, self.split, self.random), item))

    def _need(self) -> tuple[tuple[Fact, ...], tuple[str, ...]]:
        """Constraints, liked titles, or both."""
        kind = self.random.random()
        titles = self._favourites() if kind > 0.6 else ()
        if not titles or kind < 0.82:
            count = self.random.choice((1, 1, 1, 2, 2, 2, 3))
            self.stated = self.simulation.constraints(self.choice.item, self.split, count, self.random)
        if not titles and not self.stated:
            titles = self._favourites()
        return self.stated, titles

    def _favourites(self) -> tuple[str, ...]:
        """Titles of one or two liked items that resemble the target."""
        similar = self.simulation.similar(self.choice.item, self.choice.history)[:5]
        count = min(len(similar), 1 if self.random.random() < 0.75 else 2)
        catalog = self.simulation.dataset.catalog
        return tuple(printed_title(catalog[entry.item]) for entry in self.random.sample(similar, count))

    def _reject(self) -> None:
        """The assistant recommends something else, and the user turns it down."""
        spoken_of = named(self.turns, self.simulation.extractor) + tuple(
            it.item for it in self.turns if it.item is not None
        )
        rejected = self.simulation.rejection(self.choice, self.split, self.random, self.stated, spoken_of)
        if rejected is None:
            return
        self._recommend(rejected.item)
        self._user(self.words.rejection(rejected.kind, rejected.fact))
        if rejected.fact:
            self.stated = (*self.stated, rejected.fact)


def question(simulation: Simulation, noun: str, split: Split, random: Random) -> str:
    """A clarifying question about what the catalog's items can be told apart by."""
    text = QUESTIONS.draw(split, random)
    return text.format(noun=noun, names=" or ".join(simulation.askable_names) or "kind")


def lead(turns: Sequence[Turn], split: Split, random: Random) -> str:
    """What is said before a recommendation that follows these turns."""
    leads = NEXT_LEADS if any(turn.item is not None for turn in turns) else LEADS
    return leads.draw(split, random)


def draw_course(random: Random, courses: Sequence[str] = tuple(COURSES)) -> str:
    """A course by its weight."""
    return random.choices(courses, [COURSES[course] for course in courses])[0]
