from collections import Counter
from itertools import combinations

import pytest

from tastemaker.data.combinations import is_for_test
from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import holds
from tastemaker.data.simulation import simulation_of
from tastemaker.data.split import Split
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Example, History, Recommended, Reply, Text
from tastemaker.tasks.explanation import Explanation
from tastemaker.tasks.question_phrasings import FAREWELLS
from tastemaker.tasks.request import asked, named, turns_of

EPOCHS = range(40)


@pytest.fixture(scope="module")
def training(cinema: Dataset) -> list[Example]:
    return [example for epoch in EPOCHS for example in Dialogue().examples(cinema, Split.TRAIN, epoch)]


def _reply(example: Example) -> Reply:
    assert isinstance(example.target, Reply)
    return example.target


def _is_farewell(example: Example, split: Split = Split.TRAIN) -> bool:
    return _reply(example).lead in FAREWELLS.of(split)


def test_a_question_is_asked_just_where_the_user_names_nothing_and_was_not_asked_before(
    cinema: Dataset, training: list[Example]
) -> None:
    extractor = simulation_of(cinema).extractor
    for example in training:
        turns = turns_of(example.context)
        says_nothing = not asked(turns, extractor) and not named(turns, extractor)
        assert (_reply(example).slot is None) == (says_nothing and len(turns) == 1 or _is_farewell(example))


@pytest.mark.parametrize("split", [Split.TRAIN, Split.VALIDATION])
def test_who_takes_what_was_recommended_is_let_go(cinema: Dataset, split: Split) -> None:
    seen = 0
    for epoch in range(20 if split is Split.TRAIN else 1):
        for example in Dialogue().examples(cinema, split, epoch):
            turns = turns_of(example.context)
            said = turns[-1].text.lower()
            if _is_farewell(example, split):
                assert turns[-2].item is not None
                assert _reply(example) == Reply(lead=_reply(example).lead)
                assert any(word in said for word in ("thank", "bye", "nice day", "take it", "see you"))
                seen += 1
            else:
                assert "bye" not in said
    assert seen > 0


def test_shares_of_questions_farewells_and_unknown_pasts(training: list[Example]) -> None:
    farewells = sum(_is_farewell(example) for example in training) / len(training)
    questions = sum(_reply(example).slot is None for example in training) / len(training) - farewells
    assert 0.12 < questions < 0.2
    assert 0.08 < farewells < 0.14
    cold = sum(example.context[0] == History(()) for example in training) / len(training)
    assert 0.2 < cold < 0.4, "a quarter, and choices that are the first of their history"


def test_dialogues_have_two_to_six_turns_that_alternate(training: list[Example]) -> None:
    lengths = Counter()
    for example in training:
        turns = turns_of(example.context)
        assert [turn.speaker for turn in turns] == ["user", "assistant"] * (len(turns) // 2) + ["user"]
        lengths[len(turns) + 1] += 1
    assert set(lengths) == {2, 4, 6}
    assert lengths[2] > lengths[4] > lengths[6] > 0


@pytest.mark.parametrize("split", list(Split))
def test_constraints_are_what_the_words_say_hold_of_the_item_and_belong_to_the_split(
    cinema: Dataset, split: Split
) -> None:
    extractor = simulation_of(cinema).extractor
    several = 0
    for epoch in range(20 if split is Split.TRAIN else 1):
        for example in Dialogue().examples(cinema, split, epoch):
            reply = _reply(example)
            if reply.slot:
                assert reply.constraints == asked(turns_of(example.context), extractor)
                assert all(holds(cinema.catalog[reply.slot.item], fact) for fact in reply.constraints)
            pairs = list(combinations(reply.constraints, 2))
            assert all(is_for_test(*pair) == (split is Split.TEST) for pair in pairs)
            several += bool(pairs)
    assert several > 0


def test_what_was_asked_for_stands_in_the_evidence(training: list[Example]) -> None:
    checked = 0
    for example in training:
        reply = _reply(example)
        if reply.slot and reply.constraints:
            assert reply.slot.evidence
            assert "asked " in reply.slot.evidence.text
            checked += 1
    assert checked > 500


def test_earlier_recommendations_are_not_the_target_and_show_no_evidence(training: list[Example]) -> None:
    seen = 0
    for example in training:
        for segment in example.context:
            if isinstance(segment, Recommended):
                slot = _reply(example).slot
                assert _is_farewell(example) if slot is None else segment.item != slot.item
                assert segment.evidence is None
                seen += 1
    assert seen > 100


def test_what_the_user_said_last_is_cut_last(training: list[Example]) -> None:
    for example in training:
        texts = [segment for segment in example.context if isinstance(segment, Text)]
        assert max(text.priority for text in texts) == texts[-1].priority


def test_settings(cinema: Dataset) -> None:
    small = Dialogue(per_user=1, max_history=2, nouns=("book",), cold_share=1.0)
    examples = list(small.examples(cinema, Split.TRAIN))
    assert len(examples) == len(cinema.user_ids)
    assert all(example.context[0] == History(()) for example in examples)
    short = list(Explanation(per_user=2, max_history=2).examples(cinema, Split.TRAIN))
    assert len(short) == 2 * len(cinema.user_ids)
    assert all(isinstance(e.context[0], History) and len(e.context[0].entries) <= 2 for e in short)


def test_held_out_users_count_alike(cinema: Dataset) -> None:
    for task in (Dialogue(per_user=9), Explanation(per_user=9)):
        counts = Counter(example.user for example in task.examples(cinema, Split.TEST))
        assert max(counts.values()) <= 2


def test_an_explanation_is_a_reason_alone_about_the_last_segment(cinema: Dataset) -> None:
    for example in Explanation().examples(cinema, Split.TEST):
        history, given = example.context
        assert isinstance(history, History)
        assert isinstance(given, Recommended)
        assert given.evidence
        reply = _reply(example)
        assert reply == Reply(lead="", slot=None, reason=reply.reason)
        assert reply.reason
