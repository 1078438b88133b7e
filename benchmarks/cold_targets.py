"""What is asked of a ranking when items were held out: users' test items by kind, each after all that came before it.

In: the whole data set, the draw, and which items training knew. Contexts are whole, as in use: held-out items stand in
them, too. What a user had before is masked; a repetition is therefore a miss, for everybody.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.cold_draw import Draw, IntArray
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.evaluation.context import history_of, known_items, target_items, with_history
from tastemaker.tasks.example import Example
from tastemaker.tasks.next_item import NextItem

COLD: Final = "cold"
WARM: Final = "warm"
WARM_MATCHED: Final = "warm_matched"
KINDS: Final = (COLD, WARM, WARM_MATCHED)


@dataclass(frozen=True)
class Asked:
    """Examples of one target each, and the items not to be recommended."""

    examples: list[Example]
    seen: list[list[int]]

    def known_only(self, is_known: NDArray[np.bool_]) -> "Asked":
        """The same targets after contexts without the items that training did not know, `[I]`."""
        left = [tuple(entry for entry in history_of(it) if is_known[entry.item]) for it in self.examples]
        return replace(self, examples=[with_history(it, on) for it, on in zip(self.examples, left, strict=True)])


def targets(dataset: Dataset, drawn: Draw, is_known: NDArray[np.bool_], seed: int) -> dict[str, Asked]:
    """The targets of every kind in `KINDS`.

    - `cold`: test items of the draw;
    - `warm`: items that training knew. Calibration items are neither;
    - `warm_matched`: as many of these items as `cold` has, of equal test frequency.

    Args:
        dataset: the whole data set, one test item a user.
        drawn: which items were held out.
        is_known: `[I]`, whether an item had an interaction in training.
        seed: of the choice among warm items.
    """
    examples = list(NextItem().examples(dataset, Split.TEST))
    items = np.array([item for example in examples for item in target_items(example)], dtype=np.int64)
    cold, warm = np.isin(items, drawn.test), is_known[items]
    wanted = {
        COLD: set(drawn.test.tolist()),
        WARM: set(np.flatnonzero(is_known).tolist()),
        WARM_MATCHED: set(matching(items[cold], items[warm], seed).tolist()),
    }
    return {kind: _asked(dataset, examples, among) for kind, among in wanted.items()}


def matching(cold: IntArray, warm: IntArray, seed: int) -> IntArray:
    """For every item in `cold` another one in `warm` that is a target as often, or as nearly so as is left.

    Args:
        cold: item of every cold target, `[N]`.
        warm: item of every warm target, `[M]`.
        seed: of the choice among equals.
    """
    _, wanted = np.unique(cold, return_counts=True)
    items, counts = np.unique(warm, return_counts=True)
    order = np.random.default_rng(seed).permutation(len(items))
    items, often = items[order], counts[order].astype(np.float64)
    chosen = []
    for count in sorted(wanted.tolist(), reverse=True)[: len(items)]:
        nearest = int(np.abs(often - count).argmin())
        chosen.append(int(items[nearest]))
        often[nearest] = np.inf
    return np.array(sorted(chosen), dtype=np.int64)


def _asked(dataset: Dataset, examples: list[Example], among: set[int]) -> Asked:
    """The examples whose target is one of some items."""
    chosen = [example for example in examples if target_items(example) <= among]
    return Asked(chosen, [known_items(example, dataset, Split.TEST) for example in chosen])
