import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.cleaning import Parsed
from tastemaker.data.text_cleaning import clean_text

PIECES = ("<b>", "</p>", "<br/>", "<!--", "-->", "<script>", "&lt;", "&amp;", "&#60;", "jo@mail.example.com", "Ã©")
ESCAPES = (r"\u003c", r"\ud83d", r"\u")
MORE = ("http://a.example/x", "www.a.com", "212-555-0100", "call 555-0100", "\ud800", "\r\n", "  ", "\u0301", "中文")
MESSY = st.lists(st.one_of(st.sampled_from(PIECES + ESCAPES + MORE), st.text(max_size=5))).map("".join)


@pytest.mark.parametrize(
    "text",
    [
        *("I <3 it", "a < b > c", "<sarcasm> fine", "AT&T and B&W; too", "“curled” ‘quotes’", "ＦＭ音源，最高！"),
        *("中文评论很好", "日本語のレビュー", "مراجعة ممتازة", "Отличный фильм", "👩‍👩‍👧 👍🏽", "می‌خواهم", "10/10"),
        *("2013-05-04", "10-23-2012", "12:30", "SM57", "Zoom G1X 4.0", "$1,299.00", "B001PGXKC8", "1357264576"),
        *("978-0-306-40615-7", "9780306406157", "099-0502-000", "09-11-16-24-32-42", "1000 2000 3000", "cr@p"),
        *("loved@111776.Really", "Startup.com (2001)", "1984 and/or 2012 (2009)", "called 2012-05-04", "awww...i"),
        *(r"C:\users", r"\u12"),
    ],
)
def test_what_needs_nothing_stays(text: str) -> None:
    assert clean_text(text) == Parsed(text)


@pytest.mark.parametrize(
    ("raw", "value", "repairs"),
    [
        ("schÃ¶n", "schön", ("text repaired",)),
        ("a\x00b\x07", "ab", ("text repaired",)),
        ("cafe\u0301", "café", ("text repaired",)),
        (r"my d\u00e9cor \u2026 \ud83d\ude00", "my décor … 😀", ("text repaired",)),
        (r"\u003cb\u003ebold", "bold", ("text repaired", "HTML removed")),
        ("one<br />two<p>three", "one\ntwo\nthree", ("HTML removed",)),
        ("1/4&#34; &amp;amp;lt;b&gt;x", '1/4" x', ("HTML removed",)),
        ("a<script>if (x < 1) y()</script>b<style>p {}</style>", "ab", ("HTML removed",)),
        ("mail jo@x.example.com.", "mail [email].", ("e-mail address masked",)),
        ("邮箱foo@163.com谢谢", "邮箱[email]谢谢", ("e-mail address masked",)),
        ("(http://a.com/gp?x=1), www.b.org", "([link]), [link]", ("link masked",)),
        ("at 212-555-0100 or (212) 555-0100.", "at [phone] or [phone].", ("phone number masked",)),
        ("+44 20 7946 0958; call 555-0100", "[phone]; call [phone]", ("phone number masked",)),
        ("号码是13800138000谢谢", "号码是[phone]谢谢", ("phone number masked",)),
        (" a\t b\r\n\r\n c ", "a b\nc", ()),
    ],
)
def test_repairs(raw: str, value: str, repairs: tuple[str, ...]) -> None:
    cleaned = clean_text(raw)
    assert (cleaned.value, cleaned.repairs) == (value, repairs)


def test_long_text_is_cut_between_words() -> None:
    cleaned = clean_text("hello wide world", most=12)
    assert (cleaned.value, cleaned.repairs) == ("hello wide", ("text cut",))
    assert clean_text("中" * 30, most=12).value == "中" * 12


@given(MESSY, st.integers(1, 60))
def test_cleaning_twice_changes_nothing_more(raw: str, most: int) -> None:
    once = clean_text(raw, most)
    assert len(once.value) <= most
    assert clean_text(once.value, most) == Parsed(once.value)
