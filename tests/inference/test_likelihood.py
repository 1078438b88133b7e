from dataclasses import replace
from math import log

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.inference.predictor import Predictor
from tastemaker.model import tokenizer as markers
from tastemaker.model.batch import collate
from tastemaker.model.row import Position, Row
from tastemaker.model.text import next_log_chances
from tastemaker.tasks.example import Earlier, Example, History, Reply, Text, Words
from tests.model.sharing_models import KINDS, stirred

CONTEXT = (History(()), Text("a film of the year"))
SHORT, LONG = Example("summary", CONTEXT, Words("film")), Example("summary", CONTEXT, Words("film of the year 1990"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_costs_what_its_words_and_its_end_cost_one_by_one(shop: Dataset, kind: str) -> None:
    model = stirred(shop, kind)
    vectors = model.network.item_vectors()
    written = [Position(token) for token in model.tokenizer.encode("film of the year 1990", opens_turn=True)]
    context = [*model.layout.context(CONTEXT), *model.layout.opening(CONTEXT)]
    bits = 0.0
    for place, position in enumerate([*written, Position(markers.END)]):
        batch = collate([Row.of([*context, *written[:place]])])
        with torch.no_grad():
            states = model.network(batch, vectors).view(*batch.tokens.shape, -1)
            chances = next_log_chances(model.network, states, batch.tokens, "summary")
        bits -= float(chances[0, position.token]) / log(2)
    assert Predictor(model).reference_bits([LONG])[0] == pytest.approx(bits, rel=1e-4)


def test_texts_cost_together_what_they_cost_alone(model: TrainedModel) -> None:
    together = Predictor(model).reference_bits([LONG, SHORT, LONG])
    alone = [Predictor(model).reference_bits([example])[0] for example in (LONG, SHORT, LONG)]
    assert together == pytest.approx(alone, rel=1e-5)
    assert together[0] > together[1] > 0


def test_what_a_context_holds_costs_nothing(model: TrainedModel) -> None:
    learnt = replace(LONG, target=Words("film of the year 1990", teaches_read=True))
    assert Predictor(model).reference_bits([learnt]) == pytest.approx(Predictor(model).reference_bits([LONG]))
    context = (History(()), Text("hello", "user"), Earlier(Reply("good day")), Text("a film", "user"))
    said = [Example("dialogue", context, Reply("film", teaches_earlier=told)) for told in (True, False)]
    assert len(set(Predictor(model).reference_bits(said))) == 1
