"""What a reply may state: facts that are true of the recommended item and of the user, and titles that it may name."""

from dataclasses import dataclass

from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import Fact, FactExtractor, is_true
from tastemaker.data.title_forms import printed_title
from tastemaker.evaluation.answers import given_item
from tastemaker.evaluation.context import history_of
from tastemaker.inference.replying import WrittenReply
from tastemaker.inference.slots import seen_items
from tastemaker.tasks.example import Example, History, Reply, Words
from tastemaker.tasks.request import named, turns_of

Facts = frozenset[Fact]


@dataclass(frozen=True)
class Truth:
    """Checks replies against a data set."""

    dataset: Dataset
    extractor: FactExtractor

    def stated(self, example: Example, reply: WrittenReply) -> Facts:
        """The facts in a reply's reason, or in a text of words alone."""
        return self.extractor.facts(reply.lead if isinstance(example.target, Words) else reply.reason)

    def true_facts(self, example: Example, reply: WrittenReply) -> Facts:
        """Those stated facts that are true.

        An attribute, negated or not, must be true of the item that is recommended or given. A title must be that of the
        item, or of an item that the user liked: one liked in the history, named in the user's words (unless the history
        says otherwise), or in the evidence that the data give. What is true of such an item, but not of the recommended
        one, is no reason and counts as false. What the item's own text states, a text about the item may state, too.
        """
        liked = self._liked_titles(example)
        row = given_item(example) if reply.item is None else reply.item
        item = None if row is None else self.dataset.catalog[row]
        told = self.extractor.facts(item.text) if item and isinstance(example.target, Words) else frozenset()
        return frozenset(
            fact
            for fact in self.stated(example, reply)
            if fact in told or (item is not None and is_true(item, fact)) or (fact[0] == "title" and fact[1] in liked)
        )

    def strays(self, example: Example, reply: WrittenReply) -> bool:
        """Whether a reply names a title outside its slot that neither evidence nor the dialogue so far brought up."""
        named = self._titles(reply.text)
        allowed = self._titles(reply.evidence) | self._context_titles(example)
        if reply.item is not None:
            slots = (reply.item, *(item for item, _ in reply.more))
            allowed |= {printed_title(self.dataset.catalog[row]) for row in slots}
        return not named <= allowed

    def _liked_titles(self, example: Example) -> set[str]:
        history = history_of(example)
        rows = {entry.item for entry in history if self.dataset.likes(entry)}
        rows |= set(named(turns_of(example.context), self.extractor)) - {entry.item for entry in history}
        slot = example.target.slot if isinstance(example.target, Reply) else None
        evidence = slot.evidence.text if slot and slot.evidence else ""
        return {printed_title(self.dataset.catalog[row]) for row in rows} | self._titles(evidence)

    def _context_titles(self, example: Example) -> set[str]:
        rows = seen_items([segment for segment in example.context if not isinstance(segment, History)])
        words = "\n".join(turn.text for turn in turns_of(example.context))
        return {printed_title(self.dataset.catalog[row]) for row in rows} | self._titles(words)

    def _titles(self, text: str) -> set[str]:
        return {value for name, value in self.extractor.facts(text) if name.removeprefix("not ") == "title"}
