"""Ten conversations by script: what the users say, whatever the assistant answers."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Script:
    """One user's side of a conversation."""

    kind: str
    turns: tuple[str, ...]
    has_history: bool
    """Whether a stored user speaks, or somebody of whom nothing is known."""


SCRIPTS: Final = (
    Script(
        "vague opening",
        ("Hi, what should I watch tonight?", "Something light, a comedy maybe.", "Thanks, and one more?"),
        True,
    ),
    Script("genre and decade", ("I am looking for a thriller from the 1980s.", "Any other from that time?"), True),
    Script(
        "refusals",
        ("Something exciting, but no horror and no war films.", "Not an action film either.", "Fine, what else?"),
        True,
    ),
    Script("a liked title", ("I loved Fargo (1996). What is like it?", "I have seen that one. Another?"), True),
    Script("changing one's mind", ("A romance, please.", "Actually no, rather science fiction from the 1990s."), True),
    Script("cold user, vague", ("hello", "no idea, you choose", "why that one?"), False),
    Script("cold user, genre and decade", ("A western from the 1960s, please.", "And a musical?"), False),
    Script(
        "cold user, typos",
        (
            "sombody recomend me a scray horor film plese",
            "from the 1970s, and not to long",
            "an animted one for the kids?",
        ),
        False,
    ),
    Script(
        "cold user, two liked titles",
        ("I liked Toy Story and Babe.", "We watch with our children.", "Something older, from before 1980?"),
        False,
    ),
    Script(
        "cold user, hard to please",
        ("Not another romantic comedy.", "No dramas.", "No children's films. Nothing from the 1990s.", "So?"),
        False,
    ),
)
