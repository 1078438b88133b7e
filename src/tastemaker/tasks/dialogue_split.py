"""Which split a real dialogue belongs to, and which of its turns are judged there.

- What is published as test is test. Where a corpus has no published test, what is published as validation is.
- What is published as validation is validation, if there is a published test beside it; else a tenth of the training
  dialogues is, by a hash of their ids.
- A corpus of which nothing is published to train on is split by that hash into a tenth test, a tenth validation and
  the rest training.

Where a split is published by turn, as OpenDialKG's is, one judged turn takes its dialogue out of training with all its
turns, and the judged turns alone are judged (`data.dialogue_split = "clean"`). So no dialogue that is judged has a turn
in training; as published, 567 of OpenDialKG's 1,188 valid turns do. Of its dialogues 3,222 are training, 335
validation, and 1,124 with all valid turns test, of which 543 also have 709 training turns; of ReDial's, where
train_part1 and train_part2 are there, 1,595, 218 and 1,342. With `"published"`, to stand beside figures of others, a
dialogue that is judged is also trained on, up to its last training turn: the judged turns before that are read, not
learned. What is judged, and what is validation, is the same in both.
"""

from collections.abc import Collection, Sequence
from typing import Final
from zlib import crc32

from tastemaker.data.split import Split

_PARTS: Final = {0: Split.TEST, 1: Split.VALIDATION}


def published_name(split: Split, there: Collection[str]) -> str | None:
    """What a split is called by a corpus that publishes the splits `there`; None where a hash makes it."""
    if split is Split.TRAIN or "train" not in there:
        return None
    if split is Split.TEST:
        return next((name for name in ("test", "validation") if name in there), None)
    return "validation" if {"test", "validation"} <= set(there) else None


def split_of_dialogue(dialogue_id: str, published: Collection[str], there: Collection[str]) -> Split:
    """The split of a dialogue.

    Args:
        dialogue_id: its id, of which the hash is taken.
        published: the published splits of its turns.
        there: the published splits of all turns of the corpus.
    """
    names = {split: published_name(split, there) for split in (Split.TEST, Split.VALIDATION)}
    for split, name in names.items():
        if name in published:
            return split
    part = _PARTS.get(crc32(f"dialogue {dialogue_id}".encode()) % 10, Split.TRAIN)
    return Split.TRAIN if part is not Split.TRAIN and names[part] else part


def is_judged(turn: str | None, split: Split, there: Collection[str]) -> bool:
    """Whether a turn published as `turn` (None: as nothing) counts where its dialogue is of `split`.

    Those count in training that are published for nothing else.
    """
    name = published_name(split, there)
    if name is not None:
        return turn == name
    if split is Split.TRAIN:
        return turn is None or turn not in {published_name(other, there) for other in (Split.TEST, Split.VALIDATION)}
    return turn is not None or not there


def shared_turns(published: Sequence[str | None], own: Split, split: Split, there: Collection[str]) -> int:
    """How many turns of a dialogue a split reads as published, where the whole dialogue is of the split `own`.

    Args:
        published: the published split of every turn.
        own: the split of the whole dialogue.
        split: another split.
        there: the published splits of all turns of the corpus.

    Returns:
        All turns up to the last one that is published for `split`; 0 where none is, or where a hash made `own`.
    """
    name = "train" if split is Split.TRAIN else published_name(split, there)
    if name is None or published_name(own, there) is None:
        return 0
    return max((place for place, turn in enumerate(published, start=1) if turn == name), default=0)
