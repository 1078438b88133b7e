import numpy as np
import pytest

from tastemaker.data.facts import FactExtractor
from tastemaker.evaluation.constraints import ConstraintFilter
from tastemaker.evaluation.truth import Truth
from tastemaker.evaluation.written import answer_material, asked_material, reply_materials
from tastemaker.inference.replying import WrittenReply
from tastemaker.metrics import METRICS
from tastemaker.tasks.example import REFUSAL, Card, Example, History, Recommended, Reply, Text, Words

COMEDY, QUESTION = 0, None


def example(item, *constraints, user=0):
    slot = None if item is None else Recommended(item, Card(""))
    target = Reply("Try" if slot else "What do you like?", slot, "A comedy." if slot else "", constraints)
    return Example("dialogue", (History(()), Text("hello", "user")), target, user)


@pytest.fixture
def measured(dataset):
    truth = Truth(dataset, FactExtractor(dataset.catalog))

    def measure(examples, replies):
        materials = reply_materials(examples, replies, truth)
        materials |= asked_material(examples, replies, ConstraintFilter(dataset.catalog))
        materials |= answer_material(examples, replies)
        return {
            name: getattr(found := metric.measure(materials[metric.reads].content), "value", found)
            for name, metric in METRICS.items()
            if metric.reads in materials
        }

    return measure


def test_recommending_when_one_should_and_only_then(measured):
    examples = [example(COMEDY), example(COMEDY), example(QUESTION), example(QUESTION)]
    good, shy = WrittenReply("Try", COMEDY, "A comedy."), WrittenReply("What do you like?", None, "")
    assert measured(examples, [good, good, shy, shy])["recommends_f1"] == 1
    # One of two due recommendations made, and one that was not due: precision and recall are one half.
    assert measured(examples, [good, shy, good, shy])["recommends_f1"] == 0.5


def test_silence_where_a_reason_is_due_is_no_grounded_reason(measured):
    examples = [example(COMEDY), example(COMEDY)]
    figures = measured(examples, [WrittenReply("Try", COMEDY, "A comedy."), WrittenReply("What?", None, "")])
    assert (figures["grounding"], figures["facts_per_reason"], figures["grounded_reasons"]) == (1, 0.5, 0.5)
    figures = measured(examples, [WrittenReply("", None, "")] * 2)
    assert (figures["grounding"], figures["bleu1"], figures["recommends_f1"]) == (0, 0, 0)


def test_words_are_those_of_lead_and_reason(measured):
    figures = measured([example(COMEDY)], [WrittenReply(" Try ", COMEDY, "A comedy.")])
    assert figures["rougeL"] == figures["rouge1"] == pytest.approx(1)


def test_words_are_those_of_all_slots(measured):
    slots = [Recommended(row, Card("")) for row in (0, 1)]
    target = Reply("Try", slots[0], "A comedy. Or", more=((slots[1], "for the brave."),), may_repeat=True)
    turn = Example("dialogue", (History(()), Text("hello", "user")), target)
    whole = WrittenReply("Try", 0, "A comedy. Or", more=((1, "for the brave."),))
    assert measured([turn], [whole])["bleu"] == pytest.approx(1)
    assert measured([turn], [WrittenReply("Try", 0, "A comedy. Or")])["bleu"] < 0.8


def test_constraints_met_counts_recommendations_after_a_wish(measured):
    wish = (("genre", "Comedy"), ("not genre", "War"))
    examples = [example(COMEDY, *wish), example(COMEDY, *wish), example(COMEDY), example(QUESTION)]
    replies = [WrittenReply("", item, "") for item in (4, 3, 3, None)]
    assert measured(examples, replies)["constraints_met"] == 1 / 2
    assert "constraints_met" not in measured(examples[2:], replies[2:])


def test_units_are_clustered_by_user(dataset):
    truth = Truth(dataset, FactExtractor(dataset.catalog))
    examples = [example(COMEDY, user=7), example(QUESTION, user=7), example(COMEDY, user=9)]
    replies = [WrittenReply("Try", COMEDY, "A comedy."), WrittenReply("What?", None, ""), WrittenReply("", None, "")]
    materials = reply_materials(examples, replies, truth)
    np.testing.assert_array_equal(materials["titles"].clusters, [7, 7, 9])
    np.testing.assert_array_equal(materials["facts"].clusters, [7, 9])


def written(measured, targets, texts):
    examples = [Example("text", (History(()), Text("Some item.")), target) for target in targets]
    return measured(examples, [WrittenReply(text, None, "") for text in texts])


def test_facts_are_looked_for_in_texts_about_an_item_alone(measured):
    figures = written(measured, [Words("", about=COMEDY), Words("")], ["A comedy, a drama.", "A war."])
    assert (figures["grounding"], figures["facts_per_reason"]) == (1 / 2, 2)
    assert "grounding" not in written(measured, [Words("")], ["A comedy."])


def test_answers_are_judged_by_their_words_and_a_refusal_by_its_sense(measured):
    true = ("1995", "Crime and Drama", REFUSAL, REFUSAL, "Jane Doe")
    said = ("1995.", "Drama", "i don't know", "1996", REFUSAL)
    figures = written(measured, [Words(text, asks="fact") for text in true], said)
    assert figures["exact_match"] == 2 / 5
    # "drama" against "crime and drama" shares one word of one and of three: 2 / 4.
    assert figures["token_f1"] == pytest.approx((1 + 1 / 2 + 1 + 0 + 0) / 5)
    assert (figures["made_up_rate"], figures["refused_rate"]) == (1 / 2, 1 / 3)


def test_texts_that_answer_nothing_are_no_answers(measured):
    assert "exact_match" not in written(measured, [Words("1995")], ["1995"])
