"""What is found on validation, found anew for trained runs by the code as it stands.

    python -m benchmarks.calibrate_anew runs/trunks/smollm2-0 runs/trunks/nano-0

The item graph, trend, likeness, priors and odds of cold items, sureness, cuts and rating line have no part in training:
they are made of the data and weighed at the best look; so are the label heads that are fitted when training is over. So
a run whose learnt weights are worth hours becomes what a training by later code would have left, unless that learns
something else. Its best checkpoint is replaced. That it was calibrated anew belongs beside every figure of it.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from tastemaker.checkpoint.spent import FITTED
from tastemaker.checkpoint.store import load_checkpoint, replace_best
from tastemaker.cli.new_model import new_model
from tastemaker.cli.recipe import from_mapping
from tastemaker.data.dataset import Dataset
from tastemaker.model.precision import autocast
from tastemaker.tasks.withholding import training_view
from tastemaker.training.calibration import calibrate
from tastemaker.training.label_cuts import set_label_cuts
from tastemaker.training.label_fit import fit_label_heads, label_rows
from tastemaker.training.mixture import group_tasks
from tastemaker.training.rating_line import set_rating_line
from tastemaker.training.validation import Validation

LEARNT = "label_heads."
"""Buffers under this name are means of learnt weights."""


def calibrate_anew(run: Path) -> None:
    """Replace the best checkpoint of a run.

    Raises:
        SystemExit: the code as it stands learns other weights.
    """
    checkpoint = load_checkpoint(run, "best")
    recipe = from_mapping(checkpoint.documents["recipe"])
    dataset = training_view(Dataset.load(recipe.data), recipe.tasks.values())
    torch.manual_seed(recipe.training.seed)
    model = new_model(recipe, dataset, print)
    network, kept = model.network, checkpoint.tensors["weights"]
    names = {name for name, _ in network.named_parameters()}
    learnt = {name: tensor for name, tensor in kept.items() if name in names or name.startswith(LEARNT)}
    if missing := sorted(names - learnt.keys()):
        raise SystemExit(f"{run}: expected all weights that are learnt, found none of {', '.join(missing[:3])}. Train.")
    network.load_state_dict(learnt, strict=False)
    groups = group_tasks(dataset, list(recipe.tasks.values()), reads_ahead=model.layout.reads_ahead)
    validation = Validation(dataset, groups, model.layout, recipe.training.validation_examples)
    with autocast(recipe.training.precision, torch.device("cpu")):
        look, short = validation.look(network), validation.look_short(network)
    set_label_cuts(look)
    calibrate(look, short)
    set_rating_line(look)
    rows = label_rows(dataset, recipe.tasks.values(), model.layout, recipe.training.fit_examples)
    if rows and not checkpoint.documents["training"].get(FITTED):
        with autocast(recipe.training.precision, torch.device("cpu")):
            fit_label_heads(look, rows)
    documents = {**checkpoint.documents, "training": {**checkpoint.documents["training"], FITTED: bool(rows)}}
    replace_best(
        run, replace(checkpoint, tensors={**checkpoint.tensors, "weights": model.weights()}, documents=documents)
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Calibrate what the arguments name."""
    parser = argparse.ArgumentParser(description="Calibrate trained runs anew, by the code as it stands.")
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN")
    for run in parser.parse_args(arguments).runs:
        calibrate_anew(run)
        print(f"{run}: calibrated anew", flush=True)


if __name__ == "__main__":
    main()
