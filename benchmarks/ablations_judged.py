"""Judges one run of `benchmarks.ablations` on validation, in a process of its own.

    python -m benchmarks.ablations_judged --data DATA --variant NAME --run RUN --out FOLDER [--without TERM …]

writes `FOLDER/units.npz`, of each metric what every validation user adds, and `FOLDER/figures.json` last. With
`--without`, the model is judged without these terms, the rest weighed anew. Test is never looked at.
"""

import argparse
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.ablation_variants import admit
from benchmarks.pooled import UNITS
from benchmarks.ranking_judged import TERMS, load, without
from benchmarks.result import write_json
from tastemaker.checkpoint.trained import load_trained
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.evaluation.answers import Ranker
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import clusters_of, known_items, target_items
from tastemaker.evaluation.figures import Figures, Material, measure
from tastemaker.inference.predictor import Predictor
from tastemaker.metrics.places import join, place
from tastemaker.tasks.next_item import NextItem

SPLIT: Final = Split.VALIDATION
KEPT: Final = ("ndcg@10", "hr@10")
FIGURES: Final = "figures.json"


def judge(ranker: Ranker, dataset: Dataset) -> Figures:
    """How the validation items rank in the whole catalog, seen items masked."""
    config = EvaluationConfig()
    examples = list(NextItem().examples(dataset, SPLIT))
    places = []
    for start in range(0, len(examples), config.batch):
        batch = examples[start : start + config.batch]
        known = [known_items(example, dataset, SPLIT) for example in batch]
        places.append(place(np.asarray(ranker.item_scores(batch)), [target_items(it) for it in batch], known))
    return measure(KEPT, {"places": Material(join(places), clusters_of(examples))})


def write(found: Figures, out: Path) -> None:
    """Write the units beside, then rename; the figures last."""
    units = {
        name: np.column_stack([figure.tally.parts, figure.clusters]) for name, figure in found.items() if figure.tally
    }
    out.mkdir(parents=True, exist_ok=True)
    beside = out / ".units.part.npz"
    np.savez_compressed(beside, **units)  # type: ignore[arg-type]  # numpy's stubs take every keyword for a flag
    beside.replace(out / UNITS)
    write_json(out / FIGURES, {name: figure.value for name, figure in found.items()})


def main() -> None:
    """Judge what the arguments name."""
    parser = argparse.ArgumentParser(description="Judge one run of the ablations on validation users.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--without", nargs="*", default=[], choices=TERMS, metavar="TERM", help=", ".join(TERMS))
    given = parser.parse_args()
    admit(given.variant)
    dataset = load(given.data)
    left_out = tuple(given.without)
    ranker = without(left_out, given.run, dataset) if left_out else Predictor(load_trained(given.run))
    write(judge(ranker, dataset), given.out)


if __name__ == "__main__":
    main()
