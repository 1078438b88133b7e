"""Units behind the figures of one seed."""

import numpy as np
import pytest

from benchmarks.judged import ALONE, JOINT, check_agreement, units
from tastemaker.evaluation.figures import Figure
from tastemaker.metrics.tally import mean_of

TALLY = mean_of(np.array([1.0, 0.0]))
FIGURES = {JOINT: {"next_item": {"hr@10": Figure(0.5, TALLY, np.array([7, 8])), "coverage@10": Figure(0.1)}}}


def test_units_carry_their_parts_and_their_user() -> None:
    (key,) = units(FIGURES)
    assert key == "joint/next_item/hr@10"
    assert units(FIGURES)[key].tolist() == [[1, 1, 7], [0, 1, 8]]


def test_units_must_add_up_to_the_evaluation() -> None:
    report = {"tasks": {"next_item": {"hr@10": 0.5, "coverage@10": 0.1}}, "baselines": {"alone-0": {}}}
    check_agreement(report, FIGURES, "alone-0")
    report["tasks"]["next_item"]["hr@10"] = 0.75
    with pytest.raises(SystemExit, match=r"joint, next_item hr@10: expected 0\.75 as in the evaluation, found 0\.5\."):
        check_agreement(report, FIGURES, "alone-0")


def test_the_run_alone_stands_under_its_own_name() -> None:
    figures = {ALONE: {"next_item": {"hr@10": Figure(0.5, TALLY, np.array([7, 8]))}}}
    report = {"tasks": {}, "baselines": {"next_item_alone-3": {"next_item": {"hr@10": 0.5}}}}
    check_agreement(report, figures, "next_item_alone-3")
