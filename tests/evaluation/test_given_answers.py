from tastemaker.evaluation.answers import kind_of
from tastemaker.evaluation.given_answers import FrequentAnswer, Refusal
from tastemaker.tasks.example import REFUSAL, Example, History, Text, Words
from tastemaker.tasks.next_item import NextItem


def example(asks, text=REFUSAL, task="quiz"):
    return Example(task, (History(()), Text("Heat."), Text("Well?", "user")), Words(text, asks=asks))


class Quiz:
    """A task of questions."""

    name, weight, metrics = "quiz", 1.0, ("exact_match",)

    def __init__(self, *asked):
        self.asked = asked

    def examples(self, dataset, split, epoch=0):
        assert split == "train"
        yield from (example(asks, text) for asks, text in self.asked)


def test_the_most_frequent_answer_to_each_question(dataset):
    quiz = Quiz(
        ("year", "1995"),
        ("genre", "Drama"),
        ("year", REFUSAL),
        ("year", "1996"),
        ("year", REFUSAL),
        ("genre", "Crime"),
        ("year", "1996"),
        ("price", REFUSAL),
    )
    baseline = FrequentAnswer.fit(dataset, [quiz, NextItem()])
    assert baseline.answers == {("quiz", "year"): "1996", ("quiz", "genre"): "Drama"}, "the first among equals"
    asked = [example("genre"), example("year"), example("price"), example("year", task="other")]
    replies = baseline.replies(asked)
    assert [reply.lead for reply in replies] == ["Drama", "1996", REFUSAL, REFUSAL]
    assert all(reply.item is None for reply in replies)


def test_a_refusal_is_the_same_to_all():
    assert [reply.lead for reply in Refusal().replies([example("year"), example("genre")])] == [REFUSAL, REFUSAL]


def test_answers_are_a_kind_of_their_own():
    assert kind_of([example("year")]) == "answer"
