import numpy as np

from tastemaker.evaluation.mention_cooccurrence import MentionCooccurrence
from tastemaker.tasks.example import Example, History, Item, Reply, Text
from tastemaker.tasks.mentioned import Mentions

# Three dialogues: 1, 2 and 3; 1 and 2; 4 alone. Item 5 stands in most replies.
MENTIONS = Mentions(
    targets=np.array([0, 1, 2, 1, 0, 9]),
    items=np.array([1, 2, 3, 1, 2, 4]),
    dialogues=np.array([0, 0, 0, 4, 4, 6]),
)


def after(*items: int) -> Example:
    context = (History(()), Text("hi", "user"), *(Item(item) for item in items))
    return Example("dialogue", context, Reply("", may_repeat=True))


def test_dialogues_that_name_both_are_counted_over_all_items_named_so_far() -> None:
    scores = MentionCooccurrence.fit(MENTIONS).item_scores([after(1), after(1, 3), after(1, 1)])
    assert np.floor(scores).tolist() == [[0, 0, 2, 1, 0, 0], [0, 1, 3, 1, 0, 0], [0, 0, 2, 1, 0, 0]]


def test_equal_counts_back_off_to_popularity() -> None:
    alone, nothing = MentionCooccurrence.fit(MENTIONS).item_scores([after(4), after()])
    assert alone.tolist() == nothing.tolist()
    assert np.argsort(-nothing, kind="stable").tolist() == [5, 2, 1, 3, 0, 4]
    assert nothing.max() < 1
