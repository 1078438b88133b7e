import pytest

from tastemaker.metrics.short_answers import ShortAnswers, exact_match, made_up_rate, refused_rate, token_f1, words_of


def test_articles_case_and_punctuation_do_not_count():
    assert words_of("The  Answer, an A-list: it's.") == ["answer", "alist", "its"]
    assert exact_match(ShortAnswers(["the Crime film!"], ["Crime film"])).value == 1


def test_worked_token_f1():
    # "al pacino" against "al pacino and robert de niro": 2 words in common of 2 and of 6, so 2 * 2 / 8.
    assert token_f1(ShortAnswers(["Al Pacino"], ["Al Pacino and Robert De Niro"])).value == pytest.approx(0.5)
    # A word that is said twice counts once: "no no" and "no" have one in common, so 2 * 1 / 3.
    assert token_f1(ShortAnswers(["no no"], ["No"])).value == pytest.approx(2 / 3)


def test_not_known_agrees_with_itself_alone():
    answers = ShortAnswers(["", "1995", "", "1995"], ["", "", "1995", "1995"])
    assert exact_match(answers).value == token_f1(answers).value == 2 / 4


def test_made_up_and_refused_are_shares_of_their_own_questions():
    answers = ShortAnswers(["1995", "", "", "1995", "1996"], ["", "", "1995", "1995", "1995"])
    assert made_up_rate(answers).value == 1 / 2
    assert refused_rate(answers).value == 1 / 3


def test_without_such_questions_the_rates_are_zero():
    assert made_up_rate(ShortAnswers(["1995"], ["1995"])).value == 0
    assert refused_rate(ShortAnswers(["1995"], [""])).value == 0
