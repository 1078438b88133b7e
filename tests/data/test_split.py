import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.split import DataConfig, cut_histories
from tastemaker.errors import RecipeError

NO_TIMES = np.zeros(0, dtype=np.int64)


def test_leave_last_out() -> None:
    offsets = np.cumsum([0, 20, 16, 15, 1])
    cuts = cut_histories(offsets, NO_TIMES, DataConfig())
    # 20 = 5 + 5 + 10; 16 = 1 + 5 + 10; 15 and 1 leave nothing to train on, so these train whole
    assert cuts.train.tolist() == [5, 1, 15, 1]
    assert cuts.validation.tolist() == [10, 6, 15, 1]


def test_split_by_time() -> None:
    # 10 interactions at 0..9: test from index int(10 * .8) = 8, validation from int(10 * .6) = 6
    config = DataConfig(split="split_by_time", test_share=0.2, validation_share=0.2)
    times = np.array([0, 1, 2, 3, 6, 8, 4, 5, 7, 9])
    cuts = cut_histories(np.array([0, 6, 10]), times, config)
    assert cuts.train.tolist() == [4, 2]
    assert cuts.validation.tolist() == [5, 3]


def test_equal_times_fall_on_one_side() -> None:
    config = DataConfig(split="split_by_time", test_share=0.3, validation_share=0.3)
    cuts = cut_histories(np.array([0, 3, 6]), np.array([1, 5, 5, 1, 5, 5]), config)
    assert cuts.train.tolist() == cuts.validation.tolist() == [1, 1]


@given(
    st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=30), min_size=1, max_size=8),
    st.sampled_from(["leave_last_out", "split_by_time"]),
    st.floats(1e-17, 0.4),
)
def test_cuts_lie_in_order_within_each_history(histories: list[list[int]], split: str, share: float) -> None:
    times = np.array([time for history in histories for time in sorted(history)])
    offsets = np.cumsum([0, *map(len, histories)])
    config = DataConfig(
        split=split,  # type: ignore[arg-type]
        test_items=2,
        validation_items=1,
        test_share=share,
        validation_share=share,
    )
    cuts = cut_histories(offsets, times, config)
    assert (cuts.train >= 0).all()
    assert (cuts.train <= cuts.validation).all()
    assert (cuts.validation <= np.diff(offsets)).all()
    if split == "split_by_time":
        before = [times[start : start + cut] for start, cut in zip(offsets, cuts.validation, strict=False)]
        after = [
            times[start + cut : end] for start, cut, end in zip(offsets, cuts.validation, offsets[1:], strict=False)
        ]
        assert max((int(part.max()) for part in before if len(part)), default=-1) < min(
            int(part.min()) for part in after if len(part)
        )


@pytest.mark.parametrize(("test", "validation"), [(0, 5), (10, 0), (-1, 5)])
def test_items_held_out_must_be_positive(test: int, validation: int) -> None:
    config = DataConfig(test_items=test, validation_items=validation)
    with pytest.raises(
        RecipeError,
        match=rf"^data\.test_items and data\.validation_items must be at least 1, found {test} and {validation}",
    ):
        cut_histories(np.array([0, 20]), NO_TIMES, config)


@pytest.mark.parametrize(("test", "validation"), [(0.0, 0.1), (1.0, 0.1), (0.1, 0.0), (0.6, 0.4)])
def test_shares_held_out_must_leave_training(test: float, validation: float) -> None:
    config = DataConfig(split="split_by_time", test_share=test, validation_share=validation)
    with pytest.raises(
        RecipeError, match=rf"must lie between 0 and 1 and add up to less than 1, found {test} and {validation}\.$"
    ):
        cut_histories(np.array([0, 20]), np.arange(20), config)
