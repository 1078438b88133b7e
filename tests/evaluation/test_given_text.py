from tastemaker.evaluation.answers import kind_of
from tastemaker.evaluation.given_text import FrequentText, LeadSentence
from tastemaker.tasks.example import Example, History, Text, Words
from tastemaker.tasks.next_item import NextItem


def example(task, text, *read):
    return Example(task, (History(()), *(Text(words, "user") for words in read)), Words(text))


class Titles:
    """A task of words alone, which counts how many of its examples were taken."""

    name, weight, metrics = "titles", 1.0, ("rougeL",)

    def __init__(self, *texts):
        self.texts = texts

    def examples(self, dataset, split, epoch=0):
        assert split == "train"
        yield from (example(self.name, text) for text in self.texts)


def test_the_lead_sentence_is_that_of_the_longest_text():
    replies = LeadSentence().replies(
        [example("titles", "x", "A long review. It goes on.", "Title?"), example("t", "x")]
    )
    assert [reply.lead for reply in replies] == ["A long review.", ""]
    assert all(reply.item is None for reply in replies)


def test_the_most_frequent_text_of_training_is_said_to_everything(dataset):
    baseline = FrequentText.fit(dataset, [Titles("Good", "Great", "Great", "Good", "Fine")])
    assert baseline.texts == {"titles": "Good"}, "the first among equals"
    said = baseline.replies([example("titles", "Loud", "a"), example("other", "Loud", "a")])
    assert [reply.lead for reply in said] == ["Good", ""]


def test_tasks_that_write_no_words_alone_have_no_text(dataset):
    assert FrequentText.fit(dataset, [NextItem()]).texts == {}


def test_words_alone_are_a_kind_of_their_own():
    assert kind_of([example("titles", "Great", "a")]) == "text"
