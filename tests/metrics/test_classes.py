import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from tastemaker.metrics.classes import Classes, accuracy, macro_f1, micro_f1, two_classes


def test_worked_sets():
    """Right pairs 2, said 3, true 3: micro 4/6. By class: 2/2, 2/3 and 0/1; a class never met does not count."""
    said = np.array([[1, 1, 0, 0], [0, 1, 0, 0]], dtype=bool)
    true = np.array([[1, 0, 1, 0], [0, 1, 0, 0]], dtype=bool)
    classes = Classes(said, true)
    assert accuracy(classes).value == 0.5
    assert micro_f1(classes).value == pytest.approx(4 / 6)
    assert macro_f1(classes).value == pytest.approx((1 + 2 / 3 + 0) / 3)


def test_a_like_is_one_of_two_classes():
    # Said: yes, yes, no, no. True: yes, no, yes, no.
    assert accuracy(two_classes(np.array([0.9, 0.5, 0.4, 0.0]), np.array([1.0, 0.0, 1.0, 0.0]))).value == 0.5


def test_equals_scikit_learn():
    random = np.random.default_rng(0)
    said, true = random.random((200, 5)) < 0.4, random.random((200, 5)) < 0.3
    classes = Classes(said, true)
    assert accuracy(classes).value == pytest.approx(accuracy_score(true, said))
    assert micro_f1(classes).value == pytest.approx(f1_score(true, said, average="micro"))
    assert macro_f1(classes).value == pytest.approx(f1_score(true, said, average="macro"))


def test_perfect_and_worst():
    true = np.array([[1, 0, 1], [0, 1, 0]], dtype=bool)
    for metric in (accuracy, micro_f1, macro_f1):
        assert metric(Classes(true, true)).value == 1.0
        assert metric(Classes(~true, true)).value == 0.0


def test_a_class_that_is_neither_said_nor_true_does_not_count():
    one = np.array([[1, 0], [1, 0]], dtype=bool)
    assert macro_f1(Classes(one, one)).value == 1.0
    assert macro_f1(Classes(~one, one)).value == 0.0


def test_likes_at_one_half_count_as_yes():
    said = two_classes(np.array([0.5, 0.49]), np.array([1.0, 0.0]))
    assert said.said.tolist() == [[False, True], [True, False]]
    assert said.true.tolist() == [[False, True], [True, False]]
