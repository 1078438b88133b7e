import pytest
import torch
from torch import nn

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset
from tastemaker.model.config import ModelConfig
from tastemaker.model.network import Network
from tastemaker.model.sharing import Adapters, Bottleneck, Experts
from tastemaker.tasks import TASKS
from tests.conftest import new_model
from tests.model.sharing_models import KINDS, stirred

STATES = torch.randn(5, 16, generator=torch.Generator().manual_seed(3))


class Constant(nn.Module):
    """Says the same of every state."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return torch.full_like(states, self.value)


def test_hard_sharing_hands_on_the_very_states_and_has_no_weights(model: TrainedModel) -> None:
    assert all(model.network.states_for(task, STATES) is STATES for task in (*TASKS, None, "chess"))
    assert not [name for name in model.network.state_dict() if name.startswith("sharing")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_task_begins_with_the_states_of_the_trunk(shop: Dataset, kind: str) -> None:
    network = new_model(shop, **KINDS[kind]).network
    for task in TASKS:
        assert torch.equal(network.states_for(task, STATES), STATES)


@pytest.mark.parametrize("kind", KINDS)
def test_the_rest_of_the_network_begins_as_under_hard_sharing(shop: Dataset, model: TrainedModel, kind: str) -> None:
    weights = new_model(shop, **KINDS[kind]).network.state_dict()
    for name, tensor in model.network.state_dict().items():
        assert torch.equal(weights[name], tensor), name


@pytest.mark.parametrize("kind", KINDS)
def test_tasks_read_states_of_their_own_each_by_itself(shop: Dataset, kind: str) -> None:
    network = stirred(shop, kind).network
    with torch.no_grad():
        read = [network.states_for(task, STATES) for task in TASKS]
        alone = torch.cat([network.states_for("like", state.unsqueeze(0)) for state in STATES])
    for place, states in enumerate(read):
        assert not torch.allclose(states, STATES, atol=0.1)
        assert not any(torch.allclose(states, others, atol=0.01) for others in read[:place])
    torch.testing.assert_close(read[list(TASKS).index("like")], alone)


def test_whoever_the_model_does_not_know_reads_the_trunk(shop: Dataset) -> None:
    network = stirred(shop, "adapters").network
    assert network.states_for("chess", STATES) is network.states_for(None, STATES) is STATES


def test_a_bottleneck_by_arithmetic() -> None:
    """norm([1, 3]) = [-1, 1]; W = [0, 2] gives 2, gelu(2) = 1.9545; U = [1, 10]."""
    layer = Bottleneck(2, 1)
    with torch.no_grad():
        layer.down.weight.copy_(torch.tensor([[0.0, 2.0]]))
        layer.down.bias.zero_()
        layer.up.weight.copy_(torch.tensor([[1.0], [10.0]]))
        said = layer(torch.tensor([[1.0, 3.0]]))
    assert said[0].tolist() == pytest.approx([1.9545, 19.545], rel=1e-3)


def test_a_gate_mixes_shared_and_own_experts() -> None:
    """Shared experts say 1 and 2, the own one of `rating` 10 and of `like` 20; shares are .25, .25 and .5."""
    experts = Experts(["rating", "like"], 2, ModelConfig(sharing="experts", experts=2, own_experts=1))
    experts.shared = nn.ModuleList([Constant(1.0), Constant(2.0)])
    experts.own = nn.ModuleDict({"rating": nn.ModuleList([Constant(10.0)]), "like": nn.ModuleList([Constant(20.0)])})
    for gate in experts.gates.values():
        assert isinstance(gate, nn.Linear)
        with torch.no_grad():
            gate.weight.zero_()
            gate.bias.copy_(torch.tensor([0.25, 0.25, 0.5]).log())
    states = torch.tensor([[0.0, 100.0]])
    assert experts("rating", states)[0].tolist() == pytest.approx([5.75, 105.75])
    assert experts("like", states)[0].tolist() == pytest.approx([10.75, 110.75])


def test_an_adapter_adds_to_the_states() -> None:
    adapters = Adapters(["rating", "like"], 2, ModelConfig(sharing="adapters"))
    adapters.own["rating"] = Constant(3.0)
    assert adapters("rating", torch.ones(1, 2)).tolist() == [[4.0, 4.0]]
    assert adapters("like", torch.ones(1, 2)).tolist() == [[1.0, 1.0]]


def test_who_owns_a_parameter(shop: Dataset) -> None:
    network = stirred(shop, "own experts").network
    owners = {name: Network.owner(name) for name, _ in network.named_parameters()}
    owned = {name: task for name, task in owners.items() if task}
    assert {name for name, task in owned.items() if task == "category"} == {
        *(f"label_heads.category.linear.{part}" for part in ("weight", "bias")),
        *(f"sharing.gates.category.{part}" for part in ("weight", "bias")),
        *(f"sharing.own.category.0.{layer}.{p}" for layer in ("norm", "down", "up") for p in ("weight", "bias")),
    }
    assert set(owned.values()) == set(TASKS)
    for shared in ("sharing.shared.0.up.weight", "item_table.projection.weight", "scoring_head.user.weight"):
        assert owners[shared] is None


def test_dropout_of_a_task_acts_on_its_states_in_training_alone(shop: Dataset) -> None:
    network = new_model(shop, tasks={"next_item": {"dropout": 0.5}, "like": {}}).network.train()
    dropped = network.states_for("next_item", STATES)
    kept = dropped != 0
    assert 20 < int(kept.sum()) < 60
    torch.testing.assert_close(dropped[kept], 2 * STATES[kept])
    assert network.states_for("like", STATES) is STATES
    assert network.eval().states_for("next_item", STATES) is STATES
