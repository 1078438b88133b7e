"""The model in use: recommend, explain and chat, for a stored user, for titles, or for somebody unknown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl
import torch
from numpy.typing import NDArray
from torch import Tensor

from tastemaker.checkpoint.trained import TrainedModel
from tastemaker.data.dataset import Dataset, Entry
from tastemaker.data.title_forms import printed_title
from tastemaker.errors import RequestError
from tastemaker.inference.answers import Answer, Contribution, Explanation, Recommendation
from tastemaker.inference.asking import answer
from tastemaker.inference.attribution import Question, contributions
from tastemaker.inference.batch_ranking import rank_histories
from tastemaker.inference.checking import true_reason
from tastemaker.inference.conversation import Conversation
from tastemaker.inference.evidence import attributed_evidence
from tastemaker.inference.held_conversation import HeldConversation
from tastemaker.inference.lookup import find_item
from tastemaker.inference.reading import Reader
from tastemaker.inference.replying import write_reasons
from tastemaker.tasks.cards import card, hinted, likely_hint
from tastemaker.tasks.example import Card, Evidence, History, Task
from tastemaker.tasks.given import Askable, Given
from tastemaker.tasks.request import explanation_context
from tastemaker.tasks.template import template_reason

Weights = NDArray[np.float32]


@dataclass(frozen=True)
class Recommender:
    """A trained model with the histories of its data set; `load_dataset` is called when a stored user is asked for."""

    model: TrainedModel
    load_dataset: Callable[[], Dataset]
    tasks: Mapping[str, Task] = field(default_factory=dict)
    """What the model was trained on, by name."""

    @cached_property
    def reader(self) -> Reader:
        """The model as a reader of rows."""
        return Reader(self.model)

    @cached_property
    def _ranker(self) -> Reader:
        """The reader at the job of ranking what comes next."""
        return self.reader.doing("next_item")

    @cached_property
    def dataset(self) -> Dataset:
        """The data set of the run."""
        return self.load_dataset()

    def recommend(
        self, user: str | None = None, history: Sequence[str] = (), k: int = 10, reasons: bool = True
    ) -> list[Recommendation]:
        """Rank the catalog and return the `k` best items that the user does not have yet, best first.

        Args:
            user: id of a stored user.
            history: ids or titles of items that somebody liked, oldest first; added to the stored ones, if any.
            k: how many.
            reasons: whether to write a reason for each.

        Raises:
            RequestError: an unknown user or item, an ambiguous title, or a `k` that is no number of items.
        """
        self._check_length(k)
        entries = self.entries(user, history)
        chances = self._log_chances(entries)
        top = [row for row in chances.topk(k).indices.tolist() if chances[row] > float("-inf")]
        scores = [float(chances[row].exp()) for row in top]
        if not reasons:
            return [self._recommendation(row, score) for row, score in zip(top, scores, strict=True)]
        weights = self._weights(entries, top)
        written = self._reasons(entries, top, weights)
        return [
            self._recommendation(row, score, reason, evidence.text)
            for row, score, (reason, evidence) in zip(top, scores, written, strict=True)
        ]

    def rank(self, users: Sequence[str] | None = None, k: int = 10) -> pl.DataFrame:
        """Rank the catalog for many stored users at once, without reasons: thousands of users a second.

        Args:
            users: their ids; None means all users of the data set.
            k: how many items each, at most.

        Returns:
            Columns `user_id`, `rank` from 1, `item_id`, `title` and `score`; users in the order given, the best item
            first. The items are those of `recommend`.

        Raises:
            RequestError: an unknown user, or a `k` that is no number of items.
        """
        self._check_length(k)
        ids = self.dataset.user_ids if users is None else users
        histories = [self._stored(user) for user in ids]
        found = rank_histories(self.reader, histories, k, self._ranking_history)
        is_item = found.items >= 0
        rows, places = np.nonzero(is_item)
        known, at = np.unique(found.items[is_item], return_inverse=True)
        items = [self.model.catalog[row] for row in known.tolist()]
        return pl.DataFrame(
            {
                "user_id": pl.Series(ids, dtype=pl.String).gather(rows),
                "rank": places + 1,
                "item_id": pl.Series([item.item_id for item in items], dtype=pl.String).gather(at),
                "title": pl.Series([printed_title(item) for item in items], dtype=pl.String).gather(at),
                "score": found.chances[is_item],
            }
        )

    def explain(self, item: str, user: str | None = None, history: Sequence[str] = ()) -> Explanation:
        """Say why an item suits a user, and which past items carried its score.

        Raises:
            RequestError: an unknown user or item, or an ambiguous title.
        """
        row, entries = find_item(self.model.catalog, item), self.entries(user, history)
        weights = self._weights(entries, [row])
        ((reason, evidence),) = self._reasons(entries, [row], weights)
        order = np.argsort(-np.abs(weights[0]))
        parts = tuple(self._contribution(entries[index], float(weights[0][index])) for index in order)
        found = self._recommendation(row, float(self._log_chances(entries, keep=row)[row].exp()), reason, evidence.text)
        return Explanation(found.item_id, found.title, found.score, found.reason, found.evidence, parts)

    def chat(self, user: str | None = None, history: Sequence[str] = ()) -> Conversation | HeldConversation:
        """Begin a dialogue, of the form that the model was trained on: with reasons, or as people hold it.

        Raises:
            RequestError: an unknown user or item, or a model that was not trained on dialogue.
        """
        if "dialogue" not in self.model.recipe["tasks"]:
            raise RequestError(
                "this run was not trained on dialogue. Add [tasks.dialogue] to its recipe and train again."
            )
        entries, reader = self.entries(user, history), self.reader.doing("dialogue").conversing()
        simulates = self.model.recipe["tasks"]["dialogue"].get("simulated_share")
        if simulates == 0 or (simulates is None and self.model.network.item_mentions.knows_replies):
            return HeldConversation(reader, entries)
        return Conversation(reader, entries, self._longest("dialogue"))

    def ask(self, task: str, item: str | None = None, texts: Sequence[str] = ()) -> Answer:
        """Ask for what a task writes or tells of an item, or of words: a description, a summary, an answer, a feeling.

        Args:
            task: one that the model was trained on, such as `summary`.
            item: id or title of the item that is read.
            texts: what is read, or what is asked about the item.

        Raises:
            RequestError: the model was not trained on the task, the task reads something else, or an unknown item.
        """
        asked = {name: it for name, it in self.tasks.items() if isinstance(it, Askable)}
        if task not in asked:
            raise RequestError(
                f"expected a task that this run was trained on and that can be asked, found {task!r}; it has "
                f"{', '.join(asked) or 'none'}."
            )
        row = None if item is None else self.model.catalog[find_item(self.model.catalog, item)]
        return answer(self.reader, task, asked[task].asked(Given.of(row, texts), lambda: self.dataset))

    def entries(self, user: str | None = None, history: Sequence[str] = ()) -> tuple[Entry, ...]:
        """The past of a stored user and of a list of ids or titles, oldest first."""
        stored = self._stored(user) if user is not None else ()
        action = self.model.network.liked_action
        return (*stored, *(Entry(find_item(self.model.catalog, words), action) for words in history))

    def _stored(self, user: str) -> tuple[Entry, ...]:
        """The past of a stored user, without items that came to the data set after training."""
        entries = self.dataset.history(self.dataset.user_row(user))
        if self._rows is None:
            return entries
        rows = ((entry, self._rows.get(entry.item)) for entry in entries)
        return tuple(replace(entry, item=row) for entry, row in rows if row is not None)

    @cached_property
    def _rows(self) -> dict[int, int] | None:
        """By row of the data set's catalog that of the model's; None where they are the same."""
        known, now = self.model.catalog.rows, [item.item_id for item in self.dataset.catalog]
        if now == [item.item_id for item in self.model.catalog]:
            return None
        return {row: known[item_id] for row, item_id in enumerate(now) if item_id in known}

    def _check_length(self, k: int) -> None:
        if not 1 <= k <= len(self.model.catalog):
            raise RequestError(f"k must lie between 1 and the catalog's {len(self.model.catalog)} items, found {k}.")

    def _longest(self, task: str) -> int:
        """Longest history that a task was trained with; 1 for one that reads none."""
        return int(self.model.recipe["tasks"][task].get("max_history", 1))

    @property
    def _ranking_history(self) -> int:
        """Longest history that any task was trained with, as far as a prompt goes."""
        return min(max(map(self._longest, self.model.recipe["tasks"])), self.model.network.config.longest_prompt - 1)

    @torch.no_grad()
    def _log_chances(self, entries: Sequence[Entry], keep: int | None = None) -> Tensor:
        """Log-probability of every item `[I]`; minus infinity for those seen, but for `keep`."""
        context = (History(tuple(entries[-self._ranking_history :])),)
        scores = self._ranker.scores([self.reader.history_row(context)])[0]
        seen = [entry.item for entry in entries if entry.item != keep]
        scores[seen] = float("-inf")
        return scores.log_softmax(0)

    def _weights(self, entries: Sequence[Entry], rows: Sequence[int]) -> Weights:
        """Contribution of every past entry to every item, `[items, entries]`; of what lies beyond the window 0."""
        read = tuple(entries[-self._ranking_history :])
        (weights,) = contributions(self._ranker, [Question((History(read),), tuple(rows))])
        return np.pad(weights, ((0, 0), (len(entries) - len(read), 0)))

    def _reasons(self, entries: tuple[Entry, ...], rows: Sequence[int], weights: Weights) -> list[tuple[str, Evidence]]:
        catalog = self.model.catalog
        cards = [card(catalog, row) for row in rows]
        evidence = [
            attributed_evidence(catalog, row, (entries, weight), like_threshold=self.reader.like_threshold)
            for row, weight in zip(rows, weights, strict=True)
        ]
        if self.model.recipe["tasks"].get("explanation", {}).get("hint"):
            evidence = [hinted(why, likely_hint(why, about)) for why, about in zip(evidence, cards, strict=True)]
        return list(zip(self._written(entries, rows, cards, evidence), evidence, strict=True))

    def _written(
        self, entries: tuple[Entry, ...], rows: Sequence[int], cards: Sequence[Card], evidence: Sequence[Evidence]
    ) -> list[str]:
        """Reasons by the model, or by the template where it was trained without explanations or writes nothing fit."""
        if "explanation" not in self.model.recipe["tasks"]:
            return [template_reason(grounds, text) for grounds, text in zip(evidence, cards, strict=True)]
        past = entries[-self._longest("explanation") :]
        contexts = [explanation_context(past, *about) for about in zip(rows, cards, evidence, strict=True)]
        return [
            true_reason(reply, self.reader.extractor)
            for reply in write_reasons(self.reader.doing("explanation"), contexts)
        ]

    def _recommendation(self, row: int, score: float, reason: str = "", evidence: str = "") -> Recommendation:
        item = self.model.catalog[row]
        return Recommendation(item.item_id, printed_title(item), score, reason, evidence)

    def _contribution(self, entry: Entry, weight: float) -> Contribution:
        item = self.model.catalog[entry.item]
        return Contribution(item.item_id, printed_title(item), weight)
