from dataclasses import replace

import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import Dialogue as Held
from tastemaker.data.dialogues import Turn, dialogue_table
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.tasks.corpus import texts_of
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Card, Earlier, Example, History, Item, Recommended, Reply, Text
from tastemaker.tasks.mentioned import mentions
from tastemaker.tasks.readable import as_text
from tastemaker.tasks.real_dialogue import real_replies

TURNS = (
    Turn("user", "Hi, I love [[i0]] and drama", split="train"),
    Turn("assistant", "[[i1]], or [[i2]] ?", split="train"),
    Turn("user", "[[i3]]", split="train"),
    Turn("assistant", "Bye", split="train"),
)
A, B, C, D = (f"The Great Journey {film}" for film in ("a0 (1970)", "b1 (1971)", "c2 (1972)", "d3 (1973)"))


def examples_of(shop: Dataset, *turns: Turn, split: Split = Split.TEST) -> list[Example]:
    """Those of a dialogue that is published as `split`."""
    published = [replace(turn, split=split.value) for turn in turns]
    trained = Held("2", (Turn("user", "Hi", split="train"),))
    data = replace(shop, dialogues=dialogue_table([Held("3", tuple(published)), trained]))
    return list(real_replies(data, split, "dialogue"))


def test_every_mention_of_a_reply_is_a_slot_and_earlier_ones_are_titles_with_items(shop: Dataset) -> None:
    first, second = examples_of(shop, *TURNS)
    start = (History(()), Text(f"Hi, I love {A}", "user", 0), Item(0, 0), Text(" and drama", None, 0))
    one, two = Recommended(1, Card(B)), Recommended(2, Card(C))
    assert first.context == start
    assert first.target == Reply("", one, ", or", more=((two, "?"),), may_repeat=True)
    assert second.context == (*start, Earlier(first.target, 1), Text(D, "user", 2), Item(3, 2))
    assert second.target == Reply("Bye", may_repeat=True)


def test_a_training_dialogue_is_one_example_that_teaches_every_reply(shop: Dataset) -> None:
    (whole,) = examples_of(shop, *TURNS, split=Split.TRAIN)
    _, last = examples_of(shop, *TURNS)
    assert whole.context == last.context
    assert whole.target == Reply("Bye", may_repeat=True, teaches_earlier=True)


def test_in_a_training_dialogue_with_judged_turns_each_other_reply_is_learned_alone(shop: Dataset) -> None:
    """As published, OpenDialKG's training turns stand beside turns that are judged."""
    splits = ("train", "validation", "train")
    turns = [turn for place, it in enumerate(splits) for turn in _asked_and_told(place, it)]
    trained = Held("2", (Turn("user", "Hi"), Turn("assistant", "Hi", split="train")))
    config = replace(shop.config, dialogue_split="published")
    data = replace(shop, config=config, dialogues=dialogue_table([Held("3", tuple(turns)), trained]))
    *learned, _ = real_replies(data, Split.TRAIN, "dialogue")
    (judged,) = real_replies(data, Split.TEST, "dialogue")
    assert [example.target.items for example in learned if isinstance(example.target, Reply)] == [(0,), (2,)]
    assert not any(isinstance(it.target, Reply) and it.target.teaches_earlier for it in learned)
    assert isinstance(judged.target, Reply) and judged.target.items == (1,)
    assert learned[1].context[: len(judged.context) + 1] == (*judged.context, Earlier(judged.target, 3)), "read"
    assert mentions(data).targets[:3].tolist() == [1, 0, 1], "what is judged is no target of training"


def _asked_and_told(place: int, split: str) -> tuple[Turn, Turn]:
    return Turn("user", f"Film {place}?"), Turn("assistant", f"[[i{place}]]", split=split)


def test_what_the_assistant_says_first_answers_nothing_and_is_not_learned(shop: Dataset) -> None:
    (whole,) = examples_of(shop, Turn("assistant", "Hi, [[i5]] ?"), *TURNS, split=Split.TRAIN)
    opening = (Text("Hi, The Great Journey f5 (1975)", "assistant", 0), Item(5, 0), Text(" ?", None, 0))
    assert whole.context[1:4] == opening
    assert sum(isinstance(segment, Earlier) for segment in whole.context) == 1


def test_golden_prompt(shop: Dataset) -> None:
    assert as_text(examples_of(shop, *TURNS)[0], shop.catalog) == (
        f"history: none\n\nuser: Hi, I love {A} [{A}] and drama\n---\n"
        f"lead: \n<rec> [{B}] <card> {B}\nreason: , or\n<rec> [{C}] <card> {C}\nreason: ?\n"
    )
    assert as_text(examples_of(shop, *TURNS)[1], shop.catalog) == (
        f"history: none\n\nuser: Hi, I love {A} [{A}] and drama\n"
        f"assistant:  <rec> [{B}] <card> {B} , or <rec> [{C}] <card> {C} ?\nuser: {D} [{D}]\n---\nlead: Bye\n"
    )


@pytest.mark.parametrize(
    "text", ["[[i4]], or [[i2]] ?", "[[i1]], or [[i5]] ?", "[[i1]] and [[i2]] ?", "No [[i1]]", "No"]
)
def test_changing_a_reply_changes_no_context_but_those_behind_it(shop: Dataset, text: str) -> None:
    before = examples_of(shop, *TURNS)
    after = examples_of(shop, TURNS[0], replace(TURNS[1], text=text), *TURNS[2:])
    assert before[0].context == after[0].context
    assert before[0].target != after[0].target
    assert before[1].context != after[1].context


def test_results_are_clustered_by_dialogue(talking_shop: Dataset) -> None:
    found = list(Dialogue().examples(talking_shop, Split.TEST))
    assert [example.user for example in found] == [number for number in range(32, 40) for _ in range(3)]


def test_held_out_dialogues_are_in_no_training_example(talking_shop: Dataset) -> None:
    users = {split: {it.user for it in Dialogue().examples(talking_shop, split)} for split in Split}
    assert not users[Split.TRAIN] & (users[Split.VALIDATION] | users[Split.TEST])
    trained = list(Dialogue().examples(talking_shop, Split.TRAIN))
    assert trained and not any("x23" in text for example in trained for text in texts_of(example))
    tested = list(Dialogue().examples(talking_shop, Split.TEST))
    assert any("x23" in text for example in tested for text in texts_of(example))


def test_real_dialogues_are_taken_where_there_are_some_and_mixed_by_a_stated_share(
    shop: Dataset, talking_shop: Dataset
) -> None:
    both = replace(shop, dialogues=talking_shop.dialogues)
    assert all(is_real(example) for example in Dialogue().examples(both, Split.TRAIN))
    mixed = list(Dialogue(simulated_share=0.25).examples(both, Split.TRAIN))
    real = sum(map(is_real, mixed))
    assert len(mixed) - real == round(3 * real / 3), "three replies in a dialogue"
    assert mixed != list(Dialogue(simulated_share=0.25).examples(both, Split.TRAIN, 1))
    assert all(map(is_real, Dialogue(simulated_share=0.25).examples(both, Split.TEST)))
    assert not any(map(is_real, Dialogue(simulated_share=1.0).examples(both, Split.TEST)))


def is_real(example: Example) -> bool:
    return isinstance(example.target, Reply) and example.target.may_repeat


def test_a_share_of_real_dialogues_needs_some(shop: Dataset) -> None:
    with pytest.raises(DataError) as refusal:
        list(Dialogue(simulated_share=0.5).examples(shop, Split.TRAIN))
    assert str(refusal.value) == (
        "shop: tasks.dialogue.simulated_share = 0.5 needs real dialogues in dialogues.parquet, found none. "
        "Leave simulated_share out, or prepare a data set that has some."
    )


def test_simulating_needs_interactions(talking_shop: Dataset) -> None:
    with pytest.raises(DataError, match="task 'dialogue' needs interactions"):
        list(Dialogue(simulated_share=0.5).examples(talking_shop, Split.TRAIN))


def test_a_share_lies_between_0_and_1() -> None:
    with pytest.raises(RecipeError) as refusal:
        Dialogue(simulated_share=1.5)
    assert str(refusal.value) == "simulated_share must lie between 0 and 1, found 1.5."
