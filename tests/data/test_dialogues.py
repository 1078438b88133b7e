"""Mentions, turns and the table that the readers of dialogues share."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.checks import CHECKS
from tastemaker.data.dialogues import (
    MENTION,
    Dialogue,
    Turn,
    dialogue_table,
    mention,
    mentioned_items,
    merge_turns,
    split_mentions,
    without_marks,
)

IDS = st.text(min_size=1).filter(lambda text: not set(text) & set("[]\n"))


@pytest.mark.parametrize("item_id", ["", "a]", "[a", "a\nb"])
def test_an_id_that_breaks_a_mention_is_refused(item_id: str) -> None:
    message = f"item id {item_id!r}: expected text without square brackets and line breaks"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        mention(item_id)


@given(st.lists(st.tuples(st.text(), IDS)), st.text())
def test_what_is_written_is_found_again(pairs: list[tuple[str, str]], end: str) -> None:
    words = [*(without_marks(word).replace("[", "(").replace("]", ")") for word, _ in pairs)]
    end = end.replace("[", "(").replace("]", ")")
    text = "".join(word + mention(item) for word, (_, item) in zip(words, pairs, strict=True)) + end
    assert split_mentions(text) == ((*words, end), tuple(item for _, item in pairs))


@given(st.text(alphabet="[]a\n "))
def test_a_raw_text_holds_no_mention(raw: str) -> None:
    clean = without_marks(raw)
    assert not MENTION.search(clean)
    assert "[[" not in clean
    assert "]]" not in clean
    assert without_marks(clean) == clean


def test_messages_of_one_speaker_are_one_turn() -> None:
    turns = merge_turns(
        [
            Turn("user", "Hi", ("1",), ()),
            Turn("user", "I saw [[1]], [[2]], [[3]]", ("1",), ("2",), ("3",)),
            Turn("assistant", "A", split="train"),
            Turn("assistant", "B"),
            Turn("user", "Bye"),
        ]
    )
    assert turns == (
        Turn("user", "Hi I saw [[1]], [[2]], [[3]]", ("1",), ("2",), ("3",)),
        Turn("assistant", "A B", split="train"),
        Turn("user", "Bye"),
    )


def test_the_table_passes_the_check() -> None:
    table = dialogue_table(
        [Dialogue("d", (Turn("user", "Hi"), Turn("assistant", "[[1]] [[2]]", ("1",), (), ("2",), "test")))]
    )
    CHECKS["dialogues"].validate(table)
    assert table.rows() == [
        ("d", 0, "user", "Hi", None, None, None, None),
        ("d", 1, "assistant", "[[1]] [[2]]", ["1"], [], ["2"], "test"),
    ]


def test_items_are_named_in_texts_and_in_opinions() -> None:
    named = Turn("user", "No [3] of [[a b]], [[2]]!", ("2",), ("9",), ("8",))
    talk = Dialogue("d", (named, Turn("assistant", "None")))
    assert mentioned_items(dialogue_table([talk])) == {"a b", "2", "9", "8"}
    assert mentioned_items(dialogue_table([])) == frozenset()
