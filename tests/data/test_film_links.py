from tastemaker.data.film_links import Links, NamedFilm, link_films

OTHERS = (
    NamedFilm("1", "Heat (1995)", "tt1"),
    NamedFilm("2", "Chasing Amy (1997)", "tt2"),
    NamedFilm("3", "Chasing Amy (1997)", "tt2"),
    NamedFilm("4", "Emma (1996)"),
    NamedFilm("5", "Nightwatch (1997)"),
    NamedFilm("6", "Nightwatch (1997)"),
    NamedFilm("7", "The Wizard of Oz (1939)", "tt7"),
)


def linked(*films: NamedFilm) -> Links:
    return link_films(films, OTHERS)


def test_by_imdb_id_where_title_and_year_do_not_contradict_it() -> None:
    found = linked(
        NamedFilm("a", "Heat", "tt1"), NamedFilm("b", "Heat (1996)", "tt1"), NamedFilm("c", "It (1990)", "tt1")
    )
    assert found.by_imdb_id == {"a": "1", "b": "1"}
    assert found.ambiguous == ("c",)


def test_a_work_that_stands_twice_is_linked_to_its_first_entry() -> None:
    assert linked(NamedFilm("a", "Chasing Amy (1997)", "tt2")).all == {"a": "2"}


def test_by_title_and_year_where_both_are_alone_with_them() -> None:
    assert linked(NamedFilm("a", "Emma (1996)")).by_title == {"a": "4"}
    assert linked(NamedFilm("a", "Emma (1996)", "tt99")).by_title == {"a": "4"}
    assert linked(NamedFilm("a", "Emma (1996)"), NamedFilm("b", "Emma (1996)")).ambiguous == ("a", "b")
    assert linked(NamedFilm("a", "Nightwatch (1997)")).ambiguous == ("a",)
    for title in ("Emma", "Emma (1997)"):
        assert linked(NamedFilm("a", title)).unmatched == ("a",)


def test_a_contradicted_id_can_still_be_linked_by_its_title() -> None:
    found = linked(NamedFilm("a", "Emma (1996)", "tt7"), NamedFilm("b", "The Wizard of Oz (1950)", "tt7"))
    assert (found.by_title, found.ambiguous) == ({"a": "4"}, ("b",))


def test_films_linked_by_id_are_not_linked_by_title_again() -> None:
    assert linked(NamedFilm("a", "Heat (1995)", "tt1"), NamedFilm("b", "Heat (1995)")).unmatched == ("b",)


def test_it_says_how_many() -> None:
    assert str(
        linked(NamedFilm("a", "Heat", "tt1"), NamedFilm("b", "It (1990)", "tt7"), NamedFilm("c", "Up (2009)"))
    ) == ("1 matched by IMDb id, 0 by title and year, 1 ambiguous, 1 unmatched")
