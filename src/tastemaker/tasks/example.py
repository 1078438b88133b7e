"""What a task hands to the model: a context of segments and a target, readable as text and free of tensors.

Positions of a history count the entries read so far: position 0 is the start entry, whose state predicts the first
item; position `p` is the state after `p` entries.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.split import Split

Speaker = Literal["user", "assistant"]

REFUSAL: Final = "I don't know."
"""The answer to a question that cannot be answered."""


@dataclass(frozen=True)
class History:
    """The user's past entries, oldest first; empty for a user unknown so far. It stands first in every context."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Text:
    """Words. A `speaker` opens a new turn of a dialogue; None goes on with the turn before."""

    text: str
    speaker: Speaker | None = None
    priority: int = 0
    """When a prompt is too long, segments of the lowest priority are cut first, the oldest among equals."""


@dataclass(frozen=True)
class Item:
    """One item, as its vector: after a title in a user's words, or where an earlier reply recommended it."""

    item: int
    priority: int = 0


@dataclass(frozen=True)
class Card:
    """Title and facts of the recommended item, as text that a reason can copy from; in real replies the title alone."""

    text: str


@dataclass(frozen=True)
class Evidence:
    """Why this item for this user, as text in one fixed format: past items and shared facts."""

    text: str


@dataclass(frozen=True)
class Recommended:
    """`<rec> | item vector | card | evidence`: inputs without loss, but that `<rec>` may predict the item."""

    item: int
    card: Card
    evidence: Evidence | None = None
    priority: int = 0


@dataclass(frozen=True)
class NextItems:
    """Items to be predicted: `items[n]` from the state at history position `positions[n]`, weighted by `weights[n]`.

    In training each position has its own item; in validation and test all share the last position and form a set.
    """

    positions: tuple[int, ...]
    items: tuple[int, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True)
class Score:
    """Values to be predicted for `items[n]` from the state at history position `positions[n]`."""

    kind: Literal["rating", "like"]
    positions: tuple[int, ...]
    items: tuple[int, ...]
    values: tuple[float, ...]
    """A rating on the 1..5 scale, or 1.0 for like and 0.0 for not."""


@dataclass(frozen=True)
class Reply:
    """What is to be written: text, and slots `<rec>`, each followed by words.

    `lead` is written first; where `slot` is given, `<rec>` follows, whose state predicts `slot.item`, then `reason`.
    A reply without a slot, such as a clarifying question, is `lead` alone. Where the context ends with a `Recommended`,
    its item is to be explained: the reply is `reason` alone.
    """

    lead: str
    slot: Recommended | None = None
    reason: str = ""
    constraints: tuple[tuple[str, str], ...] = ()
    """What the user asked for, as (name, value) facts that hold of the item; used by baselines and slices only."""
    more: tuple[tuple[Recommended, str], ...] = ()
    """Further slots behind `reason`, each with the words that follow it."""
    may_repeat: bool = False
    """Whether its items may have come up before, as in dialogues that people held; used by evaluation only."""
    teaches_earlier: bool = False
    """Whether the `Earlier` replies of the context are to be learned with it, each from what stands before it."""
    is_told: bool = False
    """Whether a reason is what the user wrote, and not simulated; used by evaluation only."""

    @property
    def slots(self) -> tuple[tuple[Recommended, str], ...]:
        """All slots in their order, each with the words behind it."""
        return () if self.slot is None else ((self.slot, self.reason), *self.more)

    @property
    def items(self) -> tuple[int, ...]:
        """The items of all slots."""
        return tuple(slot.item for slot, _ in self.slots)


@dataclass(frozen=True)
class Earlier:
    """A reply that the assistant gave earlier in the dialogue, read just as it was written."""

    reply: Reply
    priority: int = 0


Segment = History | Text | Item | Recommended | Earlier


@dataclass(frozen=True)
class Words:
    """A text to be written that holds no slot, such as a summary or a short answer."""

    text: str
    about: int | None = None
    """Row of the item that the text is to be true of; used by evaluation only."""
    asks: str = ""
    """The attribute that a question asks for, where the text is its answer; used by evaluation and baselines only."""
    teaches_read: bool = False
    """Whether the `Text` of the context that no speaker opens is to be learned with it, word by word from what stands
    before."""


@dataclass(frozen=True)
class LabelSet:
    """What there is to choose from: the same classes in the same order wherever the set is used."""

    name: str
    classes: tuple[str, ...]
    shares: tuple[float, ...]
    """How often each class holds in training, which is what knowing nothing of an example can say of it."""
    is_multi: bool
    """Whether several classes may hold at once; otherwise exactly one does."""
    left_out: int = 0
    """Classes too rare in training to be among these."""

    def target(self, holding: Collection[str], teaches_read: bool = False) -> "Label":
        """The target of an example of which the classes `holding` hold; others than the set's own are ignored."""
        return Label(self, tuple(float(name in holding) for name in self.classes), teaches_read)


@dataclass(frozen=True)
class Label:
    """The classes of the example as a whole, to be predicted from all states of its context."""

    labels: LabelSet
    values: tuple[float, ...]
    """For every class in its order 1.0 where it holds, else 0.0."""
    teaches_read: bool = False
    """Whether the `Text` of the context is to be learned with it, word by word from what stands before."""


Target = NextItems | Score | Reply | Words | Label


@dataclass(frozen=True)
class Example:
    """One thing to learn or to be tested on."""

    task: str
    context: tuple[Segment, ...]
    target: Target
    user: int | None = None
    """Row of the user, by which results are clustered; never an input."""


class Task(Protocol):
    """Turns a data set into examples. One file per task; see CONTRIBUTING.md for how to add one."""

    @property
    def name(self) -> str: ...

    @property
    def weight(self) -> float:
        """λ of this task's loss."""
        ...

    @property
    def mixture_weight(self) -> float:
        """How many times as many positions training reads of it as the mixture gives alone."""
        ...

    @property
    def every_step(self) -> bool:
        """Whether it takes no turns with other tasks: every step of training reads of it."""
        ...

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names in `tastemaker.metrics.METRICS` that judge this task; the first is its headline."""
        ...

    @property
    def writes(self) -> bool:
        """Whether its targets are written (`Reply`, `Words`), which takes a backbone with a language-model head."""
        ...

    def examples(self, dataset: Dataset, split: Split, epoch: int = 0) -> Iterator[Example]:
        """Yield the examples of a split.

        Training examples may be drawn anew for every `epoch`; those of validation and test never change.

        Raises:
            DataError: the data set lacks a table or column that this task needs.
        """
        ...
