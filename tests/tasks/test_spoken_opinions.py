from dataclasses import replace

from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.split import Split
from tastemaker.tasks.spoken_opinions import SpokenOpinion, spoken_opinions

TURNS = (
    Turn("assistant", "Hi"),
    Turn("user", "[[i2]] was fun, [[i2]] !", ("i2",), (), ()),
    Turn("assistant", "Then [[i5]] or [[i7]] , or [[i9]] ?", (), ("i5",), ("i7",)),
    Turn("user", "Hm"),
    Turn("assistant", "Seen [[i5]] ?", (), ("i5",), ()),
    Turn("user", "Dull"),
    Turn("assistant", "Bye"),
)
"""Of `i9` the form says nothing."""
OFFER = ("assistant", "Then [this] or [other] , or [other] ?")


def test_an_item_is_read_of_in_the_turns_that_name_it_and_the_answers_to_them(shop: Dataset) -> None:
    data = replace(shop, dialogues=dialogue_table([Dialogue("2", TURNS)]))
    assert list(spoken_opinions(data, Split.TRAIN)) == [
        SpokenOpinion(
            0,
            (
                ("user", "[this] was fun, [this] !"),
                ("assistant", "Then [other] or [other] , or [other] ?"),
            ),
            "liked",
        ),
        SpokenOpinion(0, (OFFER, ("user", "Hm"), ("assistant", "Seen [this] ?"), ("user", "Dull")), "disliked"),
        SpokenOpinion(
            0,
            (("assistant", "Then [other] or [this] , or [other] ?"), ("user", "Hm")),
            "unsaid",
        ),
    ]
    assert not [*spoken_opinions(data, Split.VALIDATION), *spoken_opinions(data, Split.TEST)]


def test_nobody_was_asked(talking_shop: Dataset) -> None:
    assert not list(spoken_opinions(talking_shop, Split.TRAIN))
    assert not talking_shop.has_spoken_opinions
