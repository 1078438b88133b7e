import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.delimited import RowError
from tastemaker.data.movielens import (
    NO_TITLE,
    Film,
    Viewer,
    interaction_table,
    item_table,
    parse_film,
    parse_viewer,
    rating_parser,
    user_table,
)

FIELDS = {"user_id": "196", "item_id": "242", "rating": "3", "timestamp": "881250949"}
parse = rating_parser(frozenset({"242"}))


def test_a_film_has_year_decade_and_genres() -> None:
    film = parse_film("2", "Ice Storm, The (1997)", ["Drama", "War"]).value
    assert film == Film("2", "The Ice Storm (1997)", "1997", ("Drama", "War"))
    (row,) = item_table([film]).to_dicts()
    assert row["title"] == "The Ice Storm (1997)"
    assert [(pair["name"], pair["value"]) for pair in row["attributes"]] == [
        ("year", "1997"),
        ("decade", "1990s"),
        ("genre", "Drama"),
        ("genre", "War"),
    ]


@pytest.mark.parametrize("title", ["unknown", "unkonwn", " "])
def test_a_film_without_title_is_kept_as_repaired(title: str) -> None:
    parsed = parse_film("267", title, ["unknown"])
    assert parsed.value == Film("267", NO_TITLE, None, ())
    assert parsed.repairs == ("no title",)


def test_mojibake_is_repaired_and_counted() -> None:
    parsed = parse_film("1", "CÃ©rÃ©monie, La (1995)", [])
    assert parsed.value.title == "La Cérémonie (1995)"
    assert parsed.repairs == ("text repaired",)
    assert parse_film("1", "Cérémonie, La (1995)", []).repairs == ()


def test_a_title_without_year_stays_without() -> None:
    assert parse_film("1", "Metropolis", []).value == Film("1", "Metropolis", None, ())


def test_a_rating() -> None:
    rating = parse(FIELDS | {"timestamp": "881250949.0"}).value
    assert (rating.user_id, rating.item_id, rating.stars, rating.timestamp) == ("196", "242", 3.0, 881250949)
    (row,) = interaction_table([rating]).to_dicts()
    assert (row["event"], row["rating"], row["review"]) == ("rating", 3.0, None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rating": "6"}, "rating out of 1..5"),
        ({"rating": "0"}, "rating out of 1..5"),
        ({"rating": "nan"}, "rating out of 1..5"),
        ({"rating": "inf"}, "rating out of 1..5"),
        ({"rating": "good"}, "rating is not a number"),
        ({"user_id": "u1"}, "user id is not a whole number"),
        ({"user_id": ""}, "user id is not a whole number"),
        ({"item_id": "2.5"}, "item id is not a whole number"),
        ({"item_id": "²"}, "item id is not a whole number"),
        ({"timestamp": "-1"}, "timestamp is not a whole number"),
        ({"timestamp": "9" * 19}, "timestamp is not a whole number"),
        ({"item_id": "7"}, "no such item"),
    ],
)
def test_a_bad_rating_has_a_reason(change: dict[str, str], reason: str) -> None:
    with pytest.raises(RowError, match=f"^{reason}$"):
        parse(FIELDS | change)


@given(st.fixed_dictionaries({name: st.text(max_size=8) | st.just(value) for name, value in FIELDS.items()}))
def test_any_fields_give_a_rating_on_the_scale_or_a_reason(fields: dict[str, str]) -> None:
    try:
        rating = parse(fields).value
    except RowError:
        return
    assert 1 <= rating.stars <= 5
    assert rating.user_id == str(int(rating.user_id))
    assert 0 <= rating.timestamp < 10**18


def test_leading_zeros_are_no_other_id() -> None:
    assert parse(FIELDS | {"item_id": "0242"}).value.item_id == "242"


def test_a_viewer_has_what_is_known() -> None:
    fields = {"user_id": "9", "age": "24", "gender": "M", "occupation": " ", "zip_code": "85711"}
    viewer = parse_viewer(fields).value
    assert viewer == Viewer("9", (("age", "24"), ("gender", "M"), ("zip_code", "85711")))
    assert user_table([viewer])["attributes"].to_list() == [
        [{"name": "age", "value": "24"}, {"name": "gender", "value": "M"}, {"name": "zip_code", "value": "85711"}]
    ]
