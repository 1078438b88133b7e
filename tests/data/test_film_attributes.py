from tastemaker.data.film_attributes import film_attributes


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
