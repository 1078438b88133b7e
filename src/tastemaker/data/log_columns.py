"""Which column of a file is which of ours.

In: the names in the file, and what its owner said. Out: our name -> the file's, or one line that teaches the flag.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tastemaker.data.log import NO_COLUMN, plain
from tastemaker.errors import DataError

HINTS: Final = {
    "user_id": (
        *("user", "customer", "client", "visitor", "member", "reviewer", "account", "buyer", "session"),
        *("用户", "会员", "顾客", "买家"),
    ),
    "item_id": (
        *("item", "product", "article", "movie", "book", "song", "track", "asin", "sku", "goods", "news"),
        *("商品", "物品", "产品"),
    ),
    "timestamp": ("timestamp", "time", "date", "created", "when", "unix", "时间", "日期"),
    "event": ("event", "action", "behavior", "behaviour", "activity", "interaction", "行为", "事件"),
    "rating": ("rating", "stars", "score", "评分", "星级"),
    "title": ("title", "name", "名称", "标题"),
}
"""Words that the names of such columns hold."""
_SHOWN: Final = 20


def matched_columns(
    found: Sequence[str], ours: Iterable[str], said: Mapping[str, str], where: str, flag: str
) -> dict[str, str]:
    """Our name -> the file's, of all of `ours` that the file has; case, spaces and signs do not matter.

    Raises:
        DataError: a column that was named is not there.
    """
    by_plain = {plain(name): name for name in reversed(found)}
    matched = {}
    for name in dict.fromkeys((*ours, *said)):
        wanted = said.get(name, name)
        if wanted == NO_COLUMN:
            continue
        if wanted in found or plain(wanted) in by_plain:
            matched[name] = wanted if wanted in found else by_plain[plain(wanted)]
        elif name in said:
            raise DataError(
                f"{where}: expected a column {wanted!r} for {name}, found {_listed(found)}. "
                f"{_hint((name,), found, flag, wanted)}"
            )
    return matched


def check_required(
    required: Iterable[str], matched: Mapping[str, str], found: Sequence[str], where: str, flag: str
) -> None:
    """Check that the columns without which a row says nothing are there.

    Raises:
        DataError: some are missing.
    """
    missing = tuple(name for name in required if name not in matched)
    if missing:
        free = [name for name in found if name not in matched.values()]
        torn = " If names look wrong, pass the file's --encoding." if any(_is_latin(name) for name in found) else ""
        raise DataError(
            f"{where}: expected columns for {', '.join(missing)}, found {_listed(found)}. "
            f"{_hint(missing, free, flag)}{torn}"
        )


def flag_for(name: str, found: Sequence[str], flag: str) -> str:
    """The flag that says which of the columns found is ours, as far as their names tell."""
    return f"{flag} {name}={_quoted(_near(name, found, None) or 'COLUMN')}"


def _hint(missing: Sequence[str], found: Sequence[str], flag: str, wanted: str | None = None) -> str:
    flags = [f"{flag} {name}={_quoted(_near(name, found, wanted) or 'COLUMN')}" for name in missing]
    return f"Pass {' '.join(flags)}."


def _near(name: str, found: Sequence[str], wanted: str | None) -> str | None:
    """The column that may be meant."""
    by_plain = {plain(each): each for each in reversed(found)}
    for target in [wanted] if wanted else [name]:
        for close in difflib.get_close_matches(plain(target), by_plain, n=1):
            return by_plain[close]
    for word in HINTS.get(name, (name,)):
        for each in found:
            if word in plain(each):
                return each
    return None


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown or "none"


def _is_latin(name: str) -> bool:
    """Whether it holds what other encodings look like when they are read as Latin-1."""
    return any("\x80" <= letter <= "\xff" for letter in name)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
