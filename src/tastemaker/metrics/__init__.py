"""Pure functions that judge predictions; `METRICS` knows them by the names that tasks and recipes use."""

from difflib import get_close_matches

from tastemaker.errors import RecipeError
from tastemaker.metrics.classes import accuracy, macro_f1, micro_f1
from tastemaker.metrics.grounding import facts_per_reason, grounded_reasons, grounding
from tastemaker.metrics.likelihood import bits_per_character
from tastemaker.metrics.metric import Metric, at_k
from tastemaker.metrics.ranking import hr_at_k, mrr_at_k, ndcg_at_k, recall_at_k
from tastemaker.metrics.scored import f1, mae, precision, recall, rmse
from tastemaker.metrics.short_answers import exact_match, made_up_rate, refused_rate, token_f1
from tastemaker.metrics.tally import mean_of
from tastemaker.metrics.text import bleu, distinct, rouge, unique_ratio

CUTOFFS = (1, 3, 5, 10, 20, 50, 100)
"""Every k for which the ranking metrics have a name."""

RANKING = {"ndcg": ndcg_at_k, "hr": hr_at_k, "mrr": mrr_at_k, "recall": recall_at_k}

METRICS: dict[str, Metric] = {
    **{f"{name}@{k}": Metric("places", at_k(function, k)) for name, function in RANKING.items() for k in CUTOFFS},
    **{f"recall@{k}_novel": Metric("novel", at_k(recall_at_k, k)) for k in CUTOFFS},
    "rmse": Metric("scored", rmse, is_lower_better=True),
    "mae": Metric("scored", mae, is_lower_better=True),
    "accuracy": Metric("classes", accuracy),
    "macro_f1": Metric("classes", macro_f1),
    "micro_f1": Metric("classes", micro_f1),
    "precision": Metric("scored", precision),
    "recall": Metric("scored", recall),
    "f1": Metric("scored", f1),
    "bleu1": Metric("texts", bleu(1)),
    "bleu": Metric("texts", bleu(4)),
    "rouge1": Metric("texts", rouge("rouge1")),
    "rouge2": Metric("texts", rouge("rouge2")),
    "rougeL": Metric("texts", rouge("rougeL")),
    **{f"distinct{n}": Metric("texts", distinct(n)) for n in (2, 3, 4)},
    "unique_ratio": Metric("texts", unique_ratio),
    "grounding": Metric("facts", grounding),
    "facts_per_reason": Metric("facts", facts_per_reason),
    "grounded_reasons": Metric("facts", grounded_reasons),
    "bits_per_character": Metric("likelihood", bits_per_character, is_lower_better=True),
    "recommends_f1": Metric("recommends", f1),
    "constraints_met": Metric("asked", mean_of),
    "unslotted_title_rate": Metric("titles", mean_of, is_lower_better=True),
    "exact_match": Metric("answers", exact_match),
    "token_f1": Metric("answers", token_f1),
    "made_up_rate": Metric("answers", made_up_rate, is_lower_better=True),
    "refused_rate": Metric("answers", refused_rate, is_lower_better=True),
}


def find_metric(name: str) -> Metric:
    """The metric called `name`.

    Raises:
        RecipeError: no such metric.
    """
    if name not in METRICS:
        nearest = get_close_matches(name, METRICS, n=1, cutoff=0.0)[0]
        raise RecipeError(f"metrics: expected a known metric, found {name!r}. Did you mean {nearest!r}?")
    return METRICS[name]
