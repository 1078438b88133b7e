"""The stage `affinity`: a short joint training in which it is measured how the tasks agree."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import torch

from tastemaker.cli.new_model import new_model
from tastemaker.cli.recipe import Recipe, to_mapping
from tastemaker.cli.stages import chosen_device
from tastemaker.data.dataset import Dataset
from tastemaker.errors import CheckpointError, RecipeError
from tastemaker.model.precision import check_precision
from tastemaker.tasks.withholding import training_view
from tastemaker.training.affinity import Measuring
from tastemaker.training.agreement import Agreement, as_mapping
from tastemaker.training.agreement_chart import draw_agreement
from tastemaker.training.agreement_words import in_words
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.watch import Silent, Watch

STEPS: Final = 100
EVERY: Final = 10
ENDLESS: Final = 10**9
VALIDATED: Final = 32
"""Contexts of the two validations that the trainer makes, which nothing here depends on."""


def affinity(
    recipe: Recipe, out: Path | str, *, steps: int = STEPS, every: int = EVERY, watch: Watch | None = None
) -> dict[str, Any]:
    """Train for a while, measure how the tasks agree, and write `out/affinity.json` and `out/affinity.png`.

    Args:
        recipe: see `tastemaker.cli.recipe.read_recipe`; at least two tasks.
        out: folder; the model itself is thrown away.
        steps: of the training, whose learning rate rises and falls within them.
        every: how many steps lie between two measurements.
        watch: is told of every step.

    Returns:
        What `affinity.json` holds: see `tastemaker.training.agreement.as_mapping`; `words` are those of
        `tastemaker.training.agreement_words`.

    Raises:
        RecipeError: fewer than two tasks, or no measurement within the steps.
        CheckpointError: `out` is no folder.
    """
    if len(recipe.tasks) < 2:
        raise RecipeError(f"affinity is between tasks: expected at least two, found {', '.join(recipe.tasks)} alone.")
    if not 1 <= every <= steps:
        raise RecipeError(f"the steps between measurements must lie between 1 and {steps}, all steps, found {every}.")
    out = Path(out)
    if file := next((place for place in (out, *out.parents) if place.exists() and not place.is_dir()), None):
        raise CheckpointError(f"{out}: expected a folder to write to, found a file at {file}. Pass another --out.")
    agreement = _measured(_shortened(recipe, steps), every, watch or Silent())
    found = as_mapping(agreement, to_mapping(recipe)) | {"words": in_words(agreement)}
    out.mkdir(parents=True, exist_ok=True)
    draw_agreement(agreement, out / "affinity.png")
    beside = out / ".affinity.json.part"
    beside.write_text(json.dumps(found, allow_nan=False) + "\n", encoding="utf-8")
    beside.replace(out / "affinity.json")
    return found


def _shortened(recipe: Recipe, steps: int) -> Recipe:
    """The recipe with just so many steps of all tasks, validated in between by nobody."""
    short = replace(recipe.training, max_steps=steps, epochs=ENDLESS, validate_every=ENDLESS, compile=False)
    short = replace(short, groups_per_step=None, fit_examples=0)
    return replace(recipe, training=replace(short, validation_examples=VALIDATED))


def _measured(recipe: Recipe, every: int, watch: Watch) -> Agreement:
    device = torch.device(chosen_device(recipe.training.device))
    check_precision(recipe.training.precision, device)
    if recipe.training.threads is not None:
        torch.set_num_threads(recipe.training.threads)
    dataset = training_view(Dataset.load(recipe.data), recipe.tasks.values())
    torch.manual_seed(recipe.training.seed)
    model = new_model(recipe, dataset, watch.say)
    with TemporaryDirectory(prefix="tastemaker-affinity-") as run:
        job = Job(dataset, recipe.tasks, model, recipe.training, recipe.balancing, Path(run))
        trainer = Trainer(job, Silent(), device)
        trainer.watch = measuring = Measuring(trainer, every, watch)
        trainer.run(resume=False)
    return Agreement(tuple(recipe.tasks), tuple(measuring.found))
