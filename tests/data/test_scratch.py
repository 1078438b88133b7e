from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tastemaker.data import scratch as module
from tastemaker.data.log_cleaning import ORIGIN
from tastemaker.data.order import order_interactions, sorted_interactions
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.scratch import Scratch


def rows(*pairs: tuple[str, str, int], first: int = 1) -> pl.DataFrame:
    whole = [(u, i, t, "view", None, None, None, 0, n, None, None) for n, (u, i, t) in enumerate(pairs, start=first)]
    return pl.DataFrame(whole, schema=pl.Schema({**INTERACTION_COLUMNS, **ORIGIN}), orient="row")


PAIRS = [(str(user), f"i{item}", item // 2) for item in range(10) for user in range(20)]


@pytest.mark.parametrize("size", [module.BUCKET, module.ROW * 25])
def test_buckets_are_the_whole_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """At 25 rows a bucket, the 200 rows of 20 users with 10 each are in 8 buckets of 3 or 2 users."""
    monkeypatch.setattr(module, "BUCKET", size)
    scratch = Scratch(tmp_path / "scratch")
    scratch.append(rows(*PAIRS[:120]))
    scratch.append(rows(*PAIRS[120:], first=121))
    users = scratch.users()
    buckets = list(scratch.buckets(users, seed=0))
    assert len(buckets) == (8 if size < 10_000 else 1)
    whole = pl.concat([bucket.table for bucket in buckets])
    expected = order_interactions(rows(*PAIRS).select(list(INTERACTION_COLUMNS)), np.random.default_rng(0))
    assert whole["user_id"].to_list() == expected["user_id"].to_list()
    assert whole["timestamp"].to_list() == expected["timestamp"].to_list()
    assert sorted_interactions(whole).equals(sorted_interactions(expected))
    assert sorted(scratch.items()) == sorted({f"i{item}" for item in range(10)})


def test_what_is_said_again_is_a_duplicate(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "scratch")
    scratch.append(rows(("a", "x", 1), ("b", "x", 1), ("a", "x", 1)))
    scratch.append(rows(("a", "x", 2), ("a", "x", 1), first=4))
    [bucket] = scratch.buckets(scratch.users(), seed=0)
    assert bucket.table.select("user_id", "timestamp").rows() == [("a", 1), ("a", 2), ("b", 1)]
    assert bucket.duplicates["row"].to_list() == [3, 5]


def test_ids_of_several_spellings_are_counted(tmp_path: Path) -> None:
    """ "a" was also written " a"; "b" was always " b"; "c" was " c" and "c "."""
    spelt = {"user_id": ["a", "a", "b", "b", "c", "c"], "respelt_user_id": [None, " a", " b", " b", " c", "c "]}
    scratch = Scratch(tmp_path / "scratch")
    scratch.append(rows(*[("a", "x", time) for time in range(6)]).with_columns(pl.DataFrame(spelt)))
    assert (scratch.respelt("user_id"), scratch.respelt("item_id")) == (2, 0)
