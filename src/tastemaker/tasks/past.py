"""Which choices simulated texts are about, and which past items speak for each; in use attribution chooses those."""

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from tastemaker.data.simulation import Choice, Simulation
from tastemaker.data.split import Split

PastItem = tuple[int, float | None]
"""Row and rating, None where the item was chosen or named without one."""


HELD_OUT_PER_USER: Final = 2
"""Most choices a user in validation and test, so that all users count alike."""
_UNRATED: Final = 0.2
"""How often the ratings are left out, as in use where somebody new names titles."""


def choices_of(
    simulation: Simulation, split: Split, seed: str, per_user: int, max_history: int
) -> Iterator[tuple[Choice, Random]]:
    """Draw the choices of all users, each with the randomness that its texts are to be written with.

    Args:
        simulation: of the data set.
        split: whose targets to draw.
        seed: with the user's row and the choice's number it seeds all that is drawn.
        per_user: most choices of a user in training.
        max_history: most entries of a choice's past.
    """
    count = per_user if split is Split.TRAIN else min(per_user, HELD_OUT_PER_USER)
    for user in range(len(simulation.dataset.user_ids)):
        choices = simulation.choices(split, user, count, max_history, Random(f"{seed} {user}"))
        for number, choice in enumerate(choices):
            yield choice, Random(f"{seed} {user} {number}")


def speaking_items(
    simulation: Simulation, choice: Choice, random: Random, named: Sequence[int] = ()
) -> tuple[PastItem, ...]:
    """At most two past items: those that the user named, then the most similar of the past, not always the very first.

    Args:
        simulation: of the data set.
        choice: the recommended item and the past.
        random: where chance comes from.
        named: rows of items that the user named in words.
    """
    is_rated = random.random() >= _UNRATED
    ratings = {entry.item: entry.rating if is_rated else None for entry in choice.history}
    count = 1 if random.random() < 0.5 else 2
    found: list[PastItem] = [(item, ratings.get(item)) for item in named if item != choice.item][:count]
    similar = [entry for entry in simulation.similar(choice.item, choice.history)[:4] if entry.item not in named]
    while similar and len(found) < count:
        place = min(int(random.expovariate(1.2)), len(similar) - 1)
        entry = similar.pop(place)
        found.append((entry.item, ratings[entry.item]))
    return tuple(found)
