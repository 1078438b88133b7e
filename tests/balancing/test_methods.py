"""What holds for every method: finite, no order of tasks, and no task poisons the others. And each learns."""

import copy

import pytest
import torch
from torch import nn

from tastemaker.balancing import AGGREGATORS, Combiner, Given, TaskLosses
from tastemaker.balancing.config import BalancingConfig
from tests.balancing.methods import AGGREGATED, METHODS, ORDER, RANDOM, WEIGHTS, Small, gradients


def train(model: Small, combiner: Combiner, steps: int, missing: int | None = None) -> None:
    own = list(combiner.parameters())
    optimizer = torch.optim.Adam([{"params": model.parameters(), "lr": 0.02}, {"params": own, "lr": 0.01}])
    for _ in range(steps):
        optimizer.zero_grad()
        combiner.backward(model.read(missing))
        combiner.before_step()
        optimizer.step()
        combiner.after_step(model.losses)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_learns_every_task(method: str) -> None:
    model = Small()
    first = model.losses()
    combiner = model.combiner(method, torch.ones(3), dwa_window=5)
    train(model, combiner, 150)
    assert (model.losses() < 0.5 * first).all()
    assert combiner.weights().isfinite().all()


def train_in_order(model: Small, combiner: Combiner, order: list[int]) -> None:
    optimizer = torch.optim.SGD([*model.parameters(), *combiner.parameters()], lr=0.05)
    for _ in range(5):
        optimizer.zero_grad()
        step = model.read()
        combiner.backward(TaskLosses(tuple(step.losses[it] for it in order), [step.features[it] for it in order]))
        combiner.before_step()
        optimizer.step()
        combiner.after_step(lambda: model.losses()[order])


@pytest.mark.parametrize("changes", [{}, {"every": 2}, {"on": "features"}])
@pytest.mark.parametrize("method", [name for name in METHODS if name not in RANDOM])
def test_the_order_of_tasks_changes_nothing(method: str, changes: dict[str, object]) -> None:
    """Over several steps, in which methods come to hold something of each task."""
    found = Small(), Small()
    combiner = found[0].combiner(method, dwa_window=1, **changes)
    shuffled = found[1].combiner(method, WEIGHTS[ORDER], dwa_window=1, **changes)
    train_in_order(found[0], combiner, [0, 1, 2])
    train_in_order(found[1], shuffled, ORDER)
    for name, parameter in found[0].named_parameters():
        assert parameter.isfinite().all()
        assert torch.allclose(parameter, found[1].get_parameter(name), rtol=1e-3, atol=1e-5), name
    assert torch.allclose(combiner.weights()[ORDER], shuffled.weights(), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("method", AGGREGATED)
def test_a_task_alone_in_its_step_has_the_recipes_weight(method: str) -> None:
    """As where tasks take turns; and a weight of 2 is twice that of 1 to whoever weighs anything."""
    model = Small()
    step = model.read()
    combiner = model.combiner(method)
    found = gradients(model, combiner, TaskLosses((None, None, step.losses[2]), step.features))
    loss = model.read().losses[2]
    assert loss is not None
    (plain,) = torch.autograd.grad(loss, [model.trunk[0].weight])
    assert torch.allclose(found["trunk.0.weight"], WEIGHTS[2] * plain, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("method", AGGREGATORS)
def test_who_weighs_no_tasks_says_so(method: str) -> None:
    if method in AGGREGATED:
        aggregator = AGGREGATORS[method](Given(torch.ones(2), BalancingConfig()))
        assert aggregator.weighs_tasks == (aggregator.weights(torch.eye(2)) is not None)


@pytest.mark.parametrize("method", METHODS)
def test_a_task_that_is_missing_leaves_the_others_as_they_are_alone(method: str) -> None:
    """Without task 2, gradients are those of a model that has tasks 0 and 1 only; and they are not nothing."""
    model = Small()
    with_three = gradients(model, model.combiner(method, torch.ones(3)), model.read(missing=2))
    assert not with_three["heads.2.weight"].any()
    step = model.read()
    two = TaskLosses(step.losses[:2], step.features[:2])
    with_two = gradients(model, model.combiner(method, torch.ones(2)), two)
    for name in ("trunk.0.weight", "heads.0.weight", "heads.1.weight"):
        assert with_three[name].isfinite().all() and with_three[name].abs().sum() > 0
        if method not in RANDOM:
            cosine = nn.functional.cosine_similarity(with_three[name].flatten(), with_two[name].flatten(), dim=0)
            assert float(cosine) > 0.999, name


@pytest.mark.parametrize("method", METHODS)
def test_a_task_without_loss_is_as_one_that_is_missing(method: str) -> None:
    model = Small()
    absent = gradients(model, model.combiner(method), model.read(missing=1))
    step = model.read()
    nothing = step.losses[1]
    assert nothing is not None
    silent = TaskLosses((step.losses[0], nothing * 0, step.losses[2]), step.features)
    found = gradients(model, model.combiner(method), silent)
    for name, gradient in absent.items():
        assert torch.allclose(gradient, found[name], rtol=1e-4, atol=1e-6), name


@pytest.mark.parametrize("changes", [{}, {"every": 2}, {"on": "features"}])
@pytest.mark.parametrize("method", METHODS)
def test_a_task_may_come_and_go(method: str, changes: dict[str, object]) -> None:
    if method == "graddrop" and "on" in changes:
        pytest.skip("it weighs no tasks")
    model = Small()
    combiner = model.combiner(method, dwa_window=2, **changes)
    train(model, combiner, 6, missing=1)
    train(model, combiner, 6)
    train(model, combiner, 6, missing=0)
    assert all(parameter.isfinite().all() for parameter in model.parameters())
    assert combiner.weights().isfinite().all()


@pytest.mark.parametrize("method", METHODS)
def test_no_loss_at_all_changes_nothing(method: str) -> None:
    model = Small()
    step = TaskLosses((None, None, None), model.read().features)
    assert not any(gradient.any() for gradient in gradients(model, model.combiner(method), step).values())


@pytest.mark.parametrize("changes", [{}, {"every": 2}, {"on": "features"}])
@pytest.mark.parametrize("method", METHODS)
def test_a_resumed_method_goes_on_as_if_it_had_not_stopped(method: str, changes: dict[str, object]) -> None:
    if method == "graddrop" and "on" in changes:
        pytest.skip("it weighs no tasks")
    whole = Small()
    combiner = whole.combiner(method, dwa_window=2, **changes)
    train(whole, combiner, 5)
    stopped, other = Small(), copy.deepcopy(whole.state_dict())
    stopped.load_state_dict(other)
    resumed = stopped.combiner(method, dwa_window=2, **changes)
    resumed.load_state_dict({name: tensor.clone() for name, tensor in combiner.state_dict().items()})
    outside = torch.get_rng_state()
    for model, its in ((whole, combiner), (stopped, resumed)):
        train(model, its, 4)
    assert torch.equal(torch.get_rng_state(), outside), "draws come from a generator of its own"
    for name, parameter in whole.named_parameters():
        assert torch.equal(parameter, stopped.get_parameter(name)), name


@pytest.mark.parametrize("method", ["random", "graddrop"])
def test_each_step_draws_anew_from_the_seed_alone(method: str) -> None:
    """PCGrad's and GradVac's draws tell only where three tasks conflict: `test_aggregator.py`."""
    model = Small()
    torch.manual_seed(1)
    first = gradients(model, model.combiner(method), model.read())
    torch.manual_seed(2)
    second = gradients(model, combiner := model.combiner(method), model.read())
    assert all(torch.equal(gradient, second[name]) for name, gradient in first.items())
    third = gradients(model, combiner, model.read())
    assert not torch.equal(third["trunk.0.weight"], first["trunk.0.weight"])


@pytest.mark.parametrize("method", METHODS)
def test_all_that_a_method_holds_is_where_the_weights_are(method: str) -> None:
    combiner = Small().combiner(method, torch.ones(3, device="meta"))
    held = [*combiner.parameters(), *(it for name, it in combiner.named_buffers() if name not in ("steps", "reach"))]
    assert {tensor.device.type for tensor in held} == {"meta"}
