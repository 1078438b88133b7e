from dataclasses import replace

import pytest

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Entry
from tastemaker.data.facts import FactExtractor
from tastemaker.evaluation.truth import Truth
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Card, Evidence, Example, History, Recommended, Reply, Text, Words
from tastemaker.tasks.request import Turn, dialogue_context


@pytest.fixture
def truth(dataset):
    return Truth(dataset, FactExtractor(dataset.catalog))


def explain(dataset, reason, item=0, evidence=""):
    """Item 0 is a comedy of 1980; item 1, horror, was liked; item 2, drama, was not."""
    history = History((Entry(1, 9, 5.0), Entry(2, 5, 1.0)))
    example = Example("explanation", (history, Recommended(item, Card(""))), Reply("", reason=reason))
    return example, WrittenReply("", item, reason, "", evidence)


def falsehoods(truth, example, reply):
    return truth.stated(example, reply) - truth.true_facts(example, reply)


def test_what_is_true_of_the_item_and_the_user_counts(dataset, truth):
    liked = dataset.catalog[1].title
    example, reply = explain(dataset, f"You liked {liked}, and this is a comedy from the 1980s, no horror.")
    assert ("title", liked) in truth.stated(example, reply)
    assert {("genre", "Comedy"), ("decade", "1980s"), ("not genre", "Horror")} <= truth.stated(example, reply)
    assert falsehoods(truth, example, reply) == set()


@pytest.mark.parametrize(
    ("reason", "false"),
    [
        ("A fine drama.", ("genre", "Drama")),
        ("It is a comedy from the 1990s.", ("decade", "1990s")),
        ("Like {liked}, it is a horror film.", ("genre", "Horror")),
        ("There is no comedy in it.", ("not genre", "Comedy")),
        ("You liked {disliked}.", ("title", "{disliked}")),
        ("You liked {never_seen}.", ("title", "{never_seen}")),
    ],
)
def test_what_is_false_is_found(dataset, truth, reason, false):
    titles = {"liked": 1, "disliked": 2, "never_seen": 9}
    titles = {name: dataset.catalog[row].title for name, row in titles.items()}
    example, reply = explain(dataset, reason.format(**titles))
    assert falsehoods(truth, example, reply) == {(false[0], false[1].format(**titles))}


def test_a_film_that_the_user_named_may_be_given_as_a_reason_but_not_one_rated_low(dataset, truth):
    named, low = dataset.catalog[5].title, dataset.catalog[2].title
    turns = (Turn("user", f"I love {named} and {low}, what else?"),)
    context = dialogue_context((Entry(2, 5, 1.0),), turns, truth.extractor)
    example = Example("dialogue", context, Reply("Try"))
    reply = WrittenReply("Try", 0, f"Because you liked {named} and {low}.")
    assert falsehoods(truth, example, reply) == {("title", low)}


def test_evidence_of_the_data_counts_and_that_of_the_writer_does_not(dataset, truth):
    named = dataset.catalog[9].title
    slot = Recommended(0, Card(""), Evidence(f"liked {named}, 5 stars"))
    reply = WrittenReply("", 0, f"Because you liked {named}.", evidence=f"liked {named}, 5 stars")
    given = Example("dialogue", (History(()), Text("hi", "user")), Reply("", slot))
    made_up = Example("dialogue", (History(()), Text("hi", "user")), Reply("", Recommended(0, Card(""))))
    assert falsehoods(truth, given, reply) == set()
    assert falsehoods(truth, made_up, reply) == {("title", named)}


def test_a_title_strays_unless_recommended_in_evidence_or_brought_up(dataset, truth):
    own, other, said = (dataset.catalog[row].title for row in (0, 9, 5))
    context = dialogue_context((), (Turn("user", f"I love {said}"),), truth.extractor)
    example = Example("dialogue", context, Reply("Try"))
    assert not truth.strays(example, WrittenReply("Try", 0, f"{own} is like {said}."))
    assert truth.strays(example, WrittenReply(f"Try {other} or", 0, "It is fun."))
    assert truth.strays(example, WrittenReply(f"How about {other}?", None, ""))
    assert not truth.strays(example, WrittenReply("Try", 0, f"You liked {other}.", evidence=f"liked {other}, 4 stars"))


def test_titles_stray_behind_any_slot_but_not_those_of_a_slot(dataset, truth):
    first, second, other = (dataset.catalog[row].title for row in (0, 1, 9))
    example = Example("dialogue", (History(()), Text("hi", "user")), Reply("Try", may_repeat=True))
    assert not truth.strays(example, WrittenReply("Try", 0, f"{first} or", more=((1, f"{second}."),)))
    assert truth.strays(example, WrittenReply("Try", 0, "or", more=((1, f"as good as {other}."),)))


def describe(about, text):
    return Example("description", (History(()), Text("Some item.")), Words("", about=about)), WrittenReply(
        text, None, ""
    )


def test_a_text_about_an_item_may_state_what_the_item_is(dataset, truth):
    """Item 0 is a comedy of 1980."""
    example, reply = describe(0, "A comedy from the 1980s, or horror.")
    assert truth.stated(example, reply) == {("genre", "Comedy"), ("decade", "1980s"), ("genre", "Horror")}
    assert falsehoods(truth, example, reply) == {("genre", "Horror")}


def test_a_text_about_an_item_may_state_what_the_items_own_text_does(dataset):
    items = (replace(dataset.catalog[0], text="Set in the war, in 1944."), *dataset.catalog.items[1:])
    told = replace(dataset, catalog=Catalog(items))
    truth = Truth(told, FactExtractor(told.catalog))
    example, reply = describe(0, "A war film of 1944. A drama of 1945.")
    assert falsehoods(truth, example, reply) == {("genre", "Drama"), ("year", "1945")}
    # A reason has nothing but the item's attributes to go by.
    example, reply = explain(told, "A war film.")
    assert falsehoods(truth, example, reply) == {("genre", "War")}


def test_a_text_about_nothing_in_particular_states_nothing_true(truth):
    example, reply = describe(None, "A comedy.")
    assert falsehoods(truth, example, reply) == {("genre", "Comedy")}
