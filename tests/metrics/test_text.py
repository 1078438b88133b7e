import pytest
import sacrebleu

from tastemaker.metrics import METRICS
from tastemaker.metrics.text import Texts, bleu, distinct, rouge, unique_ratio

SAID = ["a warm comedy from the nineties", "you liked it"]
TRUE = ["a warm comedy from 1995", "you liked something else"]


@pytest.mark.parametrize("name", ["bleu", "bleu1", "rouge1", "rouge2", "rougeL"])
def test_equal_texts_are_one(name):
    value = METRICS[name].measure(Texts(TRUE, TRUE))
    assert getattr(value, "value", value) == pytest.approx(1)


def test_bleu_is_that_of_sacrebleu():
    assert bleu(4)(Texts(SAID, TRUE)) == pytest.approx(sacrebleu.corpus_bleu(SAID, [TRUE]).score / 100)


def test_worked_rouge():
    # "a b c" against "a c d": unigrams share 2 of 3 each way; the longest common subsequence is "a c".
    texts = Texts(["a b c"], ["a c d"])
    assert rouge("rouge1")(texts).value == pytest.approx(2 / 3)
    assert rouge("rouge2")(texts).value == 0
    assert rouge("rougeL")(texts).value == pytest.approx(2 / 3)


def test_worked_distinct():
    # Bigrams: (a b), (b a), (a b), (a b): two different of four.
    assert distinct(2)(Texts(["a b a b", "A b"], ["", ""])) == 2 / 4


def test_unique_ratio():
    assert unique_ratio(Texts(["x", "x", "y", "z"], [""] * 4)) == 3 / 4


def test_silence_scores_nothing():
    silence = Texts(["", ""], TRUE)
    assert bleu(1)(silence) == 0
    assert rouge("rouge1")(silence).value == 0
    assert distinct(2)(silence) == 0
