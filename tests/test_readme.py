"""What the README shows is what runs here: Python, commands and links, on a made-up MovieLens and a tiny model."""

import io
import re
import shlex
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import tastemaker.data.prepare as preparation
from tastemaker.cli.main import app
from tastemaker.data.storage import read_info

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TITLES = ("Toy Story (1995)", "Babe (1995)", "Fargo (1996)", "Heat (1995)")
FILMS, USERS, SEEN = 24, 44, 18
RECIPE = """
[data]
path = "data/movielens-100k"
[model]
width = 16
layers = 1
heads = 2
vocabulary = 400
content = "tfidf"
[tasks.next_item]
[tasks.rating]
[tasks.like]
[tasks.explanation]
[tasks.dialogue]
[training]
max_steps = 2
token_budget = 1024
validation_examples = 4
[evaluation]
text_sample = 2
attribution_sample = 2
draws = 20
slices = false
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    joined = [block.replace("\\\n", " ") for block in blocks("bash")]
    lines = [line.partition("#")[0].strip() for block in joined for line in block.splitlines()]
    return [line for line in lines if line]


def write_raw(folder: Path) -> None:
    """GroupLens' three files with 44 users, each of whom saw 18 of 24 films."""
    folder.mkdir()
    random = np.random.default_rng(0)
    films = [TITLES[row] if row < len(TITLES) else f"Film Number{row} ({1970 + row})" for row in range(FILMS)]
    flags = ["|".join("1" if place == 1 + row % 6 else "0" for place in range(19)) for row in range(FILMS)]
    lines = [f"{row + 1}|{title}|||x|{flags[row]}\n" for row, title in enumerate(films)]
    (folder / "u.item").write_text("".join(lines))
    (folder / "u.user").write_text("".join(f"{user}|30|F|writer|12345\n" for user in range(1, USERS + 1)))
    (folder / "u.data").write_text(
        "".join(
            f"{user}\t{film + 1}\t{random.integers(1, 6)}\t{1000 + step}\n"
            for user in range(1, USERS + 1)
            for step, film in enumerate(random.permutation(FILMS)[:SEEN])
        )
    )


def write_shop(folder: Path) -> None:
    """The README's log and items, and more rows like them."""
    log, items = blocks("csv")
    random = np.random.default_rng(0)
    for user in range(USERS):
        for step, item in enumerate(random.permutation(FILMS)[:SEEN]):
            log += f"u{user},B{item:02},{1714826500 + step},add_to_cart,,\n"
    items += "".join(f"B{item:02},Thing {item},Office\n" for item in range(FILMS) if item != 1)
    (folder / "log.csv").write_text(log, encoding="utf-8")
    (folder / "items.csv").write_text(items, encoding="utf-8")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current directory as after a clone, but that the data set is small and at hand, and so is the model."""
    write_raw(tmp_path / "raw")
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes/demo.toml").write_text(RECIPE)
    (tmp_path / "recipes/next_item.toml").write_text(re.sub(r"\[tasks\.(?!next_item).*\n", "", RECIPE))
    write_shop(tmp_path)
    monkeypatch.setattr(preparation, "fetch_wheel", lambda wheel, say: tmp_path / "raw")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_runs(place: Path) -> None:
    program, _ = blocks("python")
    with redirect_stdout(io.StringIO()) as said:
        exec(compile(program, "README.md", "exec"), {})  # noqa: S102 - the README's own program
    lines = said.getvalue().splitlines()
    assert all(re.match(r".+ \(\d{4}\) \d\.\d+", line) for line in lines[:5])
    assert "Toy Story (1995)" in said.getvalue()
    assert (place / "runs/short/best.json").is_file()


def test_the_heads_on_bert_learn() -> None:
    _, program = blocks("python")
    names: dict[str, Any] = {}
    torch.manual_seed(0)
    exec(compile(program, "README.md", "exec"), names)  # noqa: S102 - the README's own program
    assert [tuple(logits.shape) for logits in names["logits"].values()] == [(8, 2), (8, 4)]
    names["model"].eval()
    before, after = (sum(losses.values()) for losses in (names["losses"], again(names)))
    assert after < before


def again(names: dict[str, Any]) -> dict[str, torch.Tensor]:
    """The losses after the README's step."""
    logits = names["model"](names["input_ids"], names["attention_mask"])
    return names["model"].losses(logits, names["labels"])


def test_the_commands_run(place: Path) -> None:
    asked = [shlex.split(command) for command in commands() if command.startswith("tastemaker ")]
    asked_for = {arguments[1] for arguments in asked}
    assert asked_for == {"prepare", "train", "evaluate", "recommend", "rank", "explain", "chat"}
    for arguments in asked:
        done = CliRunner().invoke(app, arguments[1:], input="A comedy, please.\n")
        assert done.exit_code == 0, (arguments, done.output, done.exception)
        assert done.stdout, arguments
    assert (place / "runs/mine/report.html").is_file()
    shop = read_info(place / "data/shop")
    assert (shop.counts["users"], shop.counts["items"]) == (USERS + 1, FILMS)
    assert shop.cleaning["log.csv"]["rejected"] == shop.cleaning["items.csv"]["rejected"] == 0


def test_make_knows_the_other_commands() -> None:
    others = [command for command in commands() if not command.startswith("tastemaker ")]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert others == ["make demo", "make test"]
    assert {command.removeprefix("make ") for command in others} <= targets


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / page).read_text(encoding="utf-8"))
    made_later = {"docs/report.png", "docs/benchmarks.md"}
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert set(missing) <= made_later
