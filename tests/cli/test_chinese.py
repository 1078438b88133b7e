"""A shop that speaks Chinese, from its files in GB18030 to recommendations: every title, review and reason survives."""

import json
from pathlib import Path

import polars as pl
import pytest

from tastemaker.data.storage import read_table

KINDS, MAKERS = ("吉他", "耳机", "键盘"), ("雅马哈", "索尼", "罗兰", "舒尔")
REVIEW = "音质很好，“非常满意”！\n推荐👍🏽"
RECIPE = """
[data]
path = "data"
test_items = 1
validation_items = 1
[model]
width = 16
layers = 1
heads = 2
vocabulary = 600
content = "tfidf"
[tasks.next_item]
[tasks.explanation]
[training]
max_steps = 2
token_budget = 512
validation_examples = 4
"""
COLUMNS = {"user_id": "用户", "item_id": "商品编号", "timestamp": "时间", "rating": "评分", "review": "评论"}
ITEM_COLUMNS = {"item_id": "商品编号", "title": "名称", "text": "简介", "类别": "类别"}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve users, each with five of twelve items."""
    monkeypatch.chdir(tmp_path)
    names = [f"{MAKERS[row % 4]}{KINDS[row % 3]}{row}号" for row in range(12)]
    items = pl.DataFrame(
        {
            "商品编号": [f"货{row}" for row in range(12)],
            "名称": names,
            "类别": [f"{KINDS[row % 3]}|乐器" for row in range(12)],
            "简介": ["适合初学者。"] * 12,
        }
    )
    seen = [(f"用户{user}", f"货{(user + step * 3) % 12}", step, 5, REVIEW) for user in range(12) for step in range(4)]
    log = pl.DataFrame(seen, schema=list(COLUMNS.values()), orient="row")
    for name, table in {"评论.csv": log, "商品.csv": items}.items():
        (tmp_path / name).write_bytes(table.write_csv().encode("gb18030"))
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return tmp_path


def test_from_files_to_recommendations(run, shop):
    named = [flag for ours, theirs in COLUMNS.items() for flag in ("--column", f"{ours}={theirs}")]
    described = [flag for ours, theirs in ITEM_COLUMNS.items() for flag in ("--item-column", f"{ours}={theirs}")]
    flags = ["--encoding", "gb18030", "--items", "商品.csv", *named, *described]
    assert run("prepare", "--format", "csv", "评论.csv", "--out", "data", *flags).exit_code == 0
    assert set(read_table(shop / "data", "interactions")["review"]) == {REVIEW}
    done = run("train", "recipe.toml", "--out", "run")
    assert done.exit_code == 0, done.output
    found = run("recommend", "run", "--history", "雅马哈吉他0号", "-k", "11", "--json")
    reasons = {row["title"]: row["reason"] for row in json.loads(found.stdout)["recommendations"]}
    assert set(reasons) == set(read_table(shop / "data", "items")["title"]) - {"雅马哈吉他0号"}
    of_guitars = [reason.replace(title, "") for title, reason in reasons.items() if "吉他" in title]
    assert len(of_guitars) == 3
    assert all("吉他" in reason.replace("雅马哈吉他0号", "") for reason in of_guitars), of_guitars
