from tastemaker.tasks.review_language import passages


def test_sentences_in_a_row_are_joined_up_to_a_length() -> None:
    told = ["One two.", "Three.", "Four five six.", "Seven."]
    assert list(passages(told, 3)) == ["One two. Three.", "Four five six.", "Seven."]
    assert list(passages(told, 100)) == ["One two. Three. Four five six. Seven."]


def test_a_longer_sentence_is_left_out_and_parts_what_stands_around_it() -> None:
    assert list(passages(["One.", "Two three four.", "Five."], 2)) == ["One.", "Five."]
    assert list(passages(["Two three four."], 2)) == []
