"""The words of a text that a task reads: cut to a length, in training thinned out, and compared with others."""

from random import Random

from tastemaker.errors import RecipeError


def shortened(text: str, most: int) -> str:
    """The first `most` words, written as they were."""
    parts = text.split(maxsplit=most)
    return text.strip() if len(parts) <= most else text.strip()[: -len(parts[-1])].rstrip()


def thinned(text: str, share: float, random: Random) -> str:
    """The text with a random `share` of its words left out, but never all of them.

    Source:
        Iyyer et al., "Deep Unordered Composition Rivals Syntactic Methods for Text Classification", ACL 2015, word
        dropout.
    """
    words = text.split()
    kept = [word for word in words if random.random() >= share]
    return " ".join(kept or words[:1])


def plain(text: str) -> str:
    """The words of a text without case, for telling whether two texts read word for word alike."""
    return " ".join(text.casefold().split())


def check_share(name: str, share: float) -> None:
    """A share of words to be left out lies between 0 and 1.

    Raises:
        RecipeError: it does not.
    """
    if not 0 <= share < 1:
        raise RecipeError(f"{name} must lie between 0 and below 1, found {share}.")
