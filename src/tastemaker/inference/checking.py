"""The last look at a reason before a person reads it: only what card, evidence and catalog say may be said."""

import re
from typing import Final

from tastemaker.data.facts import FactExtractor, item_facts
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Card, Evidence
from tastemaker.tasks.phrasings import with_article
from tastemaker.tasks.reason_forms import is_worded
from tastemaker.tasks.template import template_reason

_ARTICLE: Final = re.compile(r"\b(?P<article>[Aa]n?) (?P<word>[a-gi-np-tv-z][\w'-]*)")


def true_reason(reply: WrittenReply, extractor: FactExtractor) -> str:
    """The reply's reason, or the plain template's where the model's own is not fit to be read.

    That is: it came to no end, is not worded as a reason, names no fact, or states one that neither card nor evidence
    nor the item bears out, as far as the extractor sees. "a action" is put right as well: the word behind the article
    is copied, often after it. Evaluation judges what the model wrote, not this.
    """
    if reply.item is None:
        return ""
    known = extractor.facts(reply.card) | extractor.facts(reply.evidence) | item_facts(extractor.catalog[reply.item])
    stated = extractor.facts(reply.reason)
    evidence, card = Evidence(reply.evidence), Card(reply.card)
    is_fit = reply.is_finished and stated and stated <= known and not _repeats_a_title(reply.reason, extractor)
    if is_fit and is_worded(reply.reason, evidence, card):
        return _ARTICLE.sub(_agreeing, reply.reason)
    return template_reason(evidence, card)


def _repeats_a_title(reason: str, extractor: FactExtractor) -> bool:
    """Whether a title stands twice: "you liked both Heat (1995) and Heat (1995)"."""
    titles = [statement.fact for statement in extractor.statements(reason) if statement.row is not None]
    return len(set(titles)) < len(titles)


def _agreeing(found: re.Match[str]) -> str:
    phrase = with_article(found["word"])
    return phrase[0].upper() + phrase[1:] if found["article"][0] == "A" else phrase
