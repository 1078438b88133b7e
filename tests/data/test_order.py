import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.order import order_interactions
from tastemaker.data.schema import INTERACTION_COLUMNS

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "9", "10"]), st.sampled_from("ab"), st.integers(0, 2), st.sampled_from(["view", "buy"])
    )
)


def ordered(rows: list[tuple[str, str, int, str]], seed: int = 0) -> pl.DataFrame:
    whole = [(*row, None, None, None) for row in rows]
    return order_interactions(
        pl.DataFrame(whole, schema=pl.Schema(INTERACTION_COLUMNS), orient="row"), np.random.default_rng(seed)
    )


@given(ROWS, st.randoms())
def test_the_order_is_by_user_and_time_and_does_not_depend_on_how_rows_came(rows, random) -> None:  # type: ignore[no-untyped-def]
    once = ordered(rows)
    random.shuffle(rows)
    assert once.equals(ordered(rows))
    keys = [(len(user), user, time) for user, time in once.select("user_id", "timestamp").iter_rows()]
    assert keys == sorted(keys)


def test_equal_times_are_shuffled() -> None:
    items = {tuple(ordered([("1", item, 0, "view") for item in "abcdefgh"], seed)["item_id"]) for seed in range(3)}
    assert len(items) == 3
    assert tuple("abcdefgh") not in items
