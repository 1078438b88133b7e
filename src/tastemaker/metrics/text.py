"""Written texts against references, and how varied they are; all figures lie between 0 and 1."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from rouge_score.rouge_scorer import RougeScorer  # type: ignore[import-untyped]
from sacrebleu.metrics.bleu import BLEU

from tastemaker.metrics.tally import Tally, mean_of


@dataclass(frozen=True)
class Texts:
    """What was written, and the reference of each."""

    written: Sequence[str]
    references: Sequence[str]


def bleu(order: int) -> Callable[[Texts], float]:
    """Corpus BLEU with n-grams up to `order`, as sacrebleu counts it, over 100."""

    def measure(texts: Texts) -> float:
        if not texts.written:
            return float("nan")
        return float(BLEU(max_ngram_order=order).corpus_score(texts.written, [texts.references]).score) / 100

    return measure


def rouge(name: str) -> Callable[[Texts], Tally]:
    """Mean F-measure of ROUGE `name`: "rouge1", "rouge2" or "rougeL"."""

    def measure(texts: Texts) -> Tally:
        pairs = zip(texts.references, texts.written, strict=True)
        return mean_of(np.array([_scorer().score(true, said)[name].fmeasure for true, said in pairs]))

    return measure


def distinct(n: int) -> Callable[[Texts], float]:
    """Different n-grams over all n-grams of the written texts.

    Source:
        Li et al., "A Diversity-Promoting Objective Function for Neural Conversation Models", NAACL 2016.
    """

    def measure(texts: Texts) -> float:
        words = [text.lower().split() for text in texts.written]
        grams = [tuple(text[start : start + n]) for text in words for start in range(len(text) - n + 1)]
        return len(set(grams)) / len(grams) if grams else 0.0

    return measure


def unique_ratio(texts: Texts) -> float:
    """Different texts over all texts."""
    return len(set(texts.written)) / len(texts.written) if texts.written else 0.0


@cache
def _scorer() -> RougeScorer:
    return RougeScorer(["rouge1", "rouge2", "rougeL"])
