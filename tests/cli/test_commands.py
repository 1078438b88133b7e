"""What every command asks of its stage and prints; stages are fakes."""

import io
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from tastemaker.cli.show import contribution_table, evaluation_tables
from tastemaker.data.split import Split

COMMANDS = ("prepare", "train", "tune", "evaluate", "compare", "recommend", "rank", "explain", "chat", "ask")


def test_help_lists_every_command(run):
    result = run("--help")
    assert result.exit_code == 0
    assert all(command in result.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_shows_examples_of_it(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"tastemaker {command} " in result.stdout.split("Examples:")[1]


def test_version(run):
    result = run("--version")
    assert (result.exit_code, result.stdout) == (0, "0.1.0\n")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["prepare", "movielens-100k"], "Missing option '--out'"),
        (["prepare", "--out", "x"], "expected a SOURCE, or --format F PATH; found neither."),
        (["prepare", "--format", "s3rec", "--out", "x"], "expected the PATH of your files beside --format s3rec"),
        (["prepare", "a", "--format", "s3rec", "--path", "p", "--out", "x"], "--format F PATH or SOURCE --path P, not"),
        (
            ["prepare", "movielens-100k", "--format", "s3rec", "a", "--out", "x"],
            "expected one PATH, found movielens-100k, a.",
        ),
        (["train"], "Missing argument 'RECIPE'"),
        (["train", "recipe.toml"], "Missing option '--out'"),
        (["train", "recipe.toml", "--out", "x", "--resume", "--overwrite"], "give --resume or --overwrite, not both."),
        (["evaluate", "runs/x", "--split", "train"], "'train' is not one of 'validation', 'test'"),
        (["recommend", "runs/x", "-k", "0"], "-k"),
        (["recommend", "runs/x", "--user", "1", "--history", "Heat"], "give --user or --history, not both."),
        (["explain", "runs/x", "--user", "1"], "Missing option '--item'"),
        (["recomend", "runs/x"], "Did you mean 'recommend'?"),
        (["recommend", "runs/x", "--jsn"], "--json"),
    ],
)
def test_usage_errors_exit_with_2(run, stages, arguments, complaint):
    result = run(*arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert result.stdout == ""
    assert stages.calls == []


def test_prepare(run, stages):
    result = run("prepare", "movielens-100k", "--out", "data/m", "--path", "raw.zip")
    assert stages.calls == [("prepare", ("movielens-100k", Path("data/m"), Path("raw.zip")))]
    assert result.stdout == "data/m: 943 users, 100,000 interactions. Next: tastemaker train RECIPE --out RUN\n"
    assert result.stderr == "100,000 rows read\n"


def test_prepare_files_in_a_format(run, stages):
    result = run("prepare", "--format", "s3rec", "raw/beauty", "--out", "data/b")
    assert result.exit_code == 0, result.output
    assert stages.calls == [("prepare", ("s3rec", Path("data/b"), Path("raw/beauty")))]


def test_help_of_prepare_teaches_formats(run):
    shown = run("prepare", "--help").stdout
    assert "tastemaker prepare --format s3rec amazon-beauty --out data/beauty" in shown
    assert "With --format, PATH: folder or zip of your files;" in " ".join(shown.replace("│", " ").split())


def test_train_reads_recipe_and_overrides(run, stages, recipe_file):
    result = run(
        "train", recipe_file, "--out", "runs/x", "--set", "training.epochs=3", "--set", "data.path=d", "--resume"
    )
    assert result.exit_code == 0, result.output
    [(_, (recipe, out, resume, overwrite))] = stages.calls
    assert (recipe.training.epochs, recipe.data.path, recipe.tasks["next_item"].weight) == (3, "d", 2.0)
    assert (out, resume, overwrite) == (Path("runs/x"), True, False)
    assert result.stdout == "runs/x: trained. Next: tastemaker evaluate runs/x\n"


def test_train_overwrites_when_asked_to(run, stages, recipe_file):
    assert run("train", recipe_file, "--out", "runs/x", "--overwrite").exit_code == 0
    assert stages.calls[0][1][1:] == (Path("runs/x"), False, True)


def test_train_tells_losses_in_lines_without_a_terminal(run, stages, recipe_file):
    """Of 40 steps every second one, so that about 20 lines stand in a log."""
    assert run("train", recipe_file, "--out", "runs/x").stderr.splitlines() == [
        "training: 40 steps",
        "step 2/40: next_item 0.250",
        "validation after step 2: next_item 0.750 (best so far)",
        "early stopping",
    ]


def test_train_with_a_mistyped_key_calls_no_stage(run, stages, recipe_file):
    result = run("train", recipe_file, "--out", "runs/x", "--set", "training.epoch=3")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == ("error: --set training.epoch=3: [training] has no key 'epoch'; did you mean 'epochs'?\n")
    assert stages.calls == []


def test_evaluate_prints_a_table_per_task(run, stages):
    result = run("evaluate", "runs/x", "--against", "runs/y", "--split", "validation", "--full")
    assert stages.calls == [("evaluate", (Path("runs/x"), Path("runs/y"), Split.VALIDATION, True))]
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[2:4] == [["this", "co"], ["metric", "run", "occurrence"]]
    assert ["ndcg@10", "0.2500", "0.1250"] in lines
    assert ["users", "3"] in lines
    assert "unmasked" not in result.stdout
    assert "next_item (test), 943 users\n" in result.stdout
    assert "rating (test), simulated\n" in result.stdout
    assert "Slices, loss curves and samples: runs/x/report.html" in result.stdout
    assert "noise" not in result.stdout


def test_evaluate_json_has_null_for_what_is_not_finite(run, stages, report):
    result = run("evaluate", "runs/x", "--json")
    found = json.loads(result.stdout)
    assert found["tasks"] == {
        "next_item": {"ndcg@10": 0.25, "ndcg@10_unmasked": 0.2, "users": 3},
        "rating": {"rmse": None},
    }
    assert {**found, "tasks": {}} == {**report, "tasks": {}}
    assert "judging next_item" in result.stderr


def test_recommend_shows_rank_title_score_and_reason(run, stages):
    result = run("recommend", "runs/x", "--history", "Heat", "--history", "7", "-k", "3")
    assert stages.calls[1] == ("recommend", (None, ["Heat", "7"], 3, True))
    assert "Fargo [uncut] (1996)" in result.stdout
    assert all(part in result.stdout for part in ("1.5000", "You liked Heat."))


def test_new_items_can_be_favoured(run, stages):
    run("recommend", "runs/x", "--new-items", "2")
    assert stages.calls[0] == ("load", (Path("runs/x"), 2.0))


def test_recommend_without_reasons(run, stages):
    result = run("recommend", "runs/x", "--no-reasons")
    assert stages.calls[1] == ("recommend", (None, [], 10, False))
    assert "why" not in result.stdout


def test_recommend_json(run, stages):
    result = run("recommend", "runs/x", "--user", "42", "--json")
    assert json.loads(result.stdout) == {
        "run": "runs/x",
        "user": "42",
        "history": [],
        "recommendations": [
            {
                "item_id": "100",
                "title": "Fargo [uncut] (1996)",
                "score": 1.5,
                "reason": "You liked Heat.",
                "evidence": "past: Heat; genre: Crime",
            }
        ],
    }


def test_explain_shows_the_strongest_past_item_first(run, stages):
    result = run("explain", "runs/x", "--user", "42", "--item", "Fargo")
    assert stages.calls[1] == ("explain", ("Fargo", "42", []))
    assert result.stdout.startswith("Fargo [uncut] (1996) (item 100), score 1.5000\nYou liked Heat.\n")
    assert result.stdout.index("-0.500") < result.stdout.index("+0.250")


def test_an_explanation_shows_ten_past_items_and_counts_the_rest():
    parts = [SimpleNamespace(item_id=str(n), title=f"Film {n}", weight=n / 10) for n in range(12)]
    table = contribution_table(SimpleNamespace(contributions=parts))
    assert table.row_count == 11
    assert [str(cell) for cell in table.columns[1].cells][-2:] == ["Film 2", "and 2 more"]


def test_explain_json(run, stages):
    found = json.loads(run("explain", "runs/x", "--item", "100", "--json").stdout)
    assert (found["item_id"], found["user"], found["history"]) == ("100", None, [])
    assert found["contributions"][1] == {"item_id": "8", "title": "Babe (1995)", "weight": -0.5}


@pytest.mark.parametrize("end", ["", "\n", "/quit\nignored\n"])
def test_chat_answers_every_line_until_the_end(run, stages, end):
    result = run("chat", "runs/x", "--user", "42", typed=f"\nhello\n  \na film [please]\n{end}")
    assert result.exit_code == 0
    assert stages.calls[1] == ("chat", ("42", []))
    assert result.stdout.splitlines() == [
        "tastemaker> You said: hello",
        "tastemaker> You said: a film [please]",
        "  recommended: Fargo [uncut] (1996) (item 100)",
    ]


def test_chat_stops_at_quit(run, stages):
    assert "ignored" not in run("chat", "runs/x", typed="/quit\nignored\n").stdout


def test_chat_reads_bytes_that_are_no_utf8(run, stages):
    result = run("chat", "runs/x", typed=b"caf\xe9\n")
    assert (result.exit_code, result.stdout) == (0, "tastemaker> You said: caf\N{REPLACEMENT CHARACTER}\n")


def test_explain_shows_no_table_of_nothing(run, stages, monkeypatch):
    nobody = replace(stages.explain("100"), contributions=())
    monkeypatch.setattr(stages, "explain", lambda *asked, **about: nobody)
    result = run("explain", "runs/x", "--item", "100")
    assert result.stdout == "Fargo [uncut] (1996) (item 100), score 1.5000\nYou liked Heat.\n"


def test_tables_fit_a_narrow_terminal_and_cut_no_figure(report):
    """The widest that a run has of its own: 24 + 7 + 10 + 12 + 12 + 10 columns and 5 gaps are 80."""
    names = ("popularity", "cooccurrence_last_1", "cooccurrence_last_2", "content_neighbours")
    scores = {"next_item": {"popularity_percentile@10": 0.5, "mean_popularity@10": 371.2928}}
    text = io.StringIO()
    console = Console(file=text, width=80)
    for part in evaluation_tables({"split": "test", "tasks": scores, "baselines": dict.fromkeys(names, scores)}):
        console.print(part)
    lines = [line.split() for line in text.getvalue().splitlines()]
    assert ["metric", "run", "popularity", "1", "2", "neighbours"] in lines
    assert ["this", "last", "last", "content"] in lines
    assert ["mean_popularity@10", *["371.29"] * 5] in lines
    assert max(map(len, text.getvalue().splitlines())) <= 80
