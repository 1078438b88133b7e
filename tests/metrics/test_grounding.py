from tastemaker.metrics.grounding import Stated, facts_per_reason, grounded_reasons, grounding

COMEDY, HORROR, YEAR = ("genre", "Comedy"), ("genre", "Horror"), ("year", "1995")


def test_worked_example():
    # First: two of two true. Second: one of two true. Together 3 of 4; one of the two reasons is clean.
    facts = Stated(
        [frozenset({COMEDY, YEAR}), frozenset({COMEDY, HORROR})], [frozenset({COMEDY, YEAR}), frozenset({COMEDY})]
    )
    assert grounding(facts).value == 3 / 4
    assert facts_per_reason(facts).value == 4 / 2
    assert grounded_reasons(facts).value == 1 / 2


def test_empty_text_does_not_win():
    silent = Stated([frozenset(), frozenset()], [frozenset({COMEDY})] * 2)
    assert grounding(silent).value == 0
    assert facts_per_reason(silent).value == 0
    assert grounded_reasons(silent).value == 0


def test_one_true_fact_among_silence_shows_in_the_share_of_grounded_reasons():
    facts = Stated([frozenset({COMEDY}), frozenset()], [frozenset({COMEDY})] * 2)
    assert (grounding(facts).value, facts_per_reason(facts).value, grounded_reasons(facts).value) == (1, 0.5, 0.5)
