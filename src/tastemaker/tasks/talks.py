"""Real dialogues as talks: turns of words and items, of one split of `dialogues.parquet` or as they are said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tastemaker.data.dataset import Dataset
from tastemaker.data.dialogues import split_mentions
from tastemaker.data.facts import FactExtractor
from tastemaker.data.schema import OPINIONS
from tastemaker.data.split import Split
from tastemaker.tasks.dialogue_split import is_judged, shared_turns, split_of_dialogue
from tastemaker.tasks.example import Speaker
from tastemaker.tasks.words import shortened

MOST_WORDS: Final = 100
"""Words of a turn that are read or written, from its beginning; hardly anybody says more before the other one does."""

Answers = Sequence[Sequence[str] | None]
"""Of every turn the ids of the items of which something was answered."""


@dataclass(frozen=True)
class Said:
    """One turn."""

    speaker: Speaker
    words: tuple[str, ...]
    """The stretches before, between and behind the items: one more than there are items, "" for none."""
    items: tuple[int, ...]
    """Rows of the items that it names, in their order."""
    is_judged: bool
    """Whether it counts in the split of its dialogue."""


@dataclass(frozen=True)
class Talk:
    """One dialogue."""

    number: int
    """Its place among all dialogues of the data set."""
    turns: tuple[Said, ...]
    opinions: Mapping[int, str]
    """What the seeker answered when asked of an item, by its row: one of `schema.OPINIONS`."""

    @property
    def replies(self) -> tuple[int, ...]:
        """Places of the assistant's judged turns that answer something."""
        return tuple(
            place for place, turn in enumerate(self.turns) if place and turn.speaker == "assistant" and turn.is_judged
        )

    @property
    def is_whole(self) -> bool:
        """Whether all of its turns are judged."""
        return all(turn.is_judged for turn in self.turns)


def talks(dataset: Dataset, split: Split) -> Iterator[Talk]:
    """Yield the dialogues of a split, in the order of the table.

    Where the data set is split as published, also those of other splits, up to their last turn that is published for
    this one.
    """
    rows, there = dataset.catalog.rows, _there(dataset)
    for number, (own, speakers, texts, published, answers) in enumerate(_dialogues(dataset)):
        is_shared = own is not split and dataset.config.dialogue_split == "published"
        turns = shared_turns(published, own, split, there) if is_shared else len(texts) * (own is split)
        if turns:
            read = zip(speakers[:turns], map(split_mentions, texts[:turns]), published[:turns], strict=True)
            said = (
                _said(who, stretches, [rows[item] for item in items], is_judged(it, split, there))
                for who, (stretches, items), it in read
            )
            yield Talk(number, tuple(said), dict(_opinions([it[:turns] for it in answers], rows)))


def overlapping(dataset: Dataset) -> int:
    """How many dialogues have turns that are published for training beside turns that are judged."""
    there = _there(dataset)
    return sum(
        own is not Split.TRAIN and shared_turns(published, own, Split.TRAIN, there) > 0
        for own, _, _, published, _ in _dialogues(dataset)
    )


def _there(dataset: Dataset) -> frozenset[str]:
    """The published splits of all turns."""
    return frozenset(dataset.dialogues["split"].drop_nulls())


def _dialogues(dataset: Dataset) -> Iterator[tuple[Split, list[str], list[str], list[str | None], list[Answers]]]:
    """Yield split, speakers, texts and published splits of the turns, and for each of `OPINIONS` the items of every
    turn, of every dialogue."""
    there = _there(dataset)
    columns = ("speaker", "text", "split", *OPINIONS)
    together = dataset.dialogues.group_by("dialogue_id", maintain_order=True).agg(columns)
    for dialogue_id, speakers, texts, published, *answers in together.iter_rows():
        own = split_of_dialogue(dialogue_id, {name for name in published if name}, there)
        yield own, speakers, texts, published, answers


def said_in(text: str, extractor: FactExtractor) -> Said:
    """What a user says just now: every title in their words that is one item's is a mention of it."""
    stretches, items, start = list[str](), list[int](), 0
    for statement in extractor.statements(text):
        if statement.row is not None:
            stretches.append(text[start : statement.start])
            items.append(statement.row)
            start = statement.end
    return _said("user", (*stretches, text[start:]), items, is_judged=True)


def _opinions(answers: Sequence[Answers], rows: Mapping[str, int]) -> Iterator[tuple[int, str]]:
    """Items and what was answered of them; `answers` has for each of `OPINIONS` the items of every turn."""
    for opinion, turns in zip(OPINIONS, answers, strict=True):
        yield from ((rows[item], opinion) for items in turns for item in items or ())


def _said(speaker: str, stretches: Sequence[str], mentions: Sequence[int], is_judged: bool) -> Said:
    """A turn of `stretches` before, between and behind the items, of which the first `MOST_WORDS` words are kept."""
    words, items, left = list[str](), list[int](), MOST_WORDS
    for place, stretch in enumerate(stretches):
        words.append(shortened(stretch, left) if left else "")
        left -= len(words[-1].split())
        if not left or place == len(mentions):
            break
        items.append(mentions[place])
    return Said("user" if speaker == "user" else "assistant", tuple(words), tuple(items), is_judged)
