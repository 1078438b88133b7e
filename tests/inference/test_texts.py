from collections.abc import Sequence

import pytest

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.inference import texts
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.reading import Reader
from tastemaker.inference.texts import MOST_TOKENS, write_words
from tastemaker.inference.writing import NO_REPEAT
from tastemaker.model import tokenizer as markers
from tastemaker.model.row import Row
from tastemaker.tasks.example import Example, History, Text, Words

EXAMPLE = Example("summary", (History(()), Text("a film of the year", "user")), Words("film"))


def test_a_text_never_opens_a_slot(model: TrainedModel) -> None:
    (reply,) = write_words(Reader(model), [EXAMPLE.context])
    assert (reply.item, reply.reason, reply.more) == (None, "", ())
    assert reply.lead == reply.text.strip()


def test_the_prompt_in_use_is_that_of_training(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Row] = []

    def write(reader: object, rows: Sequence[Row], stops: tuple[int, ...], most: int, no_repeat: int):
        assert (stops, most, no_repeat) == ((markers.END,), MOST_TOKENS, NO_REPEAT)
        asked.extend(rows)
        return [[*model.tokenizer.encode("film"), markers.END] for _ in rows]

    monkeypatch.setattr(texts, "write", write)
    (reply,) = Predictor(model).replies([EXAMPLE])
    assert (reply.lead, reply.is_finished) == ("film", True)
    trained, (used,) = model.layout.row([EXAMPLE]), asked
    assert trained.inputs[: len(used)].tolist() == used.inputs.tolist()
    assert trained.targets["summary"].text_at[0] == len(used) - 1


def test_no_end_is_told(model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    words = list(model.tokenizer.encode("film"))
    monkeypatch.setattr(texts, "write", lambda reader, rows, stops, most, no_repeat: [words for _ in rows])
    (reply,) = write_words(Reader(model), [EXAMPLE.context])
    assert not reply.is_finished
