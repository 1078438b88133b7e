from pathlib import Path

import pytest
import typer

from tastemaker.cli.log_options import LogFlags, described_log
from tastemaker.data.log import Log


def test_flags_become_a_log() -> None:
    flags = LogFlags(["user_id=customer id", "timestamp="], ["buy", "lend=view"], (0, 10), strict=True)
    assert described_log("csv", ["a.csv", "b.csv"], flags) == Log(
        "csv",
        (Path("a.csv"), Path("b.csv")),
        columns={"user_id": "customer id", "timestamp": ""},
        event="buy",
        events={"lend": "view"},
        rating_scale=(0, 10),
        strict=True,
    )


def test_without_flags_the_defaults_hold() -> None:
    assert described_log("csv", ["a.csv"], LogFlags()) == Log("csv", (Path("a.csv"),))


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (LogFlags(["customer"]), "expected --column OURS=YOURS, found --column customer."),
        (LogFlags(["=customer"]), "expected --column OURS=YOURS, found --column =customer."),
        (LogFlags(events=["=buy"]), "expected --event YOURS=EVENT, found --event =buy."),
        (LogFlags(events=["buy", "view"]), "give one --event EVENT for all rows, found buy and view."),
    ],
)
def test_malformed_flags(flags: LogFlags, complaint: str) -> None:
    with pytest.raises(typer.BadParameter) as caught:
        described_log("csv", ["a.csv"], flags)
    assert caught.value.message == complaint
