import pytest

from tastemaker.errors import RecipeError
from tastemaker.evaluation.config import EvaluationConfig


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"k": (5, 7)}, "evaluation: every k must be one of 1, 3, 5, 10, 20, 50, 100, found 7."),
        ({"typo_rate": 1.5}, "evaluation.typo_rate must lie between 0 and 1, found 1.5."),
        ({"draws": 0}, "evaluation.draws must be at least 1, found 0."),
        ({"short_histories": (3, 0)}, "evaluation.short_histories must be lengths of at least 1, found 0."),
    ],
)
def test_bad_values_are_named(fields, message):
    with pytest.raises(RecipeError) as error:
        EvaluationConfig(**fields)
    assert str(error.value) == message
