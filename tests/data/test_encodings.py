import pytest
from hypothesis import given
from hypothesis import strategies as st

from tastemaker.data.encodings import COMMON, check_encoding, recoded
from tastemaker.errors import DataError


@pytest.mark.parametrize("name", [*COMMON, "GBK", "ISO-8859-15", "utf_8_sig"])
def test_known_names_pass(name: str) -> None:
    check_encoding(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("utf9", "Did you mean 'utf-8'?"),
        ("gb18300", "Did you mean 'gb18030'?"),
        ("base64", "Pass one of these."),
        ("?", "Pass one of these."),
    ],
)
def test_other_names_do_not(name: str, hint: str) -> None:
    with pytest.raises(DataError) as caught:
        check_encoding(name)
    assert str(caught.value) == (
        "--encoding: expected the name of an encoding, such as utf-8, utf-16, latin-1, cp1252, cp1251, gb18030, big5, "
        f"shift_jis, euc_kr; found {name!r}. {hint}"
    )


@given(st.text(), st.integers(1, 5), st.sampled_from(["utf-8", "utf-16", "utf-16-le", "gb18030"]))
def test_text_stays_the_same_however_it_comes(text: str, size: int, encoding: str) -> None:
    raw = text.encode(encoding)
    pieces = [raw[start : start + size] for start in range(0, len(raw), size)]
    assert b"".join(recoded(pieces, encoding)).decode() == text


@given(st.binary(), st.sampled_from([name for name in COMMON if name != "utf-16"]))
def test_bytes_of_any_kind_become_text(raw: bytes, encoding: str) -> None:
    b"".join(recoded([raw], encoding)).decode()


def test_a_mark_that_is_missing_is_told_of() -> None:
    with pytest.raises(DataError) as caught:
        list(recoded([b"a,b\n"], "utf-16"))
    assert str(caught.value) == (
        "--encoding utf-16: expected text in that encoding, found none (UTF-16 stream does not start with BOM). "
        "Name another, such as utf-16-le."
    )
