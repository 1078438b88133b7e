"""Judging one contestant on the examples of one task, by what the targets ask for and not by the task's name."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tastemaker.data.dataset import Dataset
from tastemaker.data.facts import FactExtractor
from tastemaker.data.split import Split
from tastemaker.evaluation.answers import Answers, Classifier, LanguageModel, Ranker, Rater, Writer
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.constraints import ConstraintFilter
from tastemaker.evaluation.context import clusters_of, known_items, sample, target_items
from tastemaker.evaluation.faithfulness import Case, cases_of, faithfulness
from tastemaker.evaluation.figures import Figures, Material, measure
from tastemaker.evaluation.ranked import list_figures, may_repeat, rank, ranking_figures
from tastemaker.evaluation.truth import Truth
from tastemaker.evaluation.written import answer_material, asked_material, likelihood_material, reply_materials, write
from tastemaker.inference.replying import WrittenReply
from tastemaker.metrics import find_metric
from tastemaker.metrics.classes import Classes, two_classes
from tastemaker.metrics.scored import Scored
from tastemaker.tasks.example import Example, Label, Score
from tastemaker.tasks.request import asked, turns_of

WRITTEN: Final = ("reply", "turn", "reason", "text", "answer")
"""Kinds of example that ask for words."""
SPOKEN: Final = ("reply", "turn")
"""Those among them that may recommend, or not."""
UNWRITTEN: Final = ("places", "novel", "likelihood")
"""What metrics of such examples read without a word being written."""
READS: dict[str, tuple[str, ...]] = {
    "items": ("places",),
    "rating": ("scored",),
    "like": ("scored", "classes"),
    "class": ("classes",),
    "classes": ("classes",),
    "reply": ("places", "novel", "texts", "facts", "titles", "recommends", "asked", "likelihood"),
    "turn": ("places", "novel", "texts", "facts", "titles", "recommends", "asked", "likelihood"),
    "reason": ("texts", "facts", "titles", "likelihood"),
    "text": ("texts", "facts", "likelihood"),
    "answer": ("answers", "likelihood"),
}
"""What each kind of example gives metrics to read."""

BITS = "bits_per_character"
RECOMMENDS = "recommends_f1"
WORDS = ("bleu1", "bleu", "rouge1", "rouge2", "rougeL", "distinct2", "unique_ratio", BITS)
FACTS = ("grounding", "facts_per_reason", "grounded_reasons", "unslotted_title_rate")
ANSWERS = ("exact_match", "token_f1", "made_up_rate", "refused_rate", BITS)


def standard_metrics(kind: str, config: EvaluationConfig) -> tuple[str, ...]:
    """The metrics by which every task of a kind is judged, whatever else it names."""
    by_kind = {
        "items": tuple(f"{name}@{k}" for name in ("ndcg", "hr", "mrr") for k in config.k),
        "rating": ("rmse", "mae"),
        "like": ("accuracy", "precision", "recall", "f1"),
        "class": ("accuracy", "macro_f1"),
        "classes": ("micro_f1", "macro_f1"),
        "reply": (*(f"recall@{k}" for k in config.dialogue_k), "recommends_f1", "constraints_met", *FACTS, *WORDS),
        "turn": (
            *(f"recall@{k}{which}" for which in ("", "_novel") for k in config.dialogue_k),
            *("recommends_f1", "unslotted_title_rate", *WORDS),
        ),
        "reason": (*FACTS, *WORDS),
        "text": (*WORDS, *FACTS),
        "answer": ANSWERS,
    }
    return by_kind[kind]


@dataclass(frozen=True)
class Verdict:
    """Figures of one contestant on one task, and the replies behind them."""

    figures: Figures
    replies: list[WrittenReply] = field(default_factory=list)
    """One for each example of the text sample."""


@dataclass(frozen=True)
class Judge:
    """Judges anybody by the same examples, masks and samples."""

    dataset: Dataset
    split: Split
    config: EvaluationConfig
    truth: Truth
    constraints: ConstraintFilter

    @classmethod
    def of(cls, dataset: Dataset, split: Split, config: EvaluationConfig) -> "Judge":
        truth = Truth(dataset, FactExtractor(dataset.catalog))
        return cls(dataset, split, config, truth, ConstraintFilter(dataset.catalog))

    def verdict(self, answers: Answers, examples: Sequence[Example], kind: str, names: Sequence[str]) -> Verdict:
        """Measure the metrics called `names` that these answers allow."""
        if kind == "items" and isinstance(answers, Ranker):
            return Verdict(self._ranking(answers, examples, names, with_lists=True))
        if kind in WRITTEN:
            return self._reply(answers, examples, kind, names)
        if kind in ("class", "classes"):
            return Verdict(self._classes(answers, examples, names) if isinstance(answers, Classifier) else {})
        if isinstance(answers, Rater):
            return Verdict(self._scored(answers, examples, kind, names))
        return Verdict({})

    def known(self, examples: Sequence[Example]) -> list[list[int]]:
        """For every example the items not to be recommended again."""
        return [known_items(example, self.dataset, self.split) for example in examples]

    def text_sample(self, examples: Sequence[Example]) -> list[Example]:
        """The examples whose replies are written."""
        return sample(list(examples), self.config.text_sample, self.config.seed)

    def _reply(self, answers: Answers, examples: Sequence[Example], kind: str, names: Sequence[str]) -> Verdict:
        figures: Figures = {}
        asked = [example for example in examples if target_items(example)]
        if kind != "reason" and isinstance(answers, Ranker) and asked:
            figures |= self._ranking(answers, asked, names, with_lists=False)
        chosen = self.text_sample(examples)
        likelihood: Figures = {}
        if BITS in names and isinstance(answers, LanguageModel):
            likelihood = measure([BITS], likelihood_material(answers, chosen))
        if not isinstance(answers, Writer) or all(find_metric(name).reads in UNWRITTEN for name in names):
            return Verdict(figures | likelihood)
        replies = write(answers, chosen, self.config)
        materials = reply_materials(chosen, replies, self.truth) | asked_material(chosen, replies, self.constraints)
        materials |= answer_material(chosen, replies)
        readable = {reads: material for reads, material in materials.items() if reads in READS[kind]}
        figures |= measure(names, readable) | likelihood
        if kind == "reply" and isinstance(answers, Ranker):
            figures |= faithfulness(answers, self._cases(chosen, replies))
        return Verdict(figures, replies)

    def _scored(self, rater: Rater, examples: Sequence[Example], kind: str, names: Sequence[str]) -> Figures:
        """Likes are judged as two classes, too."""
        scored, clusters = _scored(rater, examples, self.config.batch)
        materials = {"scored": Material(scored, clusters)}
        if "classes" in READS[kind]:
            materials["classes"] = Material(two_classes(scored.predicted, scored.true), clusters)
        return measure(names, materials)

    def _classes(self, classifier: Classifier, examples: Sequence[Example], names: Sequence[str]) -> Figures:
        starts = range(0, len(examples), self.config.batch)
        said = [classifier.classes(examples[start : start + self.config.batch]) for start in starts]
        true = [example.target.values for example in examples if isinstance(example.target, Label)]
        found = Classes(np.concatenate(said), np.array(true) >= 0.5)
        return measure(names, {"classes": Material(found, clusters_of(examples))})

    def _obey(self, examples: Sequence[Example], scores: NDArray[Any]) -> NDArray[np.float64]:
        """Put the items first that meet what is recognised in the user's own words."""
        wishes = [asked(turns_of(example.context), self.truth.extractor) for example in examples]
        return self.constraints.score(wishes, scores)

    def _cases(self, examples: Sequence[Example], replies: Sequence[WrittenReply]) -> list[Case]:
        cases = cases_of(examples, replies, self.truth.extractor, self.config.seed)
        return sample(cases, self.config.attribution_sample, self.config.seed)

    def _ranking(self, ranker: Ranker, examples: Sequence[Example], names: Sequence[str], with_lists: bool) -> Figures:
        obey = None if with_lists or may_repeat(examples) else self._obey
        ranking = rank(ranker, examples, self.config, self.known(examples), obey)
        figures = ranking_figures(ranking, names)
        return figures | list_figures(ranking.lists, self.dataset.train_counts) if with_lists else figures


def _scored(rater: Rater, examples: Sequence[Example], batch: int) -> tuple[Scored, NDArray[np.int64]]:
    """Every value, and the user of each."""
    starts = range(0, len(examples), batch)
    values = [value for start in starts for value in rater.values(examples[start : start + batch])]
    targets = [example.target for example in examples]
    true = [value for target in targets if isinstance(target, Score) for value in target.values]
    clusters = np.repeat(clusters_of(examples), [len(value) for value in values])
    return Scored(np.concatenate(values).astype(np.float64), np.array(true)), clusters
