from tastemaker.evaluation.samples import given_words, samples_of
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Example, History, Item, Text, Words


def test_what_is_given_stands_before_anybody_speaks():
    context = (History(()), Text("Heat."), Text("year: 1995"), Text("Who?", "user"), Item(0), Text("and when?"))
    assert given_words(context) == "Heat. year: 1995"
    assert given_words(context[3:]) == ""


def test_a_question_is_shown_with_what_it_is_about(dataset):
    context = (History(()), Text("Heat. year: 1995"), Text("When?", "user"))
    example = Example("quiz", context, Words("1995", asks="year"))
    (sample,) = samples_of("quiz", [example], [WrittenReply("1996", None, "")], dataset)
    assert (sample["given"], sample["lead"], sample["reference"]) == ("Heat. year: 1995", "1996", "1995")
    assert sample["turns"] == [{"speaker": "user", "text": "When?", "item": None}]
    assert (sample["liked"], sample["chosen"]) == ([], None)


def test_a_text_is_shown_with_its_item(dataset):
    example = Example("description", (History(()), Text("Heat.")), Words("A heist.", about=0))
    (sample,) = samples_of("description", [example], [WrittenReply("A war.", None, "")], dataset)
    assert (sample["given"], sample["chosen"]) == ("Heat.", dataset.catalog[0].title)
