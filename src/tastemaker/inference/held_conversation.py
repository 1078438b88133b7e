"""A dialogue as people hold it: any number of items in a reply, words around them, and no reasons.

It is for models whose dialogues were all held by people. They know of the user what the user says: a past that comes
with the request is not read, and nothing in it is recommended.
"""

import re
from collections.abc import Sequence
from typing import Final

from tastemaker.data.dataset import Entry
from tastemaker.data.title_forms import printed_title
from tastemaker.inference.answers import ChatReply, Recommendation
from tastemaker.inference.hearing import heard
from tastemaker.inference.reading import Reader
from tastemaker.inference.replying import WrittenReply, answer_turn
from tastemaker.tasks.real_dialogue import talk_context
from tastemaker.tasks.talks import Said, said_in

_BEFORE_SIGN: Final = re.compile(r"\s+(?=[.,;:!?)])")


class HeldConversation:
    """Holds the turns of one dialogue."""

    def __init__(self, reader: Reader, entries: Sequence[Entry]) -> None:
        """Begin; none of the user's past `entries` is recommended."""
        self._reader = reader
        self._seen = frozenset(entry.item for entry in entries)
        self.turns: tuple[Said, ...] = ()

    def say(self, text: str) -> ChatReply:
        """Take in the user's words and reply; what came up before is not recommended.

        Raises:
            RequestError: there are no words.
        """
        catalog = self._reader.catalog
        turns = (*self.turns, said_in(heard(text, self._reader.model.tokenizer), self._reader.extractor))
        reply = answer_turn(self._reader, talk_context(turns, catalog), self._seen)
        self.turns = (*turns, _said(reply))
        words = self._in_words(self.turns[-1])
        if reply.item is None:
            return ChatReply(words)
        item = catalog[reply.item]
        return ChatReply(words, Recommendation(item.item_id, printed_title(item), reply.chance))

    def _in_words(self, turn: Said) -> str:
        """The whole turn as one text, each item's title in its place."""
        titles = (*(printed_title(self._reader.catalog[item]) for item in turn.items), "")
        parts = (part for pair in zip(turn.words, titles, strict=True) for part in pair)
        return _BEFORE_SIGN.sub("", " ".join(part.strip() for part in parts if part.strip()))


def _said(reply: WrittenReply) -> Said:
    """A reply as a turn that was said."""
    if reply.item is None:
        return Said("assistant", (reply.lead,), (), is_judged=True)
    items, words = zip((reply.item, reply.reason), *reply.more, strict=True)
    return Said("assistant", (reply.lead, *words), items, is_judged=True)
