"""The last look at a reason before a person reads it: only what card, evidence and catalog say may be said."""

import re
from typing import Final

from tastemaker.data.facts import FactExtractor, item_facts
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.example import Card, Evidence
from tastemaker.tasks.phrasings import with_article
from tastemaker.tasks.template import template_reason

_BROKEN: Final = re.compile(
    r"\ban? no\b|\band (film|movie)\b|\ban? \d{4}s[,.]|(?<!\ds) and \d{4}s\b|\b([\w-]+) and \2\b|\bthe (this|it)\b"
    r"|\bit (dis)?liked\b|\bliked both\b(?!.*[^,] and )",
    re.IGNORECASE,
)
"""Copied where something else belongs: "you asked for a no war", "a crime and film", "a 1970s, as you wished", "comedy
and 1980s", "romance and romance", "from the this one", "and it liked well", "you liked both Heat (1995), and"."""
_UNRATED: Final = re.compile(r"(?<!how )\byou (gave|rated)\b(?!.*\bstars?\b)", re.IGNORECASE)
"""Begun as if there were stars to tell, and gone on without: "you gave Heat (1995) both date from the 1990s"."""
_ARTICLE: Final = re.compile(r"\b(?P<article>[Aa]n?) (?P<word>[a-gi-np-tv-z][\w'-]*)")


def true_reason(reply: WrittenReply, extractor: FactExtractor) -> str:
    """The reply's reason, or the plain template's where the model's own is not fit to be read.

    That is: it came to no end, is broken, names no fact, or states one that neither card nor evidence nor the item
    bears out, as far as the extractor sees. "a action" is put right as well: the word behind the article is copied,
    often after it. Evaluation judges what the model wrote, not this.
    """
    if reply.item is None:
        return ""
    known = extractor.facts(reply.card) | extractor.facts(reply.evidence) | item_facts(extractor.catalog[reply.item])
    stated = extractor.facts(reply.reason)
    if reply.is_finished and stated and stated <= known and not _is_broken(reply.reason, extractor):
        return _ARTICLE.sub(_agreeing, reply.reason)
    return template_reason(Evidence(reply.evidence), Card(reply.card))


def _is_broken(reason: str, extractor: FactExtractor) -> bool:
    """Whether a phrase is torn, or a title stands twice: "you liked both Heat (1995) and Heat (1995)"."""
    titles = [statement.fact for statement in extractor.statements(reason) if statement.row is not None]
    return bool(_BROKEN.search(reason) or _UNRATED.search(reason)) or len(set(titles)) < len(titles)


def _agreeing(found: re.Match[str]) -> str:
    phrase = with_article(found["word"])
    return phrase[0].upper() + phrase[1:] if found["article"][0] == "A" else phrase
