"""Explanations in the words of reviews."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError, RecipeError
from tastemaker.model.content import item_text
from tastemaker.tasks.cards import card
from tastemaker.tasks.corpus import texts_of, tokenizer_texts
from tastemaker.tasks.example import Example, History, Item, Recommended, Reply
from tastemaker.tasks.explanation import Explanation
from tastemaker.tasks.readable import as_text

Rows = list[list[object]]
Build = Callable[..., Dataset]

STEP, RATING, REVIEW = 2, 4, 5
LAST = 13
"""Place of each viewer's last interaction; the last three are test, the two before them validation."""
THINGS = ("plot", "cast", "score", "music", "camera")


def thing(row: list[object]) -> str:
    """What a review of a film speaks of: each film has its own."""
    return THINGS[int(str(row[1])[1:]) % len(THINGS)]


def reviewed(table: Rows) -> Rows:
    """Every review has a sentence that says nothing, then one that praises a thing, and names its user and step."""
    rows = [[*row] for row in table]
    for row in rows:
        row[REVIEW] = f"Seen it at home, {row[0]}. The {thing(row)} is a great {thing(row)}, {row[0]} {row[STEP]}."
    return rows


@pytest.fixture
def nameless() -> tuple[CatalogItem, ...]:
    """Twenty items of which nothing but the id is known."""
    return tuple(CatalogItem(f"f{row}", "") for row in range(20))


def given(example: Example) -> Recommended:
    last = example.context[-1]
    assert isinstance(last, Recommended)
    return last


def reason(example: Example) -> str:
    assert isinstance(example.target, Reply)
    return example.target.reason


def written_alone(example: Example) -> str:
    """A passage of a review, which is no reason."""
    assert isinstance(example.target, Reply)
    return example.target.lead


def test_golden_prompt(build_cinema: Build, cinema_table: Rows, nameless: tuple[CatalogItem, ...]) -> None:
    data = build_cinema(reviewed(cinema_table), nameless)
    first = list(Explanation(hint=True).examples(data, Split.TEST))[0]
    assert as_text(first, data.catalog) == (
        "history: f0 <rating_5> | f3 <rating_4> | f6 <rating_2> | f9 <rating_5> | f12 <rating_4> | f15 <rating_2> | "
        "f18 <rating_5> | f1 <rating_4> | f4 <rating_2> | f7 <rating_5> | f10 <rating_4>\n"
        "<rec> [f16] <card> f16: cast <evidence> liked f1, 4 stars; shares cast; about cast\n"
        "---\n"
        "lead: \n"
        "reason: The cast is a great cast, u0 12.\n"
    )


def test_the_reason_is_the_users_own_sentence_of_a_liked_item(build_cinema: Build, cinema_table: Rows) -> None:
    """Of three interactions two are liked; a viewer has 9 in training, 2 in validation and 3 in test."""
    data = build_cinema(reviewed(cinema_table))
    counts = {split: len(list(Explanation(passages=0).examples(data, split))) for split in Split}
    assert counts == {Split.TRAIN: 60, Split.VALIDATION: 20, Split.TEST: 20}
    for split in Split:
        for example in Explanation(passages=0).examples(data, split):
            assert example.user is not None
            (entry,) = [it for it in data.held_out(example.user, split) if it.item == given(example).item]
            assert data.likes(entry)
            assert reason(example) in data.reviews(example.user, split)[data.held_out(example.user, split).index(entry)]


def test_the_hint_is_the_feature_that_is_praised_and_else_there_is_none(
    build_cinema: Build, cinema_table: Rows
) -> None:
    data = build_cinema(reviewed(cinema_table))
    pairs = zip(
        Explanation(hint=True).examples(data, Split.TEST), Explanation().examples(data, Split.TEST), strict=True
    )
    for with_hint, without in pairs:
        why, plain = given(with_hint).evidence, given(without).evidence
        assert why and plain
        assert "about" not in plain.text
        assert why.text == f"{plain.text}; about {reason(with_hint).split()[1]}"
        assert replace(given(with_hint), evidence=plain) == given(without)


def test_the_past_ends_before_the_target(build_cinema: Build, cinema_table: Rows) -> None:
    data = build_cinema(reviewed(cinema_table))
    for split in Split:
        for example in Explanation(max_history=4, passages=0).examples(data, split):
            history = example.context[0]
            assert isinstance(history, History)
            assert example.user is not None
            before = [entry.item for entry in data.history(example.user)]
            start = (
                before.index(given(example).item)
                if split is Split.TRAIN
                else len(data.known_before(example.user, split))
            )
            assert [entry.item for entry in history.entries] == before[max(0, start - 4) : start]


def test_a_training_card_does_not_speak_of_what_the_own_review_alone_says(
    build_cinema: Build, cinema_table: Rows, nameless: tuple[CatalogItem, ...]
) -> None:
    """u0 sees f0 first and praises its music there, of which no other review of f0 speaks."""
    rows = reviewed(cinema_table)
    rows[0][REVIEW] = "The music is a great music for me."
    data = build_cinema(rows, nameless)
    (own,) = [e for e in Explanation(hint=True).examples(data, Split.TRAIN) if reason(e) == rows[0][REVIEW]]
    assert card(data.catalog, data.catalog.rows["f0"]).text == "f0: plot, music"
    assert given(own).card.text == "f0: plot"
    assert given(own).evidence and "music" not in str(given(own).evidence).replace("about music", "")


def test_no_held_out_review_shows_anywhere(
    build_cinema: Build, cinema_table: Rows, nameless: tuple[CatalogItem, ...]
) -> None:
    """One held-out review turns to another praise, of a known thing and of one that nobody else speaks of."""
    rows, changed = reviewed(cinema_table), reviewed(cinema_table)
    for row in changed:
        if row[0] == "u3" and int(str(row[STEP])) > LAST - 5:
            row[REVIEW] = f"Seen it at home, {row[0]}. " + "The secret is a great camera. " * 9
    one, other = build_cinema(rows, nameless), build_cinema(changed, nameless)
    assert one.catalog == other.catalog
    assert [item_text(item) for item in one.catalog] == [item_text(item) for item in other.catalog]
    for task in (Explanation(), Explanation(hint=True)):
        assert any(written_alone(example) for example in task.examples(one, Split.TRAIN))
        assert list(task.examples(one, Split.TRAIN)) == list(task.examples(other, Split.TRAIN))
        assert list(tokenizer_texts(one, [task])) == list(tokenizer_texts(other, [task]))
    for split in (Split.VALIDATION, Split.TEST):
        pairs = list(zip(Explanation().examples(one, split), Explanation().examples(other, split), strict=True))
        assert [a.context for a, _ in pairs] == [b.context for _, b in pairs], "no target changes its own input"
        assert [a.target for a, _ in pairs] != [b.target for _, b in pairs]
    assert not [text for e in Explanation().examples(other, Split.TRAIN) for text in texts_of(e) if "secret" in text]


def test_training_leaves_out_what_reads_like_a_sentence_of_a_held_out_review(
    build_cinema: Build, cinema_table: Rows
) -> None:
    rows = reviewed(cinema_table)
    rows[0][REVIEW] = "A  great plot\tto me, really."
    task = Explanation(passages=0)
    before = list(task.examples(build_cinema(rows), Split.TRAIN))
    rows[LAST][REVIEW] = "Nothing. A great plot to ME, really. And so on."
    after = list(task.examples(build_cinema(rows), Split.TRAIN))
    assert [reason(e) for e in before if e not in after] == ["A  great plot\tto me, really."]
    assert len(after) == len(before) - 1


def test_simulated_reasons_are_mixed_in_by_their_share_and_in_training_alone(
    build_cinema: Build, cinema_table: Rows
) -> None:
    """60 real training reasons; a quarter of 80 is 20."""
    data = build_cinema(reviewed(cinema_table))
    mixed = list(Explanation(simulated_share=0.25, passages=0).examples(data, Split.TRAIN))
    told = [example for example in mixed if isinstance(example.target, Reply) and example.target.is_told]
    assert (len(told), len(mixed)) == (60, 80)
    assert told == list(Explanation(passages=0).examples(data, Split.TRAIN))
    for split in (Split.VALIDATION, Split.TEST):
        assert list(Explanation(simulated_share=0.25).examples(data, split)) == list(
            Explanation().examples(data, split)
        )
    assert not any(e.target.is_told for e in Explanation(simulated_share=1).examples(data, Split.TEST))  # type: ignore[union-attr]


def test_the_evidence_is_drawn_anew_in_every_epoch_of_training(build_cinema: Build, cinema_table: Rows) -> None:
    data = build_cinema(reviewed(cinema_table))
    one, other = (list(Explanation(passages=0).examples(data, Split.TRAIN, epoch)) for epoch in (0, 1))
    assert [e.target for e in one] == [e.target for e in other]
    assert [e.context for e in one] != [e.context for e in other]


def test_a_share_needs_reviews_that_say_why(cinema: Dataset) -> None:
    with pytest.raises(DataError) as refusal:
        list(Explanation(simulated_share=0.5).examples(cinema, Split.TRAIN))
    assert str(refusal.value) == (
        "cinema: tasks.explanation.simulated_share = 0.5 needs reviews in interactions.parquet that say in English why "
        "an item is liked, found none in training. Leave simulated_share out, or prepare a data set that has some."
    )


def test_a_share_of_simulated_reasons() -> None:
    with pytest.raises(RecipeError) as refusal:
        Explanation(simulated_share=1.5)
    assert str(refusal.value) == "simulated_share must lie between 0 and 1, found 1.5."


def test_a_negative_number_of_passages() -> None:
    with pytest.raises(RecipeError) as refusal:
        Explanation(passages=-1)
    assert str(refusal.value) == "passages must be at least 0, found -1."


def test_every_sentence_of_a_training_review_that_praises_teaches_and_of_a_held_out_one_the_first(
    build_cinema: Build, cinema_table: Rows
) -> None:
    rows = reviewed(cinema_table)
    for row in rows:
        row[REVIEW] = f"{row[REVIEW]} It has a great {thing(row)} for {row[0]} {row[STEP]}."
    data = build_cinema(rows)
    counts = {split: len(list(Explanation(passages=0).examples(data, split))) for split in Split}
    assert counts == {Split.TRAIN: 120, Split.VALIDATION: 20, Split.TEST: 20}
    assert {reason(e).split()[0] for e in Explanation().examples(data, Split.TEST)} == {"The"}


def test_passages_are_drawn_anew_and_are_told_from_the_item_alone(build_cinema: Build, cinema_table: Rows) -> None:
    """Of 60 reasons half as many passages, none with what stands in held-out reviews, too ("Seen it at home")."""
    data = build_cinema(reviewed(cinema_table))
    drawn = [list(Explanation(passages=0.5).examples(data, Split.TRAIN, epoch))[60:] for epoch in (0, 1)]
    assert [len(part) for part in drawn] == [30, 30]
    assert drawn[0] != drawn[1]
    for example in drawn[0]:
        history, item = example.context
        assert history == History(()) and isinstance(item, Item) and example.user is not None
        assert any(written_alone(example) in review for review in data.reviews(example.user, Split.TRAIN))
        assert isinstance(example.target, Reply) and not example.target.is_told and not example.target.reason
    assert not any("home" in written_alone(example) for example in drawn[0])
    assert not any(map(written_alone, Explanation().examples(data, Split.TEST)))
