import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.dataset import Entry
from tastemaker.data.facts import FactExtractor
from tastemaker.evaluation.typos import mistype, with_typos
from tastemaker.tasks.example import Example, History, Item, Recommended, Reply, Text
from tastemaker.tasks.request import Turn, dialogue_context, turns_of


def test_no_rate_changes_nothing_and_full_rate_changes_every_long_word():
    text = "I want a comedy of 1990"
    assert mistype(text, 0, np.random.default_rng(0)) == text
    words = mistype(text, 1, np.random.default_rng(0)).split()
    assert (words[0], words[2], words[4], words[5]) == ("I", "a", "of", "1990")
    assert words[1] != "want"
    assert words[3] != "comedy"


@given(st.text(), st.integers(0, 1000))
def test_any_text_keeps_about_its_length(text, seed):
    changed = mistype(text, 1, np.random.default_rng(seed))
    assert abs(len(changed) - len(text)) <= len(text) / 3 + 1


def test_a_mistyped_title_loses_its_item_and_the_assistant_makes_no_typos(dataset):
    extractor = FactExtractor(dataset.catalog)
    title = dataset.catalog[3].title
    turns = (
        Turn("user", f"I loved {title} and want more"),
        Turn("assistant", "Perhaps something like this wonderful one", 5),
        Turn("user", "another please"),
    )
    context = dialogue_context((Entry(1, 9, 5.0),), turns, extractor)
    example = Example("dialogue", context, Reply("Sure"))
    assert Item(3, 1) in context

    assert with_typos(example, extractor, 0, seed=0) == example, "without typos everything is found again"
    changed = with_typos(example, extractor, 1, seed=0)
    assert not any(isinstance(segment, Item) for segment in changed.context)
    assert [turn.text for turn in turns_of(changed.context)][1] == turns[1].text
    assert any(isinstance(segment, Recommended) for segment in changed.context)
    assert changed.context[0] == History((Entry(1, 9, 5.0),))
    assert changed.target == example.target
    assert next(s for s in changed.context if isinstance(s, Text)).text != turns[0].text
    assert with_typos(example, extractor, 1, seed=0) == changed
