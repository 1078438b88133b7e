"""The stage `compare`: a run of several tasks beside runs of some of them, judged on the same examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tastemaker.checkpoint.spent import Spent, costs, is_finished, training_state
from tastemaker.checkpoint.store import checkpoint_folder, is_of_best, read_json
from tastemaker.checkpoint.trained import load_trained
from tastemaker.cli.recipe import from_mapping
from tastemaker.cli.stages import check_same_items, chosen_device, contestant
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import CheckpointError, RecipeError
from tastemaker.evaluation.compare import ByTask, Sides, compare_sides, report
from tastemaker.evaluation.compare_report import write_comparison
from tastemaker.evaluation.config import EvaluationConfig
from tastemaker.evaluation.judge import Judge
from tastemaker.evaluation.report import write_report
from tastemaker.inference.predictor import Predictor


def compare(  # noqa: PLR0913 - one parameter an option
    joint: Path | str,
    singles: Sequence[Path | str],
    *,
    split: Split = Split.TEST,
    out: Path | str | None = None,
    full: bool = False,
    metrics: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Say what each task gained or lost by joint training, and write `compare.json` and `compare.html`.

    Where these go to the joint run, which was evaluated as it is now, its report is written anew and begins with them.

    Args:
        joint: a finished run of several tasks.
        singles: finished runs on the same data and split, each of some of these tasks.
        split: which part of the data set.
        out: folder of the two files; the joint run's own where None.
        full: judge every written text instead of a sample.
        metrics: by task the metric that it is judged by, where that is not its first.
        say: is told what is measured next.

    Returns:
        `{"joint", "singles": {run: [task]}, "split", "cost", …}` with what `tastemaker.evaluation.compare.report` and
        `tastemaker.checkpoint.spent.costs` give.

    Raises:
        CheckpointError: no run, a broken one, or one that is not finished.
        RecipeError: a run on other data, or with no task, or one task too many, to be compared.
    """
    sides, judge = sides_of(Path(joint), [Path(single) for single in singles], split, full)
    sides = replace(sides, metrics=metrics or {})
    return keep(compare_sides(sides, judge, say), sides, judge, Path(joint), Path(out or joint))


def keep(found: Mapping[str, ByTask], sides: Sides, judge: Judge, joint: Path, out: Path) -> dict[str, Any]:
    """Write what was found to the folder `out`, and give what `compare` returns."""
    result = {
        "joint": str(joint),
        "singles": {name: sorted(it.tasks or ()) for name, it in sides.singles.items()},
        "split": str(judge.split),
        **report(found, sides, judge.config),
        "cost": costs(Spent.of(joint), {name: Spent.of(Path(name)) for name in sides.singles}, sides.alone),
    }
    write_comparison(result, out)
    if out == joint and is_of_best(out / "evaluation.json", joint):
        evaluated = read_json(out / "evaluation.json")
        recipe = read_json(checkpoint_folder(out, "best") / "recipe.json")
        write_report(evaluated, out / "losses.jsonl", evaluated["samples"], recipe, out / "report.html", result)
    return result


def sides_of(joint: Path, singles: Sequence[Path], split: Split, full: bool = False) -> tuple[Sides, Judge]:
    """Load both sides and what they are judged by; see `compare`."""
    for run in (joint, *singles):
        _check_finished(run)
    model = load_trained(joint, device=chosen_device("auto"))
    recipe = from_mapping(model.recipe, f"{joint}: its recipe")
    if len(recipe.tasks) < 2:
        raise RecipeError(
            f"{joint}: expected a run trained on several tasks, found one of {', '.join(recipe.tasks)} alone. Two runs "
            "of one task are compared by `tastemaker evaluate RUN --against RUN2`."
        )
    lengths = sorted({*recipe.evaluation.short_histories, *EvaluationConfig().short_histories})
    config = replace(recipe.evaluation, short_histories=tuple(lengths))
    config = replace(config, text_sample=None, attribution_sample=None) if full else config
    rivals = {str(run): contestant(run, model, recipe) for run in singles}
    dataset = Dataset.load(recipe.data)
    check_same_items(joint, model, dataset)
    return Sides(Predictor(model), recipe.tasks, rivals), Judge.of(dataset, split, config)


def _check_finished(run: Path) -> None:
    state = training_state(run)
    if not is_finished(run):
        raise CheckpointError(
            f"{run}: expected a finished run, found one that stopped after step {state['step']} of "
            f"{state['total_steps']}. Go on with it by `tastemaker train RECIPE --out {run} --resume`."
        )
