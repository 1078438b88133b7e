"""Whatever goes wrong for a user is one line on stderr, an exit code, and no traceback."""

import subprocess
import sys

import pytest

from tastemaker.errors import TastemakerError

FULL = "no space left on the disk. Free some; a training run then goes on with --resume.\n"
FAILURES = [
    (TastemakerError("runs/x: expected a run,\nfound none."), "error: runs/x: expected a run, found none.\n"),
    (TastemakerError("item [red]: unknown"), "error: item [red]: unknown\n"),
    (OSError(28, "No space left on device", "runs/x/weights"), f"error: runs/x/weights: {FULL}"),
    (OSError(122, "Disk quota exceeded"), f"error: {FULL}"),
    (
        PermissionError(13, "Permission denied", "runs"),
        "error: runs: permission denied. Check the path and its permissions.\n",
    ),
]
COMMANDS = [
    ["prepare", "movielens-100k", "--out", "data/x"],
    ["train", "RECIPE", "--out", "runs/x"],
    ["evaluate", "runs/x"],
    ["recommend", "runs/x", "--json"],
    ["explain", "runs/x", "--item", "1"],
    ["chat", "runs/x"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize(("failure", "line"), FAILURES, ids=lambda value: str(value)[:20])
def test_a_failed_stage_is_one_line_and_exit_code_1(run, stages, recipe_file, command, failure, line):
    stages.failure = failure
    result = run(*[str(recipe_file) if part == "RECIPE" else part for part in command])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(line)
    assert result.stderr.count("error:") == 1
    assert "Traceback" not in result.stderr


def test_a_bug_is_not_hidden(run, stages):
    stages.failure = ValueError("a bug")
    assert isinstance(run("evaluate", "runs/x").exception, ValueError)


def test_interrupted_training_tells_how_to_go_on(run, stages, recipe_file):
    stages.failure = KeyboardInterrupt()
    result = run("train", recipe_file, "--out", "runs/x", "--set", "training.epochs=3")
    assert (result.exit_code, result.stdout) == (130, "")
    again = f"tastemaker train {recipe_file} --out runs/x --set training.epochs=3 --resume"
    assert result.stderr.endswith(f"interrupted. Go on with `{again}`.\n")


def test_what_was_to_be_replaced_and_still_stands_is_not_gone_on_with(run, stages, recipe_file, tmp_path):
    (tmp_path / "last.json").write_text("{}")
    stages.failure = KeyboardInterrupt()
    lengths = "evaluation.short_histories=[1, 3]"
    result = run("train", str(recipe_file), "--out", str(tmp_path), "--set", lengths, "--overwrite")
    again = f"tastemaker train {recipe_file} --out {tmp_path} --set '{lengths}' --overwrite"
    assert result.stderr.endswith(f"interrupted. Go on with `{again}`.\n")


def test_another_interrupted_command(run, stages):
    stages.failure = KeyboardInterrupt()
    result = run("evaluate", "runs/x")
    assert result.exit_code == 130
    assert result.stderr.endswith("interrupted. Nothing is left half written.\n")


def test_a_process_with_a_broken_recipe(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text("[training\nepochs = 3\n")
    command = [sys.executable, "-m", "tastemaker", "train", str(path), "--out", str(tmp_path / "run")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    expected = "Expected ']' at the end of a table declaration (at line 1, column 10)"
    assert done.stderr == f"error: {path}: expected TOML, found an error: {expected}.\n"
    assert not (tmp_path / "run").exists()


GONE = """
import sys, types
import tastemaker.cli.main
model = types.SimpleNamespace(recommend=lambda **asked: [])
sys.modules["tastemaker.cli.stages"] = types.SimpleNamespace(load=lambda run, new_items: model)
sys.stdin.readline()
tastemaker.cli.main.app(["recommend", "runs/x", "--json"])
"""


def test_a_reader_that_goes_away_costs_no_traceback():
    """As in `tastemaker recommend … | true`, but sure to go before anything is written."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", GONE], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        process.stdout.close()
        process.stdin.write("go\n")
        process.stdin.close()
        assert process.stderr.read() == ""
    assert process.returncode == 1
