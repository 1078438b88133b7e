from collections.abc import Sequence

import pytest

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.inference import talking
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.reading import Reader
from tastemaker.inference.repetition import words_of
from tastemaker.inference.replying import write_turns
from tastemaker.inference.talking import Draft, talk
from tastemaker.inference.writing import NO_REPEAT
from tastemaker.model import tokenizer as markers
from tastemaker.tasks.dialogue import Dialogue
from tastemaker.tasks.example import Example, History, Text

CONTEXT = (History(()), Text("hello", "user"))


def dictate(monkeypatch: pytest.MonkeyPatch, *stretches: list[int]) -> list[tuple[int, ...]]:
    """Let the model write these tokens, one stretch after the other; the stops that it was given are noted."""
    left, stops_given = list(stretches), list[tuple[int, ...]]()

    def write(reader: object, rows: Sequence[object], stops: tuple[int, ...], most: int, no_repeat: int):
        stops_given.append(stops)
        return [left.pop(0) for _ in rows]

    monkeypatch.setattr(talking, "write", write)
    return stops_given


def test_a_reply_goes_on_behind_each_slot(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    film, year = (list(model.tokenizer.encode(word)) for word in ("film", "year"))
    dictate(monkeypatch, [*film, markers.REC], [*year, markers.REC], [*film, *year, markers.END])
    (reply,) = write_turns(Reader(model), [CONTEXT])
    assert (reply.lead, reply.reason) == ("film", "year")
    ((second, words),) = reply.more
    assert words == "film year"
    assert reply.item is not None and reply.item != second
    assert reply.text == "film\nyear\nfilm year"
    assert reply.is_finished and 0 < reply.chance < 1


def test_slots_are_few_and_each_holds_another_item(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    stops = dictate(monkeypatch, *[[markers.REC]] * talking.MOST_SLOTS, [markers.END])
    (reply,) = write_turns(Reader(model), [CONTEXT])
    items = [reply.item, *(item for item, _ in reply.more)]
    assert len(set(items)) == len(items) == talking.MOST_SLOTS
    assert stops == [(markers.REC, markers.END)] * talking.MOST_SLOTS + [(markers.END,)]


def test_words_without_an_end_are_no_slot(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    dictate(monkeypatch, list(model.tokenizer.encode("film")))
    (reply,) = write_turns(Reader(model), [CONTEXT])
    assert (reply.lead, reply.item, reply.reason, reply.is_finished) == ("film", None, "", False)


def test_a_slot_holds_what_ranks_first_at_its_place(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    dictate(monkeypatch, [markers.REC], [markers.END])
    reader = Reader(model)
    (reply,) = write_turns(reader, [CONTEXT])
    assert reply.item == int(reader.scores([reader.slot_row(CONTEXT)])[0].argmax())
    assert reply.card.startswith("The Great Journey")


def test_a_stretch_of_words_falls_into_no_loop(model: TrainedModel) -> None:
    """An untrained model goes round for ever."""
    draft = Draft(CONTEXT)
    talk(Reader(model), [draft])
    tokens = [position.token for position in draft.positions]
    starts = [0, *(at + 1 for at, token in enumerate(tokens) if token == markers.REC)]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        words = words_of(tokens[start:end], model.tokenizer.within_words)
        for units in (words[:-1], *words):
            runs = [tuple(units[at : at + NO_REPEAT]) for at in range(len(units) - NO_REPEAT + 1)]
            assert len(set(runs)) == len(runs)
    assert len(tokens) > 50


def test_together_as_one_by_one(model: TrainedModel, talking_shop: Dataset) -> None:
    examples: list[Example] = list(Dialogue().examples(talking_shop, Split.TEST))[:6]
    predictor = Predictor(model)
    assert predictor.replies(examples) == [reply for it in examples for reply in predictor.replies([it])]
