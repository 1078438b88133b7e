import json
import re

import pytest

from tastemaker.errors import DataError
from tastemaker.evaluation.charts import means
from tastemaker.evaluation.report import render_report, write_evaluation, write_report
from tastemaker.evaluation.tables import best, metric_table

RESULT = {
    "run": "runs/<toy>",
    "split": "test",
    "against": ["runs/other_one"],
    "tasks": {"next_item": {"ndcg@10": 0.2, "ndcg@10_unmasked": 0.1, "coverage@10": 0.5}, "rating": {"rmse": 1.5}},
    "baselines": {
        "popularity": {"next_item": {"ndcg@10": 0.1, "ndcg@10_unmasked": 0.15, "coverage@10": 0.9}},
        "runs/other_one": {"next_item": {"ndcg@10": 0.19, "coverage@10": None}},
        "bias_model": {"rating": {"rmse": 1.25}},
    },
    "slices": {"last_1": {"model": {"next_item": {"ndcg@10": 0.07}}, "popularity": {"next_item": {"ndcg@10": 0.1}}}},
    "intervals": {"next_item": {"ndcg@10": [0.18, 0.22]}},
    "differences": {"popularity": {"next_item": {"ndcg@10": {"value": 0.1, "low": 0.08, "high": 0.12}}}},
    "sizes": {"next_item": {"examples": 1234, "users": 943}},
    "simulated": ["rating"],
}
SAMPLE = {
    "task": "rating",
    "liked": ["Heat (1995)"],
    "turns": [{"speaker": "user", "text": "<script>alert(1)</script>", "item": None}],
    "lead": "Try",
    "item": "Alien (1979)",
    "reason": "You asked for horror.",
    "evidence": "asked horror",
    "chosen": "Aliens (1986)",
    "reference": "It is what you wished.",
}


@pytest.fixture
def losses(tmp_path):
    path = tmp_path / "losses.jsonl"
    records = [
        {"step": step, "split": split, "losses": {"next_item": 1 / step, "rating": 0.5}}
        for step in (1, 2, 3)
        for split in ("train", "validation")
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records) + '{"step": 4, "spl')
    return path


def test_the_page_needs_no_other_file_and_no_network(losses):
    page = render_report(RESULT, losses, [SAMPLE], {"data": {"path": "x"}})
    loaded = re.findall(r"<(?:script|link|img|iframe|object|embed)\b|@import|url\(\s*['\"]?(?!#)", page)
    assert loaded == []
    links = re.findall(r'(?:href|src)\s*=\s*"([^"]*)"', page)
    assert links
    assert all(link.startswith("#") for link in links)


def test_what_people_wrote_is_shown_as_text(losses):
    page = render_report(RESULT, losses, [SAMPLE], {"note": "<b>"})
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "runs/&lt;toy&gt;" in page
    assert "&lt;b&gt;" in page


def test_shows_curves_figures_slices_samples_and_recipe(losses):
    page = render_report(RESULT, losses, [SAMPLE], {"data": {"path": "somewhere"}})
    assert page.count("<svg") == 2 + 2 + 1, "two curves, two bar charts, one slice chart"
    for text in ("0.2000", "0.1800 … 0.2200", "excludes zero", "1,234 examples", "runs/other_one", "somewhere"):
        assert text in page
    for text in ("Alien (1979)", "You asked for horror.", "Aliens (1986)", "simulated"):
        assert text in page


def test_a_run_without_losses_or_samples_has_a_page_too(tmp_path):
    page = render_report(RESULT, tmp_path / "none.jsonl", [], {})
    assert "Training</h2>" not in page
    assert "Samples" not in page


def test_equal_results_give_equal_pages(losses):
    assert render_report(RESULT, losses, [SAMPLE], {}) == render_report(RESULT, losses, [SAMPLE], {})


def test_the_best_is_marked_where_there_is_one():
    table = metric_table("next_item", RESULT, "model")
    assert table.contestants == ("model", "popularity", "runs/other_one")
    assert [[cell.is_best for cell in row.cells] for row in table.rows] == [[True, False, False], [False] * 3]
    assert [row.metric for row in table.variants] == ["ndcg@10_unmasked"]
    assert [cell.is_best for cell in table.variants[0].cells] == [False, True, False]
    assert best("rmse", [1.5, 1.25]) == 1.25
    assert best("facts_per_reason", [1.5, 1.25]) is None
    assert best("ndcg@10", [0.5]) is None


def test_files_are_written_whole_or_not_at_all(tmp_path):
    write_report(RESULT, None, [SAMPLE], {}, tmp_path / "run" / "report.html")
    write_evaluation(RESULT, tmp_path / "run" / "evaluation.json")
    assert json.loads((tmp_path / "run" / "evaluation.json").read_text()) == RESULT
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["evaluation.json", "report.html"]

    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "inside").touch()
    with pytest.raises(DataError) as error:
        write_evaluation(RESULT, tmp_path / "taken")
    assert str(error.value).startswith(f"{tmp_path / 'taken'}: could not write the file (")
    assert str(error.value).endswith("). Free some space, or write elsewhere.")
    assert not (tmp_path / ".taken.part").exists()


def test_a_training_curve_is_drawn_in_means_of_neighbouring_steps() -> None:
    steps, losses = means((list(range(1, 7)), [0.0, 2.0, 1.0, 3.0, 5.0, 7.0]), points=3)
    assert steps == [1.5, 3.5, 5.5]
    assert losses == [1.0, 2.0, 6.0]
    assert means(([3], [0.5])) == ([3.0], [0.5])
    assert means(([], [])) == ([], [])
