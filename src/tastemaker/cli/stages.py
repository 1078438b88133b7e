"""The stages, composed: each reads what the one before wrote. Command line and Python API are thin over them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import torch

from tastemaker.balancing import check_balancing
from tastemaker.checkpoint.spent import DATA
from tastemaker.checkpoint.store import (
    checkpoint_folder,
    files_of_others,
    has_weights,
    is_of_best,
    read_json,
    remove_run,
)
from tastemaker.checkpoint.trained import TrainedModel, load_trained
from tastemaker.cli.new_model import chosen_backbone, new_model
from tastemaker.cli.recipe import Recipe, from_mapping, to_mapping
from tastemaker.cli.tables import leaves
from tastemaker.data.dataset import Dataset
from tastemaker.data.prepare import prepare
from tastemaker.data.split import Split
from tastemaker.data.storage import has_same_tables
from tastemaker.errors import CheckpointError, RecipeError, RequestError
from tastemaker.evaluation.answers import Contestant
from tastemaker.evaluation.baselines import BASELINES
from tastemaker.evaluation.evaluate import MODEL, Beside
from tastemaker.evaluation.evaluate import evaluate as judge
from tastemaker.evaluation.report import write_evaluation, write_report
from tastemaker.inference.predictor import Predictor
from tastemaker.inference.recommender import Recommender
from tastemaker.model.content import content_vectors
from tastemaker.model.precision import check_precision
from tastemaker.tasks.talks import overlapping
from tastemaker.tasks.withholding import training_view
from tastemaker.training.execution import check_compiler
from tastemaker.training.loop import Job, Trainer
from tastemaker.training.watch import Silent, Watch

__all__ = ["evaluate", "load", "prepare", "train"]

FREE: Final = tuple(f"training.{key}" for key in ("max_steps", "device", "threads", "patience"))
"""Keys that may change when a run is resumed."""


def train(
    recipe: Recipe, out: Path | str, *, resume: bool = False, overwrite: bool = False, watch: Watch | None = None
) -> Path:
    """Train what `recipe` says and leave the run in `out`.

    Args:
        recipe: see `tastemaker.cli.recipe.read_recipe`.
        out: folder of the run.
        resume: go on from the last checkpoint in `out`, if there is one; the recipe must be the same.
        overwrite: replace the run that `out` holds, once the new one is ready to begin.
        watch: is told of every step.

    Raises:
        RecipeError: the recipe cannot be trained, or differs from that of the run to resume.
        CheckpointError: `out` holds a run that is neither to be resumed nor overwritten, or is no folder.
    """
    out = Path(out)
    _check_place(out, resume, overwrite)
    watch = watch or Silent()
    device = torch.device(chosen_device(recipe.training.device))
    check_precision(recipe.training.precision, device)
    check_compiler(recipe.training, device)
    check_balancing(recipe.balancing)
    if recipe.training.threads is not None:
        torch.set_num_threads(recipe.training.threads)
    if recipe.model.is_pretrained:
        chosen_backbone(recipe, watch.say)  # what cannot be had is said before data is read
    resume = resume and (out / "last.json").is_file()
    if resume:
        _check_same_recipe(recipe, out)
    dataset = training_view(Dataset.load(recipe.data), recipe.tasks.values())
    _say_overlap(dataset, watch.say)
    torch.manual_seed(recipe.training.seed)
    model = new_model(recipe, dataset, watch.say)
    trainer = Trainer(Job(dataset, recipe.tasks, model, recipe.training, recipe.balancing, out), watch, device)
    if not resume:
        remove_run(out)
    out.mkdir(parents=True, exist_ok=True)
    trainer.run(resume)
    return out


def _say_overlap(dataset: Dataset, say: Callable[[str], None]) -> None:
    """Where a split is published by turn, what becomes of the dialogues in both parts."""
    if found := overlapping(dataset):
        is_clean = dataset.config.dialogue_split == "clean"
        done = "left out of training" if is_clean else "trained on, up to their last training turn"
        say(
            f"{found:,} dialogues with turns that are judged have turns published for training: {done} "
            f'(data.dialogue_split = "{dataset.config.dialogue_split}")'
        )


def evaluate(
    run: Path | str,
    *,
    against: Path | str | None = None,
    split: Split = Split.TEST,
    full: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Judge a run beside baselines and write `RUN/evaluation.json` and `RUN/report.html`.

    Args:
        run: the run to judge.
        against: another run on the same data set, judged on the same examples.
        split: which part of the data set.
        full: judge every written text instead of a sample.
        say: is told what is measured next.

    Returns:
        See `tastemaker.evaluation.evaluate.evaluate`.

    Raises:
        CheckpointError: no run, or a broken one.
        RecipeError: `against` was trained on another data set or split.
    """
    run = Path(run)
    model = load_trained(run, device=chosen_device("auto"))
    recipe = from_mapping(model.recipe, f"{run}: its recipe")
    dataset = Dataset.load(recipe.data)
    check_same_items(run, model, dataset)
    config = replace(recipe.evaluation, text_sample=None, attribution_sample=None) if full else recipe.evaluation
    known = training_view(dataset, recipe.tasks.values()).catalog
    beside = Beside(
        run=str(run),
        against={} if against is None else {_name_of(against): contestant(Path(against), model, recipe)},
        content_vectors=content_vectors(known, recipe.model.content, Path(recipe.data.path), say),
        say=say,
    )
    result = judge(Predictor(model), dataset, recipe.tasks, config, split, beside)
    write_evaluation(result, run / "evaluation.json")
    compared = read_json(run / "compare.json") if is_of_best(run / "compare.json", run) else None
    if compared is None and (run / "compare.json").exists():
        say(f"{run / 'compare.json'} is of weights before these, and left out of the report: compare again.")
    write_report(result, run / "losses.jsonl", result["samples"], model.recipe, run / "report.html", compared)
    return result


def _name_of(against: Path | str) -> str:
    """What another run is called: its folder, or the whole path where somebody else is called so."""
    path = Path(against).absolute()
    return str(path) if path.name in (MODEL, *BASELINES) else path.name


def check_same_items(run: Path, model: TrainedModel, dataset: Dataset) -> None:
    """A model is judged on the data that it was trained on.

    Raises:
        RecipeError: the data set has other items now, or other tables, where the run says which it had.
    """
    had = read_json(checkpoint_folder(run, "best") / "training.json").get(DATA)
    has = dataset.info.checksums if dataset.info else None
    if had and has and had != has:
        changed = sorted(name for name in had.keys() | has.keys() if had.get(name) != has.get(name))
        raise RecipeError(
            f"{dataset.config.path}: expected the tables that {run} was trained on, found other {', '.join(changed)}. "
            "Prepare the data set as it was, or train again."
        )
    if [item.item_id for item in model.catalog] != [item.item_id for item in dataset.answers]:
        raise RecipeError(
            f"{dataset.config.path}: expected the {len(model.catalog):,} items that {run} was trained on, found "
            f"{len(dataset.answers):,} that are others or stand in another order. Prepare the data set as it was, into "
            "a folder of its own if need be, or train again."
        )


def contestant(run: Path, judged: TrainedModel, beside: Recipe) -> Contestant:
    """Another run as a contestant, on the tasks that it was trained on.

    Raises:
        RecipeError: it was trained on another data set or split.
    """
    model = load_trained(run, device=chosen_device("auto"))
    recipe = from_mapping(model.recipe, f"{run}: its recipe")
    # Where training dialogues are cut, and what training is not to read, does not change what is judged.
    judged_by = {name: getattr(beside.data, name) for name in ("path", "dialogue_split", "withhold_for")}
    same = replace(recipe.data, **judged_by)
    tables_differ = not has_same_tables(Path(recipe.data.path), Path(beside.data.path))
    if same != beside.data or model.catalog != judged.catalog or tables_differ:
        raise RecipeError(f"{run}: expected a run on the data set and split of the judged one, found {recipe.data}.")
    return Contestant(Predictor(model), frozenset(recipe.tasks))


def load(run: Path | str, new_items: float = 1.0) -> Recommender:
    """Load a trained run, ready to recommend, explain, chat, and be asked for what else its tasks do.

    Args:
        run: folder that training wrote.
        new_items: by how much the odds of items without any interaction in training are raised, or lowered below 1,
            against what validation found them to be.

    Raises:
        RequestError: `new_items` is not above 0.
        CheckpointError: no run, or a checkpoint that is truncated, altered or of a newer version.
    """
    if not 0 < new_items < float("inf"):
        raise RequestError(f"new items: expected odds above 0, such as 2, found {new_items:g}.")
    model = load_trained(Path(run), device=chosen_device("auto"))
    model.network.favour_cold_items(new_items)
    recipe = from_mapping(model.recipe, f"{run}: its recipe")
    return Recommender(model, lambda: Dataset.load(recipe.data), recipe.tasks)


def chosen_device(name: str) -> str:
    """The device that `training.device` names; `auto` is a GPU where there is one.

    Raises:
        RecipeError: this machine has no such device.
    """
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name.split(":")[0] not in ("cpu", "cuda", "mps"):
        raise RecipeError(f"training.device must be auto, cpu, cuda, cuda:N or mps, found {name!r}.")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise RecipeError(f"training.device = {name!r}, but PyTorch sees no GPU here. Set training.device = 'cpu'.")
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError):
        raise RecipeError(
            f"training.device = {name!r}, but PyTorch has no such device here. Set training.device = 'cpu'."
        ) from None
    return name


def _check_place(out: Path, resume: bool, overwrite: bool) -> None:
    """A run is hours of work: nothing replaces it unasked."""
    file = next((place for place in (out, *out.parents) if place.exists() and not place.is_dir()), None)
    if file is not None:
        raise CheckpointError(f"{out}: expected a folder for the run, found a file at {file}. Pass another --out.")
    if (out / "last.json").exists():
        if not (resume or overwrite):
            raise CheckpointError(
                f"{out}: holds a run already. Go on with it by --resume, replace it by --overwrite, or pass another "
                "--out."
            )
    elif has_weights(out):
        if not overwrite:
            raise CheckpointError(
                f"{out}: holds a trained model, as a trial of a search leaves it, without what it takes to go on with "
                "it. Replace it by --overwrite, or pass another --out."
            )
    elif foreign := files_of_others(out):
        raise CheckpointError(
            f"{out}: expected a folder for the run alone, found {', '.join(foreign)} of something else, which a run "
            "would replace. Pass another --out."
        )


def _check_same_recipe(recipe: Recipe, out: Path) -> None:
    """A resumed run must be the run that was begun; how long and on what device it runs may change.

    A key that is newer than the run had its default then.
    """
    kept = from_mapping(read_json(checkpoint_folder(out, "last") / "recipe.json"), f"{out}: its recipe")
    before, now = (leaves(json.loads(json.dumps(to_mapping(it)))) for it in (kept, recipe))
    for key in sorted(before.keys() | now.keys()):
        if key in FREE or key.startswith("evaluation."):
            continue
        if before.get(key) != now.get(key):
            raise RecipeError(
                f"{out}: to resume, {key} must be {before.get(key)!r} as when training began, found {now.get(key)!r}. "
                "Train into another --out instead."
            )
