"""What pages of results are made of, in Markdown."""

from collections.abc import Sequence


def counted(seeds: Sequence[int]) -> str:
    """How many, and which."""
    return f"{len(seeds)} seed{'' if len(seeds) == 1 else 's'} ({', '.join(map(str, seeds))})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table that ends its last line."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
