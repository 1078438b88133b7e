import pytest
import torch

from tastemaker.data.schema import ACTIONS
from tastemaker.model.heads import FACTORS, ScoringHead

WIDTH, ITEMS, MEAN = 16, 9, 3.5
VIEW, BAD, GOOD = (ACTIONS.index(name) + 1 for name in ("view", "rating_1", "rating_5"))


@pytest.fixture
def head() -> ScoringHead:
    torch.manual_seed(0)
    return ScoringHead(WIDTH, MEAN).eval()


def scored(head: ScoringHead, items: list[int], actions: list[int], state: torch.Tensor) -> torch.Tensor:
    """Ratings and like logits of all items after a history, `[2, I]`; an item of 0 is the start entry."""
    traits = head.traits(vectors())
    past = head.past(torch.tensor([items]), torch.tensor([actions]), traits).at(torch.tensor([len(items) - 1]))
    with torch.no_grad():
        return torch.stack(head(state.unsqueeze(0), past, traits))


def vectors() -> torch.Tensor:
    return torch.randn(ITEMS, WIDTH, generator=torch.Generator().manual_seed(1))


def test_without_ratings_user_and_item_are_read_off_state_and_vector(head: ScoringHead) -> None:
    state = torch.randn(WIDTH, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        user, item = head.user(state), head.item(head.item_norm(vectors()))
    rating = MEAN + user[1] + item[:, 1] + item[:, 2:] @ user[2:]
    like = head.slope.detach() * (rating - MEAN) + user[0] + item[:, 0]
    for items, actions in (([0], [0]), ([0, 4, 5], [0, VIEW, VIEW])):
        assert torch.allclose(scored(head, items, actions, state), torch.stack((rating, like)), atol=1e-5)


def test_one_rating_moves_the_user_by_hand(head: ScoringHead) -> None:
    with torch.no_grad():
        head.item.weight[1:].zero_()  # neither biases nor factors: what is left of a rating is the user's bias
        rating, _ = scored(head, [0, 4], [0, GOOD], torch.zeros(WIDTH))
    assert rating.tolist() == pytest.approx([MEAN + (5 - MEAN) / (3 + 1)] * ITEMS)


def test_ratings_move_the_prediction_toward_themselves(head: ScoringHead) -> None:
    state = torch.randn(WIDTH, generator=torch.Generator().manual_seed(2))
    bad, good = (scored(head, [0, 4, 7], [0, action, action], state) for action in (BAD, GOOD))
    assert (good > bad).all()
    assert (good - bad)[0, 4] > 0.5


def test_a_live_rating_is_one_more_entry(head: ScoringHead) -> None:
    items, actions = [0, 4, 7, 2], [0, GOOD, BAD, GOOD]
    traits = head.traits(vectors())
    with torch.no_grad():
        whole = head.past(torch.tensor([items]), torch.tensor([actions]), traits)
        last = head.past(torch.tensor([items[3:]]), torch.tensor([actions[3:]]), traits)
    assert torch.allclose(whole.gram[2] + last.gram[0], whole.gram[3], atol=1e-5)
    assert torch.allclose(whole.moment[2] + last.moment[0], whole.moment[3], atol=1e-5)


def test_a_rating_does_not_enter_before_it_is_read(head: ScoringHead) -> None:
    traits = head.traits(vectors())
    with torch.no_grad():
        bad, good = (head.past(torch.tensor([[0, 4, 7]]), torch.tensor([[0, BAD, a]]), traits) for a in (BAD, GOOD))
    assert torch.equal(bad.moment[:2], good.moment[:2]) and not torch.equal(bad.moment[2], good.moment[2])


def test_items_share_their_dropout_within_a_step(head: ScoringHead) -> None:
    head.train()
    traits = head.traits(vectors())
    past = head.past(torch.tensor([[5]]), torch.tensor([[GOOD]]), traits)
    assert traits.shape == (ITEMS, 2 + FACTORS)
    assert torch.equal(past.gram[0, 1:, 0], traits[4, 2:])
