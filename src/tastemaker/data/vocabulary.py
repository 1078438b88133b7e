"""Word forms of attribute values: "comedies" means the genre Comedy, "the nineties" the decade 1990s."""

from typing import Final

FEATURE: Final = "feature"
"""The attribute that holds what reviews speak of (see `features.py`)."""

GENRE_FORMS: Final[dict[str, tuple[str, ...]]] = {
    "animation": ("animated", "animations", "cartoon", "cartoons"),
    "children's": ("children", "childrens", "kids", "kids'", "kid's", "children’s"),
    "comedy": ("comedies", "comedic", "romcom", "rom-com", "rom-coms"),
    "documentary": ("documentaries",),
    "fantasy": ("fantasies",),
    "film-noir": ("noir", "noirs", "films noirs"),
    "horror": ("horrors",),
    "mystery": ("mysteries",),
    "romance": ("romantic", "romances", "romcom", "rom-com", "rom-coms"),
    "sci-fi": ("science fiction", "science-fiction", "scifi"),
    "war": ("wartime",),
}
"""Forms beside the value itself and its regular plural, by lower-case value."""

GENRE_MOODS: Final[dict[str, tuple[str, ...]]] = {"comedy": ("funny", "hilarious"), "horror": ("scary", "spooky")}
"""How people ask for a genre without its name, by lower-case value; no forms of the value itself."""

COUNT_NOUNS: Final = frozenset(
    ("comedy", "drama", "thriller", "musical", "western", "documentary", "mystery", "romance", "fantasy", "film-noir")
)
"""Genres of which one says "a comedy"; of the others "a war film"."""

MASS_NOUNS: Final = frozenset(
    ("action", "adventure", "comedy", "crime", "drama", "fantasy", "horror", "mystery", "romance", "sci-fi")
)
"""Genres that can stand without article and plural: "some drama", "without horror"."""

_TENS: Final = {
    "twenties": 1920,
    "thirties": 1930,
    "forties": 1940,
    "fifties": 1950,
    "sixties": 1960,
    "seventies": 1970,
    "eighties": 1980,
    "nineties": 1990,
    "noughties": 2000,
}

UNKNOWN_VALUES: Final = frozenset(("", "unknown", "none", "n/a", "na", "null", "other", "(no genres listed)"))


def decade_of(year: str) -> str | None:
    """The decade of a year, "1995" -> "1990s"; None for what is no year."""
    return f"{year[:3]}0s" if len(year) == 4 and year.isdigit() else None


def decade_forms() -> dict[str, str]:
    """Every way to write a decade of this and the last century, mapped to its value: "90s", "nineties" -> "1990s"."""
    forms = {word: f"{year}s" for word, year in _TENS.items()}
    for year in range(1900, 2030, 10):
        forms |= {f"{year}s": f"{year}s", f"{year}'s": f"{year}s"}
        if 1920 <= year <= 2000:
            forms |= {f"{year % 100:02d}s": f"{year}s", f"{year % 100:02d}'s": f"{year}s"}
    return forms


def number_forms(word: str) -> tuple[str, ...]:
    """A word in the other number: of "strap" "straps", of "batteries" "battery"; what is no word may be among them."""
    stems = (word[:-1], word[:-2], f"{word[:-3]}y")
    return (_plural(word), *(stem for stem in stems if len(stem) > 1 and _plural(stem) == word))


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"


def value_forms(name: str, value: str) -> tuple[str, ...]:
    """The ways to write one attribute value; for a genre with plurals and adjectives, for a feature in both numbers."""
    if name == FEATURE:
        return (value, *number_forms(value))
    if name != "genre":
        return (value,)
    word = value.casefold()
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return (value, *(() if word.endswith("s") else (plural,)), *GENRE_FORMS.get(word, ()))
