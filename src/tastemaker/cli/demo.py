"""The demonstration behind `make demo`: prepare, train, evaluate, and show the model to three people.

Each stage is skipped where its result is there, and goes on where it was stopped.
"""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from tastemaker.checkpoint.spent import is_finished
from tastemaker.checkpoint.store import checkpoint_folder, read_json
from tastemaker.cli import show, stages
from tastemaker.cli.failures import one_line_failures
from tastemaker.cli.progress import training_progress
from tastemaker.cli.recipe import Recipe, from_mapping, read_recipe
from tastemaker.cli.talk import show_reply
from tastemaker.cli.tastes import Taste, distant_tastes, last_words, opening_words
from tastemaker.data.dataset import Dataset
from tastemaker.data.split import Split
from tastemaker.errors import RecipeError
from tastemaker.inference.conversation import Conversation
from tastemaker.inference.held_conversation import HeldConversation
from tastemaker.inference.recommender import Recommender

SOURCE: Final = "movielens-100k"
WIDTH: Final = 100
LAST_LIKED: Final = 5


def run_demo(path: Path, run: Path, console: Console) -> None:
    """Do what is still to be done, then show it.

    Args:
        path: the recipe.
        run: folder of the run.
        console: where the show goes.

    Raises:
        RecipeError: `run` holds a run of another recipe.
    """
    recipe = read_recipe(path)
    console.rule("1. data")
    stages.prepare(SOURCE, Path(recipe.data.path), say=console.print)
    console.rule("2. training")
    train_once(recipe, run, console)
    console.rule("3. evaluation")
    evaluate_once(run, console)
    console.rule("4. three people")
    model = stages.load(run)
    for taste in distant_tastes(Dataset.load(recipe.data)):
        introduce(taste, model, console)
    console.rule("5. the report")
    console.print(f"{run / 'report.html'}: loss curves, metrics beside the baselines, slices and sample texts.")
    console.print(f"Talk to it yourself: .venv/bin/tastemaker chat {run}")


def train_once(recipe: Recipe, run: Path, console: Console) -> None:
    """Train, or go on with a run that was stopped; a finished one stays."""
    has_begun = (run / "last.json").exists()
    if has_begun and not _is_of(run, recipe):
        raise RecipeError(
            f"{run}: expected a run of this recipe, found one of another. Move it away, or undo the change."
        )
    if is_finished(run):
        console.print(f"{run}: trained already.")
        return
    with training_progress(show.messages()) as watch:
        stages.train(recipe, run, resume=has_begun, watch=watch)


def evaluate_once(run: Path, console: Console) -> None:
    """Evaluate, unless report and figures are newer than the model."""
    results = (run / "evaluation.json", run / "report.html")
    trained_at = (run / "best.json").stat().st_mtime
    if all(path.exists() and path.stat().st_mtime >= trained_at for path in results):
        report = read_json(results[0])
        console.print(f"{run}: evaluated already.")
    else:
        report = stages.evaluate(run, split=Split.TEST, say=show.messages().print)
    for table in show.evaluation_tables(report):
        console.print(table)


def introduce(taste: Taste, model: Recommender, console: Console) -> None:
    """Show one user's past, their recommendations, and a conversation."""
    console.print()
    console.print(Text(f"User {taste.user_id}, fond of {', '.join(taste.genres)}", style="bold underline"))
    console.print(Text(f"Last liked: {'; '.join(taste.liked[:LAST_LIKED])}"))
    console.print(show.recommendation_table(model.recommend(user=taste.user_id, k=10)))
    conversation = model.chat(user=taste.user_id)
    has_recommended = False
    for words in opening_words(taste):
        has_recommended = _exchange(conversation, words, console) or has_recommended
    _exchange(conversation, last_words(taste, has_recommended), console)


def _exchange(conversation: Conversation | HeldConversation, words: str, console: Console) -> bool:
    """One turn each; whether the reply recommends something."""
    console.print(Text.assemble(("you> ", "bold cyan"), words))
    reply = conversation.say(words)
    show_reply(reply, console)
    return reply.recommended is not None


def _is_of(run: Path, recipe: Recipe) -> bool:
    """Whether a run was trained by this recipe; how it is evaluated and tuned does not matter."""
    try:
        stored = from_mapping(read_json(checkpoint_folder(run, "last") / "recipe.json"))
    except RecipeError:
        return False
    return replace(stored, evaluation=recipe.evaluation, tune=recipe.tune) == recipe


def main(arguments: list[str]) -> None:
    """`python -m tastemaker.cli.demo [RECIPE]`."""
    path = Path(arguments[0] if arguments else "recipes/demo.toml")
    console = Console(width=WIDTH, highlight=False, markup=False)
    with one_line_failures(lambda: "Run it again to go on."):
        run_demo(path, Path("runs") / path.stem, console)


if __name__ == "__main__":
    main(sys.argv[1:])
