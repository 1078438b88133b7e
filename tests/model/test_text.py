import math

import pytest
import torch

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.model.batch import TextTargets, collate
from tastemaker.model.heads import CopyHead
from tastemaker.model.text import next_log_chances, target_log_chances
from tastemaker.model.tokenizer import MARKERS
from tastemaker.tasks.dialogue import Dialogue

WORD = len(MARKERS)


def test_pointers_reach_text_up_to_here_and_nothing_else() -> None:
    torch.manual_seed(0)
    head, states = CopyHead(4), torch.randn(1, 5, 4)
    tokens = torch.tensor([[WORD, 0, WORD + 1, 3, WORD + 2]])
    reach = torch.arange(5).unsqueeze(0)
    attention = head.pointers(states, states, tokens, reach)[0].exp()
    assert attention.gt(0).tolist() == [
        [False, False, False, False],
        [False, False, False, False],
        [False, True, False, False],
        [False, True, False, False],
        [False, True, False, True],
    ]
    assert attention.sum(1).tolist() == pytest.approx([0, 0, 1, 1, 1])


def test_a_word_is_pointed_at_by_the_state_before_it() -> None:
    head, states = CopyHead(2), torch.tensor([[[4.0, 0.0], [0.0, 4.0], [1.0, 1.0], [4.0, 0.0]]])
    with torch.no_grad():
        for layer in (head.query, head.key):
            layer.weight.copy_(torch.eye(2))
            layer.bias.zero_()
    tokens = torch.tensor([[WORD, WORD + 1, WORD + 2, WORD]])
    pointers = head.pointers(states[:, -1:], states, tokens, torch.tensor([[3]]))[0, 0]
    assert int(tokens[0, 1:][pointers.argmax()]) == WORD + 1


def test_the_gate_mixes_by_arithmetic() -> None:
    head = CopyHead(1)
    with torch.no_grad():
        head.gate.weight.zero_()
        head.gate.bias.fill_(math.log(3))  # g = 3 / 4
    mixed = head.mix(torch.zeros(1, 1), torch.tensor([[0.5]]).log(), torch.tensor([[0.1]]).log())
    assert float(mixed.exp().detach()) == pytest.approx(0.25 * 0.5 + 0.75 * 0.1)


@pytest.mark.parametrize("copies", [True, False])
def test_training_and_writing_agree_on_every_word_and_chances_add_up_to_one(
    model: TrainedModel, shop: Dataset, copies: bool
) -> None:
    network = model.network
    if not copies:
        network.copy_head = None
    example = next(e for e in Dialogue().examples(shop, Split.TRAIN) if e.target.reason)  # type: ignore[union-attr]
    batch, vectors = collate([model.layout.row([example])]), network.item_vectors()
    targets = batch.targets["dialogue"]["text"]
    assert isinstance(targets, TextTargets)
    with torch.no_grad():
        states = network(batch, vectors)
        trained = target_log_chances(network, states, batch.tokens, targets.at, targets.tokens)
        for place, token, chance in zip(targets.at.tolist(), targets.tokens.tolist(), trained, strict=True):
            so_far = place + 1
            all_words = next_log_chances(network, states[None, :so_far], batch.tokens[:, :so_far])
            assert float(all_words.exp().sum()) == pytest.approx(1.0, abs=1e-4)
            assert float(all_words[0, token]) == pytest.approx(float(chance), abs=1e-4)
