"""The item wishes: which items are what the words of a dialogue ask for, as evidence of what a reply recommends.

People say what they want ("a comedy", "something with Tom Hanks"), and the catalog says what items are. A trunk that is
trained on a few thousand replies learns that only roughly. The score of an item in a slot therefore gets

    w (number of stated facts that are true of the item - number of refused ones that are)

with the facts that `FactExtractor` finds in the user's words so far. It is a leaning and no filter: people ask for a
comedy and are glad of a thriller. The one weight w is found on validation targets (`tastemaker.training.calibration`).

Source:
    Christakopoulou et al., "Towards Conversational Recommender Systems", KDD 2016, for preferences stated about
    attributes as evidence beside learned ones.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from tastemaker.data.catalog import Catalog
from tastemaker.data.fact_numbers import FactNumbers
from tastemaker.model.edges import Edges, EdgeTerm


def wish_edges(facts: FactNumbers, catalog: Catalog) -> Edges:
    """Join every fact to the items of `catalog` that have it, and its negation to the same items, against which it
    counts."""
    numbers, rows = (torch.from_numpy(part.copy()) for part in facts.holders(catalog))
    degrees = torch.bincount(numbers, minlength=len(facts.numbers) // 2).repeat(2)
    weights = torch.ones(len(rows))
    return Edges(F.pad(degrees.cumsum(0), (1, 0)), rows.repeat(2), torch.cat((weights, -weights)))


class ItemWishes(EdgeTerm):
    """Looks up which items have the facts that were asked for or refused; made anew from the catalog, never stored."""

    is_stored = False

    def __init__(self, edges: Edges, items: int) -> None:
        """Take the edges from facts, `starts` being `[2 F + 1]`, to `items` items."""
        super().__init__(edges)
        self.items = items

    def forward(self, wishes: Tensor) -> Tensor:
        """Return the leaning `[N, I]` for `wishes` `[N, W]` of numbers of facts, padded with -1 anywhere."""
        rows, columns = torch.nonzero(wishes >= 0, as_tuple=True)
        source, edges = self.edges_of(wishes[rows, columns])
        found = torch.zeros(len(wishes), self.items, device=wishes.device)
        return found.index_put_((rows[source], self.ends[edges]), self.weights[edges], accumulate=True)
