"""What pages of results are made of, in Markdown."""

from collections.abc import Mapping, Sequence


def counted(seeds: Sequence[int]) -> str:
    """How many, and which."""
    return f"{len(seeds)} seed{'' if len(seeds) == 1 else 's'} ({', '.join(map(str, seeds))})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that ends its last line."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def plainly_and_in_shares(gap: Mapping[str, float | None]) -> tuple[str, str, str, str]:
    """A difference and its interval, and the same as shares of the other, where these are known."""
    relative, low, high = (gap.get(name) for name in ("relative", "relative_low", "relative_high"))
    share = "" if relative is None else f"{100 * relative:+.1f} %"
    ends = "" if low is None or high is None else f"[{100 * low:+.1f}, {100 * high:+.1f}] %"
    return f"{gap['value']:+.4f}", f"[{gap['low']:+.4f}, {gap['high']:+.4f}]", share, ends
