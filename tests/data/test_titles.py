import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.titles import ARTICLES, is_year, natural_title, split_year


@pytest.mark.parametrize(
    ("raw", "natural"),
    [
        ("Ice Storm, The", "The Ice Storm"),
        ("Affair to Remember, An", "An Affair to Remember"),
        ("Postino, Il", "Il Postino"),
        ("Enfer, L'", "L'Enfer"),
        ("Boot, Das", "Das Boot"),
        ("Star Maker, The (Uomo delle stelle, L')", "The Star Maker (L'Uomo delle stelle)"),
        ("Fille seule, La (A Single Girl)", "La Fille seule (A Single Girl)"),
        ("Convent, The (Convento, O)", "The Convent (O Convento)"),
        ("Seventh Seal, The (Sjunde inseglet, Det)", "The Seventh Seal (Det Sjunde inseglet)"),
        ("Die xue shuang xiong (Killer, The)", "Die xue shuang xiong (The Killer)"),
        ("Good, The Bad and The Ugly, The", "The Good, The Bad and The Ugly"),
        ("Adventures of Priscilla, Queen of the Desert, The", "The Adventures of Priscilla, Queen of the Desert"),
        ("Last Klezmer: Leopold Kozlowski, His Life and Music, The",) * 1
        + ("The Last Klezmer: Leopold Kozlowski, His Life and Music",),
        ("Godfather: Part II, The", "The Godfather: Part II"),
    ],
)
def test_articles_come_first(raw: str, natural: str) -> None:
    assert natural_title(raw) == natural


@pytest.mark.parametrize(
    "title",
    [
        "Paris, Texas",
        "Corrina, Corrina",
        "Truth or Consequences, N.M.",
        "Mrs. Brown (Her Majesty, Mrs. Brown)",
        "To Have, or Not",
        "Shall We Dance?",
        "Thethe",
        "",
    ],
)
def test_titles_without_a_trailing_article_stay(title: str) -> None:
    assert natural_title(title) == title


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Shall We Dance? (1937)", ("Shall We Dance?", "1937")),
        ("Land Before Time III (1995) (V)", ("Land Before Time III", "1995")),
        ("2001: A Space Odyssey (1968)", ("2001: A Space Odyssey", "1968")),
        ("1-900 (1994)", ("1-900", "1994")),
        ("Independence Day (ID4)", ("Independence Day (ID4)", None)),
        (" unknown ", ("unknown", None)),
    ],
)
def test_year_is_split_off(title: str, parts: tuple[str, str | None]) -> None:
    assert split_year(title) == parts


def test_year_has_four_digits() -> None:
    assert is_year("1995")
    assert not is_year("V")
    assert not is_year("19955")


@given(st.text(alphabet="abc ,()'?TheL", max_size=40))
def test_no_word_is_lost_or_made(title: str) -> None:
    kept = sorted(natural_title(title).replace(",", "").replace(" ", ""))
    assert kept == sorted(title.replace(",", "").replace(" ", ""))


@given(st.sampled_from([article for article in ARTICLES if not article.endswith("'")]))
def test_every_article_moves(article: str) -> None:
    assert natural_title(f"Word, {article}") == f"{article} Word"
