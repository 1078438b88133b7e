from dataclasses import replace

import pytest
import torch

from tastemaker.data.schema import ACTIONS
from tastemaker.model.heads import FACTORS, Asked, ScoringHead
from tastemaker.model.item_ratings import Tallies

WIDTH, ITEMS, MEAN = 16, 9, 3.5
VIEW, BAD, GOOD = (ACTIONS.index(name) + 1 for name in ("view", "rating_1", "rating_5"))


@pytest.fixture
def head() -> ScoringHead:
    torch.manual_seed(0)
    rated = replace(Tallies.none(ITEMS), mean=MEAN)
    return ScoringHead(WIDTH, rated, Tallies.none(ITEMS)).eval()


def scored(head: ScoringHead, items: list[int], actions: list[int], state: torch.Tensor) -> torch.Tensor:
    """Ratings and like logits of all items after a history, `[2, I]`; an item of 0 is the start entry."""
    traits = head.traits(vectors())
    past = head.past(torch.tensor([items]), torch.tensor([actions]), traits).at(torch.tensor([len(items) - 1]))
    with torch.no_grad():
        asked = Asked(state.unsqueeze(0), past, traits, torch.arange(ITEMS))
        return torch.stack((head.ratings(asked), head.likes(asked)))


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


def test_a_head_begins_as_a_bias_model() -> None:
    """Whatever the state: the mean, what is known of the item, and nine likes in ten; so not of a log without likes."""
    rated = Tallies(torch.full((ITEMS,), 3.0), torch.full((ITEMS,), 5.0), MEAN)
    for liked, odds in ((Tallies(torch.zeros(ITEMS), torch.ones(ITEMS), 0.9), 9.0), (Tallies.none(ITEMS), 1.0)):
        begun = ScoringHead(WIDTH, rated, liked).eval()
        ratings, likes = scored(begun, [0], [0], torch.randn(WIDTH))
        assert ratings.tolist() == pytest.approx([MEAN + 3 / (5 + 5)] * ITEMS)
        assert likes.exp().tolist() == pytest.approx([odds] * ITEMS, rel=1e-4)


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


def test_tallies_add_to_a_rating_and_to_a_like_but_not_through_the_rating(head: ScoringHead) -> None:
    """Item 4 has two ratings of 4.5, so 2 stars over the mean, and two likes where one in two is liked."""
    rated, liked = torch.zeros(ITEMS), torch.zeros(ITEMS)
    rated[4], liked[4] = 2.0, 1.0
    counts = torch.full((ITEMS,), 2.0)
    before, state = scored(head, [0], [0], torch.zeros(WIDTH)), torch.zeros(WIDTH)
    head.rated.load_state_dict(head.rated.state_dict() | {"sums": rated, "counts": counts})
    head.liked.load_state_dict(head.liked.state_dict() | {"sums": liked, "counts": counts})
    more = scored(head, [0], [0], state) - before
    assert more[:, 4].tolist() == pytest.approx([2 / (2 + 5), 4 * 1 / (2 + 5)])
    assert not more[:, :4].any()


def test_a_past_rating_counts_by_what_it_exceeds_the_items_mean(head: ScoringHead) -> None:
    """Item 3 (input 4) is known for 0.5 stars over the mean, so a rating of 5 says 1 star of its user."""
    with torch.no_grad():
        head.item.weight[1:].zero_()
    sums = torch.zeros(ITEMS).index_fill(0, torch.tensor([3]), 5.0)
    head.rated.load_state_dict(head.rated.state_dict() | {"sums": sums / 2})
    rating = scored(head, [0, 4], [0, GOOD], torch.zeros(WIDTH))[0]
    assert float(rating[0]) == pytest.approx(MEAN + (5 - MEAN - 0.5) / (3 + 1))
