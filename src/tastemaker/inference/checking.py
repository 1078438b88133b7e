"""The last look at a reason before a person reads it: only what card, evidence and catalog say may be said."""

from tastemaker.data.facts import FactExtractor, item_facts
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Card, Evidence
from tastemaker.tasks.template import template_reason


def true_reason(reply: WrittenReply, extractor: FactExtractor) -> str:
    """The reply's reason, or the plain template's where the model's own is not fit to be read.

    That is: it came to no end, names no fact, or states one that neither card nor evidence nor the item bears out, as
    far as the extractor sees. Evaluation judges what the model wrote, not this.
    """
    if reply.item is None:
        return ""
    known = extractor.facts(reply.card) | extractor.facts(reply.evidence) | item_facts(extractor.catalog[reply.item])
    stated = extractor.facts(reply.reason)
    if reply.is_finished and stated and stated <= known:
        return reply.reason
    return template_reason(Evidence(reply.evidence), Card(reply.card))
