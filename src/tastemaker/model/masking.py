"""Rows for backbones that read ahead: an entry is told where `<mask>` stands in place of its item and its action.

In: rows of a causal backbone, in which the state at history position `p` tells the entry at `p + 1`. A state that sees
what stands behind it would just read that entry off. Out: rows in which each entry that is told is hidden, and told
at `p + 1`; the one that no position reads, since it comes next, from a `<mask>` at the end of the context.

In use nothing but what comes next is hidden. In training that would be one target in a row, so half of the rows hide
some of their entries throughout instead; the others are cut at an entry drawn at random, and so are read as in use.

Source:
    Sun et al., "BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from Transformer",
    CIKM 2019.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from tastemaker.model.row import Position, Row, TaskTargets
from tastemaker.model.tokenizer import MASK

AS_IN_USE: Final = 0.5
"""Share of training rows that are cut at an entry, which alone is hidden."""
HIDDEN: Final = Position(MASK)
"""Token, item and action of a position whose entry is hidden."""


def masked(row: Row) -> Row:
    """Hide what comes next, as in validation, test and use; entries that the row reads are no targets any more."""
    told = _told(row)
    return _hiding(row, told[-1:]) if told else row


def drawn(row: Row, share: float, random: np.random.Generator) -> Row:
    """Hide what a training row has to tell this time.

    Args:
        row: of a training example; where it tells no entry it stays as it is.
        share: of its entries that are hidden beside the last one.
        random: draws them.
    """
    told = _told(row)
    if not told:
        return row
    if random.random() < AS_IN_USE:
        if not _is_history(row):
            return masked(row)
        last = told[int(random.integers(len(told)))]
        return _hiding(replace(row, inputs=row.inputs[: last + 1]), [last])
    hides = random.random(len(told) - 1) < share
    return _hiding(row, [at for at, hidden in zip(told[:-1], hides, strict=True) if hidden] + told[-1:])


def _told(row: Row) -> list[int]:
    """History positions from which entries are told or judged, each once; slots of replies are none."""
    return sorted({at for targets in row.targets.values() for at in _positions(targets)})


def _positions(targets: TaskTargets) -> list[int]:
    if targets.text_at:
        return []
    return [*targets.item_at, *(at for places in targets.score_at.values() for at in places)]


def _is_history(row: Row) -> bool:
    """Whether a row can be cut at any entry, with nothing lost but entries behind it."""
    has_labels = any(targets.label_at for targets in row.targets.values())
    return bool((row.inputs[1:, 2] > 0).all()) and not has_labels


def _hiding(row: Row, told: Sequence[int]) -> Row:
    """Hide the entries behind the positions `told`, and tell them where they stood; others are not told."""
    end = len(row) if row.reply_at is None else row.reply_at
    places = {at: at + 1 if at + 1 < end and row.inputs[at + 1, 2] > 0 else end for at in told}
    inputs = row.inputs.copy()
    inputs[[place for place in places.values() if place < end]] = HIDDEN
    appends = end in places.values()
    if appends:
        inputs = np.insert(inputs, end, HIDDEN, axis=0)
    behind = {at: at + appends for at in range(end, len(row))}
    targets = {
        task: _moved(it, {at: at for at in range(end)} | behind if it.text_at else places)
        for task, it in row.targets.items()
    }
    reply_at = None if row.reply_at is None else end + appends
    return replace(row, inputs=inputs, targets=targets, reply_at=reply_at)


def _moved(targets: TaskTargets, places: Mapping[int, int]) -> TaskTargets:
    """Targets told where `places` says of their positions; those of which it says nothing are left out."""
    kept = [n for n, at in enumerate(targets.item_at) if at in places]
    scored = {kind: [n for n, at in enumerate(ats) if at in places] for kind, ats in targets.score_at.items()}
    scored = {kind: rows for kind, rows in scored.items() if rows}
    return replace(
        targets,
        item_at=[places[targets.item_at[n]] for n in kept],
        items=[targets.items[n] for n in kept],
        item_weights=[targets.item_weights[n] for n in kept],
        score_at={kind: [places[targets.score_at[kind][n]] for n in rows] for kind, rows in scored.items()},
        scored_items={kind: [targets.scored_items[kind][n] for n in rows] for kind, rows in scored.items()},
        score_values={kind: [targets.score_values[kind][n] for n in rows] for kind, rows in scored.items()},
        text_at=[places[at] for at in targets.text_at],
    )
