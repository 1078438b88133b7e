"""The model's answers to examples, as arrays and strings: what validation, evaluation and use all read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.catalog import Catalog
from tastemaker.data.schema import RATING_SCALE
from tastemaker.errors import CheckpointError
from tastemaker.inference.likelihood import reference_bits
from tastemaker.inference.reading import Reader
from tastemaker.inference.replying import WrittenReply, write_replies, write_turns
from tastemaker.inference.texts import write_words
from tastemaker.model.batch import collate
from tastemaker.model.heads import Asked
from tastemaker.model.label_head import LabelHead
from tastemaker.model.row import Row
from tastemaker.tasks.example import Example, Label, Reply, Score, Target, Words

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Predictor:
    """A trained model that answers."""

    model: TrainedModel
    obeys_words: bool = True
    """Whether facts recognised in the user's words (a genre, a decade, a refusal) filter what a reply recommends."""

    @property
    def catalog(self) -> Catalog:
        """The items, by row."""
        return self.model.catalog

    @cached_property
    def reader(self) -> Reader:
        """The model as a reader of rows. Tasks of one history, and slices of one test, read it once."""
        return Reader(self.model, kept={})

    def item_scores(self, examples: Sequence[Example]) -> FloatArray:
        """Score every catalog item `[N, I]` where the example predicts one: after its history (`NextItems`), or at a
        `<rec>` that opens the reply (`Reply`). Higher is better; nothing is masked. All are of one task."""
        rows = [
            self.reader.slot_row(example.context)
            if isinstance(example.target, Reply)
            else self.reader.history_row(example.context)
            for example in examples
        ]
        scores: FloatArray = self._reader_of(examples).scores(rows).numpy()
        return scores

    def values(self, examples: Sequence[Example]) -> list[FloatArray]:
        """For every `Score` example an array in the order of its items: ratings (1..5), or probabilities of a like.

        All are of one task.
        """
        rows = [self.reader.history_row(example.context) for example in examples]
        states = self._reader_of(examples).last_states(rows)
        return [
            self._values(row, state, example.target)
            for row, state, example in zip(rows, states, examples, strict=True)
            if isinstance(example.target, Score)
        ]

    def classes(self, examples: Sequence[Example]) -> NDArray[np.bool_]:
        """Which classes hold after the context of every `Label` example, `[N, C]`; all are of one label set.

        Raises:
            CheckpointError: the model was trained on another label set.
        """
        if not examples:
            return np.zeros((0, 0), dtype=np.bool_)
        head = self._label_head(examples[0].target)
        with torch.no_grad():
            rows = [self.reader.text_row(example.context) for example in examples]
            states = self._reader_of(examples).mean_states(rows)
            found: NDArray[np.bool_] = head.classes(states).cpu().numpy()
        return found

    def replies(self, examples: Sequence[Example]) -> list[WrittenReply]:
        """Write what every `Reply` or `Words` example asks for, from its context alone; all are of one task.

        Seen items are not recommended, but where examples are of dialogues that people held.
        """
        contexts, reader = [example.context for example in examples], self._reader_of(examples)
        if all(isinstance(example.target, Words) for example in examples):
            return write_words(reader, contexts)
        if all(isinstance(example.target, Reply) and example.target.may_repeat for example in examples):
            return write_turns(reader, contexts)
        return write_replies(reader, contexts, obeys_words=self.obeys_words)

    def reference_bits(self, examples: Sequence[Example]) -> NDArray[np.float64]:
        """-log2 of the probability `[N]` of what every `Reply` or `Words` example says; all are of one task."""
        return reference_bits(self._reader_of(examples), examples)

    def _reader_of(self, examples: Sequence[Example]) -> Reader:
        """The reader at the job of the task that the examples are of."""
        return self.reader.doing(examples[0].task) if examples else self.reader

    def _label_head(self, target: Target) -> LabelHead:
        assert isinstance(target, Label)
        asked, known = target.labels, {labels.name: labels for labels in self.model.network.label_sets}
        trained = known[asked.name].classes if asked.name in known else ()
        if trained != asked.classes:
            raise CheckpointError(
                f"label set {asked.name!r}: expected the {len(trained)} classes that the model was trained on, found "
                f"{len(asked.classes)} in the data set. Judge it on the data set of its training, or train again."
            )
        return self.model.network.label_head(asked.name)

    @cached_property
    def _traits(self) -> Tensor:
        """What the scoring head reads of every item."""
        with torch.no_grad():
            return self.model.network.scoring_head.traits(self.reader.vectors)

    @torch.no_grad()
    def _values(self, row: Row, state: Tensor, target: Score) -> FloatArray:
        head, read = self.model.network.scoring_head, collate([row]).to(state.device)
        past = head.past(read.items, read.actions, self._traits).at(torch.tensor([len(row) - 1]))
        asked = Asked(state.unsqueeze(0), past, self._traits, torch.tensor(target.items, device=state.device))
        is_rating = target.kind == "rating"
        told = head.settled(head.ratings(asked)).clamp(*RATING_SCALE) if is_rating else head.likes(asked).sigmoid()
        values: FloatArray = told.cpu().numpy()
        return values
