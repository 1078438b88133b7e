from itertools import combinations

from tastemaker.data.combinations import are_allowed, is_for_test
from tastemaker.data.split import Split

GENRES = [("genre", f"G{number}") for number in range(60)]
PAIRS = list(combinations(GENRES, 2))


def test_about_a_fifth_of_all_pairs_is_kept_for_test() -> None:
    share = sum(is_for_test(one, other) for one, other in PAIRS) / len(PAIRS)
    assert 0.17 < share < 0.23


def test_the_assignment_is_fixed_and_does_not_heed_the_order() -> None:
    comedy, nineties, drama = ("genre", "Comedy"), ("decade", "1990s"), ("genre", "Drama")
    assert is_for_test(comedy, nineties) == is_for_test(nineties, comedy)
    assert [is_for_test(comedy, nineties), is_for_test(drama, nineties)] == [True, False]


def test_a_pair_belongs_to_test_or_to_training_and_validation() -> None:
    for one, other in PAIRS[:200]:
        in_test = are_allowed((one, other), Split.TEST)
        assert in_test != are_allowed((one, other), Split.TRAIN)
        assert are_allowed((one, other), Split.TRAIN) == are_allowed((one, other), Split.VALIDATION)


def test_one_constraint_alone_is_allowed_everywhere() -> None:
    assert all(are_allowed((GENRES[0],), split) for split in Split)


def test_of_three_constraints_every_pair_must_be_allowed() -> None:
    held = next((a, b) for a, b in PAIRS if is_for_test(a, b))
    third = next(g for g in GENRES if g not in held and not is_for_test(held[0], g) and not is_for_test(held[1], g))
    assert not are_allowed((*held, third), Split.TRAIN)
    assert not are_allowed((*held, third), Split.TEST)
