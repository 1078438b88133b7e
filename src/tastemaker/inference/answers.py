"""What the model in use returns: plain values that print and serialise."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Recommendation:
    """One recommended item."""

    item_id: str
    title: str
    score: float
    """Probability that the model gives the item, among all that may be recommended."""
    reason: str = ""
    """In words; "" where no reasons were asked for."""
    evidence: str = ""
    """What the reason is written from: past items by attribution, and shared facts."""


@dataclass(frozen=True)
class Contribution:
    """How much a past item adds to the log-probability of an item; negative where it speaks against it."""

    item_id: str
    title: str
    weight: float


@dataclass(frozen=True)
class Explanation:
    """Why an item is, or would be, recommended."""

    item_id: str
    title: str
    score: float
    reason: str
    evidence: str
    contributions: tuple[Contribution, ...]
    """Past items, the strongest first."""


@dataclass(frozen=True)
class Answer:
    """What a task says when it is asked."""

    task: str
    text: str
    """What was written, or the classes that hold, the likeliest first."""
    chances: Mapping[str, float] = field(default_factory=dict)
    """Probability of every class; empty where a text was written."""


@dataclass(frozen=True)
class ChatReply:
    """What the assistant says."""

    text: str
    """The whole reply in words, the item's title in it."""
    recommended: Recommendation | None = None
    """None where the assistant asked or talked instead of recommending."""
