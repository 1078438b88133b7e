"""A trained model that reads: states and item scores where something is to be predicted, many rows at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.catalog import Catalog
from tastemaker.data.facts import FactExtractor
from tastemaker.inference.beginnings import Beginnings
from tastemaker.model import tokenizer as markers
from tastemaker.model.backbone import Cache, Places
from tastemaker.model.batch import Batch, Before, collate
from tastemaker.model.label_head import context_means
from tastemaker.model.precision import autocast
from tastemaker.model.row import Position, Row
from tastemaker.tasks.example import Segment

POSITIONS = 16_384
"""Padded positions of one forward pass."""


@dataclass(frozen=True)
class Reader:
    """Runs the network over rows; item vectors are computed once."""

    model: TrainedModel
    task: str | None = None
    """Whose job is done: states are read as this task reads them; None, as the trunk has them."""
    origin: "Reader | None" = None
    """Whose item vectors are used."""
    kept: dict[bytes, Tensor] | None = None
    """The trunk's last states by what was read, so that no row is read twice; None keeps none."""
    begun: Beginnings | None = None
    """Of a conversation, in which a row goes on with what was read before; None reads every row from its start."""

    def doing(self, task: str) -> "Reader":
        """The same reader at the job of a task."""
        return replace(self, task=task, origin=self.origin or self)

    def conversing(self) -> "Reader":
        """The same reader in a new conversation; a backbone that sees ahead has to read what came before anew."""
        begun = None if self.model.network.backbone.reads_ahead else Beginnings()
        return replace(self, origin=self.origin or self, begun=begun)

    @property
    def catalog(self) -> Catalog:
        """The items, by row."""
        return self.model.catalog

    @property
    def like_threshold(self) -> float:
        """From which rating on the model's recipe calls an item liked."""
        return float(self.model.recipe["data"]["like_threshold"])

    @cached_property
    def vectors(self) -> Tensor:
        """Item vectors `[I, D]`."""
        return self.model.network.item_vectors() if self.origin is None else self.origin.vectors

    @property
    def extractor(self) -> FactExtractor:
        """Finds titles and facts of this catalog in words."""
        return self.model.extractor

    @torch.no_grad()
    def last_states(self, rows: Sequence[Row]) -> Tensor:
        """State `[N, D]` at the last position of every row, as the task's heads read it."""
        return self.model.network.states_for(self.task, self._last(rows))

    @torch.no_grad()
    def mean_states(self, rows: Sequence[Row]) -> Tensor:
        """Mean state `[N, D]` of every row, as the task's heads read it."""
        return self.model.network.states_for(self.task, self._states(rows, context_means))

    def states(self, batch: Batch) -> Tensor:
        """The trunk's states `[B * T, D]` of a batch, in single precision whatever its products are taken in."""
        with autocast(self.model.reading_precision, self.vectors.device):
            states: Tensor = self.model.network(batch, self.vectors)
        return states.float()

    def _last(self, rows: Sequence[Row]) -> Tensor:
        """The trunk's state `[N, D]` at the last position of every row."""
        if self.kept is None or not rows:
            return self._states(rows, _last_state)
        keys = [_digest(row) for row in rows]
        unread = {key: row for key, row in zip(keys, rows, strict=True) if key not in self.kept}
        self.kept.update(zip(unread, self._states(list(unread.values()), _last_state), strict=True))
        return torch.stack([self.kept[key] for key in keys])

    def _states(self, rows: Sequence[Row], pick: Callable[[Tensor, Tensor, int], Tensor]) -> Tensor:
        """What `pick` takes of the trunk's flattened states of a batch, given the last place of each row, and T."""
        if self._going_on_from(rows) is not None:
            flat = self.begin(rows)[1][0].float()
            return pick(flat, torch.tensor([len(flat) - 1], device=flat.device), len(flat))
        states = self.vectors.new_empty(len(rows), self.vectors.shape[1])
        for indices in by_length(rows):
            batch = collate([rows[index] for index in indices]).to(self.vectors.device)
            flat = self.states(batch)
            length = batch.tokens.shape[1]
            ends = [place * length + len(rows[index]) - 1 for place, index in enumerate(indices)]
            states[indices] = pick(flat, torch.tensor(ends, device=flat.device), length)
        return states

    @torch.no_grad()
    def begin(self, prompts: Sequence[Row]) -> tuple[Tensor, Tensor, Cache]:
        """Tokens `[B, T]` and states `[B, T, D]` of prompts, padded so that all end together, and a cache of them."""
        network = self.model.network
        (tokens, items, actions), places = _padded_left(prompts, self.vectors.device)
        if (begun := self._going_on_from(prompts)) is not None:
            return tokens, *begun.read(network, self.vectors, prompts[0])
        embedded = network.embed(tokens, items, actions, self.vectors, has_words=places.has_words)
        return tokens, *network.backbone.read(embedded, places)

    def _going_on_from(self, rows: Sequence[Row]) -> Beginnings | None:
        """What was read of a conversation, where this is the next row of it."""
        return self.begun if len(rows) == 1 and rows[0].has_words else None

    @torch.no_grad()
    def scores(self, rows: Sequence[Row]) -> Tensor:
        """Scores `[N, I]` of all items at the last position of every row."""
        if not rows:
            return torch.zeros(0, len(self.vectors))
        return self.model.network.item_scores(self.last_states(rows), self.vectors, self._before(rows)).cpu()

    def _before(self, rows: Sequence[Row]) -> Before:
        """What stands before the items that are told at the end of every row."""
        items = [torch.from_numpy(row.inputs[:, 1]) - 1 for row in rows]
        wishes = [torch.tensor(row.wishes, dtype=torch.long) for row in rows]
        padded = [pad_sequence(part, batch_first=True, padding_value=-1) for part in (items, wishes)]
        in_reply = torch.tensor([bool(row.inputs[-1, 0] == markers.REC) for row in rows])
        return Before(*(part.to(self.vectors.device) for part in (*padded, in_reply)))

    def history_row(self, context: Sequence[Segment]) -> Row:
        """The row whose last state predicts what follows a context."""
        return self.model.layout.asking(context)

    def text_row(self, context: Sequence[Segment]) -> Row:
        """The row whose mean state tells what a context is."""
        return Row.of(self.model.layout.context(context))

    def slot_row(self, context: Sequence[Segment], lead: Sequence[int] = ()) -> Row:
        """The row whose last state, at `<rec>`, predicts the item of a reply that begins with `lead`."""
        layout = self.model.layout
        written = (*layout.opening(context), *map(Position, lead), Position(markers.REC))
        return Row.of(layout.context(context, len(written)), written, wishes=layout.wishes(context))


def _padded_left(prompts: Sequence[Row], device: torch.device) -> tuple[Tensor, Places]:
    """Inputs `[3, B, T]` and what stands where, padded on the left so that all prompts end together."""
    length = max(map(len, prompts))
    inputs = torch.zeros(3, len(prompts), length, dtype=torch.long)
    mask = torch.zeros(len(prompts), length, dtype=torch.bool)
    for index, prompt in enumerate(prompts):
        inputs[:, index, length - len(prompt) :] = torch.from_numpy(prompt.inputs.T)
        mask[index, length - len(prompt) :] = True
    replies = [length - len(it) + (len(it) if it.reply_at is None else it.reply_at) for it in prompts]
    return inputs.to(device), Places(mask, torch.tensor(replies)).to(device)


def _last_state(states: Tensor, ends: Tensor, _length: int) -> Tensor:
    return states[ends]


def _digest(row: Row) -> bytes:
    """The same for rows of which a trunk reads the same."""
    return blake2b(row.inputs.tobytes() + repr(row.reply_at).encode(), digest_size=16).digest()


def by_length(rows: Sequence[Row], positions: int = POSITIONS) -> Iterator[list[int]]:
    """Indices of rows in batches of similar length, each of at most `positions` padded positions (or one row).

    Rows with words and histories alone are in batches of their own.
    """
    batch: list[int] = []
    has_words = [row.has_words for row in rows]
    for index in sorted(range(len(rows)), key=lambda index: (has_words[index], len(rows[index]))):
        is_other = bool(batch) and has_words[batch[0]] != has_words[index]
        if batch and (is_other or (len(batch) + 1) * len(rows[index]) > positions):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
