"""What is known of the users of an interaction log: a file with a row for each, in any of the formats of a log.

In: the file, and the ids that occur in the log. Out: the columns of `users.parquet`, and what was done to which row.
"""

from typing import Final

import polars as pl

from tastemaker.data.log import Log
from tastemaker.data.log_items import attribute_pairs, read_described
from tastemaker.data.order import by_id
from tastemaker.data.schema import USER_COLUMNS
from tastemaker.data.tally import Tally

_SCHEMA: Final = pl.Schema(USER_COLUMNS)


def read_users(log: Log, ids: pl.Series, tally: Tally) -> pl.DataFrame:
    """All users in order: those of the file, counted in `tally`, then those of `ids` of whom nothing else is known.

    Raises:
        DataError: the file cannot be read, or a row is rejected though `log.strict`.
    """
    found = () if log.users is None else read_described(log, log.users, log.user_columns, "user_id", tally)
    rows = [(values.pop("user_id"), attribute_pairs(values.items())) for part in found for values in part]
    described = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    bare = pl.DataFrame({"user_id": ids}).join(described, on="user_id", how="anti")
    return by_id(pl.concat([described, bare.with_columns(attributes=pl.lit([])).cast(_SCHEMA)]), "user_id")
