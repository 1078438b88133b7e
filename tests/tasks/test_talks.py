from dataclasses import replace

from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import Dialogue, Turn, dialogue_table
from tastemaker.data.facts import FactExtractor
from tastemaker.data.split import Split
from tastemaker.tasks.talks import MOST_WORDS, Said, overlapping, said_in, talks


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


def split_by_turn(shop: Dataset, dialogue_split: str) -> Dataset:
    """A dialogue with a judged turn between two training turns and one behind them, and one of training turns alone."""
    splits = (None, "train", None, "validation", None, "train", None, "validation")
    turns = [Turn("assistant" if place % 2 else "user", f"[[i{place}]]", split=it) for place, it in enumerate(splits)]
    trained = Dialogue("2", (Turn("user", "Hi"), Turn("assistant", "[[i9]]", split="train")))
    config = replace(shop.config, dialogue_split=dialogue_split)
    return replace(shop, config=config, dialogues=dialogue_table([Dialogue("one", tuple(turns)), trained]))


def test_a_dialogue_with_judged_turns_is_left_out_of_training(shop: Dataset) -> None:
    clean = split_by_turn(shop, "clean")
    assert [(talk.number, talk.replies, talk.is_whole) for talk in talks(clean, Split.TRAIN)] == [(1, (1,), True)]
    assert [(talk.number, talk.replies) for talk in talks(clean, Split.TEST)] == [(0, (3, 7))]
    assert overlapping(clean) == 1


def test_as_published_it_is_trained_on_up_to_its_last_training_turn(shop: Dataset) -> None:
    published = split_by_turn(shop, "published")
    first, second = talks(published, Split.TRAIN)
    assert (first.number, first.replies, first.is_whole, len(first.turns)) == (0, (1, 5), False, 6)
    assert (second.number, second.replies, second.is_whole) == (1, (1,), True)
    for split in (Split.VALIDATION, Split.TEST):
        assert list(talks(published, split)) == list(talks(split_by_turn(shop, "clean"), split))
    assert overlapping(published) == 1


def test_dialogues_that_are_split_as_a_whole_overlap_nowhere(shop: Dataset, talking_shop: Dataset) -> None:
    assert overlapping(talking_shop) == overlapping(shop) == 0
    config = replace(talking_shop.config, dialogue_split="published")
    for split in Split:
        assert list(talks(replace(talking_shop, config=config), split)) == list(talks(talking_shop, split))
