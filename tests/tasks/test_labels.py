from tastemaker.data.dataset import Dataset
from tastemaker.tasks.category import Category
from tastemaker.tasks.example import Label, LabelSet
from tastemaker.tasks.labels import counted, label_sets
from tastemaker.tasks.next_item import NextItem
from tastemaker.tasks.sentiment import Sentiment


def test_shares_are_counted_over_all_examples() -> None:
    labels = counted("mood", [{"sad"}, {"sad", "odd"}, set(), {"rare"}], ("odd", "sad"), is_multi=True, left_out=1)
    assert labels == LabelSet("mood", ("odd", "sad"), (0.25, 0.5), is_multi=True, left_out=1)


def test_shares_of_nothing() -> None:
    assert counted("mood", [], ("odd", "sad"), is_multi=False).shares == (0.0, 0.0)


def test_a_target_says_which_classes_hold_in_their_order() -> None:
    labels = LabelSet("mood", ("odd", "sad"), (0.5, 0.5), is_multi=True)
    assert labels.target({"sad", "rare"}) == Label(labels, (0.0, 1.0))


def test_every_task_with_labels_brings_its_set_once(cinema: Dataset) -> None:
    tasks = [Category(), NextItem(), Sentiment(), Sentiment()]
    assert [labels.name for labels in label_sets(cinema, tasks)] == ["category", "sentiment"]
