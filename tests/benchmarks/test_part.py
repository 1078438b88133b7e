from pathlib import Path

import polars as pl

from benchmarks.part import main
from tastemaker.data.schema import INTERACTION_COLUMNS, ITEM_COLUMNS
from tastemaker.data.storage import DataSetInfo, read_info, read_table, write_dataset


def test_every_so_many_th_user_with_all_of_theirs_and_the_items_that_they_have(tmp_path: Path) -> None:
    rows = [(f"u{user}", f"i{item}", item, "buy", *[None] * 3) for user in range(5) for item in (user, user + 1)]
    items = [(f"i{item}", f"item {item}", "", [], None) for item in range(6)]
    tables = {
        "items": pl.DataFrame(items, schema=pl.Schema(ITEM_COLUMNS), orient="row"),
        "interactions": pl.DataFrame(rows, schema=pl.Schema(INTERACTION_COLUMNS), orient="row"),
    }
    write_dataset(tmp_path / "whole", tables, DataSetInfo("shop", "made up", "none"), [])
    main(["--data", str(tmp_path / "whole"), "--every", "4", "--out", str(tmp_path / "part")])
    kept = read_table(tmp_path / "part", "interactions")
    assert kept.select("user_id", "item_id").rows() == [("u0", "i0"), ("u0", "i1"), ("u4", "i4"), ("u4", "i5")]
    assert read_table(tmp_path / "part", "items")["item_id"].to_list() == ["i0", "i1", "i4", "i5"]
    info = read_info(tmp_path / "part")
    assert (info.name, info.source) == ("shop_every_4th", "every 4th user of shop")
    assert info.counts == {"users": 2, "items": 4, "interactions": 4}
