import numpy as np

from tastemaker.data.dataset import Entry
from tastemaker.data.facts import FactExtractor
from tastemaker.evaluation.faithfulness import cases_of, faithfulness
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Example, History, Reply, Text

HISTORY = (Entry(1, 9, 5.0), Entry(2, 9, 5.0), Entry(3, 9, 5.0))


class CarriedByItemOne:
    """Likes item 0 if item 1 is in the history."""

    def item_scores(self, examples):
        scores = np.zeros((len(examples), 20))
        for row, example in enumerate(examples):
            scores[row, 0] = 5.0 * any(entry.item == 1 for entry in example.context[0].entries)
        return scores


def measure(dataset, named):
    example = Example("dialogue", (History(HISTORY), Text("hi", "user")), Reply("Try"), 4)
    reply = WrittenReply("Try", 0, "", "", f"liked {dataset.catalog[named].title}, 5 stars")
    cases = cases_of([example], [reply], FactExtractor(dataset.catalog), seed=0)
    return faithfulness(CarriedByItemOne(), cases)


def test_evidence_that_carries_the_score_is_faithful(dataset):
    figures = measure(dataset, named=1)
    assert figures["faithfulness"].value == 1
    # With item 1 the share of item 0 is e^5 / (e^5 + 19), without it 1 / 20.
    share = np.exp(5) / (np.exp(5) + 19)
    assert np.isclose(figures["evidence_drop"].value, np.log(share) - np.log(1 / 20))
    assert figures["random_drop"].value == 0


def test_evidence_that_carries_nothing_is_not(dataset):
    assert measure(dataset, named=2)["faithfulness"].value in (0, 0.5)


def test_replies_without_evidence_in_the_history_are_left_out(dataset):
    assert measure(dataset, named=9) == {}
