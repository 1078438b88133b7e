from collections import Counter
from zlib import crc32

import pytest

from tastemaker.data.split import Split
from tastemaker.tasks.dialogue_split import is_judged, shared_turns, split_of_dialogue

TRAIN, VALIDATION, TEST = Split.TRAIN, Split.VALIDATION, Split.TEST
IDS = [f"{number}" for number in range(3000)]
PART = {part: next(each for each in IDS if crc32(f"dialogue {each}".encode()) % 10 == part) for part in range(3)}
"""An id for each of the first three tenths: the hash says test, validation and training."""
REDIAL, OPENDIALKG, ALL = {"train", "test"}, {"train", "validation"}, {"train", "validation", "test"}


@pytest.mark.parametrize(
    ("published", "there", "splits"),
    [
        ({"test"}, REDIAL, (TEST, TEST, TEST)),
        ({"train"}, REDIAL, (TRAIN, VALIDATION, TRAIN)),
        ({"validation"}, OPENDIALKG, (TEST, TEST, TEST)),
        ({"train", "validation"}, OPENDIALKG, (TEST, TEST, TEST)),
        ({"train"}, OPENDIALKG, (TRAIN, VALIDATION, TRAIN)),
        ({"test"}, ALL, (TEST, TEST, TEST)),
        ({"validation"}, ALL, (VALIDATION, VALIDATION, VALIDATION)),
        ({"train"}, ALL, (TRAIN, TRAIN, TRAIN)),
        ({"validation"}, {"validation"}, (TEST, VALIDATION, TRAIN)),
        (set(), set(), (TEST, VALIDATION, TRAIN)),
    ],
)
def test_what_is_published_goes_before_the_hash(
    published: set[str], there: set[str], splits: tuple[Split, Split, Split]
) -> None:
    assert tuple(split_of_dialogue(PART[part], published, there) for part in range(3)) == splits


def test_a_tenth_of_the_training_dialogues_is_validation() -> None:
    counts = Counter(split_of_dialogue(each, {"train"}, REDIAL) for each in IDS)
    assert set(counts) == {TRAIN, VALIDATION}
    assert 0.085 < counts[VALIDATION] / len(IDS) < 0.115


@pytest.mark.parametrize(
    ("turn", "split", "there", "judged"),
    [
        ("train", TEST, OPENDIALKG, False),
        ("validation", TEST, OPENDIALKG, True),
        (None, TEST, OPENDIALKG, False),
        (None, VALIDATION, OPENDIALKG, False),
        ("train", VALIDATION, OPENDIALKG, True),
        (None, TRAIN, OPENDIALKG, True),
        ("train", TRAIN, OPENDIALKG, True),
        ("validation", TRAIN, OPENDIALKG, False),
        ("validation", TRAIN, ALL, False),
        ("validation", TRAIN, {"validation"}, True),
        ("test", TEST, REDIAL, True),
        ("validation", TEST, {"validation"}, True),
        (None, TEST, set(), True),
    ],
)
def test_turns_that_are_not_published_for_a_split_are_not_judged_in_it(
    turn: str | None, split: Split, there: set[str], judged: bool
) -> None:
    assert is_judged(turn, split, there) is judged


@pytest.mark.parametrize(
    ("published", "own", "split", "there", "turns"),
    [
        ((None, "train", None, "validation"), TEST, TRAIN, OPENDIALKG, 2),
        ((None, "validation", None, "train", None), TEST, TRAIN, OPENDIALKG, 4),
        ((None, "validation"), TEST, TRAIN, OPENDIALKG, 0),
        ((None, "train"), VALIDATION, TRAIN, OPENDIALKG, 0),
        ((None, "train"), TRAIN, VALIDATION, OPENDIALKG, 0),
        ((None, "train", None, "validation"), TEST, VALIDATION, OPENDIALKG, 0),
        ((None, "train", None, "validation", None, "test"), TEST, TRAIN, ALL, 2),
        ((None, "train", None, "validation", None, "test"), TEST, VALIDATION, ALL, 4),
        ((None, "validation"), TEST, TRAIN, {"validation"}, 0),
    ],
)
def test_other_splits_share_a_dialogue_up_to_their_last_turn(
    published: tuple[str | None, ...], own: Split, split: Split, there: set[str], turns: int
) -> None:
    assert shared_turns(published, own, split, there) == turns
