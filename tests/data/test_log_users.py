from pathlib import Path

import polars as pl

from tastemaker.data.log import Log
from tastemaker.data.log_users import read_users
from tastemaker.data.tally import Tally

COLUMNS = {"user_id": "id", "age": "age", "likes": "likes"}


def test_rows_become_users_and_others_have_no_attributes(tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text("id,age,likes\n10,30,chess|go\n2,,\n10,31,\n,1,\n")
    log = Log("csv", (), users=path, user_columns=COLUMNS)
    tally = Tally("users.csv", is_strict=False)
    users = read_users(log, pl.Series("user_id", ["2", "3"]), tally)
    pairs = [{"name": "age", "value": "30"}, {"name": "likes", "value": "chess"}, {"name": "likes", "value": "go"}]
    assert users.rows() == [("2", []), ("3", []), ("10", pairs)]
    assert tally.counts == {
        "read": 4,
        "repaired": 0,
        "rejected": 2,
        "rejected, a user of this id stands above": 1,
        "rejected, no user id": 1,
    }
