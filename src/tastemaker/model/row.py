"""A row of positions: what each of them reads, and what each task wants predicted from which."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tastemaker.model import tokenizer as markers


class Position(NamedTuple):
    """What one position reads; 0 is absent, items and actions are their row or index plus one."""

    token: int = markers.NONE
    item: int = 0
    action: int = 0


@dataclass
class TaskTargets:
    """What one task wants predicted in a row; `*_at` are positions in the row."""

    item_at: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    item_weights: list[float] = field(default_factory=list)
    score_at: dict[str, list[int]] = field(default_factory=dict)
    """By kind, `rating` or `like`."""
    scored_items: dict[str, list[int]] = field(default_factory=dict)
    score_values: dict[str, list[float]] = field(default_factory=dict)
    text_at: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    label_at: dict[str, int] = field(default_factory=dict)
    """By label set."""
    label_values: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def before(self, end: int) -> "TaskTargets":
        """Without the items and tokens that are told from position `end` on; all else is told from the context."""
        items, texts = sum(at < end for at in self.item_at), sum(at < end for at in self.text_at)
        return replace(
            self,
            item_at=self.item_at[:items],
            items=self.items[:items],
            item_weights=self.item_weights[:items],
            text_at=self.text_at[:texts],
            tokens=self.tokens[:texts],
        )

    def add(self, reply: "TaskTargets") -> None:
        """Add the items and tokens of another reply."""
        for name in ("item_at", "items", "item_weights", "text_at", "tokens"):
            getattr(self, name).extend(getattr(reply, name))


@dataclass(frozen=True)
class Row:
    """One sequence of positions and what is predicted from it, by task."""

    inputs: NDArray[np.int64]
    """`[T, 3]`: token, item, action of every position."""
    targets: dict[str, TaskTargets]
    wishes: tuple[int, ...] = ()
    """Numbers of the facts that the context asks for or refuses, where an item is to stand in the reply."""
    reply_at: int | None = None
    """The position at which the reply begins; None where there is none. All before it is context."""

    @classmethod
    def of(
        cls,
        context: Sequence[Position],
        reply: Sequence[Position] = (),
        targets: dict[str, TaskTargets] | None = None,
        wishes: tuple[int, ...] = (),
    ) -> "Row":
        """A context, and what is written of the reply to it."""
        inputs = np.array([*context, *reply], dtype=np.int64).reshape(-1, 3)
        return cls(inputs, targets or {}, wishes, len(context) if reply else None)

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def has_words(self) -> bool:
        """Whether there is more in it than a history, entries of which may be hidden."""
        tokens = self.inputs[:, 0]
        return bool(((tokens > markers.HISTORY) & (tokens != markers.MASK)).any())

    def latest(self) -> "Row":
        """The same history cut to its last entry, and the items that are told behind that."""
        entries = np.flatnonzero(self.inputs[:, 1])
        gone = range(entries[0], entries[-1]) if len(entries) else range(0)
        targets = {
            task: TaskTargets([at - len(gone) for at in it.item_at], it.items, it.item_weights)
            for task, it in self.targets.items()
            if it.item_at and min(it.item_at) >= gone.stop
        }
        return replace(self, inputs=np.delete(self.inputs, gone, 0), targets=targets)

    def within(self, window: int) -> "Row":
        """The row without what stands beyond a window, as the end of a reply that alone is longer."""
        if len(self) <= window:
            return self
        targets = {task: found.before(window) for task, found in self.targets.items()}
        return replace(self, inputs=self.inputs[:window], targets=targets)
