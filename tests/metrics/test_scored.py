import numpy as np
import pytest
from sklearn.metrics import f1_score, precision_score, recall_score, root_mean_squared_error

from tastemaker.metrics.scored import Scored, f1, mae, precision, recall, rmse


def test_worked_errors():
    scored = Scored(np.array([3.0, 5.0]), np.array([4.0, 2.0]))
    assert rmse(scored).value == pytest.approx(((1 + 9) / 2) ** 0.5)
    assert mae(scored).value == (1 + 3) / 2


def test_worked_labels():
    # Said: yes, yes, no, no. True: yes, no, yes, no.
    scored = Scored(np.array([0.9, 0.5, 0.4, 0.0]), np.array([1.0, 0.0, 1.0, 0.0]))
    assert (precision(scored).value, recall(scored).value, f1(scored).value) == (0.5,) * 3


def test_equals_scikit_learn():
    random = np.random.default_rng(0)
    probabilities, labels = random.random(200), (random.random(200) < 0.3).astype(float)
    scored, said = Scored(probabilities, labels), probabilities >= 0.5
    assert precision(scored).value == pytest.approx(precision_score(labels, said))
    assert recall(scored).value == pytest.approx(recall_score(labels, said))
    assert f1(scored).value == pytest.approx(f1_score(labels, said))
    assert rmse(scored).value == pytest.approx(root_mean_squared_error(labels, probabilities))


def test_nothing_called_positive_is_zero_not_an_error():
    scored = Scored(np.zeros(2), np.ones(2))
    assert (precision(scored).value, f1(scored).value) == (0, 0)
