import json

import numpy as np
import pytest

from tastemaker.training.affinity import FloatArray, Measurement
from tastemaker.training.agreement import Agreement, Estimate, as_mapping
from tastemaker.training.agreement_words import in_words
from tastemaker.training.task_grouping import Group

NAN = float("nan")
TASKS = ("next_item", "rating", "like", "summary")


def measurement(step: int, affinity: FloatArray, cosine: float = 0.5) -> Measurement:
    """Cosines of 1 with itself, of `cosine` between rating and like, of minus a tenth elsewhere."""
    cosines = np.full(affinity.shape, -0.1)
    np.fill_diagonal(cosines, 1.0)
    cosines[1, 2] = cosines[2, 1] = cosine
    return Measurement(step, np.ones(len(affinity)), np.full(len(affinity), 2.0), cosines, cosines / 2, affinity)


HELP = np.array(
    [
        # in shares of the loss of next_item, rating, like, summary, whose own steps are .1, .2, .4 and .1
        [0.1, -0.02, -0.04, -0.01],
        [-0.01, 0.2, 0.2, -0.01],
        [-0.01, 0.1, 0.4, -0.01],
        [-0.01, -0.02, -0.04, 0.1],
    ]
)


def agreement(*changes: float) -> Agreement:
    """Measured at steps 10, 20, … where what tasks do is so many times `HELP`."""
    return Agreement(TASKS, tuple(measurement(10 * n, it * HELP, 0.5 * it) for n, it in enumerate(changes, start=1)))


def test_a_mean_with_its_standard_error_leaves_out_what_is_not_known() -> None:
    found = Estimate.of(np.array([[1.0, NAN, NAN], [3.0, 5.0, NAN]]))
    assert found.mean.tolist() == pytest.approx([2.0, 5.0, NAN], nan_ok=True)
    # sqrt(((1 - 2)² + (3 - 2)²) / 1) / sqrt(2) = 1; of one value nothing is known
    assert found.error.tolist() == pytest.approx([1.0, NAN, NAN], nan_ok=True)
    assert found.plain() == {"mean": [2.0, 5.0, None], "standard_error": [1.0, None, None]}


def test_affinities_are_told_in_own_steps() -> None:
    found = agreement(0.5, 1.5)
    assert found.affinity.mean == pytest.approx(HELP)
    assert found.worth.mean[1, 2] == pytest.approx(0.5), "rating does .2 for like, which does .4 for itself"
    assert found.worth.mean[2, 1] == pytest.approx(0.5)
    assert np.diag(found.worth.mean) == pytest.approx(1.0)
    assert found.worth.error[1, 2] == pytest.approx(0.25), "(.1, .3) / .4 is .25 and .75: .354 / sqrt(2)"


def test_a_task_that_its_own_step_does_not_help_has_no_unit() -> None:
    harmful = HELP.copy()
    harmful[3, 3] = -0.1
    found = Agreement(TASKS, (measurement(1, harmful),))
    assert np.isnan(found.worth.mean[:, 3]).all()
    assert np.isfinite(found.worth.mean[:, :3]).all()
    assert found.partings[0].by_task.mean[3] == 0, "what is not known counts as nothing"


def test_conflicts_are_counted() -> None:
    found = agreement(1.0, -1.0, 1.0)
    assert found.conflicts[1, 2] == pytest.approx(1 / 3)
    assert found.conflicts[0, 1] == 1
    assert found.trunk_cosines.mean[1, 2] == pytest.approx(0.25 / 3)
    assert found.cosines.mean[1, 2] == pytest.approx(0.5 / 3)


def test_the_fewest_groups_are_proposed_that_are_not_surely_worse() -> None:
    found = agreement(0.9, 1.1)
    together, two, three = found.partings
    # rating and like gain (.5 - .1 - .1) / 3 = .1 each, the others -.1: the mean is 0
    assert together.by_task.mean == pytest.approx([-0.1, 0.1, 0.1, -0.1])
    assert together.whole.mean == pytest.approx(0.0, abs=1e-9)
    assert three.by_task.mean == pytest.approx([0.0, 0.5, 0.5, 0.0])
    assert set(three.grouping) == {Group((1, 2), (1, 2)), Group((0,), (0,)), Group((3,), (3,))}
    assert float(two.whole.mean) < float(three.whole.mean) == pytest.approx(0.25)
    assert found.proposed == 2
    assert agreement(1.0, -0.98).proposed == 0, "what is there in one measurement and not in the other is not sure"


def test_it_says_so_in_plain_words() -> None:
    first, *rest = in_words(agreement(0.9, 1.1))
    assert first.startswith("In the backbone, gradients of 5 of 6 pairs of tasks conflict in more than half of the")
    assert first.endswith("(cosine -0.050); closest: rating and like (cosine +0.250).")
    assert rest[0].startswith("One model of all 4 tasks: for a task, another task's share of a step is worth")
    assert rest[1] == "It holds back: next_item -10.0 %, summary -10.0 %."
    assert rest[2] == (
        "Proposed: three models; for a task, another task's share of a step is worth +25.0 ± 2.5 % of its own share."
    )
    assert sorted(rest[3:]) == ["- next_item alone", "- rating +50.0 %, like +50.0 %", "- summary alone"]


def test_one_measurement_is_told_without_an_error() -> None:
    same = np.full((2, 2), 0.1)
    words = in_words(Agreement(("next_item", "like"), (Measurement(1, same[0], same[0], same, same, same),)))
    assert words[1:] == [
        "One model of all 2 tasks: for a task, another task's share of a step is worth +100.0 % of its own share.",
        "Proposed: train all tasks together; no parting in up to three models is surely better.",
        "- next_item +100.0 %, like +100.0 %",
    ]


def test_one_measurement_parts_no_tasks() -> None:
    """Whose error is not known is sure of nothing, however it came out."""
    assert agreement(1.0, 1.0).proposed > 0
    assert agreement(1.0).proposed == 0
    assert not any("holds back" in line for line in in_words(agreement(1.0)))


def test_tasks_that_were_never_seen_together() -> None:
    unknown = Measurement(1, *(np.full((2,) * axes, NAN) for axes in (1, 1, 2, 2, 2)))
    found = Agreement(("next_item", "like"), (unknown,))
    assert in_words(found)[0] == "No two tasks have gradients in the same measurement."
    json.dumps(as_mapping(found, {}), allow_nan=False)


def test_everything_is_written() -> None:
    found = json.loads(json.dumps(as_mapping(agreement(0.9, 1.1), {"training": {"seed": 3}}), allow_nan=False))
    assert found["tasks"] == list(TASKS)
    assert found["measured_at"] == [10, 20]
    assert found["affinity"]["mean"][1][2] == pytest.approx(0.2)
    assert found["affinity_in_own_steps"]["mean"][1][2] == pytest.approx(0.5)
    assert found["trunk_cosines"]["conflicts"][0][1] == 1
    assert found["gradient_norms"]["mean"] == [2.0] * 4
    assert found["proposed"] == 2
    assert {"trained": ["rating", "like"], "used": ["rating", "like"]} in found["groupings"][2]["groups"]
    assert found["groupings"][2]["gain"]["mean"] == pytest.approx(0.25)
    assert [it["step"] for it in found["measurements"]] == [10, 20]
    assert found["recipe"] == {"training": {"seed": 3}}
