import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.evaluation.told_reasons import ToldReason, fit_most_frequent, fit_typical, typical
from tastemaker.tasks.example import Card, Evidence, Example, History, Recommended, Reply
from tastemaker.tasks.like import Like


def told(item: int, text: str, is_told: bool = True) -> Example:
    context = (History(()), Recommended(item, Card(f"i{item}: tone"), Evidence("is tone")))
    return Example("explanation", context, Reply("", reason=text, is_told=is_told))


class Explains:
    """A task whose training examples are given."""

    name, weight, metrics = "explanation", 1.0, ()

    def __init__(self, *examples: Example) -> None:
        self._examples = examples

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> tuple[Example, ...]:
        assert split is Split.TRAIN
        return self._examples


TOLD = (
    told(0, "A warm tone for little."),
    told(0, "The tone is warm."),
    told(0, "The strap fits, the tone is warm."),
    told(1, "It fits."),
    told(2, "It fits."),
)


def test_the_most_frequent_reason_is_said_of_everything(shop: Dataset) -> None:
    found = fit_most_frequent(shop, [Like(), Explains(*TOLD)])
    assert found is not None
    (reply,) = found.replies([told(0, "?")])
    assert (reply.item, reply.reason, reply.card, reply.evidence) == (0, "It fits.", "i0: tone", "is tone")


def test_the_typical_reason_of_an_item_is_most_like_its_others(shop: Dataset) -> None:
    """Words shared over words of both: the second has 2/7 with the first and 4/6 with the third, more than others."""
    found = fit_typical(shop, [Explains(*TOLD)])
    assert found == ToldReason("It fits.", {0: "The tone is warm.", 1: "It fits.", 2: "It fits."})
    assert [reply.reason for reply in found.replies([told(0, "?"), told(7, "?")])] == ["The tone is warm.", "It fits."]


def test_of_equals_the_first() -> None:
    assert typical(["a b", "b a"]) == "a b"


@pytest.mark.parametrize("task", [Explains(), Explains(told(0, "Simulated.", is_told=False)), Like()])
def test_where_nobody_tells_a_reason_there_is_no_baseline(shop: Dataset, task: Explains | Like) -> None:
    assert fit_most_frequent(shop, [task]) is None
    assert fit_typical(shop, [task]) is None
