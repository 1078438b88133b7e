import pytest

from tastemaker.data import tally as module
from tastemaker.data.cleaning import Finding
from tastemaker.data.tally import PartCounts, Tally
from tastemaker.errors import DataError


def findings(*rows: int, reason: str = "bad") -> tuple[Finding, ...]:
    return tuple(Finding("log.csv", row, reason, "x") for row in rows)


def test_parts_add_up() -> None:
    tally = Tally("log.csv", is_strict=False)
    tally.add(PartCounts(10, 2, {"text cut": 1, "respelt": 2}, {"bad": 1}, findings(3)))
    tally.add(PartCounts(5, 1, {"respelt": 1}, {"bad": 2, "worse": 1}, findings(11, 12) + findings(13, reason="worse")))
    assert tally.counts == {
        "read": 15,
        "repaired": 3,
        "rejected": 4,
        "repaired, respelt": 3,
        "repaired, text cut": 1,
        "rejected, bad": 3,
        "rejected, worse": 1,
    }
    assert [finding.row for finding in tally.findings] == [3, 11, 12, 13]


def test_the_first_rows_of_each_reason_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    tally = Tally("log.csv", is_strict=False)
    tally.add(PartCounts(9, 0, {}, {"bad": 1, "worse": 5}, findings(1) + findings(2, 3, 4, reason="worse")))
    tally.add(PartCounts(9, 0, {}, {"bad": 2}, findings(7, 8)))
    assert [(finding.row, finding.reason) for finding in tally.findings] == [
        (1, "bad"),
        (2, "worse"),
        (3, "worse"),
        (7, "bad"),
    ]
    assert tally.counts["rejected"] == 8


def test_reasons_without_end_become_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REASONS", 3)
    tally = Tally("log.csv", is_strict=False)
    tally.add(PartCounts(9, 0, {}, {f"unknown event {number}": 2 for number in range(9)}))
    assert tally.rejections == {"unknown event 0": 2, "unknown event 1": 2, "unknown event 2": 2, "another reason": 12}


def test_strict_allows_no_rejected_row() -> None:
    with pytest.raises(DataError) as caught:
        Tally("log.csv", is_strict=True).add(PartCounts(9, 0, {}, {"bad": 2}, findings(7, 3)))
    assert str(caught.value) == (
        "log.csv:3: bad ('x'): rejected, and --strict allows none. Correct the row, or leave --strict out."
    )
