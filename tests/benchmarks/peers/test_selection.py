"""The epoch that is kept."""

import pytest

from benchmarks.peers.selection import Selection


def test_the_best_epoch_is_kept_and_patience_counts_from_it() -> None:
    selection = Selection[str](patience=2)
    curve = [0.1, 0.3, 0.2, 0.3]
    stops = [selection.record(ndcg, 1.0, lambda ndcg=ndcg: str(ndcg)) for ndcg in curve]
    assert stops == [False, False, False, True]
    assert (selection.best_epoch, selection.weights) == (2, "0.3")


def test_speed_leaves_out_the_first_epoch_and_needs_three_more() -> None:
    selection = Selection[None](patience=9)
    for seconds in (50.0, 10.0, 30.0):
        selection.record(0.1, seconds, lambda: None)
    assert selection.targets_per_second(100) is None
    selection.record(0.1, 20.0, lambda: None)
    assert selection.targets_per_second(100) == pytest.approx(5.0)
