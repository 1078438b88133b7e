"""How a training run looks on a terminal and in a log."""

import io
import sys

import pytest
from rich.console import Console

from tastemaker.cli import show
from tastemaker.cli.progress import training_progress


def watched(is_terminal, total_steps=3, first_step=0):
    text = io.StringIO()
    console = Console(file=text, force_terminal=is_terminal, width=120, color_system=None)
    with training_progress(console) as watch:
        watch.start(total_steps, first_step)
        for step in range(first_step + 1, total_steps + 1):
            watch.step(step, {"next_item": 1 / step, "rating [x]": 2 / step})
        watch.validation(total_steps, {"next_item": 0.5}, False)
        watch.say("stopped early [bold]")
    return text.getvalue()


def test_a_terminal_gets_a_bar_with_every_loss():
    text = watched(is_terminal=True)
    assert "3/3" in text
    assert "next_item 0.333, rating [x] 0.667" in text
    assert "stopped early [bold]" in text


def test_a_log_gets_lines():
    assert watched(is_terminal=False).splitlines() == [
        "training: 3 steps",
        "step 1/3: next_item 1.000, rating [x] 2.000",
        "step 2/3: next_item 0.500, rating [x] 1.000",
        "step 3/3: next_item 0.333, rating [x] 0.667",
        "validation after step 3: next_item 0.500",
        "stopped early [bold]",
    ]


def test_a_log_of_many_steps_stays_short():
    """1000 steps in 20 lines: every 50th of the 960 that are left, from 50 on."""
    lines = watched(is_terminal=False, total_steps=1000, first_step=40).splitlines()
    assert lines[:2] == ["training: 1000 steps, 40 of them done", "step 50/1000: next_item 0.020, rating [x] 0.040"]
    assert len(lines) == 1 + 20 + 2


def test_what_takes_long_shows_on_a_terminal_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with show.thinking():
        sys.stdout.write("a word of a library\n")
    assert capsys.readouterr() == ("", "a word of a library\n")
    terminal = io.StringIO()
    monkeypatch.setattr(show, "messages", lambda: Console(file=terminal, force_terminal=True))
    with show.thinking():
        pass
    assert "thinking" in terminal.getvalue() and capsys.readouterr().out == ""
