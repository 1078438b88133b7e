"""Replies of real dialogues as examples: what was said before, and a reply in which every mention of an item is a slot.

In a turn before the reply a mention is printed as its title, followed by the item, as in simulated requests. In the
reply it is `<rec> | item | title`: the words behind it go on from there. There is no evidence, and no history: what the
seeker likes is in what they say. Of a dialogue too long for the window the oldest turns are cut first.
"""

from collections.abc import Iterator

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.data.title_forms import printed_title
from tastemaker.tasks.example import Card, Example, History, Item, Recommended, Reply, Segment, Text
from tastemaker.tasks.talks import Said, Talk, talks


def real_replies(dataset: Dataset, split: Split, task: str) -> Iterator[Example]:
    """Yield every reply of the dialogues of a split as an example of `task`.

    The cluster of results, elsewhere the user, is the dialogue by its number: of its speakers nothing is known.
    """
    for talk in talks(dataset, split):
        turns = [_turn(turn, place, dataset.catalog) for place, turn in enumerate(talk.turns)]
        for place in talk.replies:
            context = (History(()), *(segment for turn in turns[:place] for segment in turn))
            yield Example(task, context, _reply(talk, place, dataset.catalog), talk.number)


def _turn(turn: Said, place: int, catalog: Catalog) -> tuple[Segment, ...]:
    """A turn that was said; the later its `place`, the later it is cut."""
    segments: list[Segment] = []
    for words, item in zip(turn.words, turn.items, strict=False):
        text = f"{words} {printed_title(catalog[item])}".strip()
        segments += [Text(text, None if segments else turn.speaker, place), Item(item, place)]
    rest = turn.words[-1]
    if rest or not segments:
        segments.append(Text(rest, None if segments else turn.speaker, place))
    return tuple(segments)


def _reply(talk: Talk, place: int, catalog: Catalog) -> Reply:
    lead, *behind = talk.turns[place].words
    slots = [Recommended(item, Card(printed_title(catalog[item]))) for item in talk.turns[place].items]
    if not slots:
        return Reply(lead, may_repeat=True)
    (slot, reason), *more = zip(slots, behind, strict=True)
    return Reply(lead, slot, reason, more=tuple(more), may_repeat=True)
