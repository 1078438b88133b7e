from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.tasks.corpus import texts_of, tokenizer_texts
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Card, Evidence, Example, History, Item, Recommended, Reply, Text, Words
from tastemaker.tasks.explanation import Explanation
from tastemaker.tasks.next_item import NextItem


def test_texts_of_an_example_in_order() -> None:
    context = (History(()), Text("hi", "user"), Item(0), Recommended(1, Card("card"), None))
    reply = Reply("Try", Recommended(2, Card("other card"), Evidence("why")), "Because.")
    assert list(texts_of(Example("dialogue", context, reply))) == ["hi", "card", "Try", "other card", "why", "Because."]
    two = Reply("Try", Recommended(2, Card("a")), "or", more=((Recommended(3, Card("b")), "then"),))
    assert list(texts_of(Example("dialogue", (History(()),), two))) == ["Try", "a", "or", "b", "then"]
    assert list(texts_of(Example("summary", (Text("long", "user"),), Words("short")))) == ["long", "short"]


def test_the_corpus_holds_catalog_and_training_text_and_nothing_held_out(cinema: Dataset) -> None:
    texts = list(tokenizer_texts(cinema, [Explanation(), Dialogue(), NextItem()]))
    assert all(texts)
    assert {"Heat (1995)", "Heat (1995): action, crime, thriller", "Film-Noir"} <= set(texts)
    for task in (Explanation(), Dialogue()):
        train = {text for example in task.examples(cinema, Split.TRAIN) for text in texts_of(example) if text}
        assert train <= set(texts)
        test = {e.target.reason for e in task.examples(cinema, Split.TEST) if isinstance(e.target, Reply)}
        assert not (test - {""}) & set(texts)


def test_another_epoch_gives_other_text(cinema: Dataset) -> None:
    assert set(tokenizer_texts(cinema, [Dialogue()], 0)) != set(tokenizer_texts(cinema, [Dialogue()], 1))
