"""Items described by training reviews, and by nothing that is held out."""

from collections import Counter

import polars as pl
import pytest

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.dataset import Dataset
from tastemaker.data.features import Features
from tastemaker.data.item_words import ItemWords, is_bare
from tastemaker.data.schema import INTERACTION_COLUMNS
from tastemaker.data.split import DataConfig

FEATURES = Features({(word,): word for word in ("tone", "strap", "pedal", "knob")})
BARE = Catalog((CatalogItem("a", ""), CatalogItem("b", " "), CatalogItem("c", ""), CatalogItem("d", "A lamp")))
REVIEWS = ((0, "The tone and the knob."), (0, "What a tone!"), (1, "Pedal, strap."), (1, "The pedal."), (3, "A knob."))


def test_an_item_is_bare_if_its_id_is_all_that_is_known() -> None:
    assert [is_bare(item) for item in BARE] == [True, True, True, False]
    assert not is_bare(CatalogItem("a", "", text="A lamp."))
    assert not is_bare(CatalogItem("a", "", attributes={"brand": ("Lux",)}))


def test_bare_items_get_the_features_that_their_reviews_speak_of_the_most_telling_first() -> None:
    words = ItemWords.of(FEATURES, BARE, REVIEWS)
    assert words.counts == {0: Counter(tone=2, knob=1), 1: Counter(pedal=2, strap=1), 2: Counter()}
    described = words.described(BARE)
    assert [item.values("feature") for item in described] == [("tone", "knob"), ("pedal", "strap"), (), ()]
    assert described[2] == BARE[2]
    assert described[3] == BARE[3]


def test_a_feature_of_many_items_tells_less() -> None:
    """Of equal counts: "knob" is said of three items, "tone" of one, and so stands first."""
    catalog = Catalog(tuple(CatalogItem(name, "") for name in "abc"))
    words = ItemWords.of(FEATURES, catalog, [(0, "knob, tone"), (1, "knob"), (2, "knob")])
    assert words.described(catalog)[0].values("feature") == ("tone", "knob")


def test_an_item_without_one_of_its_reviews() -> None:
    words = ItemWords.of(FEATURES, BARE, REVIEWS)
    described = words.described(BARE)
    assert words.without(described[0], 0, "The tone and the knob.").values("feature") == ("tone",)
    assert words.without(described[1], 1, "Nothing.") == described[1]
    assert words.without(described[3], 3, "A knob.") == described[3]


def test_only_so_many_reviews_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three bare items share six reviews, two each."""
    monkeypatch.setattr("tastemaker.data.item_words._READ", 6)
    words = ItemWords.of(FEATURES, BARE, [(0, "tone"), (0, "tone"), (0, "knob"), (1, "knob")])
    assert words.counts == {0: Counter(tone=2), 1: Counter(knob=1), 2: Counter()}


def shop(held_out: str, copied: str = "The tone is warm.") -> Dataset:
    """Twelve users review three items; the last review of each is test, the one before validation."""
    rows = [
        [
            f"u{user}",
            f"i{step}",
            step,
            "rating",
            5.0,
            f"The tone is warm and the {'strap' if step else 'knob'} is long, {user}.",
            None,
        ]
        for user in range(12)
        for step in range(3)
    ]
    rows[-1][5], rows[-2][5], rows[0][5] = held_out, held_out, copied
    rows += [["v", "i3", 0, "rating", 5.0, "The knob is my favorite.", None]]
    table = pl.DataFrame(rows, schema=INTERACTION_COLUMNS, orient="row")
    catalog = Catalog(tuple(CatalogItem(f"i{row}", "") for row in range(4)))
    return Dataset.from_tables(catalog, table, DataConfig(path="shop", test_items=1, validation_items=1))


def test_training_reviews_alone_describe_the_items_of_a_data_set() -> None:
    """ "strap" stands in 24 reviews, all held out; "tone" and "knob" in 12 and 13 of training."""
    data = shop("The tone is warm.")
    assert [item.values("feature") for item in data.catalog] == [("tone", "knob"), (), (), ("knob",)]


def test_held_out_reviews_change_no_item_and_no_feature() -> None:
    one, other = shop("Nothing to say."), shop("The secret is the knob. " * 20)
    assert one.catalog == other.catalog
    assert one.features == other.features
    assert one.training_reviews.equals(other.training_reviews)


def test_what_reads_like_a_held_out_review_describes_nothing() -> None:
    data = shop("A  Copied\nknob, word for word.", "a copied knob, word for WORD.")
    assert len(data.training_reviews) == len(shop("Nothing to say.").training_reviews) - 1
    assert not [review for review in data.training_reviews["review"] if "copied" in review]


def test_a_data_set_without_reviews_or_with_titles_stays_as_it_is() -> None:
    rows = [["u", "i0", step, "rating", 5.0, None, None] for step in range(3)]
    table = pl.DataFrame(rows, schema=INTERACTION_COLUMNS, orient="row")
    for catalog in (Catalog((CatalogItem("i0", ""),)), Catalog((CatalogItem("i0", "A lamp"),))):
        data = Dataset.from_tables(catalog, table, DataConfig(path="shop"))
        assert data.item_words is None
        assert data.catalog is catalog
