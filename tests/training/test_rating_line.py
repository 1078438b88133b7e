import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.model.batch import Batch, collate
from tastemaker.model.row import Position, Row, TaskTargets
from tastemaker.model.tokenizer import HISTORY
from tastemaker.training.look import Look
from tastemaker.training.rating_line import LEAST, line, set_rating_line


def test_the_line_of_least_squares_by_hand() -> None:
    """Told -1, 0 and 1 where 3, 3.5 and 4 are true: half a star for a star, about 3.5."""
    assert line(torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([3.0, 3.5, 4.0])).tolist() == pytest.approx([3.5, 0.5])


@pytest.mark.parametrize(("true", "slope"), [([5.0, 1.0], 0.0), ([-5.0, 11.0], 1.0)])
def test_a_slope_neither_turns_ratings_round_nor_makes_them_surer(true: list[float], slope: float) -> None:
    assert line(torch.tensor([-1.0, 1.0]), torch.tensor(true)).tolist() == pytest.approx([3.0, slope])


def rated(count: int) -> list[Batch]:
    """One history with `count` items to be rated, all of them with two stars."""
    items = [item % 20 for item in range(count)]
    targets = TaskTargets(
        score_at={"rating": [0] * count}, scored_items={"rating": items}, score_values={"rating": [2.0] * count}
    )
    return [collate([Row.of([Position(HISTORY)], (), {"rating": targets})])]


def test_use_tells_ratings_on_the_line(model: TrainedModel) -> None:
    head = model.network.scoring_head
    before = torch.tensor([2.0, 4.0])
    assert torch.allclose(head.settled(before), before)
    set_rating_line(Look.at(model.network, rated(LEAST)))
    assert head.settled(before).tolist() == pytest.approx([2.0, 2.0])
    assert model.network.training


def test_few_ratings_lay_no_line(model: TrainedModel) -> None:
    set_rating_line(Look.at(model.network, rated(LEAST - 1)))
    assert model.network.scoring_head.line.tolist() == [float(model.network.scoring_head.mean_rating), 1.0]


def test_predictions_that_are_no_numbers_lay_no_line(model: TrainedModel) -> None:
    before = model.network.scoring_head.line.clone()
    model.network.scoring_head.mean_rating.fill_(float("nan"))
    set_rating_line(Look.at(model.network, rated(LEAST)))
    assert torch.equal(model.network.scoring_head.line, before)
