"""The demonstration does what is still to be done, once."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from tastemaker.cli import demo
from tastemaker.cli.recipe import to_mapping
from tastemaker.cli.tastes import Taste

RUN = Path("runs/recipe")
TASTE = Taste("7", tuple(f"Film {n} [x]" for n in range(9)), ("Horror", "Thriller"), "1980s")


class StoredStages:
    """The fakes of conftest, but that they leave a run on disk."""

    def __init__(self, fake, report):
        self.fake, self.report, self.did = fake, report, []

    def prepare(self, source, out, say):
        self.did.append(f"prepare {source} {out}")

    def train(self, recipe, out, resume, watch):
        self.did.append(f"train resume={resume}")
        checkpoint = out / "checkpoints" / "step-1"
        checkpoint.mkdir(parents=True, exist_ok=True)
        (checkpoint / "recipe.json").write_text(json.dumps(to_mapping(recipe)))
        (checkpoint / "training.json").write_text('{"is_finished": false}')
        for pointer in ("last", "best"):
            (out / f"{pointer}.json").write_text('{"checkpoint": "step-1"}')
        if self.fake.failure:
            raise self.fake.failure
        (checkpoint / "training.json").write_text('{"is_finished": true}')

    def evaluate(self, run, split, say):
        self.did.append(f"evaluate {split}")
        (run / "evaluation.json").write_text(json.dumps(self.report))
        (run / "report.html").write_text("<html>")
        return self.report


@pytest.fixture
def stored(tmp_path, monkeypatch, stages, recipe_file, report):
    """A current directory with `recipe.toml`, and stages that leave a run there."""
    monkeypatch.chdir(tmp_path)
    stored = StoredStages(stages, report)
    for name in ("prepare", "train", "evaluate"):
        monkeypatch.setattr(demo.stages, name, getattr(stored, name), raising=False)
    monkeypatch.setattr(demo.stages, "load", stages.load)
    monkeypatch.setattr(demo.Dataset, "load", lambda config: None)
    monkeypatch.setattr(demo, "distant_tastes", lambda dataset: [TASTE])
    return stored


def test_a_first_run_does_everything_and_a_second_one_reuses_it(stored, capsys):
    demo.main(["recipe.toml"])
    assert stored.did == ["prepare movielens-100k data/x", "train resume=False", "evaluate test"]
    stored.did.clear()
    demo.main(["recipe.toml"])
    assert stored.did == ["prepare movielens-100k data/x"]
    text = capsys.readouterr().out
    assert "runs/recipe: trained already." in text
    assert "runs/recipe: evaluated already." in text


def test_a_run_that_was_stopped_goes_on(stored, capsys):
    stored.fake.failure = KeyboardInterrupt()
    with pytest.raises(SystemExit) as left:
        demo.main(["recipe.toml"])
    assert left.value.code == 130
    assert capsys.readouterr().err.endswith("interrupted. Run it again to go on.\n")
    stored.fake.failure = None
    stored.did.clear()
    demo.main(["recipe.toml"])
    assert stored.did == ["prepare movielens-100k data/x", "train resume=True", "evaluate test"]


def test_a_model_that_is_newer_than_its_figures_is_evaluated_again(stored):
    demo.main(["recipe.toml"])
    (RUN / "report.html").unlink()
    stored.did.clear()
    demo.main(["recipe.toml"])
    assert stored.did[1:] == ["evaluate test"]


def test_a_run_of_another_recipe_is_not_overwritten(stored, recipe_file, capsys):
    demo.main(["recipe.toml"])
    recipe_file.write_text(recipe_file.read_text().replace("epochs = 7", "epochs = 8"))
    stored.did.clear()
    with pytest.raises(SystemExit) as left:
        demo.main(["recipe.toml"])
    assert left.value.code == 1
    assert capsys.readouterr().err == (
        "error: runs/recipe: expected a run of this recipe, found one of another. Move it away, or undo the change.\n"
    )
    assert stored.did == ["prepare movielens-100k data/x"]


def test_somebody_is_shown_with_past_recommendations_and_a_conversation(stages):
    text = io.StringIO()
    demo.introduce(TASTE, stages, Console(file=text, width=demo.WIDTH, markup=False))
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[1:3] == [
        "User 7, fond of Horror, Thriller",
        "Last liked: Film 0 [x]; Film 1 [x]; Film 2 [x]; Film 3 [x]; Film 4 [x]",
    ]
    assert [call for call in stages.calls if call[0] != "load"] == [
        ("recommend", ("7", [], 10, True)),
        ("chat", ("7", [])),
    ]
    said = [line.removeprefix("you> ") for line in lines if line.startswith("you> ")]
    assert said == [
        "Hello, I would like to watch a film tonight.",
        "I would like a horror film. I liked Film 0 [x].",
        "I have seen that one. What else would you recommend?",
    ]
    assert "  recommended: Fargo [uncut] (1996) (item 100)" in lines
