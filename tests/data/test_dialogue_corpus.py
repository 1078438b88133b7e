from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.catalog import CatalogItem
from tastemaker.data.checks import check_tables
from tastemaker.data.dialogue_corpus import clean_turn, corpus_tables, files_there
from tastemaker.data.dialogues import MENTION, Dialogue, Turn
from tastemaker.data.files import RawFiles
from tastemaker.errors import DataError

Put = Callable[..., Path]


def test_files_are_read_in_the_order_asked_for(put: Put) -> None:
    files = RawFiles.at(put({"b": "", "a": "", "d": ""}))
    assert files_there(files, ("d",), ("a", "b", "c")) == ("d", "a", "b")


@pytest.mark.parametrize(("required", "any_of"), [(("x",), ("a",)), ((), ("x", "y"))])
def test_missing_files_are_named(put: Put, required: tuple[str, ...], any_of: tuple[str, ...]) -> None:
    place = put({"a": "", "b": ""})
    wanted = "x and a" if required else "x or y"
    with pytest.raises(DataError) as caught:
        files_there(RawFiles.at(place), required, any_of)
    assert str(caught.value) == (f"{place}: expected {wanted}, found a, b. Pass the folder or zip that holds them.")


def test_a_turn_is_cleaned_and_holds_no_mention() -> None:
    cleaned = clean_turn("see &lt;3  &#91;&#91;7]] here")
    assert cleaned.value == "see <3 [7] here"
    assert cleaned.repairs == ("HTML removed", "square brackets repaired")
    assert clean_turn("fine [7]").repairs == ()


@given(st.lists(st.sampled_from(["[[", "]]", "&#91;", "[email]", "jo@a.example.com", "7", " ", "<b>"])).map("".join))
def test_no_mention_is_forged(raw: str) -> None:
    assert not MENTION.search(clean_turn(raw).value)


def test_the_tables_are_a_data_set() -> None:
    tables = corpus_tables([CatalogItem("7", "Heat")], [Dialogue("d", (Turn("user", "Like [[7]]"),))])
    check_tables(tables)
    assert {name: len(table) for name, table in tables.items()} == {"items": 1, "interactions": 0, "dialogues": 1}
