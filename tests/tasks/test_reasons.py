"""Reasons say nothing that card and evidence do not hold, and always something."""

from collections.abc import Iterator
from dataclasses import fields
from random import Random
from string import Formatter

import pytest

from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import FactExtractor
from tastemaker.data.simulation import simulation_of
from tastemaker.data.split import Split
from tastemaker.tasks import question_phrasings, reason_phrasings, request_phrasings
from tastemaker.tasks.cards import card, evidence
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Card, Evidence, Example, Recommended, Reply
from tastemaker.tasks.explanation import Explanation
from tastemaker.tasks.phrasings import Phrasings, fill, listed, with_article
from tastemaker.tasks.reasons import write_reason
from tastemaker.tasks.template import template_reason

MODULES = (question_phrasings, reason_phrasings, request_phrasings)
EVERY = [value for module in MODULES for value in vars(module).values() if isinstance(value, Phrasings)]


def reasons(dataset: Dataset, split: Split, epochs: int) -> Iterator[tuple[Example, Recommended, str]]:
    for task in (Explanation(), Dialogue()):
        for epoch in range(epochs):
            for example in task.examples(dataset, split, epoch):
                assert isinstance(example.target, Reply)
                last = example.context[-1]
                slot = example.target.slot or (last if isinstance(last, Recommended) else None)
                if slot and slot.evidence:
                    yield example, slot, example.target.reason


@pytest.mark.parametrize(("split", "epochs"), [(Split.TRAIN, 40), (Split.VALIDATION, 1), (Split.TEST, 1)])
def test_every_simulated_reason_is_grounded_and_states_a_fact(cinema: Dataset, split: Split, epochs: int) -> None:
    extractor = simulation_of(cinema).extractor
    count = 0
    for _, slot, reason in reasons(cinema, split, epochs):
        assert slot.evidence
        stated = extractor.facts(reason)
        assert stated, reason
        assert stated <= extractor.facts(slot.card.text) | extractor.facts(slot.evidence.text), reason
        count += 1
    assert count > (1500 if split is Split.TRAIN else 10)


def test_every_wording_is_grounded_for_all_evidence_that_may_occur(cinema: Dataset) -> None:
    """Also what the simulator seldom draws: every pair of films, rated or not, with wishes and without."""
    catalog, extractor = cinema.catalog, FactExtractor(cinema.catalog)
    random = Random(0)
    for seed in range(3000):
        item, *past = random.sample(range(len(catalog)), random.choice((1, 2, 3)))
        rated = [(row, random.choice((None, 4.0, 5.0))) for row in past]
        wishes = [*random.sample(sorted(simulation_of(cinema).facts[item]), random.choice((0, 0, 1, 2)))]
        wishes = [*wishes, *random.choice(([], [("not genre", "Documentary"), ("not genre", "Western")]))]
        about, why = card(catalog, item), evidence(catalog, item, rated, wishes)
        for reason in (
            write_reason(why, about, "film", random.choice(list(Split)), random),
            template_reason(why, about),
        ):
            stated = extractor.facts(reason)
            assert stated, reason
            assert stated <= extractor.facts(about.text) | extractor.facts(why.text), (reason, seed)
            assert "{" not in reason
            assert "  " not in reason
            assert reason[0].isupper() or reason[0].isdigit()


def test_most_reasons_are_short(cinema: Dataset) -> None:
    lengths = sorted(len(reason.split()) for _, _, reason in reasons(cinema, Split.TRAIN, 5))
    assert lengths[len(lengths) // 20] >= 5
    assert lengths[len(lengths) * 19 // 20] <= 30


def test_wordings_of_test_are_never_used_in_training() -> None:
    train = {text for phrasings in EVERY for text in phrasings.train if text}
    test = {text for phrasings in EVERY for text in phrasings.test if text}
    assert not train & test
    assert all(phrasings.of(Split.VALIDATION) == phrasings.train for phrasings in EVERY)
    assert all(phrasings.of(Split.TEST) == phrasings.test for phrasings in EVERY)


def test_there_are_many_wordings() -> None:
    def count(module: object) -> int:
        return sum(len(value.train) for value in vars(module).values() if isinstance(value, Phrasings))

    assert count(reason_phrasings) >= 40
    assert count(request_phrasings) >= 100
    wishes = (request_phrasings.WISHES, request_phrasings.FAVOURITES, request_phrasings.WISHES_AND_FAVOURITES)
    assert sum(len(phrasings.train) for phrasings in wishes) >= 40
    assert len(question_phrasings.QUESTIONS.train) >= 12


def test_every_gap_is_known() -> None:
    words = "it a b sa sb kind one blend tail dec own wish without noun nouns title want Want wants many names"
    known = set(words.split())
    for phrasings in EVERY:
        for text in (*phrasings.train, *phrasings.test):
            assert {name for _, name, _, _ in Formatter().parse(text) if name} <= known


def test_fill_touches_no_letter_of_a_title() -> None:
    assert (
        fill("{a} is {kind}. see it", {"kind": "a Film"}, {"a": "eXistenZ. (1999)"})
        == "eXistenZ. (1999) is a Film. See it"
    )
    assert fill("I LIKE {a}.", {}, {"a": "Heat (1995)"}, is_casual=True) == "i like Heat (1995)"


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("comedy", "a comedy"),
        ("action film", "an action film"),
        ("80s film", "an 80s film"),
        ("1980s film", "a 1980s film"),
    ],
)
def test_articles(phrase: str, expected: str) -> None:
    assert with_article(phrase) == expected


def test_listed() -> None:
    assert [listed(()), listed(("a",)), listed(("a", "b")), listed(("a", "b", "c"))] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize(
    ("why", "expected"),
    [
        (
            "liked Aladdin (1992), 5 stars; shares comedy; both 1990s; asked comedy",
            "Because you liked Aladdin (1992), and you asked for comedy: it shares comedy and 1990s.",
        ),
        (
            "chose Aladdin (1992); chose Heat (1995); all 1990s",
            "Because of Aladdin (1992) and Heat (1995): it shares 1990s.",
        ),
        ("asked comedy, no horror", "You asked for comedy and no horror: it is that."),
        ("is comedy, 1990s", "It goes under comedy and is from the 1990s."),
        ("", "It goes under comedy."),
    ],
)
def test_template(why: str, expected: str) -> None:
    assert template_reason(Evidence(why), Card("Babe (1995): comedy")) == expected


def test_template_of_an_item_of_which_nothing_is_known() -> None:
    assert template_reason(Evidence(""), Card("Alone:")) == "It is Alone."
    assert [field.name for field in fields(Evidence)] == ["text"]
