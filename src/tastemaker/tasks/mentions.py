"""Put an item's vector behind its title in the words of a dialogue."""

from tastemaker.data.facts import FactExtractor
from tastemaker.tasks.example import Item, Segment, Speaker, Text


def link(text: str, extractor: FactExtractor, speaker: Speaker | None, priority: int = 0) -> tuple[Segment, ...]:
    """Split a text behind every title that it names and put the item there.

    Args:
        text: what was said.
        extractor: of the catalog that the titles belong to.
        speaker: who opens a turn with it; None goes on with the turn before.
        priority: of all segments made here.
    """
    segments: list[Segment] = []
    start = 0
    for statement in extractor.statements(text):
        if statement.row is not None:
            segments.append(Text(text[start : statement.end], None if segments else speaker, priority))
            segments.append(Item(statement.row, priority))
            start = statement.end
    if start < len(text) or not segments:
        segments.append(Text(text[start:], None if segments else speaker, priority))
    return tuple(segments)
