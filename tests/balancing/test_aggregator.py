"""Our adapters give what torchjd's own aggregators give, and respect the recipe's weights."""

from importlib.util import find_spec

import pytest
import torch
from torch import Tensor
from torchjd import aggregation

from tastemaker.balancing import AGGREGATORS, Aggregator, Given, check_balancing
from tastemaker.balancing.config import BalancingConfig
from tastemaker.errors import RecipeError
from tests.balancing.methods import AGGREGATED, NEEDS, RANDOM

ONES = torch.ones(4)
REFERENCES = {
    "pcgrad": aggregation.PCGrad,
    "gradvac": lambda: aggregation.GradVac(0.01),
    "graddrop": aggregation.GradDrop,
    "mgda": aggregation.MGDA,
    "cagrad": lambda: aggregation.CAGrad(0.4),
    "imtl_g": aggregation.IMTLG,
    "aligned_mtl": aggregation.AlignedMTL,
    "fairgrad": lambda: aggregation.FairGrad(2.0),
    "config": aggregation.ConFIG,
    "upgrad": aggregation.UPGrad,
    "dualproj": aggregation.DualProj,
    "nash_mtl": lambda: aggregation.NashMTL(4, max_norm=0),
}
"""torchjd's, as our defaults set them."""
UNITS = {"fairgrad": 2 / 3, "nash_mtl": 1 / 2}
"""Where G w = 1 / √w or 1 / w, weights have a unit in torchjd; ours take G over the mean squared length."""


def made(method: str, weights: Tensor = ONES) -> Aggregator:
    return AGGREGATORS[method](Given(weights, BalancingConfig(method), seed=5))


def jacobian(seed: int) -> Tensor:
    """Four gradients `[4, 30]` of unlike lengths, some of which conflict."""
    random = torch.Generator().manual_seed(seed)
    return torch.randn(4, 30, generator=random) * torch.tensor([[0.3], [1.0], [2.0], [1.0]]) + 0.2


NOT_DPP = "ignore:You are solving a parameterized problem that is not DPP:UserWarning"
"""What the solver of torchjd's own Nash-MTL says; ours is asked not to."""


@pytest.mark.filterwarnings(NOT_DPP)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("method", AGGREGATED)
def test_a_gradient_is_that_of_torchjd(method: str, seed: int) -> None:
    matrix = jacobian(seed)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        expected = REFERENCES[method]()(matrix)
    expected = expected * matrix.square().sum(1).mean() ** UNITS.get(method, 0.0)
    assert torch.allclose(made(method)(matrix), expected, rtol=2e-3, atol=1e-4)


def test_what_gradvac_remembers_is_what_torchjd_remembers() -> None:
    """Its aims move from call to call."""
    ours, theirs = made("gradvac"), REFERENCES["gradvac"]()
    found = [ours(jacobian(seed)) for seed in range(4)]
    with torch.random.fork_rng():
        torch.manual_seed(5)
        expected = [theirs(jacobian(seed)) for seed in range(4)]
    assert not torch.allclose(found[3], made("gradvac")(jacobian(3)), atol=1e-3)
    for one, other in zip(found, expected, strict=True):
        assert torch.allclose(one, other, rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize("method", ["pcgrad", "gradvac", "graddrop"])
def test_what_is_drawn_follows_from_our_seed_alone(method: str) -> None:
    """Tasks whose gradients conflict in more than one pair, so that the order drawn matters."""
    matrix = jacobian(1)

    def found(own: int, other: int) -> Tensor:
        torch.manual_seed(other)
        return AGGREGATORS[method](Given(ONES, BalancingConfig(method), seed=own))(matrix)

    assert torch.equal(found(5, 1), found(5, 2))
    assert any(not torch.allclose(found(own, 1), found(5, 1), atol=1e-4) for own in range(6, 12))


@pytest.mark.parametrize("method", [name for name in AGGREGATED if name not in RANDOM])
def test_no_unit_changes_the_weights(method: str) -> None:
    """Gradients of a late step are a thousand times shorter; solvers with absolute tolerances would see none."""
    matrix = jacobian(0)
    assert torch.allclose(made(method)(matrix * 1e-3) * 1e3, made(method)(matrix), rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize("method", [name for name in AGGREGATED if name not in RANDOM])
def test_a_task_of_more_weight_has_more_of_its_way(method: str) -> None:
    """By the gradient's share of unit length along the gradient of task 1."""
    matrix = torch.eye(4, 30)

    def share(weights: list[float]) -> float:
        found = made(method, torch.tensor(weights))(matrix)
        return float(found[1] / found.norm())

    assert share([1.0, 3.0, 1.0, 1.0]) > share([1.0, 1.0, 1.0, 1.0]) > share([1.0, 0.3, 1.0, 1.0])
    assert share([1.0, 0.0, 1.0, 1.0]) == 0


def test_mgda_lowers_losses_in_proportion_to_their_weights() -> None:
    """Where no task stands in another's way, whatever the lengths of the gradients."""
    matrix, weights = torch.eye(4, 30) * torch.tensor([[1.0], [2.0], [0.5], [1.0]]), torch.tensor([1.0, 2.0, 1.5, 1.0])
    falls = matrix @ made("mgda", weights)(matrix)
    assert torch.allclose(falls / falls[0], weights / weights[0], rtol=0.05)


def test_config_takes_cosines_as_the_weights_say() -> None:
    matrix, weights = jacobian(2), torch.tensor([1.0, 2.0, 1.0, 0.5])
    cosines = torch.nn.functional.cosine_similarity(matrix, made("config", weights)(matrix).unsqueeze(0))
    assert torch.allclose(cosines / cosines[0], weights, rtol=1e-3)


def test_a_gramian_that_is_not_finite_gives_the_plain_sum() -> None:
    weights = torch.tensor([1.0, 2.0, 1.0, 0.5])
    assert torch.equal(made("cagrad", weights).weights(torch.full((4, 4), float("nan"))), weights)  # type: ignore[arg-type]


def test_graddrop_lets_a_share_of_the_other_sign_pass() -> None:
    matrix = torch.tensor([[1.0], [-1.0], [1.0], [1.0]])
    leaking = AGGREGATORS["graddrop"](Given(ONES, BalancingConfig(graddrop_leak=0.5)))
    assert {float(leaking(matrix)) for _ in range(50)} == {3 - 0.5, 1.5 - 1}


def test_features_want_a_method_that_weighs_tasks() -> None:
    check_balancing(BalancingConfig("cagrad", on="features"))
    with pytest.raises(
        RecipeError,
        match=r"balancing.on = 'features' needs a method that weighs tasks, found 'graddrop', which chooses for every "
        r"parameter by itself. Set balancing.on = 'parameters', or take another method.",
    ):
        check_balancing(BalancingConfig("graddrop", on="features"))


@pytest.mark.parametrize("method", [name for name in NEEDS if not find_spec(NEEDS[name])])
def test_a_method_whose_solver_is_not_there_says_what_to_install(method: str) -> None:
    with pytest.raises(
        RecipeError,
        match=rf"balancing.method = '{method}' needs a solver under the GPL, which is not installed. Install it with: "
        r"pip install 'tastemaker\[gpl-solvers\]'; or take another method, such as 'cagrad'.",
    ):
        check_balancing(BalancingConfig(method))


@pytest.mark.parametrize(
    ("key", "value", "complaint"),
    [
        ("every", 0, "balancing.every must be at least 1, found 0."),
        ("dwa_window", 0, "balancing.dwa_window must be at least 1, found 0."),
        ("stch_mu", 0.0, "balancing.stch_mu must be more than 0, found 0.0."),
        ("cagrad_c", 1.5, "balancing.cagrad_c must lie between 0 and 1, found 1.5."),
    ],
)
def test_settings_out_of_range_are_refused(key: str, value: float, complaint: str) -> None:
    with pytest.raises(RecipeError, match=complaint):
        BalancingConfig(**{key: value})  # type: ignore[arg-type]
