from dataclasses import replace

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Earlier, Example, History, LabelSet, Reply, Text, Words
from tastemaker.tasks.unrolled import unrolled
from tests.conftest import TALKS, TEST_TALKS

HELLO, WHICH, BYE = Text("Hello", "user"), Text("Which?", "user", 2), Text("Bye", "user", 4)
FIRST, SECOND, LAST = Reply("Hi"), Reply("This one"), Reply("See you")
WHOLE = (History(()), HELLO, Earlier(FIRST, 1), WHICH, Earlier(SECOND, 3), BYE)


def test_every_reply_is_told_from_what_stands_before_it() -> None:
    whole = Example("dialogue", WHOLE, replace(LAST, teaches_earlier=True), 7)
    assert list(unrolled(whole)) == [
        Example("dialogue", (History(()), HELLO), FIRST, 7),
        Example("dialogue", (History(()), HELLO, Earlier(FIRST, 1), WHICH), SECOND, 7),
        Example("dialogue", WHOLE, LAST, 7),
    ]


def test_an_example_that_teaches_one_thing_stays_as_it_is() -> None:
    for target in (LAST, Words("A greeting")):
        example = Example("dialogue", WHOLE, target)
        assert list(unrolled(example)) == [example]


def test_words_that_are_read_are_not_told_to_who_sees_them() -> None:
    labels = LabelSet("mood", ("good", "bad"), (0.5, 0.5), is_multi=False)
    for taught, plainly in (
        (Words("A greeting", teaches_read=True), Words("A greeting")),
        (labels.target(["bad"], teaches_read=True), labels.target(["bad"])),
    ):
        assert list(unrolled(Example("some", WHOLE, taught))) == [Example("some", WHOLE, plainly)]


def test_no_reply_of_a_real_dialogue_is_in_its_own_context(talking_shop: Dataset) -> None:
    whole = list(Dialogue().examples(talking_shop, Split.TRAIN))
    examples = [example for one in whole for example in unrolled(one)]
    replies = sum(1 + sum(isinstance(segment, Earlier) for segment in one.context) for one in whole)
    assert len(examples) == replies == 3 * len(whole) > TALKS - 2 * TEST_TALKS
    for example in examples:
        assert isinstance(example.target, Reply) and not example.target.teaches_earlier
        assert example.target not in [it.reply for it in example.context if isinstance(it, Earlier)]


def test_a_dialogue_unrolls_to_what_is_read_where_each_reply_is_judged_alone(talking_shop: Dataset) -> None:
    """In validation every reply is an example of its own; taught together, these would unroll to the same again."""
    judged = list(Dialogue().examples(talking_shop, Split.TEST))
    by_talk: dict[int | None, list[Example]] = {}
    for example in judged:
        by_talk.setdefault(example.user, []).append(example)
    for parts in by_talk.values():
        target = parts[-1].target
        assert isinstance(target, Reply)
        assert list(unrolled(replace(parts[-1], target=replace(target, teaches_earlier=True)))) == parts
