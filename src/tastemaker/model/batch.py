"""Rows of unequal length as tensors, padded on the right (training) or on the left (writing)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence

from tastemaker.model.backbone import Places
from tastemaker.model.row import Row, TaskTargets
from tastemaker.model.tokenizer import REC

HISTORY: Final = 0
SLOT: Final = 1
SHORT: Final = 2
PLACES: Final = (HISTORY, SLOT, SHORT)
"""Where an item is to be told: next in a history, in a slot of a reply, or next in a history of one entry or none. What
tells it weighs differently in each."""
TOLD_IN: Final = (HISTORY, SLOT, HISTORY)
"""For each of them, where training tells an item that is warm there: in histories, or in slots."""


@dataclass(frozen=True)
class ItemTargets:
    """Items to be predicted from states; `at` indexes the flattened `[B * T]` states."""

    at: Tensor
    items: Tensor
    weights: Tensor


@dataclass(frozen=True)
class ScoreTargets:
    """Ratings or likes of items to be predicted from states."""

    at: Tensor
    items: Tensor
    values: Tensor


@dataclass(frozen=True)
class TextTargets:
    """Tokens to be predicted from states."""

    at: Tensor
    tokens: Tensor


@dataclass(frozen=True)
class LabelTargets:
    """Classes to be predicted from the states of a row up to a position, `[N]` of them in `at`."""

    at: Tensor
    values: Tensor
    """`[N, C]`, 1 where a class holds."""


@dataclass(frozen=True)
class Before:
    """What stands before `N` items that are to be told."""

    items: Tensor
    """Rows of the items read so far, oldest first, `[N, T]`, padded with -1 anywhere."""
    wishes: Tensor
    """Numbers of the facts asked for and refused, `[N, W]`, padded with -1; see `FactNumbers`."""
    in_reply: Tensor
    """`[N]`, whether the item stands in a slot of a reply rather than next in a history."""

    @property
    def places(self) -> Tensor:
        """Where each item stands, one of `PLACES`, `[N]`."""
        is_short = (self.items >= 0).sum(1) <= 1
        return torch.where(self.in_reply, SLOT, torch.where(is_short, SHORT, HISTORY))

    def at(self, rows: Tensor) -> "Before":
        """Some rows of it."""
        return Before(self.items[rows], self.wishes[rows], self.in_reply[rows])

    @classmethod
    def joined(cls, parts: "Sequence[Before]") -> "Before":
        """One behind another."""
        items, wishes = ([getattr(part, name) for part in parts] for name in ("items", "wishes"))
        return cls(_padded(items), _padded(wishes), torch.cat([part.in_reply for part in parts]))


def _padded(parts: Sequence[Tensor]) -> Tensor:
    longest = max(part.shape[1] for part in parts)
    return torch.cat([F.pad(part, (0, longest - part.shape[1]), value=-1) for part in parts])


Targets = ItemTargets | ScoreTargets | TextTargets | LabelTargets


@dataclass(frozen=True)
class Batch:
    """Inputs `[B, T]`; an item or action of 0 is absent, others are shifted by one; token 0 is `<none>`."""

    tokens: Tensor
    items: Tensor
    actions: Tensor
    targets: dict[str, dict[str, Targets]]
    """By task, then by kind: `items`, `rating`, `like`, `text`, or the name of a label set."""
    wishes: Tensor
    """`[B, W]`, what each row's context asks for; padded with -1."""
    places: Places

    def histories(self, at: Tensor) -> Tensor:
        """Rows of the items `[N, T]` that stand up to positions `at` `[N]` of the flattened states; -1 elsewhere."""
        length = self.items.shape[1]
        is_past = torch.arange(length, device=at.device) <= (at % length).unsqueeze(1)
        return torch.where(is_past, self.items[at // length] - 1, -1)

    def before(self, at: Tensor) -> Before:
        """What stands before the items that are told from positions `at` `[N]` of the flattened states."""
        return Before(self.histories(at), self.wishes[at // self.items.shape[1]], self._in_reply(at))

    def place(self, targets: ItemTargets) -> int:
        """Where a task tells its items, histories or slots: none does so in both."""
        return SLOT if bool(self._in_reply(targets.at[:1]).any()) else HISTORY

    def _in_reply(self, at: Tensor) -> Tensor:
        return self.tokens.flatten()[at] == REC

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return Batch(
            self.tokens.to(device),
            self.items.to(device),
            self.actions.to(device),
            {
                task: {
                    kind: type(target)(*(tensor.to(device) for tensor in vars(target).values()))
                    for kind, target in kinds.items()
                }
                for task, kinds in self.targets.items()
            },
            self.wishes.to(device),
            self.places.to(device),
        )


def collate(rows: Sequence[Row]) -> Batch:
    """Pad rows on the right: under a causal mask no real position ever sees padding."""
    length = max(map(len, rows))
    inputs = torch.zeros(3, len(rows), length, dtype=torch.long)
    mask = torch.zeros(len(rows), length, dtype=torch.bool)
    for index, row in enumerate(rows):
        inputs[:, index, : len(row)] = torch.from_numpy(row.inputs.T)
        mask[index, : len(row)] = True
    replies = torch.tensor([length if row.reply_at is None else row.reply_at for row in rows])
    tasks = sorted({task for row in rows for task in row.targets})
    targets = {
        task: _targets([(index * length, row.targets[task]) for index, row in enumerate(rows) if task in row.targets])
        for task in tasks
    }
    wishes = [torch.tensor(row.wishes, dtype=torch.long) for row in rows]
    asked = pad_sequence(wishes, batch_first=True, padding_value=-1)
    return Batch(
        inputs[0], inputs[1], inputs[2], targets, asked, Places(mask, replies, any(row.has_words for row in rows))
    )


def _targets(rows: Sequence[tuple[int, TaskTargets]]) -> dict[str, Targets]:
    """Concatenate one task's targets over rows, each with the offset of its row in the flattened states."""
    kinds: dict[str, Targets] = {}
    if any(row.items for _, row in rows):
        kinds["items"] = ItemTargets(
            _integers(offset + at for offset, row in rows for at in row.item_at),
            _integers(item for _, row in rows for item in row.items),
            torch.tensor([weight for _, row in rows for weight in row.item_weights]),
        )
    for kind in sorted({kind for _, row in rows for kind in row.score_at}):
        kinds[kind] = ScoreTargets(
            _integers(offset + at for offset, row in rows for at in row.score_at.get(kind, ())),
            _integers(item for _, row in rows for item in row.scored_items.get(kind, ())),
            torch.tensor([value for _, row in rows for value in row.score_values.get(kind, ())]),
        )
    if any(row.tokens for _, row in rows):
        kinds["text"] = TextTargets(
            _integers(offset + at for offset, row in rows for at in row.text_at),
            _integers(token for _, row in rows for token in row.tokens),
        )
    for name in sorted({name for _, row in rows for name in row.label_at}):
        having = [(offset, row) for offset, row in rows if name in row.label_at]
        kinds[name] = LabelTargets(
            _integers(offset + row.label_at[name] for offset, row in having),
            torch.tensor([row.label_values[name] for _, row in having]),
        )
    return kinds


def _integers(values: object) -> Tensor:
    return torch.tensor(list(values), dtype=torch.long)  # type: ignore[call-overload]
