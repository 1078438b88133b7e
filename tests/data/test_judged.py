import polars as pl

from tastemaker.data.judged import judge_ids, judge_texts, problems


def test_ids_are_stripped_and_composed() -> None:
    raw = pl.Series(["a", " b\t", "cafe\u0301", "\u3000中\u00a0"])
    judged = judge_ids(raw, "user")
    assert judged.values.to_list() == ["a", "b", "caf\u00e9", "中"]
    assert judged.repairs["user id respelt"].to_list() == [False, True, True, True]
    assert judged.problem.null_count() == 4


def test_what_nobody_sees_in_an_id_is_no_part_of_it() -> None:
    judged = judge_ids(pl.Series(["\ufeffu1", "u1\u200b", "u\u20601 ", "\u200b"]), "user")
    assert judged.values.to_list() == ["u1", "u1", "u1", None]
    assert judged.problem.to_list() == [None, None, None, "no user id"]


def test_an_id_must_be_there_and_be_short() -> None:
    judged = judge_ids(pl.Series([None, "", " ", "x" * 256, "x" * 257]), "item")
    too_long = "item id longer than 256 characters"
    assert judged.problem.to_list() == ["no item id", "no item id", "no item id", None, too_long]


def test_texts_are_cleaned_and_none_is_rejected() -> None:
    raw = pl.Series(["很好，最高！", "schÃ¶n<br>write to jo@mail.example.com", None, " ", "<b></b>", "x" * 10_000_000])
    judged = judge_texts(raw, "review")
    assert judged.values.to_list()[:5] == ["很好，最高！", "schön\nwrite to [email]", None, None, None]
    assert judged.values.str.len_chars()[5] == 20_000
    assert judged.problem.null_count() == 6
    assert {name: there.to_list() for name, there in judged.repairs.items()} == {
        "review: HTML removed": [False, True, False, False, True, False],
        "review: e-mail address masked": [False, True, False, False, False, False],
        "review: text cut": [False, False, False, False, False, True],
        "review: text repaired": [False, True, False, False, False, False],
    }


def test_the_first_problem_counts() -> None:
    found = problems(("one", pl.Series([True, False, False])), ("two", pl.Series([True, True, False])))
    assert found.to_list() == ["one", "two", None]
