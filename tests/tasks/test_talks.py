from dataclasses import replace

from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.facts import FactExtractor
from tastemaker.data.split import Split
from tastemaker.tasks.talks import MOST_WORDS, Said, said_in, talks


def said(shop: Dataset, *turns: Turn) -> tuple[Said, ...]:
    (talk,) = talks(replace(shop, dialogues=dialogue_table([Dialogue("2", turns)])), Split.TRAIN)
    return talk.turns


def test_every_dialogue_is_in_one_split_with_all_its_turns(talking_shop: Dataset) -> None:
    numbers = {split: [talk.number for talk in talks(talking_shop, split)] for split in Split}
    assert sorted(number for each in numbers.values() for number in each) == list(range(40))
    assert numbers[Split.TEST] == list(range(32, 40))
    assert numbers[Split.VALIDATION]
    assert {len(talk.turns) for split in Split for talk in talks(talking_shop, split)} == {6}


def test_a_turn_is_words_around_items(shop: Dataset) -> None:
    turns = said(shop, Turn("user", "[[i2]] and[[i5]], or?"), Turn("assistant", "Hm."))
    assert turns[0] == Said("user", ("", "and", ", or?"), (2, 5), True)
    assert turns[1] == Said("assistant", ("Hm.",), (), True)


def test_a_turn_is_read_from_its_beginning_and_no_mention_is_cut_in_two(shop: Dataset) -> None:
    many = " ".join(["so"] * (MOST_WORDS - 1))
    (turn,) = said(shop, Turn("user", f"{many} [[i2]] good film [[i3]] yes", split="train"))
    assert turn.words == (many, "good")
    assert turn.items == (2,)


def test_replies_answer_something_and_count_in_their_split(shop: Dataset) -> None:
    turns = (
        Turn("assistant", "Hi"),
        Turn("user", "Hi"),
        Turn("assistant", "Yes?"),
        Turn("user", "A film"),
        Turn("assistant", "[[i1]]", split="validation"),
    )
    trained = Dialogue("other", (Turn("user", "Hi", split="train"),))
    data = replace(shop, dialogues=dialogue_table([Dialogue("one", turns), trained]))
    (talk,) = talks(data, Split.TEST)
    assert talk.replies == (4,), "as OpenDialKG publishes turns: what is published as validation is judged as test"
    whole = replace(shop, dialogues=dialogue_table([Dialogue("2", turns[:4])]))
    (talk,) = talks(whole, Split.TRAIN)
    assert talk.replies == (2,)


def test_what_is_said_now_becomes_a_turn_as_if_it_stood_in_the_data(shop: Dataset) -> None:
    text = "No The Great Journey c2 (1972) , but the great journey f5"
    (stored,) = said(shop, Turn("user", "No [[i2]] , but [[i5]]", split="train"))
    assert said_in(text, FactExtractor(shop.catalog)) == stored == Said("user", ("No", ", but", ""), (2, 5), True)
    assert said_in("a comedy", FactExtractor(shop.catalog)) == Said("user", ("a comedy",), (), True)
