"""Opinion summaries, whole and damaged."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.checks import check_tables
from tastemaker.data.dataset import Dataset
from tastemaker.data.delimited import RowError
from tastemaker.data.files import RawFiles
from tastemaker.data.opinion_summaries import Product, needed_files, parse_product, read
from tastemaker.data.prepare import prepare
from tastemaker.data.split import DataConfig
from tastemaker.errors import DataError

Put = Callable[..., Path]

FEWSUM = "cat\tgroup_id\trev1\trev2\tsumm1\tsumm2\trating1\trating2\n"
COPYCAT = "cat\tprod_id\trev1\trev2\tsumm1\tsumm2\n"
ROW = {"cat": "home_kitchen", "group_id": "B1", "rev1": "Peels well.", "rev2": "Sharp!", "summ1": "A sharp peeler."}
RAW = {
    "fewsum_amazon_train.csv": FEWSUM
    + "home_kitchen\tB1\tPeels &lt;b&gt;well&lt;/b&gt;.\tSharp!\tA sharp peeler.\tIt peels.\t5.0\t4.0\n"
    + "cloth\tB2\tToo tight.\tNice colour.\tNice but tight.\t \t2.0\t4.0\n"
    + "cloth\tB2\tAgain.\tAgain.\tAgain.\tAgain.\t2.0\t4.0\n"
    + "cloth\tB3\tCut off\n",
    "copycat_amazon_dev.csv": COPYCAT + "home_kitchen\tB1\tPeels well.\tSharp!\tSharp.\tA good peeler.\n",
    "fewsum_LICENSE.txt": "MIT",
}


@pytest.fixture
def files(put: Put) -> RawFiles:
    return RawFiles.at(put(RAW))


def test_every_summary_is_a_row_beside_the_reviews_that_it_is_of(files: RawFiles) -> None:
    tables = read(files).tables
    check_tables(tables)
    peeler = ["Peels well.", "Sharp!"]
    assert tables["summaries"].rows() == [
        ("B1", peeler, "Sharp.", "validation"),
        ("B1", peeler, "A good peeler.", "validation"),
        ("B1", peeler, "A sharp peeler.", "train"),
        ("B1", peeler, "It peels.", "train"),
        ("B2", ["Too tight.", "Nice colour."], "Nice but tight.", "train"),
    ]
    assert tables["interactions"].is_empty()
    assert tables["items"].select("item_id", "title", "attributes").rows() == [
        ("B1", "", [{"name": "category", "value": "home kitchen"}]),
        ("B2", "", [{"name": "category", "value": "cloth"}]),
    ]


def test_what_was_repaired_and_rejected_is_counted(files: RawFiles) -> None:
    dev, train = read(files).cleaned
    assert dev.counts == {"read": 1, "repaired": 0, "rejected": 0}
    assert train.counts == {
        "read": 4,
        "repaired": 2,
        "rejected": 2,
        "repaired, HTML removed": 1,
        "repaired, empty summary left out": 1,
        "rejected, duplicate": 1,
        "rejected, expected 8 fields, found 3": 1,
    }
    assert [(finding.row, finding.reason) for finding in train.rejected] == [
        (4, "duplicate"),
        (5, "expected 8 fields, found 3"),
    ]


def test_what_two_files_of_one_split_say_counts_once(put: Put) -> None:
    row = "cloth\tB2\tToo tight.\tNice.\tNice but tight.\tTight.\n"
    place = put({"val.csv": COPYCAT + row, "dev.csv": COPYCAT + row.replace("\tTight.", "\tSmall.")})
    found = read(RawFiles.at(place))
    assert found.tables["summaries"]["summary"].to_list() == ["Nice but tight.", "Small.", "Tight."]
    assert found.joined == {"summaries of one split that stand in two files, kept once": 1}


def test_a_folder_becomes_a_data_set(files: RawFiles, tmp_path: Path) -> None:
    lines: list[str] = []
    info = prepare("opinion_summaries", tmp_path / "out", files.place, say=lines.append)
    assert info.counts == {"items": 2, "summaries": 5}
    assert lines[-1] == f"{tmp_path / 'out'}: wrote 2 items, 5 summaries. Rejected rows are in rejected.jsonl."
    loaded = Dataset.load(DataConfig(path=str(tmp_path / "out")))
    assert len(loaded.user_ids) == 0
    assert loaded.summaries["summary"].to_list() == [
        *("A sharp peeler.", "It peels.", "A good peeler.", "Sharp."),
        "Nice but tight.",
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"group_id": " "}, "product is no id"),
        ({"group_id": "two words"}, "product is no id"),
        ({"rev1": "", "rev2": " <br> "}, "no review"),
        ({"summ1": ""}, "no summary"),
    ],
)
def test_a_bad_row_is_rejected(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(RowError) as caught:
        parse_product(ROW | changes)
    assert str(caught.value) == reason


def test_a_file_is_needed(put: Put) -> None:
    place = put({"latest.csv": "", "train.jsonl": ""})
    with pytest.raises(DataError) as caught:
        needed_files(RawFiles.at(place))
    assert str(caught.value) == (
        f"{place}: expected files whose names end in train.csv, val.csv, dev.csv or test.csv, found latest.csv, "
        "train.jsonl. Pass the folder or zip that holds them."
    )


def test_other_columns_are_refused(put: Put) -> None:
    place = put({"val.csv": "cat\tprod_id\treview\nx\ty\tz\n"})
    with pytest.raises(DataError) as caught:
        read(RawFiles.at(place))
    assert str(caught.value) == (
        f"{place}/val.csv:1: expected the columns cat, rev1, summ1, found cat, prod_id, review: rev1, summ1 missing. "
        "Get the file again, or name its columns so."
    )


@given(st.dictionaries(st.sampled_from([*ROW, "prod_id"]), st.text(max_size=8)))
def test_any_texts_give_a_product_or_a_reason(changes: dict[str, str]) -> None:
    try:
        product = parse_product(ROW | changes).value
    except RowError as error:
        assert str(error) in ("product is no id", "no review", "no summary")
        return
    assert isinstance(product, Product)
    assert all((product.item_id, *product.reviews, *product.summaries))


@pytest.mark.data
def test_the_published_files_arrive_whole(published: Callable[[str], Path]) -> None:
    found = read(RawFiles.at(published("opinion-summaries")))
    check_tables(found.tables)
    assert [(each.file, each.read, len(each.values)) for each in found.cleaned] == [
        ("copycat_amazon_dev.csv", 28, 28),
        ("fewsum_amazon_train.csv", 28, 28),
        ("fewsum_amazon_val.csv", 12, 12),
    ]
    summaries = found.tables["summaries"]
    assert set(summaries["texts"].list.len()) == {8}
    assert (len(summaries), *found.joined.values()) == (199, 5)
    assert len(found.tables["items"]) == 53
