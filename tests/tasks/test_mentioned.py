from dataclasses import replace

import numpy as np

from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import Dialogue as Held
from tastemaker.data.dialogues import Turn, dialogue_table
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.mentioned import mentions, training_items
from tastemaker.tasks.next_item import NextItem

TURNS = (
    Turn("assistant", "Hi! [[i9]]?", split="train"),
    Turn("user", "Hm, [[i3]]", split="train"),
    Turn("assistant", "[[i1]], [[i3]] or [[i1]]", split="train"),
    Turn("user", "[[i1]] is fine", split="train"),
    Turn("assistant", "Try [[i3]], too", split="train"),
)


def test_targets_are_counted_by_reply_and_items_listed_by_their_first_mention(shop: Dataset) -> None:
    talks = [Held("2", TURNS), Held("other", (Turn("user", "[[i7]]", split="test"),)), Held("3", TURNS[1:2])]
    found = mentions(replace(shop, dialogues=dialogue_table(talks)))
    assert {row: int(n) for row, n in enumerate(found.targets) if n} == {1: 1, 3: 2}
    assert found.items.tolist() == [9, 3, 1, 3]
    assert found.dialogues.tolist() == [0, 0, 0, 2]


def test_training_knows_items_from_interactions_and_from_replies(shop: Dataset) -> None:
    both = replace(shop, dialogues=dialogue_table([Held("2", TURNS)]))
    plain, heard = training_items(both, [NextItem()]), training_items(both, [NextItem(), Dialogue()])
    assert np.array_equal(plain.counts, shop.train_counts)
    assert len(plain.items) == len(plain.owners) == shop.is_training.sum()
    assert (heard.counts - plain.counts)[[1, 3, 9]].tolist() == [1, 2, 0]
    assert heard.items[-3:].tolist() == [9, 3, 1]
    assert heard.owners[-3:].tolist() == [len(shop.user_ids)] * 3


def test_what_is_only_talked_of_is_cold_in_histories(shop: Dataset, talking_shop: Dataset) -> None:
    new = (Turn("user", "Hi", split="train"), Turn("assistant", "[[i23]]?", split="train"))
    heard = training_items(replace(shop, dialogues=dialogue_table([Held("2", new)])), [NextItem(), Dialogue()])
    assert np.flatnonzero(heard.by_place[0] == 0).tolist() == [23]
    assert heard.by_place[1].all()
    alone = training_items(talking_shop, [Dialogue()])
    assert alone.by_place[0].any()
    assert np.array_equal(*alone.by_place), "nobody chooses"


def test_dialogues_that_are_not_trained_on_say_nothing(shop: Dataset, talking_shop: Dataset) -> None:
    both = replace(shop, dialogues=talking_shop.dialogues)
    assert np.array_equal(training_items(both, [Dialogue(simulated_share=1.0)]).counts, shop.train_counts)
