import numpy as np
import torch

from tastemaker.model.edges import RECENCY
from tastemaker.model.item_mentions import LEAST, PRIOR, ItemMentions, mention_edges

TARGETS = torch.tensor([3, 0, 1, 0, 2])


def mentions_of(*dialogues: list[int]) -> ItemMentions:
    items = np.array([item for named in dialogues for item in named], dtype=np.int64)
    owners = np.array([number for number, named in enumerate(dialogues) for _ in named], dtype=np.int64)
    return ItemMentions(mention_edges(items, owners, len(TARGETS)), TARGETS)


def pairs(term: ItemMentions, *histories: list[int]) -> torch.Tensor:
    """What was counted, without the prior."""
    return term(torch.tensor(histories)).exp() - expected()


def expected() -> torch.Tensor:
    return PRIOR * (TARGETS + LEAST) / (TARGETS + LEAST).sum()


def test_dialogues_that_name_both_are_counted_whatever_the_order() -> None:
    term = mentions_of([0, 1, 2], [2, 0], [3, 4])
    torch.testing.assert_close(pairs(term, [0], [2]), torch.tensor([[0.0, 1, 2, 0, 0], [2.0, 1, 0, 0, 0]]))


def test_pairs_of_all_items_named_so_far_add_up_and_the_latest_count_most() -> None:
    found = pairs(mentions_of([0, 4], [3, 4], [3, 1]), [-1, 0, 3])
    torch.testing.assert_close(found, torch.tensor([[0.0, 1.0, 0, 0, 1.0 + RECENCY]]))


def test_where_nothing_is_known_items_stand_as_replies_name_them() -> None:
    term = mentions_of([0, 1])
    torch.testing.assert_close(term(torch.tensor([[-1], [4]])), expected().log().expand(2, -1))
    assert not mentions_of([0], [1]).is_informed and not mentions_of().is_informed
