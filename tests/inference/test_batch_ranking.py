"""Lists for many histories at once are those of each alone."""

import numpy as np
import polars as pl
import pytest

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.errors import RequestError
from tastemaker.inference import batch_ranking
from tastemaker.inference.batch_ranking import rank_histories
from tastemaker.inference.reading import Reader
from tastemaker.inference.recommender import Recommender


@pytest.fixture
def recommender(model: TrainedModel, shop: Dataset) -> Recommender:
    return Recommender(model, lambda: shop)


@pytest.mark.parametrize("scores", [1, 24 * 5, 2**21])
def test_all_users_get_what_each_gets_alone(
    recommender: Recommender, shop: Dataset, monkeypatch: pytest.MonkeyPatch, scores: int
) -> None:
    monkeypatch.setattr(batch_ranking, "SCORES", scores)
    lists = recommender.rank(k=6)
    assert lists.columns == ["user_id", "rank", "item_id", "title", "score"]
    assert lists["user_id"].to_list() == [user for user in shop.user_ids for _ in range(6)]
    for user in shop.user_ids:
        alone = recommender.recommend(user=user, k=6, reasons=False)
        own = lists.filter(pl.col("user_id") == user)
        assert own["item_id"].to_list() == [item.item_id for item in alone]
        assert own["title"].to_list() == [item.title for item in alone]
        assert own["score"].to_list() == pytest.approx([item.score for item in alone], rel=1e-4)
        assert own["rank"].to_list() == [1, 2, 3, 4, 5, 6]


def test_users_are_served_in_the_order_given(recommender: Recommender) -> None:
    lists = recommender.rank(["u5", "u0"], k=2)
    assert lists["user_id"].to_list() == ["u5", "u5", "u0", "u0"]


def test_where_all_else_is_seen_lists_are_shorter(recommender: Recommender, shop: Dataset) -> None:
    lists = recommender.rank(["u3"], k=24)
    seen = {shop.catalog[entry.item].item_id for entry in shop.history(3)}
    assert len(lists) == 24 - len(seen)
    assert not seen & set(lists["item_id"])
    assert lists["score"].sum() == pytest.approx(1.0, rel=1e-5)


def test_entries_beyond_the_longest_are_not_read_and_yet_not_recommended(model: TrainedModel) -> None:
    history = tuple(Entry(item, 3) for item in range(10))
    found = rank_histories(Reader(model), [history, history[-2:], ()], 24, longest=2)
    whole, short, empty = found.items
    assert set(whole[:14]) == set(range(10, 24))
    assert (whole[14:] == -1).all() and (found.chances[0, 14:] == 0).all()
    kept = [item for item in short.tolist() if item >= 10]
    assert whole[:14].tolist() == kept, "the same two entries were read"
    assert np.sort(empty).tolist() == list(range(24)), "nobody in particular has seen nothing"


def test_an_unknown_user_and_a_wrong_length_are_named(recommender: Recommender) -> None:
    with pytest.raises(RequestError, match="user 'nobody' is not among the 12 users"):
        recommender.rank(["u1", "nobody"])
    with pytest.raises(RequestError, match="k must lie between 1 and the catalog's 24 items, found 25"):
        recommender.rank(k=25)
    assert recommender.rank([]).is_empty()
