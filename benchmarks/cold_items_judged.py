"""Judges one ranker of the cold-item benchmark in a process of its own: a trained run, or an untrained baseline.

    python -m benchmarks.cold_items_judged --data D --training T --seed N --out OUT (--run RUN | --baseline NAME)

writes `OUT/units.npz`, of each kind of target and metric what every target adds, and `OUT/figures.json` last. The whole
catalog is ranked, held-out items and all others together; warm targets are ranked once more with every item left out
that training did not know: what admitting the new ones costs. Each example has one target, so that recall is hit rate.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.cold_draw import Draw, draw, load
from benchmarks.cold_targets import COLD, WARM, Asked, targets
from benchmarks.ranking_judged import baseline
from benchmarks.result import peak_memory_mb, write_json
from tastemaker.checkpoint.trained import load_trained
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.evaluation.answers import Among, Ranker
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.figures import Figures
from tastemaker.evaluation.ranked import rank, ranking_figures
from tastemaker.inference.predictor import Predictor
from tastemaker.model.batch import HISTORY
from tastemaker.tasks.example import Example, NextItems
from tastemaker.tasks.next_item import NextItem
from tastemaker.training.calibration import solve

METRICS: Final = ("ndcg@10", "recall@10", "recall@50")
WITHOUT_COLD: Final = "warm_without_cold"
"""Warm targets, ranked among the items that training knew."""
BATCH: Final = 256


def calibrate(predictor: Predictor, training: Dataset, hidden: NDArray[np.int64]) -> dict[str, float]:
    """Set the odds of cold items as training would have, had the catalog not held the items `hidden` yet.

    Training has them in its catalog, where they take their part of what cold items score in all and are never a
    target: the odds come out too low. What is solved here is the same equation without them.

    Returns:
        The log-odds as trained and as set; empty for a model that has none.
    """
    network = predictor.model.network
    table = network.item_table
    examples = list(NextItem().examples(training, Split.VALIDATION))
    if table.projection is None or not examples:
        return {}
    trained = table.cold_odds.clone()
    table.cold_odds.fill_(0.0)
    is_warm = table.is_warm[HISTORY].cpu()
    is_cold = ~is_warm & ~torch.from_numpy(np.isin(np.arange(len(is_warm)), hidden))
    if not bool(is_cold.any()):
        table.cold_odds.copy_(trained)
        return {}
    starts = range(0, len(examples), BATCH)
    scored = (torch.from_numpy(predictor.item_scores(examples[start : start + BATCH])) for start in starts)
    gaps = torch.cat([part[:, is_cold].logsumexp(1) - part[:, is_warm].logsumexp(1) for part in scored])
    cold_targets = sum(bool(is_cold[list(items)].any()) for items in map(_items, examples))
    table.cold_odds.fill_(solve(gaps, cold_targets))
    return {
        "cold_odds_as_trained": float(trained[HISTORY]),
        "cold_odds": float(table.cold_odds[HISTORY]),
        "cold_validation": cold_targets,
    }


def judge(ranker: Ranker, asked: dict[str, Asked], is_known: NDArray[np.bool_]) -> Figures:
    """Figures by `kind/metric`: masked (the headline), unmasked and pessimistic.

    A model that cannot read an item that training did not know gets contexts without such items.
    """
    if isinstance(ranker, Predictor) and ranker.model.network.item_table.projection is None:
        asked = {kind: found.known_only(is_known) for kind, found in asked.items()}
    found: Figures = {}
    for kind, it in asked.items():
        found |= _figures(ranker, kind, it)
    return found | _figures(Among(ranker, is_known), WITHOUT_COLD, asked[WARM])


def _figures(ranker: Ranker, kind: str, asked: Asked) -> Figures:
    ranking = rank(ranker, asked.examples, EvaluationConfig(), asked.seen)
    return {f"{kind}/{name}": figure for name, figure in ranking_figures(ranking, METRICS).items()}


def write(found: Figures, details: dict[str, Any], out: Path) -> None:
    """Write units, then figures."""
    out.mkdir(parents=True, exist_ok=True)
    beside = out / ".units.part.npz"
    units = {
        name: np.column_stack([figure.tally.parts, figure.clusters])
        for name, figure in found.items()
        if figure.tally is not None
    }
    np.savez_compressed(beside, **units)  # type: ignore[arg-type]  # numpy's stubs take every keyword for a flag
    beside.replace(out / "units.npz")
    write_json(out / "figures.json", {"test": {name: figure.value for name, figure in found.items()}, **details})


def ask(dataset: Dataset, training: Dataset, drawn: Draw, seed: int) -> dict[str, Asked]:
    """The targets of every kind.

    Raises:
        SystemExit: nobody's test item is held out, or everybody's.
    """
    asked = targets(dataset, drawn, training.train_counts > 0, seed)
    for kind in (COLD, WARM):
        if not asked[kind].examples:
            raise SystemExit(
                f"{dataset.config.path}: expected a {kind} test item for some user, found none with "
                f"{len(drawn.test)} items held out. Take a larger data set."
            )
    return asked


def _items(example: Example) -> tuple[int, ...]:
    return example.target.items if isinstance(example.target, NextItems) else ()


def main(arguments: Sequence[str] | None = None) -> None:
    """Judge what the arguments name."""
    parser = argparse.ArgumentParser(description="Judge one ranker on held-out items and on all others.")
    parser.add_argument("--data", type=Path, required=True, help="the whole data set")
    parser.add_argument("--training", type=Path, required=True, help="the data set without the held-out items")
    parser.add_argument("--seed", type=int, required=True, help="of the draw")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--odds", type=float, default=1.0, help="by which a run's cold items are favoured")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--run", type=Path)
    who.add_argument("--baseline")
    given = parser.parse_args(arguments)
    started = time.perf_counter()
    dataset, training = load(given.data), load(given.training)
    drawn = draw(dataset, given.seed)
    asked = ask(dataset, training, drawn, given.seed)
    ranker = Predictor(load_trained(given.run)) if given.run else baseline(given.baseline, training)
    details: dict[str, Any] = calibrate(ranker, training, drawn.test) if isinstance(ranker, Predictor) else {}
    if isinstance(ranker, Predictor):
        ranker.model.network.favour_cold_items(given.odds)
    details |= {"held_out": {"test": len(drawn.test), "calibration": len(drawn.calibration)}}
    details |= {"targets": {kind: len(it.examples) for kind, it in asked.items()}}
    seconds = round(time.perf_counter() - started, 1)
    found = judge(ranker, asked, training.train_counts > 0)
    told = {"details": details, "seconds_to_fit": seconds, "peak_memory_mb": peak_memory_mb()}
    write(found, told, given.out)


if __name__ == "__main__":
    main()
