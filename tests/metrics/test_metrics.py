import pytest

from tastemaker.errors import RecipeError
from tastemaker.metrics import METRICS, find_metric
from tastemaker.tasks import TASKS


@pytest.mark.parametrize("name", TASKS)
def test_every_metric_that_a_task_names_is_known(name):
    for metric in TASKS[name]().metrics:
        assert find_metric(metric) is METRICS[metric]


def test_a_typo_names_the_nearest_metric():
    with pytest.raises(RecipeError) as error:
        find_metric("ndgc@10")
    assert str(error.value) == "metrics: expected a known metric, found 'ndgc@10'. Did you mean 'ndcg@10'?"
