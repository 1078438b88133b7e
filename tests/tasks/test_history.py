import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig, Split
from tastemaker.tasks.history import windows

CATALOG = Catalog(tuple(CatalogItem(f"i{row}", f"Item {row}") for row in range(40)))
CONFIG = DataConfig(path="ml", test_items=2, validation_items=1)


def interactions(*lengths: int) -> pl.DataFrame:
    """User `u0` has the items i0, i1, … at the times 0, 1, …, and so on."""
    rows = [
        (f"u{user}", f"i{place}", place, "view", None, None, None)
        for user, length in enumerate(lengths)
        for place in range(length)
    ]
    return pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row")


def items(entries: tuple[Entry, ...]) -> list[int]:
    return [entry.item for entry in entries]


@given(
    st.lists(st.integers(1, 25), min_size=1, max_size=4),
    st.integers(1, 9),
    st.integers(0, 5),
    st.sampled_from(list(Split)),
)
def test_every_interaction_is_a_target_once(lengths: list[int], size: int, epoch: int, split: Split) -> None:
    dataset = Dataset.from_tables(CATALOG, interactions(*lengths), CONFIG)
    targets: dict[int, list[int]] = {user: [] for user in range(len(lengths))}
    for window in windows(dataset, split, size, epoch):
        targets[window.user] += items(window.targets)
        context = window.entries[: window.first_target]
        assert len(context) <= size
        if split is Split.TRAIN:
            assert 1 <= len(window.entries) <= size
        else:
            assert context == dataset.known_before(window.user, split)[-size:]
    assert targets == {user: items(dataset.held_out(user, split)) for user in targets}


def test_training_pieces_change_with_the_epoch_and_only_so() -> None:
    dataset = Dataset.from_tables(CATALOG, interactions(30, 30, 30, 30), CONFIG)
    first, again, second = (list(windows(dataset, Split.TRAIN, 50, epoch)) for epoch in (0, 0, 1))
    assert first == again
    assert first != second


def test_where_nobody_did_anything_there_is_no_window() -> None:
    talk = dialogue_table([Dialogue("d", (Turn("user", "More like [[i2]]"), Turn("assistant", "[[i39]]")))])
    dataset = Dataset.from_tables(CATALOG, interactions(), CONFIG, dialogues=talk)
    assert [list(windows(dataset, each, 10)) for each in Split] == [[], [], []]
