"""Judging written replies: words, facts, titles, and whether they recommend when they should."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tastemaker.evaluation.answers import LanguageModel, Writer, given_item, kind_of
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.constraints import ConstraintFilter, constraints_of
from tastemaker.evaluation.context import clusters_of
from tastemaker.evaluation.figures import Material
from tastemaker.evaluation.truth import Truth
from tastemaker.inference.replying import WrittenReply
from tastemaker.metrics.grounding import Stated
from tastemaker.metrics.likelihood import Likelihood
from tastemaker.metrics.scored import Scored
from tastemaker.metrics.short_answers import ShortAnswers, words_of
from tastemaker.metrics.text import Texts
from tastemaker.tasks.example import REFUSAL, Example, Reply, Words


def write(writer: Writer, examples: Sequence[Example], config: EvaluationConfig) -> list[WrittenReply]:
    """Have a reply written for every example, in batches."""
    starts = range(0, len(examples), config.batch)
    return [reply for start in starts for reply in writer.replies(examples[start : start + config.batch])]


def reply_materials(examples: Sequence[Example], replies: Sequence[WrittenReply], truth: Truth) -> dict[str, Material]:
    """What the metrics of text, facts, titles and recommending read."""
    clusters = clusters_of(examples)
    should = np.array([has_slot(example) for example in examples])
    does = np.array([reply.item is not None for reply in replies])
    texts = Texts([spoken(reply.text) for reply in replies], [reference(example) for example in examples])
    strays = [truth.strays(example, reply) for example, reply in zip(examples, replies, strict=True)]
    # A recommendation that is due but missing counts as a reason without facts: silence cannot win.
    facts = _stated(examples, replies, np.flatnonzero(should | does), truth)
    about_items = {"facts": Material(facts, clusters[should | does])} if facts.true else {}
    return about_items | {
        "texts": Material(texts, clusters),
        "titles": Material(np.array(strays, dtype=np.float64), clusters),
        "recommends": Material(Scored(does.astype(np.float64), should.astype(np.float64)), clusters),
    }


def asked_material(
    examples: Sequence[Example], replies: Sequence[WrittenReply], constraints: ConstraintFilter
) -> dict[str, Material]:
    """Whether each recommended item meets all that its user asked for; of the replies that recommend after a wish."""
    clusters = clusters_of(examples)
    judged = [
        (row, float(constraints.met(constraints_of(example))[reply.item] == len(constraints_of(example))))
        for row, (example, reply) in enumerate(zip(examples, replies, strict=True))
        if reply.item is not None and constraints_of(example)
    ]
    rows = [row for row, _ in judged]
    return {"asked": Material(np.array([met for _, met in judged]), clusters[rows])} if judged else {}


def answer_material(examples: Sequence[Example], replies: Sequence[WrittenReply]) -> dict[str, Material]:
    """Answers beside the true ones, where questions are asked."""
    if kind_of(examples) != "answer":
        return {}
    true = [_answer(reference(example)) for example in examples]
    said = [_answer(spoken(reply.text)) for reply in replies]
    return {"answers": Material(ShortAnswers(said, true), clusters_of(examples))}


def likelihood_material(reader: LanguageModel, examples: Sequence[Example]) -> dict[str, Material]:
    """How likely the references are to who would write them."""
    characters = np.array([len(reference(example)) for example in examples], dtype=np.float64)
    likelihood = Likelihood(reader.reference_bits(examples), characters)
    return {"likelihood": Material(likelihood, clusters_of(examples))}


def has_slot(example: Example) -> bool:
    """Whether the reply is about an item: one to be recommended, or one that is given."""
    is_due = isinstance(example.target, Reply) and example.target.slot is not None
    return is_due or given_item(example) is not None


def reference(example: Example) -> str:
    """The words of the true reply or text."""
    reply = example.target
    if isinstance(reply, Words):
        return spoken(reply.text)
    if not isinstance(reply, Reply):
        return ""
    return spoken("\n".join((reply.lead, reply.reason, *(words for _, words in reply.more))))


def spoken(text: str) -> str:
    """A reply's words without its slots, which stand between the lines of `text`."""
    return " ".join(part.strip() for part in text.split("\n") if part.strip())


def _answer(text: str) -> str:
    """What metrics read: "" where the answer is that it is not known."""
    return "" if words_of(text) == words_of(REFUSAL) else text


def _stated(
    examples: Sequence[Example], replies: Sequence[WrittenReply], rows: NDArray[np.int64], truth: Truth
) -> Stated:
    return Stated(
        [truth.stated(examples[row], replies[row]) for row in rows],
        [truth.true_facts(examples[row], replies[row]) for row in rows],
    )
