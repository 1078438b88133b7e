import numpy as np
import pytest

from tastemaker.data.split import Split
from tastemaker.evaluation.frequent_classes import FrequentClasses, fit_frequent_classes, most_frequent
from tastemaker.evaluation.majority import fit_majority
from tastemaker.metrics.classes import Classes, micro_f1
from tastemaker.tasks.category import Category
from tastemaker.tasks.example import Example, History, LabelSet, Text
from tastemaker.tasks.sentiment import Sentiment

LABELS = LabelSet("mood", ("calm", "odd", "sad", "warm"), (0.2, 0.5, 0.1, 0.5), is_multi=True)


def example(*holding):
    return Example("mood", (History(()), Text("words")), LABELS.target(holding))


def test_the_most_frequent_of_training_are_said_of_equal_ones_the_first():
    assert most_frequent(example("sad"), 1).tolist() == [False, True, False, False]
    assert most_frequent(example("sad"), 3).tolist() == [True, True, False, True]


def test_everything_is_said_to_be_alike():
    said = FrequentClasses({"mood": 2}).classes([example("sad"), example("calm", "odd")])
    assert said.tolist() == [[False, True, False, True]] * 2
    assert FrequentClasses({}).classes([example("sad")]).sum() == 1, "of a set that was not fitted, one"


class Moods:
    """Validation where three classes are best: 2 * 5 / (6 + 5) against 2 * 4 / (4 + 5) of two."""

    name = "mood"

    def label_set(self, dataset):
        return LABELS

    def examples(self, dataset, split, epoch=0):
        assert split is Split.VALIDATION, "no baseline is chosen on test"
        return iter([example("odd", "warm", "calm"), example("odd", "warm")])


def test_as_many_as_are_best_on_validation(dataset):
    fitted = fit_frequent_classes(dataset, [Moods(), Sentiment()])
    assert fitted.counts == {"mood": 3}, "of a set of which one class holds, one is said"
    true = np.array([[1, 1, 0, 1], [0, 1, 0, 1]], dtype=bool)
    reached = [micro_f1(Classes(np.array([most_frequent(example(), count)] * 2), true)).value for count in (1, 2, 3, 4)]
    assert reached == pytest.approx([4 / 7, 8 / 9, 10 / 11, 10 / 13])


def test_genres_of_a_catalog(dataset):
    """Validation is a comedy and a war film, training 3 comedies, 5 dramas and 3 war films."""
    assert fit_frequent_classes(dataset, [Category()]).counts == {"category": 3}


def test_the_majority_class_of_sentiment(dataset):
    labels = Sentiment().label_set(dataset)
    said = fit_majority(dataset).classes(list(Sentiment().examples(dataset, Split.TEST)))
    assert said.shape == (24, 3)
    assert (said.argmax(1) == np.argmax(labels.shares)).all()
