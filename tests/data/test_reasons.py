import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Dataset
from tastemaker.data.features import Features
from tastemaker.data.files import RawFiles
from tastemaker.data.instruments import read
from tastemaker.data.prepare import order_rows
from tastemaker.data.reasons import Reason, reason_of, reasons_of
from tastemaker.data.split import DataConfig

FEATURES = Features(
    {(word,): word for word in ("tone", "strap", "guitar", "pedal")} | {("strap", "lock"): "strap lock"}
)


@pytest.mark.parametrize(
    ("sentence", "feature"),
    [
        ("It gives a great tone.", "tone"),
        ("The strap lock here is very comfortable.", "strap lock"),
        ("Such a very beautiful strap for me.", "strap"),
        ("The pedal works really well with it.", "pedal"),
        ("No pedal has ever been as sturdy.", "pedal"),
    ],
)
def test_praise_stands_before_a_feature_or_behind_it_and_a_verb(sentence: str, feature: str) -> None:
    assert reason_of(sentence, FEATURES) == Reason(sentence, feature)


def test_all_sentences_that_praise_are_told_in_their_order() -> None:
    review = "It has a great tone. I bought it in May. The pedal here is great, and such a sturdy strap."
    assert reasons_of(review, FEATURES) == (
        Reason("It has a great tone.", "tone"),
        Reason("The pedal here is great, and such a sturdy strap.", "pedal"),
    )
    assert reason_of(review, FEATURES) == reasons_of(review, FEATURES)[1]


@pytest.mark.parametrize(
    "sentence",
    [
        "A great tone.",
        "It is great, and I bought two of them.",
        "I use it with my strap at home.",
        "Does it not have a great tone?",
        "It has a great tone but a flimsy knob.",
        "It has a great tone, although it is heavy.",
        "This is not a great tone to me.",
        "It broke, a great tone or not.",
        "I really love my guitar more than this.",
        "I tried two pedal things and it is great.",
        "The pedal here, says my brother, great.",
        "It goes with the strap as well now.",
        "Write to [email] for the great tone of it.",
        f"It has a great tone {'and so on ' * 10}.",
    ],
)
def test_other_sentences_say_no_reason(sentence: str) -> None:
    """Too short; no feature; no praise; a question; blame; contrast; denied; another's; no link; masked; too long."""
    assert reason_of(sentence, FEATURES) is None


def test_of_several_the_one_with_the_most_praised_features_and_else_the_first() -> None:
    two = "Great tone, and the strap is comfortable."
    assert reason_of(f"It has a great tone. {two} A perfect pedal for my room.", FEATURES) == Reason(two, "tone")
    assert reason_of("It has a great tone.A perfect pedal for my room.", FEATURES) == Reason(
        "It has a great tone.", "tone"
    )


@given(st.text())
def test_any_review_gives_a_sentence_of_its_own_or_none(review: str) -> None:
    found = reason_of(review, FEATURES)
    assert found is None or found.text in review


def audited() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audited", Path(__file__).with_name("audited_reasons.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_precision_on_100_sentences_read_by_hand() -> None:
    """91 say why, 86 name the feature that they praise, 83 do both."""
    audit = audited()
    assert len(set(audit.ROWS)) == 100
    assert set(audit.ROWS) >= audit.NO_REASON | audit.NO_FEATURE
    assert [len(bad) for bad in (audit.NO_REASON, audit.NO_FEATURE, audit.NO_REASON | audit.NO_FEATURE)] == [9, 14, 17]


@pytest.mark.data
def test_the_audit_is_of_what_is_found_now(published: Callable[[str], Path]) -> None:
    """Where the extractor changes, other sentences are drawn, and a hundred must be read again."""
    tables = order_rows(read(RawFiles.at(published("amazon-musical-instruments").parent)).tables, seed=0)
    config = DataConfig(path="instruments", test_items=2, validation_items=1)
    data = Dataset.from_tables(Catalog.from_table(tables["items"]), tables["interactions"], config)
    entries = [entry for user in range(len(data.user_ids)) for entry in data.history(user)]
    liked = {row: review for row, review in data.training_reviews.iter_rows() if data.likes(entries[row])}
    found = [row for row, review in liked.items() if reason_of(review, data.features)]
    assert (len(liked), len(found)) == (5289, 2150)
    drawn = np.random.default_rng(0).choice(len(found), size=100, replace=False)
    assert tuple(found[place] for place in sorted(drawn)) == audited().ROWS
