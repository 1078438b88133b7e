"""Aggregation in the loop: what is shared, what is not, steps between, and parts of a step."""

import pytest
import torch

from tastemaker.balancing import TaskLosses
from tastemaker.balancing.features import feature_jacobian
from tastemaker.balancing.reach import reached
from tests.balancing.methods import WEIGHTS, Small, gradients

TRUNK = ("trunk.0.weight", "trunk.0.bias")


def plain(model: Small) -> list[dict[str, torch.Tensor]]:
    """The gradients of each task's loss by itself."""
    found = []
    for task in range(3):
        model.zero_grad()
        loss = model.read().losses[task]
        assert loss is not None
        torch.autograd.backward(loss)
        found.append({name: it.grad.clone() for name, it in model.named_parameters() if it.grad is not None})
    return found


def test_the_trunk_gets_the_aggregated_gradient_and_heads_their_own() -> None:
    model = Small()
    alone = plain(model)
    combiner = model.combiner("cagrad")
    found = gradients(model, combiner, model.read())
    weights = combiner.weights()
    for name in TRUNK:
        expected = sum(weight * each[name] for weight, each in zip(weights, alone, strict=True))
        assert torch.allclose(found[name], expected, rtol=1e-4, atol=1e-6)
    for task in range(3):
        name = f"heads.{task}.weight"
        assert torch.allclose(found[name], WEIGHTS[task] * alone[task][name], rtol=1e-5)


def test_what_one_task_alone_depends_on_is_not_shared() -> None:
    """Two tasks read the first layer, a third one nothing of it: its own layer gets the plain gradient."""
    model = Small()
    own = Small(seed=1)
    combiner = model.combiner("mgda")
    combiner.parameters_of = type(combiner.parameters_of)(  # type: ignore[operator,union-attr]
        (*model.trunk.parameters(), *own.trunk.parameters()), tuple(model.heads.parameters())
    )
    combiner.reach = torch.zeros(3, 4, dtype=torch.bool)
    step, other = model.read(), own.trunk(own.inputs[2]).square().mean()
    combiner.backward(TaskLosses((step.losses[0], step.losses[1], other), step.features))
    combiner.before_step()
    assert combiner.reach.tolist() == [[True, True, False, False]] * 2 + [[False, False, True, True]]
    expected = torch.autograd.grad(own.trunk(own.inputs[2]).square().mean(), list(own.trunk.parameters()))
    for parameter, gradient in zip(own.trunk.parameters(), expected, strict=True):
        assert parameter.grad is not None
        assert torch.allclose(parameter.grad, WEIGHTS[2] * gradient)


def test_steps_between_take_the_weights_found_last() -> None:
    model = Small()
    combiner = model.combiner("cagrad", every=3)
    first = gradients(model, combiner, model.read())
    held = combiner.weights().clone()
    combiner.after_step(model.losses)
    with torch.no_grad():
        model.inputs[0] *= 3
    alone = plain(model)
    between = gradients(model, combiner, model.read())
    assert torch.equal(combiner.weights(), held)
    for name in TRUNK:
        expected = sum(weight * each[name] for weight, each in zip(held, alone, strict=True))
        assert torch.allclose(between[name], expected, rtol=1e-4, atol=1e-6)
    for task in range(3):
        name = f"heads.{task}.weight"
        assert torch.allclose(between[name], WEIGHTS[task] * alone[task][name], rtol=1e-4)
    combiner.after_step(model.losses)
    gradients(model, combiner, model.read())
    assert torch.equal(combiner.weights(), held)
    combiner.after_step(model.losses)
    gradients(model, combiner, model.read())
    assert not torch.equal(combiner.weights(), held), "the fourth step is due again"
    assert first.keys() == between.keys()


@pytest.mark.parametrize("every", [2, 3, 4])
def test_every_task_has_its_steps_when_tasks_take_turns(every: int) -> None:
    """Three turns: of its own steps each task has one in `every` in which its gradient is taken."""
    model = Small()
    combiner = model.combiner("cagrad", every=every)
    taken = []
    for step in range(6 * every):
        losses = model.read().losses
        turn = TaskLosses(tuple(it if task == step % 3 else None for task, it in enumerate(losses)), [])
        gradients(model, combiner, turn)
        is_due, present = combiner._counted  # type: ignore[union-attr,misc]
        taken.append(int(present.nonzero()) if is_due else None)
        combiner.after_step(model.losses)
    assert [taken.count(task) for task in range(3)] == [2, 2, 2]


def test_graddrop_takes_the_recipes_weights_between() -> None:
    model = Small()
    combiner = model.combiner("graddrop", every=2)
    gradients(model, combiner, model.read())
    combiner.after_step(model.losses)
    alone = plain(model)
    found = gradients(model, combiner, model.read())
    expected = sum(weight * each[TRUNK[0]] for weight, each in zip(WEIGHTS, alone, strict=True))
    assert torch.allclose(found[TRUNK[0]], expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", ["fixed", "mgda"])
def test_equal_parts_of_a_step_are_as_one(method: str) -> None:
    model = Small()
    whole = gradients(model, model.combiner(method), model.read())
    model.zero_grad()
    combiner = model.combiner(method)
    for _ in range(2):
        combiner.backward(model.read(parts=2))
    combiner.before_step()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None
        assert torch.allclose(parameter.grad, whole[name], rtol=1e-4, atol=1e-6), name


def test_features_stand_for_a_last_layer_that_all_tasks_share() -> None:
    """With a linear map M = 1 between trunk and heads, the gradient of each loss in M is its row."""
    model = Small()
    step = model.read()
    layer = torch.eye(6, requires_grad=True)
    heads = zip(model.heads, step.features, model.targets, strict=True)
    losses = [(head(states.detach() @ layer) - target).square().mean() for head, states, target in heads]
    expected = torch.stack([torch.autograd.grad(loss, layer)[0].flatten() for loss in losses])
    assert torch.allclose(feature_jacobian(step.losses, step.features), expected, atol=1e-6)


def test_on_features_weights_follow_from_them() -> None:
    model = Small()
    combiner = model.combiner("imtl_g", on="features")
    step = model.read()
    rows = feature_jacobian(step.losses, step.features)
    alone = plain(model)
    found = gradients(model, combiner, model.read())
    weights = combiner.weights()
    assert torch.allclose(weights, combiner.aggregator.weights(rows @ rows.T), rtol=1e-3)  # type: ignore[union-attr,operator]
    expected = sum(weight * each[TRUNK[0]] for weight, each in zip(weights, alone, strict=True))
    assert torch.allclose(found[TRUNK[0]], expected, rtol=1e-3, atol=1e-6)


def test_a_graph_tells_what_a_loss_depends_on() -> None:
    first, second = (torch.ones(2, requires_grad=True) for _ in range(2))
    assert reached((first * 2).sum(), (first, second)).tolist() == [True, False]
    assert reached((first + second.exp()).sum(), (second, first)).tolist() == [True, True]
