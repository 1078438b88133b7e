"""Which films of one catalog are films of another: by IMDb id, then by title and year.

A link by id holds only where title and year do not contradict it. By title and year it must be the only one on both
sides; anything else is ambiguous, and both stay apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tastemaker.data.titles import split_year
from tastemaker.data.works import is_same_work, title_words


@dataclass(frozen=True)
class NamedFilm:
    """What films are recognised by."""

    item_id: str
    title: str
    """With its year in brackets, where that is known."""
    imdb_id: str = ""
    """"" where unknown."""


@dataclass(frozen=True)
class Links:
    """What was found for each film to be linked."""

    by_imdb_id: Mapping[str, str]
    """Id in the other catalog by id."""
    by_title: Mapping[str, str]
    ambiguous: tuple[str, ...]
    unmatched: tuple[str, ...]

    @property
    def all(self) -> dict[str, str]:
        """Every link."""
        return {**self.by_imdb_id, **self.by_title}

    def __str__(self) -> str:
        return (
            f"{len(self.by_imdb_id):,} matched by IMDb id, {len(self.by_title):,} by title and year, "
            f"{len(self.ambiguous):,} ambiguous, {len(self.unmatched):,} unmatched"
        )


def link_films(films: Iterable[NamedFilm], others: Iterable[NamedFilm]) -> Links:
    """Find every one of `films` among `others`.

    Several films may be one and the same there: a corpus may list a work twice under one IMDb id.
    """
    films, others = tuple(films), tuple(others)
    by_imdb_id, contradicted = _by_imdb_id(films, others)
    left = [film for film in films if film.item_id not in by_imdb_id]
    taken = frozenset(by_imdb_id.values())
    ours, theirs = _by_name(left), _by_name(other for other in others if other.item_id not in taken)
    by_title, ambiguous = {}, list(contradicted)
    for name, group in ours.items():
        found = theirs.get(name, [])
        if len(found) == len(group) == 1:
            by_title[group[0].item_id] = found[0].item_id
        elif found:
            ambiguous += (film.item_id for film in group)
    unsure = tuple(film for film in dict.fromkeys(ambiguous) if film not in by_title)
    known = {*by_imdb_id, *by_title, *unsure}
    return Links(by_imdb_id, by_title, unsure, tuple(film.item_id for film in films if film.item_id not in known))


def _by_imdb_id(films: tuple[NamedFilm, ...], others: tuple[NamedFilm, ...]) -> tuple[dict[str, str], list[str]]:
    """Links, to the first of a work that stands there twice, and the films whose id names what seems another work."""
    known: dict[str, NamedFilm] = {}
    for other in others:
        known.setdefault(other.imdb_id, other)
    links, contradicted = {}, []
    for film in films:
        if not film.imdb_id or film.imdb_id not in known:
            continue
        if _is_same(film, known[film.imdb_id]):
            links[film.item_id] = known[film.imdb_id].item_id
        else:
            contradicted.append(film.item_id)
    return links, contradicted


def _is_same(film: NamedFilm, other: NamedFilm) -> bool:
    (title, year), (its_title, its_year) = split_year(film.title), split_year(other.title)
    return is_same_work(title, year, its_title, its_year)


def _by_name(films: Iterable[NamedFilm]) -> dict[tuple[object, ...], list[NamedFilm]]:
    """Films by title and year; without a year a film cannot be told from a remake."""
    groups: dict[tuple[object, ...], list[NamedFilm]] = defaultdict(list)
    for film in films:
        year = split_year(film.title)[1]
        if year:
            groups[title_words(film.title), year].append(film)
    return groups
