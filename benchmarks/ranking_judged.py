"""Judges one ranker of the ranking benchmark in a process of its own: a trained run, an untrained baseline, or a peer.

    python -m benchmarks.ranking_judged --data DATA --out FOLDER (--run RUN | --baseline NAME | --peer FOLDER)

writes `FOLDER/units.npz`, of each metric what every test user adds, and `FOLDER/figures.json` last: the figures of test
and validation, and the users ranked per second. One item a user is held out for each; test is scored once. A peer has
found the places of its targets and its speed in its own process; here they become figures of the same kind.
"""

import argparse
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.peers.contestant import ANSWERS, read_cost
from benchmarks.peers.exchange import read_answers
from benchmarks.ranking_speed import K, longest_history
from benchmarks.result import peak_memory_mb, write_json
from tastemaker.checkpoint.trained import load_trained
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import DataConfig, Split
from tastemaker.evaluation.answers import Ranker
from tastemaker.evaluation.baselines import BASELINES, Ingredients
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.context import known_items
from tastemaker.evaluation.figures import Figures
from tastemaker.evaluation.judge import Judge
from tastemaker.evaluation.ranked import Ranking, rank, ranking_figures
from tastemaker.inference.batch_ranking import rank_histories
from tastemaker.inference.predictor import Predictor
from tastemaker.metrics.lists import top_k
from tastemaker.model.content import content_vectors
from tastemaker.model.edges import Edges
from tastemaker.model.item_graph import ItemGraph
from tastemaker.model.item_likeness import ItemLikeness
from tastemaker.model.item_trend import ItemTrend
from tastemaker.tasks.example import Example
from tastemaker.tasks.next_item import NextItem
from tastemaker.training.calibration import calibrate
from tastemaker.training.mixture import group_tasks
from tastemaker.training.validation import Validation

METRICS: Final = ("ndcg@10", "hr@10", "ndcg@5", "hr@5", "mrr@10")
TERMS: Final = ("graph", "trend", "likeness")
"""What stands beside the network in a ranking of histories; `model.item_NAME` leaves it out."""
KIND: Final = "items"
TIMED_USERS: Final = 2048
REPETITIONS: Final = 5


def load(data: Path) -> Dataset:
    """The data set, each user's last item for test and the one before for validation."""
    return Dataset.load(DataConfig(path=str(data), test_items=1, validation_items=1))


def baseline(name: str, dataset: Dataset) -> Ranker:
    """An untrained baseline, fitted on training and chosen on validation.

    Raises:
        SystemExit: there is no ranking baseline of that name.
    """
    known = BASELINES.get(name)
    if known is None or KIND not in known.kinds:
        raise SystemExit(f"--baseline: expected a baseline that ranks items, found {name!r}.")
    vectors = content_vectors(dataset.catalog, "minilm", Path(dataset.config.path), lambda line: None)
    judge = Judge.of(dataset, Split.VALIDATION, EvaluationConfig())
    answers = known.fit(Ingredients(judge, content_vectors=vectors))
    if not isinstance(answers, Ranker):
        raise SystemExit(f"{name}: {dataset.config.path} lacks what this baseline needs.")
    return answers


def figures(ranker: Ranker, dataset: Dataset, split: Split) -> Figures:
    """Masked (the headline), unmasked and pessimistic figures of a split."""
    config = EvaluationConfig()
    examples = list(NextItem().examples(dataset, split))
    seen = [known_items(example, dataset, split) for example in examples]
    return ranking_figures(rank(ranker, examples, config, seen), METRICS)


def users_per_second(ranker: Ranker, dataset: Dataset) -> float:
    """Users whose ten best unseen items are found in a second, many at a time: the median over repetitions.

    A trained model ranks as `tastemaker rank` does; a baseline, which has no such way, by its scores.
    """
    examples = list(NextItem().examples(dataset, Split.TEST))[:TIMED_USERS]
    way = partial(_lists_of_model, ranker) if isinstance(ranker, Predictor) else partial(_lists_of_scores, ranker)
    took = []
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        way(dataset, examples)
        took.append(time.perf_counter() - started)
    return len(examples) / float(np.median(took))


def _lists_of_model(model: Predictor, dataset: Dataset, examples: Sequence[Example]) -> None:
    histories = [dataset.known_before(example.user, Split.TEST) for example in examples if example.user is not None]
    rank_histories(model.reader, histories, K, longest_history(model.model))


def _lists_of_scores(ranker: Ranker, dataset: Dataset, examples: Sequence[Example]) -> None:
    for start in range(0, len(examples), 256):
        part = examples[start : start + 256]
        scores = np.array(ranker.item_scores(part))
        for row, example in enumerate(part):
            scores[row, list(known_items(example, dataset, Split.TEST))] = -np.inf
        top_k(scores, K, 0)


def network_alone(run: Path, dataset: Dataset) -> Predictor:
    """The model of a run as its recipe without item graph, trend and likeness would have trained it."""
    return without(TERMS, run, dataset)


def without(terms: Sequence[str], run: Path, dataset: Dataset) -> Predictor:
    """The model of a run as its recipe without some of `TERMS` would have trained it.

    None has a part in training; the others, and cold items against all, are weighed anew.
    """
    model = load_trained(run)
    items, network = len(model.catalog), model.network
    if "graph" in terms:
        network.item_graph = ItemGraph(Edges.none(items))
    if "trend" in terms:
        network.item_trend = ItemTrend(torch.zeros(items))
    if "likeness" in terms:
        network.item_likeness = ItemLikeness(Edges.none(items))
    recipe = from_mapping(model.recipe)
    groups = group_tasks(dataset, list(recipe.tasks.values()), reads_ahead=model.layout.reads_ahead)
    validation = Validation(dataset, groups, model.layout, recipe.training.validation_examples)
    calibrate(validation.look(network), validation.look_short(network))
    return Predictor(model)


def peer_figures(answers: Path, split: Split) -> Figures:
    """The same of a peer, from `answers.npz`."""
    (masked, users), (unmasked, _) = (read_answers(answers, split, is_masked) for is_masked in (True, False))
    return ranking_figures(Ranking(masked, unmasked, None, np.zeros((len(users), 0), np.int64), users), METRICS)


def write(ranker: Ranker, dataset: Dataset, out: Path, seconds: float) -> None:
    """Judge and write; `seconds` is what fitting took."""
    validation, test = (figures(ranker, dataset, split) for split in (Split.VALIDATION, Split.TEST))
    write_figures(out, validation, test, users_per_second(ranker, dataset), seconds)


def write_peer(peer: Path, out: Path) -> None:
    """Write what a finished peer has reached."""
    cost = read_cost(peer)
    validation, test = (peer_figures(peer / ANSWERS, split) for split in (Split.VALIDATION, Split.TEST))
    write_figures(out, validation, test, cost["users_ranked_per_second"], cost["training_seconds"])


def write_figures(out: Path, validation: Figures, test: Figures, speed: float, seconds: float) -> None:
    """Write the units beside, then rename; the figures last."""
    out.mkdir(parents=True, exist_ok=True)
    beside = out / ".units.part.npz"
    np.savez_compressed(beside, **_units(test))  # type: ignore[arg-type]  # numpy's stubs take every keyword for a flag
    beside.replace(out / "units.npz")
    told = {
        "test": {name: figure.value for name, figure in test.items()},
        "validation": {name: figure.value for name, figure in validation.items()},
        "users_per_second": round(speed, 1),
        "seconds_to_fit": round(seconds, 1),
        "peak_memory_mb": peak_memory_mb(),
    }
    write_json(out / "figures.json", told)


def _units(found: Figures) -> dict[str, NDArray[Any]]:
    """By metric: the parts of each user's figure, the user in the last column."""
    return {
        name: np.column_stack([figure.tally.parts, figure.clusters])
        for name, figure in found.items()
        if figure.tally is not None
    }


def main() -> None:
    """Judge what the arguments name."""
    parser = argparse.ArgumentParser(description="Judge one ranker on a data set's validation and test users.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--run", type=Path)
    who.add_argument("--baseline")
    who.add_argument("--peer", type=Path)
    parser.add_argument("--network-alone", action="store_true", help="leave out what stands beside the network")
    given = parser.parse_args()
    if given.peer:
        write_peer(given.peer, given.out)
        return
    started = time.perf_counter()
    dataset = load(given.data)
    if given.baseline:
        ranker = baseline(given.baseline, dataset)
    else:
        ranker = network_alone(given.run, dataset) if given.network_alone else Predictor(load_trained(given.run))
    write(ranker, dataset, given.out, time.perf_counter() - started)


if __name__ == "__main__":
    main()
