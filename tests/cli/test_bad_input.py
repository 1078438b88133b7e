"""Bad input, from the command line to `rejected.jsonl`: repaired, or rejected with its row and reason, and counted.

A case of `MENDED` goes on; one of `REFUSED` holds nothing of use, or is not what it was said to be: one line ends it.
"""

import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

HEAD = "user_id,item_id,timestamp,rating,review\n"
GOOD = "ann,A,1,5,fine\nbob,B,2,4,good\n"
PACKED = gzip.compress((HEAD + "".join(f"u{row},A,{row},3,word {row}\n" for row in range(3000))).encode())
ATOMIC = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
REVIEW = {"reviewerID": "ann", "asin": "A", "overall": 5, "unixReviewTime": 1, "reviewText": "x", "summary": "y"}
Files = Mapping[str, str | bytes]


def parquet(**columns: Any) -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"user_id": ["ann", "bob"], "item_id": ["A", "B"], "timestamp": [1, 2], **columns}).write_parquet(file)
    return file.getvalue()


def talk(number: int, *texts: object, **changes: object) -> str:
    messages = [{"senderWorkerId": 1 + turn % 2, "text": text} for turn, text in enumerate(texts)]
    whole = {"conversationId": number, "initiatorWorkerId": 1, "respondentWorkerId": 2, "messages": messages}
    return json.dumps(whole | {"movieMentions": {"1": "Heat"}, "initiatorQuestions": {}} | changes) + "\n"


FILMS = {"movies.json": json.dumps({"1": {"name": "Heat"}})}
TURN = {"dialog_id": "1", "turn_id": 1, "context": ["Hi"], "entity": [], "rec": ["Heat"], "resp": "Try Heat"}

MENDED: dict[str, tuple[str, Files, str, list[tuple[int, str]]]] = {
    "mixed encodings": (
        "csv",
        {"log.csv": (HEAD + "ann,A,1,5,很好\n").encode() + "bob,B,2,4,schön\n".encode("latin-1")},
        "log.csv: 2 rows read, 1 repaired (not UTF-8, read as Latin-1: 1), 0 rejected.",
        [],
    ),
    "half a gzip": (
        "csv",
        {"log.csv.gz": PACKED[: len(PACKED) // 2]},
        "1 rejected (the file is cut off in this row: 1).",
        [(-1, "the file is cut off in this row")],
    ),
    "times": (
        "csv",
        {"log.csv": HEAD + "a,A,1700000000000,5,\na,B,2024-05-04T12:30:00Z,4,\na,C,yesterday,4,\na,D,-5,4,\n"},
        "2 repaired (timestamp in milliseconds: 1; timestamp in text: 1)",
        [(4, "timestamp is neither a number nor ISO 8601"), (5, "timestamp before 1970")],
    ),
    "ratings out of scale": (
        "csv",
        {"log.csv": HEAD + "a,A,1,9,\na,B,2,five,\n" + GOOD},
        "pass --rating-scale with its worst and its best rating.",
        [(2, "rating out of 1..5"), (3, "rating is not a number")],
    ),
    "ids that collide": (
        "csv",
        {"log.csv": HEAD + "ann,A,1,5,\n ann,A ,1,5,\nAnn,A,1,5,\n"},
        "user ids that stood there in several spellings, and are one each now: 1.",
        [(3, "duplicate")],
    ),
    "quotes that never close": (
        "csv",
        {"log.csv": HEAD + 'ann,A,1,5,"never closed\n' + GOOD + 'cy,C,3,5,"ok"\n'},
        "1 rejected (quotes that do not match: 1).",
        [(2, "quotes that do not match")],
    ),
    "fields missing": (
        "csv",
        {"log.csv": HEAD + "ann,A\nann,A,1,5,x,y\n" + GOOD},
        "2 rejected (expected 5 fields, found 2: 1; expected 5 fields, found 6: 1).",
        [(2, "expected 5 fields, found 2"), (3, "expected 5 fields, found 6")],
    ),
    "NUL bytes": (
        "csv",
        {"log.csv": HEAD + "ann,A,1,5,on\0e and two and three\nbob,\0,2,4,four and five and six\n"},
        "1 repaired (NUL characters removed: 1), 1 rejected (no item id: 1).",
        [(3, "no item id")],
    ),
    "a byte order mark and Windows' line ends": (
        "csv",
        {"log.csv": b"\xef\xbb\xbf" + (HEAD + GOOD).replace("\n", "\r\n").encode()},
        "log.csv: 2 rows read, 0 repaired, 0 rejected.",
        [],
    ),
    "old Macs' line ends": (
        "csv",
        {"log.csv": (HEAD + GOOD).replace("\n", "\r")},
        "log.csv: 2 rows read, 0 repaired, 0 rejected.",
        [],
    ),
    "ten megabytes of a review": (
        "csv",
        {"log.csv": HEAD + 'ann,A,1,5,"' + "word\n" * 2_000_000 + '"\n' + GOOD},
        "log.csv: 3 rows read, 1 repaired (review: text cut: 1), 0 rejected.",
        [],
    ),
    "a JSON line cut in two": (
        "jsonl",
        {"log.jsonl": '{"user_id":"a","item_id":"A","timestamp":1}\n{"user_id":"b","it\nem_id":"B","timestamp":2}\n'},
        "log.jsonl: 3 rows read, 0 repaired, 2 rejected (not JSON: 2).",
        [(2, "not JSON"), (3, "not JSON")],
    ),
    "nested Parquet": (
        "parquet",
        {"log.parquet": parquet(review=[[["x"], ["y"]], [["z"]]], more=[{"a": 1}, {"a": 2}])},
        "log.parquet: 2 rows read, 0 repaired, 0 rejected.",
        [],
    ),
    "Parquet of bytes": (
        "parquet",
        {"log.parquet": parquet(user_id=[b"ann", b"\xff"])},
        "1 repaired (characters not readable, \ufffd for each: 1)",
        [],
    ),
    "reviews as Python writes them": (
        "amazon",
        {"reviews.json": f"{REVIEW}\n{json.dumps(REVIEW | {'asin': 'B'})}\n{{'asin': print(1)}}\n"},
        "1 repaired (a Python dictionary, read as JSON: 1), 1 rejected (not JSON: 1).",
        [(3, "not JSON")],
    ),
    "ratings of no film": (
        "movielens",
        {"ratings.dat": "1::1::5::978300760\n1::99::5::978300760\n1::2\n", "movies.dat": "1::Heat (1995)::Drama\n"},
        "movies.dat describes 1 of the 2 items of the log.",
        [(3, "expected 4 fields, found 2")],
    ),
    "atomic files": (
        "recbole",
        {"shop.inter": ATOMIC + "ann\tA\t5\t1\nbob\tA\t9\t1\ncy\n"},
        "2 rejected (expected 4 fields, found 1: 1; rating out of 1..5: 1).",
        [(3, "rating out of 1..5"), (4, "expected 4 fields, found 1")],
    ),
    "sequences": (
        "s3rec",
        {"sequential.txt": "1 2 3 4 5 6 7\n2\n3 x\n1 2\n4 0\n5 6\0 7 8 9 10 11 12 13 14 15\n"},
        "sequential.txt: 6 rows read, 1 repaired (NUL characters removed: 1), 4 rejected (",
        [(2, "no item"), (3, "item id is not a whole number"), (4, "duplicate"), (5, "item id is below 1")],
    ),
    "dialogues": (
        "redial",
        FILMS
        | {
            "train.jsonl": talk(1, "I like @1", "Then try @99")
            + talk(2)
            + talk(3, "")
            + talk(4, "Hi", 5)
            + '{"conversationId"\n'
            + talk(5, "word " * 2_000_000)
            + talk(1, "again")
        },
        "2 repaired (mention of no film, left as text: 1; text cut: 1), 5 rejected (",
        [
            (2, "empty dialogue"),
            (3, "empty dialogue"),
            (4, "text of a message is not text"),
            (5, "not JSON"),
            (7, "duplicate"),
        ],
    ),
    "films in Latin-1": (
        "redial",
        {"movies.json": '{"1": {"name": "Amélie"}}'.encode("latin-1"), "train.jsonl": talk(1, "Hi")},
        "movies.json: 1 rows read, 1 repaired (not UTF-8, read as Latin-1: 1), 0 rejected.",
        [],
    ),
    "recommendations of no item": (
        "opendialkg",
        {
            "items.json": json.dumps({"1": {"name": "Heat"}, "2": 7}),
            "train.jsonl": "".join(
                json.dumps(each) + "\n"
                for each in (TURN, TURN | {"dialog_id": "2", "rec": ["Nothing"]}, TURN | {"dialog_id": "3", "resp": ""})
            ),
        },
        "1 repaired (recommended title of no item: 1), 1 rejected (empty turn: 1).",
        [(2, "item is not an object"), (3, "empty turn")],
    ),
}
"""What is wrong -> format, files, what is said, and rows that are rejected with their reasons; -1 for any row."""

FOUND = "expected a usable row, found none in"
REFUSED: dict[str, tuple[str, Files, str]] = {
    "columns under other names": (
        "csv",
        {"log.csv": "customer,sku,time\na,A,1\n"},
        "log.csv: expected columns for user_id, item_id, timestamp, found customer, sku, time. "
        "Pass --column user_id=customer --column item_id=sku --column timestamp=time.",
    ),
    "an empty file": (
        "csv",
        {"log.csv": ""},
        "log.csv: expected the names of columns in the first line, found none. Check the file.",
    ),
    "names alone": ("csv", {"log.csv": HEAD}, f"log.csv: {FOUND} 0 rows. Check the files."),
    "no row of use": ("csv", {"log.csv": HEAD + "a,A,x,5,\n"}, f"log.csv: {FOUND} 1 rows; the first: log.csv:2: time"),
    "a folder of something else": (
        "csv",
        {"notes.txt": "x"},
        "expected files that end in .csv or .tsv, found none. Pass the files.",
    ),
    "JSON for CSV": (
        "csv",
        {"log.csv": '{"user_id": 1}\n'},
        "expected the names of columns in the first line, found '{\"user_id\": 1}'. Check --format, or the file.",
    ),
    "Parquet for CSV": (
        "csv",
        {"log.csv": parquet()},
        "log.csv: expected text, found binary data. Check --format, or name its --encoding.",
    ),
    "names torn by line ends": (
        "csv",
        {"log.csv": "user_id,it\rem_id\nann,A\n"},
        "expected the names of columns in the first line, found 'user_id,it\\rem_id' (new-line character",
    ),
    "an array for JSON lines": (
        "jsonl",
        {"log.json": '[{"user_id": 1}]'},
        "log.json: expected a JSON object a line, found an array. Unfold it: jq -c '.[]' FILE.",
    ),
    "half a Parquet file": (
        "parquet",
        {"log.parquet": parquet()[:300]},
        "log.parquet: expected a Parquet file, found one that cannot be read (",
    ),
    "Parquet of durations": (
        "parquet",
        {"log.parquet": parquet(timestamp=pl.Series([1, 2]).cast(pl.Duration))},
        "log.parquet: expected column 'timestamp' of texts, numbers or times, found Duration(time_unit='us'). Convert",
    ),
    "dialogues without a word": (
        "redial",
        FILMS | {"train.jsonl": talk(1)},
        f"train.jsonl: {FOUND} 1 rows; the first: train.jsonl:1: empty dialogue (",
    ),
}
"""What is wrong -> format, files, and what is said."""


def put(folder: Path, files: Files) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@pytest.mark.parametrize("case", MENDED)
def test_what_can_be_used_is(run, tmp_path, case):
    form, files, said, rejected = MENDED[case]
    folder, out = put(tmp_path / "raw", files), tmp_path / "out"
    result = run("prepare", "--format", form, folder, "--out", out)
    assert result.exit_code == 0, result.output
    assert said in " ".join(result.stderr.split())
    rows = [json.loads(line) for line in (out / "rejected.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["row"], row["reason"]) for row in rows] == [
        (row["row"] if place < 0 else place, reason) for row, (place, reason) in zip(rows, rejected, strict=True)
    ]


@pytest.mark.parametrize("case", [case for case, (_, _, _, rejected) in MENDED.items() if rejected])
def test_strict_uses_nothing_then(run, tmp_path, case):
    form, files, _, rejected = MENDED[case]
    result = run("prepare", "--format", form, put(tmp_path / "raw", files), "--out", tmp_path / "out", "--strict")
    assert result.exit_code == 1
    line = result.stderr.splitlines()[-1]
    assert line.startswith("error: ")
    assert line.endswith(": rejected, and --strict allows none. Correct the row, or leave --strict out.")
    assert any(reason in line for _, reason in rejected)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw"]


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_is_one_line(run, tmp_path, case):
    form, files, said = REFUSED[case]
    result = run("prepare", "--format", form, put(tmp_path / "raw", files), "--out", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    line = result.stderr.splitlines()[-1]
    assert line.startswith("error: ")
    assert said in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw"]
