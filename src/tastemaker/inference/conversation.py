"""A dialogue with one user: what was said so far, and the model's next reply."""

from collections.abc import Sequence

from tastemaker.data.dataset import Entry
from tastemaker.data.title_forms import printed_title
from tastemaker.inference.answers import ChatReply, Recommendation
from tastemaker.inference.checking import true_reason
from tastemaker.inference.hearing import heard
from tastemaker.inference.reading import Reader
from tastemaker.inference.replying import write_replies
from tastemaker.tasks.request import Turn, dialogue_context


class Conversation:
    """Holds the turns of one dialogue."""

    def __init__(self, reader: Reader, entries: Sequence[Entry], longest: int) -> None:
        """Begin with the user's past `entries`: the last `longest` are read, none is recommended."""
        self._reader, self._history = reader, tuple(entries[-longest:])
        self._seen = frozenset(entry.item for entry in entries)
        self.turns: tuple[Turn, ...] = ()

    def say(self, text: str) -> ChatReply:
        """Take in the user's words and reply.

        Raises:
            RequestError: there are no words.
        """
        turns = (*self.turns, Turn("user", heard(text, self._reader.model.tokenizer)))
        context = dialogue_context(self._history, turns, self._reader.extractor)
        (reply,) = write_replies(self._reader, [context], seen=self._seen)
        self.turns = (*turns, Turn("assistant", reply.lead, reply.item))
        if reply.item is None:
            return ChatReply(reply.lead)
        item = self._reader.catalog[reply.item]
        title = printed_title(item)
        reason = true_reason(reply, self._reader.extractor)
        recommended = Recommendation(item.item_id, title, reply.chance, reason, reply.evidence)
        return ChatReply(in_words(reply.lead, title, reason), recommended)


def in_words(lead: str, title: str, reason: str) -> str:
    """A reply as one text: the title behind the words that lead to it, then the reason."""
    opening = f"{lead} {title}" if lead else title
    return f"{opening}. {reason}" if reason else f"{opening}."
