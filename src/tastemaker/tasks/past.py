"""Which past items speak for a recommendation, in training; in use attribution chooses them."""

from collections.abc import Sequence
from random import Random

from tastemaker.data.simulation import Choice, Simulation

PastItem = tuple[int, float | None]
"""Row and rating, None where the item was chosen or named without one."""


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
    ratings = {entry.item: entry.rating for entry in choice.history}
    count = 1 if random.random() < 0.5 else 2
    found: list[PastItem] = [(item, ratings.get(item)) for item in named if item != choice.item][:count]
    similar = [entry for entry in simulation.similar(choice.item, choice.history)[:4] if entry.item not in named]
    while similar and len(found) < count:
        place = min(int(random.expovariate(1.2)), len(similar) - 1)
        entry = similar.pop(place)
        found.append((entry.item, entry.rating))
    return tuple(found)
