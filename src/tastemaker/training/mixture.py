"""Which examples each optimizer step sees: a pure function of the seed, the step and the mixture's state.

Tasks with identical contexts form one group, which shares its micro-batches and forward passes, and so do labels of a
text with what is written about it, where the text comes first and what is asked of it behind. Every step takes one
micro-batch of every group, or of `groups_per_step` of them, in turn but for those of tasks with `every_step`;
`shares.py` says what part of the token budget that is. Where validation changes it, what an epoch has left is planned
anew, and the mixture's state holds all such cuts.

Source:
    Liu et al., "Multi-Task Deep Neural Networks for Natural Language Understanding", ACL 2019, for steps of one task.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import DataError
from tastemaker.model.batch import Batch, collate
from tastemaker.model.layout import Layout
from tastemaker.model.row import Row
from tastemaker.tasks.example import Example, Label, Segment, Task
from tastemaker.tasks.unrolled import unrolled
from tastemaker.training.config import TrainingConfig
from tastemaker.training.shares import Losses, Progress, token_shares

Context = tuple[Segment, ...]
SHARE = "share"
"""What a run's log calls the share of positions that a task's group gets."""
BUCKET_BATCHES = 32
"""Rows are sorted by length within this many batches: little padding, and still a shuffled epoch."""
HIDES = 1
"""Sets the randomness of hidden entries apart from that of the order of rows."""
CUT = 2
"""Sets that of the order of what is left of an epoch apart from both."""


@dataclass(frozen=True)
class TaskGroup:
    """Tasks whose training examples have the same contexts, or labels and tasks whose contexts begin with theirs."""

    tasks: tuple[Task, ...]

    @property
    def weight(self) -> float:
        """How many times as many positions as the mixture gives alone."""
        return max(task.mixture_weight for task in self.tasks)

    @property
    def takes_turns(self) -> bool:
        """Whether `groups_per_step` leaves it out of a step at times."""
        return not any(task.every_step for task in self.tasks)

    def rows(self, dataset: Dataset, split: Split, layout: Layout, epoch: int = 0, seed: int = 0) -> list[Row]:
        """One row per context, with the targets of every task of the group; those of training vary with the epoch.

        A label is told from the states up to the end of its own context, so a backbone that sees nothing ahead tells it
        in the row of a longer one.
        """
        by_context: dict[Context, list[Example]] = {}
        for task in self.tasks:
            for whole in task.examples(dataset, split, epoch):
                for example in unrolled(whole) if layout.reads_ahead else (whole,):
                    by_context.setdefault(example.context, []).append(example)
        if not layout.reads_ahead:
            by_context = _with_labels(by_context)
        random = np.random.default_rng((seed, epoch, HIDES)) if split is Split.TRAIN else None
        return [layout.row(it, random) for examples in by_context.values() for it in _by_row(examples)]


def _with_labels(by_context: Mapping[Context, list[Example]]) -> dict[Context, list[Example]]:
    """Move labels to the context that goes on behind theirs, where there is one."""
    longer = {context[:-1]: context for context in by_context}
    moved = {
        context: longer[context]
        for context, examples in by_context.items()
        if context in longer and all(isinstance(example.target, Label) for example in examples)
    }
    kept = {context: list(examples) for context, examples in by_context.items() if context not in moved}
    for context, target in moved.items():
        kept[target].extend(by_context[context])
    return kept


def _by_row(examples: list[Example]) -> list[list[Example]]:
    """A task has one target per row: where a context occurs twice in a task, it gets two rows."""
    rows: list[list[Example]] = []
    taken: Counter[str] = Counter()
    for example in examples:
        if taken[example.task] == len(rows):
            rows.append([])
        rows[taken[example.task]].append(example)
        taken[example.task] += 1
    return rows


class _Read(NamedTuple):
    """What a task reads, as its few validation examples tell."""

    contexts: frozenset[Context]
    is_label: bool

    @classmethod
    def of(cls, dataset: Dataset, task: Task) -> "_Read":
        examples = list(task.examples(dataset, Split.VALIDATION))
        return cls(frozenset(it.context for it in examples), all(isinstance(it.target, Label) for it in examples))

    def shares(self, other: "_Read", reads_ahead: bool) -> bool:
        """Whether one forward pass can serve both."""
        if self.contexts == other.contexts:
            return True
        return not reads_ahead and (self._begins(other) or other._begins(self))

    def _begins(self, other: "_Read") -> bool:
        """Whether most of what the labels are of is what the contexts of another task begin with."""
        begun = self.contexts & {context[:-1] for context in other.contexts}
        return self.is_label and 2 * len(begun) > len(self.contexts)


def group_tasks(dataset: Dataset, tasks: Sequence[Task], *, reads_ahead: bool = False) -> list[TaskGroup]:
    """Put tasks together of which a group can share its rows, which more of them can where nothing `reads_ahead`."""
    groups: list[tuple[_Read, list[Task]]] = []
    for task in tasks:
        read = _Read.of(dataset, task)
        members = next((members for first, members in groups if read.shares(first, reads_ahead)), None)
        if members is None:
            groups.append((read, [task]))
        else:
            members.append(task)
    return [TaskGroup(tuple(members)) for _, members in groups]


def plan_batches(rows: Sequence[Row], budget: int, random: np.random.Generator) -> list[list[int]]:
    """Cut a shuffled epoch in batches of similar length, each of at most `budget` padded positions (or one row)."""
    order = random.permutation(len(rows))
    mean_length = max(1, sum(map(len, rows)) // max(1, len(rows)))
    bucket = max(1, BUCKET_BATCHES * budget // mean_length)
    batches: list[list[int]] = []
    for start in range(0, len(order), bucket):
        batches.extend(_cut(sorted(order[start : start + bucket], key=lambda index: len(rows[index])), rows, budget))
    return [batches[index] for index in random.permutation(len(batches))]


def _cut(ordered: Sequence[int], rows: Sequence[Row], budget: int) -> list[list[int]]:
    """Rows come shortest first, so the newest row sets the batch's length."""
    batches: list[list[int]] = [[]]
    for index in ordered:
        if batches[-1] and (len(batches[-1]) + 1) * len(rows[index]) > budget:
            batches.append([])
        batches[-1].append(int(index))
    return batches


class Stream:
    """An endless sequence of one group's micro-batches, epoch after epoch.

    Raises:
        DataError: nothing in the data set is an example to train this group on.
    """

    def __init__(self, group: TaskGroup, dataset: Dataset, layout: Layout, seed: int) -> None:
        self.group, self.dataset, self.layout, self.seed = group, dataset, layout, seed
        self.budget = 1
        self.epoch, self.index = 0, 0
        self._cuts: list[tuple[int, int]] = []
        """Of the epoch at hand: the budget of each plan that was given up, and how many of its batches were read."""
        self.progress = Progress()
        self._rows: list[Row] = group.rows(dataset, Split.TRAIN, layout, seed=seed)
        if not self._rows:
            names = ", ".join(task.name for task in group.tasks)
            tables = ", ".join(f"[tasks.{task.name}]" for task in group.tasks)
            raise DataError(
                f"{dataset.config.path}: expected training examples of {names}, found none. Remove {tables} from the "
                "recipe, or prepare a data set that has some."
            )
        self._rows_epoch, self._plan = 0, list[list[int]]()

    @property
    def size(self) -> int:
        """Positions of the epoch at hand."""
        return sum(map(len, self._rows))

    def set_budget(self, budget: int) -> None:
        """From now on, batches are of at most so many padded positions (or one row)."""
        if budget == self.budget:
            return
        if self.index:
            self._cuts.append((self.budget, self.index))
        self.budget, self.index, self._plan = budget, 0, []

    def next(self) -> Batch:
        """The next micro-batch."""
        if not self._plan:
            self._prepare()
        batch = collate([self._rows[index] for index in self._plan[self.index]])
        self.index += 1
        if self.index == len(self._plan):
            self.epoch, self.index, self._cuts, self._plan = self.epoch + 1, 0, [], []
        return batch

    def _prepare(self) -> None:
        """Plan the epoch, and after every cut what was left of it."""
        if self._rows_epoch != self.epoch:
            self._rows = self.group.rows(self.dataset, Split.TRAIN, self.layout, self.epoch, self.seed)
            self._rows_epoch = self.epoch
        self._plan = plan_batches(self._rows, self._budget_of_plan(0), np.random.default_rng((self.seed, self.epoch)))
        for number, (_, taken) in enumerate(self._cuts, start=1):
            left = sorted(chain.from_iterable(self._plan[taken:]))
            random = np.random.default_rng((self.seed, self.epoch, number, CUT))
            plan = plan_batches([self._rows[index] for index in left], self._budget_of_plan(number), random)
            self._plan = [[left[index] for index in batch] for batch in plan]

    def _budget_of_plan(self, number: int) -> int:
        return self._cuts[number][0] if number < len(self._cuts) else self.budget

    def state(self) -> dict[str, Any]:
        """Where the stream stands, and what validation found of its tasks; JSON-able."""
        cuts = [list(cut) for cut in self._cuts]
        place = {"epoch": self.epoch, "index": self.index, "budget": self.budget, "cuts": cuts}
        return place | {"progress": asdict(self.progress)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a `state`."""
        self.epoch, self.index, self.budget = state["epoch"], state["index"], state["budget"]
        self._cuts, self._plan = [(budget, taken) for budget, taken in state["cuts"]], []
        self.progress = Progress(**state["progress"])


class Mixture:
    """One stream per task group, under a shared budget of positions per step."""

    def __init__(self, dataset: Dataset, groups: Sequence[TaskGroup], layout: Layout, config: TrainingConfig) -> None:
        self.config = config
        self.streams = [Stream(group, dataset, layout, config.seed) for group in groups]
        self.sizes = [stream.size for stream in self.streams]
        """Positions of the first epoch of every group."""
        self.size = sum(self.sizes)
        """Positions of one epoch of all tasks."""
        self.taking_turns = [place for place, group in enumerate(groups) if group.takes_turns]
        """Groups that not every step need read."""
        places = (config.groups_per_step or len(groups)) - (len(groups) - len(self.taking_turns))
        self.taken = min(max(1, places), len(self.taking_turns))
        """How many of them a step reads."""
        self.turn = 0
        """The first one of the next step."""
        self._share()

    def observe(self, losses: Losses) -> None:
        """Take in the validation losses that are known, which may change what the groups get."""
        for stream in self.streams:
            names = [task.name for task in stream.group.tasks if task.name in losses]
            stream.progress.update({name: losses[name] for name in names})
        self._share()

    def shares(self) -> dict[str, float]:
        """What share of the positions the group of each task gets."""
        read = [stream.budget * self.often(place) for place, stream in enumerate(self.streams)]
        streams = zip(self.streams, read, strict=True)
        return {task.name: share / sum(read) for stream, share in streams for task in stream.group.tasks}

    def often(self, place: int) -> float:
        """In what share of the steps a group is read."""
        return self.taken / len(self.taking_turns) if place in self.taking_turns else 1.0

    def _share(self) -> None:
        """Give every stream its share of the positions of a step."""
        left = [stream.progress.left for stream in self.streams]
        weights = [stream.group.weight for stream in self.streams]
        budgets = token_shares(self.sizes, self.config.token_budget, self.config, left, weights)
        for place in self.taking_turns:
            budgets[place] = budgets[place] * len(self.taking_turns) // self.taken
        for stream, budget in zip(self.streams, budgets, strict=True):
            stream.set_budget(budget)

    def next(self) -> list[Batch]:
        """The micro-batches of the next step."""
        order = self.taking_turns[self.turn :] + self.taking_turns[: self.turn]
        waiting = set(order[self.taken :])
        self.turn = (self.turn + self.taken) % max(1, len(order))
        return [stream.next() for place, stream in enumerate(self.streams) if place not in waiting]

    def state(self) -> dict[str, Any]:
        """Whose turn it is, and where every stream stands."""
        return {"turn": self.turn, "streams": [stream.state() for stream in self.streams]}

    def restore(self, state: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
        """Go on from a `state`; those of earlier versions are lists, of streams that all had their turn."""
        turn, streams = (state["turn"], state["streams"]) if isinstance(state, Mapping) else (0, state)
        self.turn = turn
        for stream, part in zip(self.streams, streams, strict=True):
            stream.restore(part)
