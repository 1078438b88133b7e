from random import Random

import polars as pl
import pytest

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.combinations import is_for_test
from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import holds
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.simulation import Choice, Simulation, simulation_of
from tastemaker.data.split import DataConfig, Split
from tastemaker.errors import DataError

GENRES = ("Comedy", "Drama", "Horror")


def _item(row: int) -> CatalogItem:
    return CatalogItem(
        f"i{row}",
        f"Film number {row} (19{70 + row})",
        attributes={
            "year": (f"19{70 + row}",),
            "genre": (GENRES[row % 3], *(("War",) if row % 2 else ())),
        },
    )


def _dataset(histories: dict[str, list[tuple[int, float]]]) -> Dataset:
    rows = [
        (user, f"i{item}", step, "rating", rating, None, None)
        for user, history in histories.items()
        for step, (item, rating) in enumerate(history)
    ]
    table = pl.DataFrame(rows, schema=INTERACTION_COLUMNS, orient="row")
    config = DataConfig(path="films", test_items=1, validation_items=1)
    return Dataset.from_tables(Catalog(tuple(_item(row) for row in range(12))), table, config)


DATA = _dataset(
    {
        "a": [(0, 5), (1, 5), (2, 1), (3, 4), (4, 5)],
        "b": [(0, 5), (3, 4), (1, 2), (6, 4), (5, 5)],
        "c": [(3, 5), (0, 4), (7, 5), (2, 5), (8, 1)],
    }
)
SIMULATION = Simulation(DATA)


def _choices(split: Split, user: int, count: int = 9) -> list[Choice]:
    return list(SIMULATION.choices(split, user, count, 30, Random(1)))


def test_choices_are_the_liked_items_of_the_split_with_what_came_before() -> None:
    """User a trains on 0, 1 (liked) and 2 (rated 1); 3 is validation; 4 is test."""
    assert [(c.item, [e.item for e in c.history]) for c in _choices(Split.TRAIN, 0)] == [(0, []), (1, [0])]
    assert [(c.item, [e.item for e in c.history]) for c in _choices(Split.VALIDATION, 0)] == [(3, [0, 1, 2])]
    assert [(c.item, [e.item for e in c.history]) for c in _choices(Split.TEST, 0)] == [(4, [0, 1, 2, 3])]


def test_a_disliked_held_out_item_is_no_choice() -> None:
    assert _choices(Split.TEST, 2) == [], "user c rated the test item 8 with 1"


def test_choices_are_at_most_as_many_as_asked_and_see_the_last_entries() -> None:
    assert len(_choices(Split.TRAIN, 0, count=1)) == 1
    (choice,) = SIMULATION.choices(Split.TEST, 0, 1, 2, Random(1))
    assert [entry.item for entry in choice.history] == [2, 3]


def test_similar_items_are_liked_ones_ordered_by_common_likers_and_facts() -> None:
    """Training likes: a {0, 1}, b {0, 3}, c {3, 0, 7}. Target 3 (Comedy, War; 1970s), whose likers are b and c.

    Item 0 (Comedy; 1970s): liked with 3 by 2 users, 2 / sqrt(2 * 3) = .82; facts 2 of 3 in common: .67; in all 1.48.
    Item 1 (Drama, War; 1970s): with 3 by none, 0; facts 2 of 4: .50. Item 2 is rated 1.
    """
    past = DATA.history(0)[:3]
    assert [entry.item for entry in SIMULATION.similar(3, past)] == [0, 1]


def test_common_likers_are_counted_over_training_alone() -> None:
    assert SIMULATION._liked_together(3).tolist()[:9] == [2, 0, 0, 2, 0, 0, 0, 1, 0]
    assert SIMULATION._liked_together(5).sum() == 0, "5 is liked in test only"


def test_constraints_hold_of_the_item_and_their_pairs_belong_to_the_split() -> None:
    for seed in range(300):
        split = list(Split)[seed % 3]
        facts = SIMULATION.constraints(seed % 12, split, 3, Random(seed))
        assert len(set(facts)) == len(facts) <= 3
        assert all(holds(DATA.catalog[seed % 12], fact) for fact in facts)
        pairs = [(one, other) for place, one in enumerate(facts) for other in facts[:place]]
        assert all(is_for_test(*pair) == (split is Split.TEST) for pair in pairs)


def test_nothing_is_refused_of_an_item_of_which_it_is_not_known() -> None:
    hidden = Simulation(DATA.hiding("genre", range(12)))
    half = Simulation(DATA.hiding("genre", range(0, 12, 2)))
    for simulation in (hidden, half):
        for seed in range(60):
            item = seed % 12
            said = simulation._shuffled_wishes(item, Random(seed))
            refused = [name.removeprefix("not ") for name, _ in said if name.startswith("not ")]
            assert all(simulation.dataset.catalog[item].values(name) for name in refused)


def test_new_constraints_go_with_those_stated() -> None:
    stated = (("genre", "Comedy"),)
    for seed in range(50):
        for fact in SIMULATION.constraints(3, Split.TRAIN, 2, Random(seed), stated):
            assert fact not in stated
            assert not is_for_test(fact, stated[0])


def test_a_rejected_item_is_no_choice_of_the_user_unless_seen_and_its_fact_leads_to_the_target() -> None:
    kinds = set()
    (choice,) = _choices(Split.TEST, 0)
    chosen = {entry.item for entry in DATA.history(0)}
    for seed in range(200):
        rejected = SIMULATION.rejection(choice, Split.TEST, Random(seed), ())
        assert rejected is not None
        assert rejected.item != choice.item
        assert (rejected.item in chosen) == (rejected.kind == "seen")
        kinds.add(rejected.kind)
        if rejected.fact:
            assert holds(DATA.catalog[choice.item], rejected.fact)
            assert not holds(DATA.catalog[rejected.item], rejected.fact)
    assert {"seen", "refused", "other"} <= kinds


def test_a_rejected_item_meets_the_first_wish() -> None:
    (choice,) = _choices(Split.TEST, 1)
    for seed in range(30):
        rejected = SIMULATION.rejection(choice, Split.TEST, Random(seed), (("genre", "Drama"),))
        assert rejected is None or holds(DATA.catalog[rejected.item], ("genre", "Drama"))


def test_no_item_is_rejected_where_all_were_named() -> None:
    (choice,) = _choices(Split.TEST, 0)
    assert SIMULATION.rejection(choice, Split.TEST, Random(0), (), range(12)) is None


def test_the_simulation_is_kept_with_its_data_set() -> None:
    assert simulation_of(DATA) is simulation_of(DATA)


def test_a_catalog_without_titles_is_refused() -> None:
    items = tuple(CatalogItem(f"i{row}", " ") for row in range(12))
    table = pl.DataFrame([("a", "i0", 0, "rating", 5.0, None, None)], schema=INTERACTION_COLUMNS, orient="row")
    data = Dataset.from_tables(Catalog(items), table, DataConfig(path="films"))
    with pytest.raises(DataError) as refusal:
        next(Simulation(data).choices(Split.TRAIN, 0, 1, 5, Random(0)))
    assert str(refusal.value) == (
        "films: simulated explanations and dialogues need titles in items.parquet, column 'title', found none. "
        "Add titles, or remove [tasks.explanation] and [tasks.dialogue]."
    )


def test_questions_ask_for_genre_before_decade() -> None:
    assert SIMULATION.askable_names == ("genre", "decade")
