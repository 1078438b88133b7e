from dataclasses import replace

import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import FactExtractor
from tastemaker.inference.checking import true_reason
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.cards import card, evidence
from tastemaker.tasks.example import Card, Evidence
from tastemaker.tasks.reason_forms import is_worded


@pytest.fixture
def reply(shop: Dataset) -> WrittenReply:
    """Item 4 is a comedy of 1974, recommended for item 0, a comedy of 1970."""
    grounds = evidence(shop.catalog, 4, [(0, 5.0)])
    return WrittenReply("", 4, "", card(shop.catalog, 4).text, grounds.text)


@pytest.mark.parametrize(
    "reason",
    [
        "You gave The Great Journey a0 (1970) 5 stars, and it is a comedy too.",
        "Like The Great Journey a0 (1970), it comes from the 1970s.",
        "Seeing that The Great Journey a0 (1970) earned 5 stars from you, it is worth a try, a comedy once more.",
        "The Great Journey e4 (1974) is a comedy, and an easy place to start.",
        "You liked The Great Journey a0 (1970), and it comes from the 1970s as well.",
    ],
)
def test_a_true_reason_stands(shop: Dataset, reply: WrittenReply, reason: str) -> None:
    assert true_reason(replace(reply, reason=reason), FactExtractor(shop.catalog)) == reason


@pytest.mark.parametrize(
    "reason",
    [
        "You gave The Great Journey c2 (1972) 5 stars, and it is a comedy too.",
        "It is a horror film.",
        "A comedy from the 1980s.",
        "You asked for a no horror, and it is a comedy.",
        "Here is a comedy and film, as requested.",
        "A 1970s, as you wished.",
        "You liked both The Great Journey a0 (1970) and The Great Journey a0 (1970), both comedy.",
        "You liked both The Great Journey a0 (1970), and it has their comedy feel.",
        "You liked The Great Journey a0 (1970), and it liked comedy well.",
        "As a comedy and 1970s, this one is close to The Great Journey a0 (1970).",
        "It is a comedy and comedy film, like The Great Journey a0 (1970).",
        "Like The Great Journey a0 (1970), it is a comedy from the this one.",
        "You gave The Great Journey a0 (1970) both date from the 1970s.",
        "You gave The Great Journey a0 (1970) 4 stars, and it is a comedy too.",
        "You gave The Great Journey a0 (1970) 9 stars, and it is a comedy too.",
        "You will like it.",
        "",
    ],
)
def test_a_false_or_empty_reason_gives_way_to_the_template(shop: Dataset, reply: WrittenReply, reason: str) -> None:
    told = true_reason(replace(reply, reason=reason), FactExtractor(shop.catalog))
    assert told != reason and "The Great Journey a0 (1970)" in told and "comedy" in told


def test_nobody_gave_stars_to_what_was_only_named(shop: Dataset, reply: WrittenReply) -> None:
    reason = "You gave The Great Journey a0 (1970) 5 stars, and it is a comedy too."
    named = replace(reply, reason=reason, evidence=evidence(shop.catalog, 4, [(0, None)]).text)
    assert "stars" not in true_reason(named, FactExtractor(shop.catalog))


@pytest.mark.parametrize(("first", "second", "stands"), [("5 stars", "4 stars", True), ("4 stars", "5 stars", False)])
def test_every_past_title_has_its_own_stars(
    shop: Dataset, reply: WrittenReply, first: str, second: str, stands: bool
) -> None:
    a, b = "The Great Journey a0 (1970)", "The Great Journey i8 (1978)"
    reason = f"You gave {a} {first} and {b} {second}, and it is a comedy too."
    grounds = evidence(shop.catalog, 4, [(0, 5.0), (8, 4.0)])
    assert b in grounds.text
    told = true_reason(replace(reply, reason=reason, evidence=grounds.text), FactExtractor(shop.catalog))
    assert (told == reason) == stands


@pytest.mark.parametrize(
    "reason",
    [
        "Like The Great Journey a0 (1970), it is a comedy. You gave The Great Journey i8 (1978) 4 stars, and it is a "
        "comedy too.",
        "The Great Journey e4 (1974) is a comedy, and an easy place to start. You gave The Great Journey a0 (1970) 5 "
        "stars, and it is a comedy too.",
    ],
)
def test_stars_are_those_of_their_sentence(shop: Dataset, reply: WrittenReply, reason: str) -> None:
    grounds = evidence(shop.catalog, 4, [(0, 5.0), (8, 4.0)])
    assert true_reason(replace(reply, reason=reason, evidence=grounds.text), FactExtractor(shop.catalog)) == reason


def test_one_past_title_may_begin_another() -> None:
    grounds = Evidence("liked Strap, 4 stars; liked Strap Locks, 5 stars; shares rock")
    told = "You gave Strap Locks 5 stars and Strap 4 stars, and it is a rock film too."
    assert is_worded(told, grounds, Card("Pick: rock"))
    assert not is_worded(told.replace("5", "4"), grounds, Card("Pick: rock"))


def test_two_past_items_of_one_title_are_no_error() -> None:
    grounds = Evidence("liked Strap, 4 stars; liked Strap, 5 stars; shares rock")
    assert not is_worded("You gave Strap 3 stars, and it is a rock film too.", grounds, Card("Pick: rock"))


def test_a_reason_without_an_end_gives_way_too(shop: Dataset, reply: WrittenReply) -> None:
    babble = replace(reply, reason="a comedy and a comedy and a comedy and", is_finished=False)
    assert true_reason(babble, FactExtractor(shop.catalog)) != babble.reason


def test_a_question_needs_no_reason(shop: Dataset) -> None:
    assert true_reason(WrittenReply("Which genre?", None, ""), FactExtractor(shop.catalog)) == ""


def test_articles_agree_with_what_was_copied_behind_them(shop: Dataset, reply: WrittenReply) -> None:
    reason = "You asked for an comedy, and it fits. Here is an comedy, as requested."
    told = true_reason(replace(reply, reason=reason), FactExtractor(shop.catalog))
    assert told == "You asked for a comedy, and it fits. Here is a comedy, as requested."
