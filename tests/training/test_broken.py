import pytest
import torch

from tastemaker.errors import TrainingError
from tastemaker.training.broken import Broken

FINE, NAN = torch.tensor(1.0), torch.tensor(float("nan"))


def test_only_breaks_in_a_row_end_training() -> None:
    broken = Broken(2)
    assert broken.note(1, {"rating": NAN, "like": FINE}) == [
        "step 1: the loss of rating is not finite and left out (1 so far)"
    ]
    assert broken.note(2, {"rating": FINE}) == []
    broken.note(3, {"rating": NAN})
    broken.note(4, {"like": FINE})  # a step without the task is none of its own
    with pytest.raises(TrainingError, match="step 5: .* found the loss of rating not finite 2 times in a row"):
        broken.note(5, {"rating": NAN})


def test_a_resumed_run_goes_on_counting() -> None:
    first = Broken(3)
    first.note(1, {"rating": NAN})
    second = Broken(3)
    second.restore(first.state())
    assert second.note(2, {"rating": NAN}) == ["step 2: the loss of rating is not finite and left out (2 so far)"]
    assert second.state() == {"total": {"rating": 2}, "in_a_row": {"rating": 2}}
