from random import Random

import pytest

from tastemaker.data.split import Split
from tastemaker.tasks.attribute_questions import ANY, SPECIAL, UNHEARD, Wordings, ask

EVERY = {"any": ANY, "unheard": UNHEARD, **SPECIAL}


def drawn(attribute: str, split: Split, title: str = "") -> set[str]:
    return {ask(attribute, title, split, Random(seed)) for seed in range(400)}


@pytest.mark.parametrize("wordings", EVERY.values(), ids=EVERY)
def test_no_wording_stands_in_two_splits(wordings: Wordings) -> None:
    all_of_them = [text.casefold() for split in Split for text in wordings.of(split)]
    assert len(set(all_of_them)) == len(all_of_them)
    assert len(wordings.train) >= 2 * len(wordings.test) >= 4


@pytest.mark.parametrize("attribute", [*SPECIAL, "colour_of_lid"])
def test_no_question_of_validation_or_test_is_one_of_training(attribute: str) -> None:
    def plain(split: Split) -> set[str]:
        return {text.casefold().strip("?.") for text in drawn(attribute, split)}

    parts = [plain(split) for split in Split]
    assert all(parts)
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]


def test_a_question_may_name_the_title_and_is_written_with_care_or_without() -> None:
    asked = drawn("director", Split.TRAIN, "Heat {2}")
    assert {"Who directed Heat {2}?", "who directed Heat {2}?", "Who directed it?", "who directed it?"} <= asked
    assert {"Tell me the director of Heat {2}.", "tell me the director of it"} <= asked


def test_an_attribute_of_ones_own_is_asked_for_by_its_name() -> None:
    assert "What is the colour of lid of it?" in drawn("colour_of_lid", Split.TRAIN)
    assert "What is the cast of it?" in drawn("actor", Split.TRAIN), "a list of actors is no actor"


def test_without_a_title_there_is_none() -> None:
    assert all(" it" in text or "it " in text for text in drawn("year", Split.TEST))
