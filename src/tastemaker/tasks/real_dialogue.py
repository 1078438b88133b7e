"""Replies of real dialogues as examples: what was said before, and a reply in which every mention of an item is a slot.

In the seeker's turns a mention is printed as its title, followed by the item, as in simulated requests. In a reply it
is `<rec> | item | title`: the words behind it go on from there, and earlier replies are read just so. In training a
whole dialogue is one example, in which every reply is learned. There is no evidence, and no history: what the seeker
likes is in what they say. Of a dialogue too long for the window the oldest turns are cut first. Where some replies of a
training dialogue are judged, each of the others is an example of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tastemaker.data.catalog import Catalog
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.data.title_forms import printed_title
from tastemaker.tasks.example import Card, Earlier, Example, History, Item, Recommended, Reply, Segment, Text
from tastemaker.tasks.talks import Said, talks


def real_replies(dataset: Dataset, split: Split, task: str) -> Iterator[Example]:
    """Yield every reply of the dialogues of a split as an example of `task`.

    The cluster of results, elsewhere the user, is the dialogue by its number: of its speakers nothing is known.
    """
    is_training = split is Split.TRAIN
    for talk in talks(dataset, split):
        turns = [_turn(turn, place, dataset.catalog) for place, turn in enumerate(talk.turns)]
        teaches_earlier = is_training and talk.is_whole
        for place in talk.replies[-1:] if teaches_earlier else talk.replies:
            context = _context(turns[:place])
            reply = replace(_reply(talk.turns[place], dataset.catalog), teaches_earlier=teaches_earlier)
            yield Example(task, context, reply, talk.number)


def talk_context(turns: Sequence[Said], catalog: Catalog) -> tuple[Segment, ...]:
    """All that was said so far, the last turn the user's; the reply is to follow."""
    return _context([_turn(turn, place, catalog) for place, turn in enumerate(turns)])


def _context(turns: Sequence[tuple[Segment, ...]]) -> tuple[Segment, ...]:
    return (History(()), *(segment for turn in turns for segment in turn))


def _turn(turn: Said, place: int, catalog: Catalog) -> tuple[Segment, ...]:
    """A turn that was said; the later its `place`, the later it is cut. Who begins answers nothing."""
    if place and turn.speaker == "assistant":
        return (Earlier(_reply(turn, catalog), place),)
    segments: list[Segment] = []
    for words, item in zip(turn.words, turn.items, strict=False):
        text = f"{words} {printed_title(catalog[item])}".strip()
        segments += [_words(text, turn, place, is_first=not segments), Item(item, place)]
    if turn.words[-1] or not segments:
        segments.append(_words(turn.words[-1], turn, place, is_first=not segments))
    return tuple(segments)


def _words(text: str, turn: Said, place: int, is_first: bool) -> Text:
    return Text(text, turn.speaker, place) if is_first else Text(f" {text}", None, place)


def _reply(turn: Said, catalog: Catalog) -> Reply:
    lead, *behind = turn.words
    slots = [Recommended(item, Card(printed_title(catalog[item]))) for item in turn.items]
    if not slots:
        return Reply(lead, may_repeat=True)
    (slot, reason), *more = zip(slots, behind, strict=True)
    return Reply(lead, slot, reason, more=tuple(more), may_repeat=True)
