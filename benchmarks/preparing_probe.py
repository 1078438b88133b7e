"""Prepares one log for `benchmarks.preparing` in a process of its own, so that its peak memory is its own.

python -m benchmarks.preparing_probe --way ours --log log.csv --out FOLDER --figures FILE
"""

import argparse
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from benchmarks.result import peak_memory_mb, write_json
from tastemaker.data.log import Log
from tastemaker.data.prepare_log import prepare_log

WAYS: Final = ("plain", "ours")
COLUMNS: Final = {"user_id": "customer", "item_id": "sku", "timestamp": "when", "event": "what", "rating": "stars"}
"""Our names -> those of the log."""


def prepare(way: str, log: Path, out: Path) -> None:
    """Read and write the log, or make a data set of it."""
    if way == "plain":
        out.mkdir(parents=True)
        pl.read_csv(log).write_parquet(out / "log.parquet")
    else:
        prepare_log(Log("csv", (log,), COLUMNS), out)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one way."""
    parser = argparse.ArgumentParser(description="One preparation, timed.")
    parser.add_argument("--way", choices=WAYS, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--figures", type=Path, required=True)
    given = parser.parse_args(arguments)
    shutil.rmtree(given.out, ignore_errors=True)
    started, busy = time.perf_counter(), time.process_time()
    prepare(given.way, given.log, given.out)
    took = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - busy}
    load = round(os.getloadavg()[0], 2)
    write_json(given.figures, took | {"peak_memory_mb": peak_memory_mb(), "load": load})


if __name__ == "__main__":
    main()
