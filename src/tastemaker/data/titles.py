"""Film titles in the order in which people say them: "Ice Storm, The (1997)" is "The Ice Storm (1997)"."""

import re
from typing import Final

ARTICLES: Final = (
    *("The", "A", "An"),
    *("Le", "La", "Les", "L'", "Un", "Une"),
    *("Il", "Lo", "Gli", "El", "Los", "Las", "Una"),
    *("Der", "Die", "Das", "Ein", "Eine", "Det", "Den", "O", "Os"),
)
"""What catalogs put behind a comma so that titles sort by their first real word."""

_TRAILING_ARTICLE: Final = re.compile(rf"^(?P<rest>.+), (?P<article>{'|'.join(ARTICLES)})$")
_BRACKETED: Final = re.compile(r"\(([^()]*)\)")
_YEAR: Final = re.compile(r"\((?P<year>\d{4})\)(?: \(V\))?$")


def split_year(title: str) -> tuple[str, str | None]:
    """Separate a title from the year in brackets at its end; "(V)" after the year marks a film made for video."""
    found = _YEAR.search(title)
    return (title[: found.start()].strip(), found["year"]) if found else (title.strip(), None)


def is_year(text: str) -> bool:
    """Whether a field is a year of four digits."""
    return re.fullmatch(r"\d{4}", text) is not None


def natural_title(title: str) -> str:
    """Put the article first, in the title and in each alternative title in brackets behind it.

    >>> natural_title("Star Maker, The (Uomo delle stelle, L')")
    "The Star Maker (L'Uomo delle stelle)"
    """
    start = title.find(" (")
    main, rest = (title, "") if start < 0 else (title[:start], title[start:])
    return _article_first(main) + _BRACKETED.sub(lambda found: f"({_article_first(found[1])})", rest)


def _article_first(title: str) -> str:
    found = _TRAILING_ARTICLE.match(title)
    if not found:
        return title
    gap = "" if found["article"].endswith("'") else " "
    return f"{found['article']}{gap}{found['rest']}"
