from tastemaker.data.catalog import CatalogItem
from tastemaker.data.film_attributes import film_attributes, film_of_title


def test_values_are_cleaned_and_stand_once() -> None:
    about = film_attributes("1995", {"genre": ["Crime", " Crime", "R&amp;B"], "actor": ["", " "], "director": ["Mann"]})
    assert about.value == {
        "year": ("1995",),
        "decade": ("1990s",),
        "genre": ("Crime", "R&B"),
        "director": ("Mann",),
    }
    assert about.repairs == ("HTML removed",)


def test_without_a_year_there_is_no_decade() -> None:
    assert film_attributes(None, {}).value == {}


def test_a_title_may_tell_the_year() -> None:
    era = {"year": ("2017",), "decade": ("2010s",)}
    assert film_of_title("9", "The Ring (2017)") == CatalogItem("9", "The Ring (2017)", attributes=era)
    assert film_of_title("9", "The Ring") == CatalogItem("9", "The Ring")
