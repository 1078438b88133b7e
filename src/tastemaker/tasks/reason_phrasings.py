"""How reasons are worded, by what there is to say. Nothing is said that the grounds do not hold.

Gaps: `{it}` "it", "this one" or the title; `{a}`, `{b}` past titles with their stars `{sa}`, `{sb}`; `{kind}` "a
comedy" and `{one}` "comedy", or "comedy and romance film"; `{blend}` "comedy feel" or "comedy and romance mix";
`{tail}` the shared decade, or nothing; `{dec}` "1990s"; `{own}` what the item is; `{wish}` "a comedy from the
1990s".
"""

from typing import Final

from tastemaker.tasks.phrasings import Phrasings

TAIL_ONE: Final = Phrasings(
    train=(", also from the {dec}", ", likewise from the {dec}", ", and both date from the {dec}"),
    test=(", with the {dec} in common too",),
)
TAIL_TWO: Final = Phrasings(
    train=(", and all three date from the {dec}", ", again from the {dec}"),
    test=(", all of them from the {dec}",),
)

SHARED_ONE: Final = Phrasings(
    train=(
        "Like {a}, {it} is {kind}{tail}.",
        "{it} has the same {blend} as {a}{tail}.",
        "{it} sits close to {a}, with the same {blend}{tail}.",
        "What {it} has in common with {a} is the {blend}{tail}.",
        "For anyone who enjoys {a}, {it} is {kind} as well{tail}.",
        "{a} is {kind} too{tail}, so {it} should feel familiar.",
    ),
    test=("Think of {a}: {it} brings the same {blend}{tail}.", "With {a}, {it} has its {blend} in common{tail}."),
)
"""Neutral: they say of a past item only that it is there. They serve liked items, too."""

LIKED_ONE: Final = Phrasings(
    train=(
        "You gave {a} {sa}, and {it} is {kind} too{tail}.",
        "Since you liked {a}, here is another {one}{tail}.",
        "You rated {a} {sa}; {it} has the same {blend}{tail}.",
        "Your {sa} for {a} speak for {kind} like this one{tail}.",
        "Because you enjoyed {a}, {it} should please you with its {blend}{tail}.",
        "{a} got {sa} from you, and {it} is {kind} as well{tail}.",
        "You liked {a}, and {it} shares its {blend}{tail}.",
        "After the {sa} you gave {a}, another {one} seems a safe bet.",
    ),
    test=(
        "Going by your {sa} for {a}, {kind} such as this should suit you{tail}.",
        "You thought well of {a}, and {it} offers the same {blend}{tail}.",
        "Seeing that {a} earned {sa} from you, {it} is worth a try, {kind} once more{tail}.",
    ),
)

SHARED_TWO: Final = Phrasings(
    train=(
        "Like {a} and {b}, {it} is {kind}{tail}.",
        "{it} has the same {blend} as {a} and {b}{tail}.",
        "What {it} has in common with {a} and {b} is the {blend}{tail}.",
        "{it} would sit well beside {a} and {b}, as the {blend} is the same{tail}.",
    ),
    test=("Think of {a} and {b}: {it} brings the same {blend}{tail}.",),
)

LIKED_TWO: Final = Phrasings(
    train=(
        "You gave {a} {sa} and {b} {sb}, and {it} is {kind} too{tail}.",
        "You liked both {a} and {b}, and {it} has their {blend}{tail}.",
        "Since you enjoyed {a} and {b}, here is another {one}{tail}.",
        "{a} and {b} both did well with you, so {kind} like this should, too{tail}.",
        "With {sa} for {a} and {sb} for {b}, you seem to like this {blend}{tail}.",
        "Because you liked {a} and {b}, {it} should please you with its {blend}{tail}.",
    ),
    test=(
        "Seeing how you rated {a} and {b}, another {one} is a natural choice{tail}.",
        "You thought well of {a} and of {b}, and {it} offers the same {blend}{tail}.",
    ),
)

DECADE_ONE: Final = Phrasings(
    train=("Like {a}, {it} comes from the {dec}.", "{it} is from the {dec}, the same decade as {a}."),
    test=("{it} shares its decade, the {dec}, with {a}.",),
)
DECADE_LIKED_ONE: Final = Phrasings(
    train=(
        "You gave {a} {sa}, and {it} comes from the {dec} as well.",
        "You liked {a}, and {it} is another {noun} from the {dec}.",
        "Since {a} got {sa} from you, here is one more {noun} from the {dec}.",
    ),
    test=("{a} earned {sa} from you, and {it} takes you back to the {dec} again.",),
)
DECADE_TWO: Final = Phrasings(
    train=("Like {a} and {b}, {it} comes from the {dec}.", "{it} is from the {dec}, the same decade as {a} and {b}."),
    test=("{it} shares its decade, the {dec}, with {a} and {b}.",),
)
DECADE_LIKED_TWO: Final = Phrasings(
    train=(
        "You liked {a} and {b}, and {it} comes from the {dec} as well.",
        "With {sa} for {a} and {sb} for {b}, the {dec} seem to suit you, and {it} is from then.",
    ),
    test=("You thought well of {a} and of {b}, and {it} takes you back to the {dec} again.",),
)

OWN_ONE: Final = Phrasings(
    train=("{a} led here: {it} is {own}.", "Coming from {a}, {it} is {own} for a change."),
    test=("{it} is {own}, and {a} points to it.",),
)
OWN_LIKED_ONE: Final = Phrasings(
    train=("You liked {a}, and {it} is {own} that may suit you as well.", "Your {sa} for {a} led here, to {own}."),
    test=("You thought well of {a}, and {it} is {own} that deserves a chance.",),
)
OWN_ALONE: Final = Phrasings(
    train=(
        "{it} is {own}, and an easy place to start.",
        "As a first suggestion, here is {own}.",
        "To begin with, {it} is {own}.",
        "A good beginning could be {own}, like this one.",
    ),
    test=("Let {own} serve as a start.", "{it} opens the list: {own}."),
)
"""There is nothing to say of the user."""
TITLE_ALONE: Final = Phrasings(
    train=("{title} could be a good start.", "To begin with, {title} is worth a look."),
    test=("Let {title} open the list.",),
)
"""Nothing is known of the item either."""
OWN_WITHOUT: Final = Phrasings(
    train=(
        "{it} is {own}, and there is {without} in it, as you asked.",
        "You wanted {without}, and {it} is {own}.",
        "Here is {own} with {without}, as you wished.",
    ),
    test=("True to your words, {it} is {own} with {without}.",),
)

ASKED: Final = Phrasings(
    train=(
        "{it} is {wish}, just as you asked.",
        "You asked for {wish}, and {it} fits.",
        "You wanted {wish}, and this is one.",
        "{it} fits what you asked for: {wish}.",
        "{wish}, as you wished.",
        "Here is {wish}, as requested.",
    ),
    test=("{it} answers your wish for {wish}.", "True to your words, {it} is {wish}."),
)
ASKED_WITHOUT: Final = Phrasings(
    train=("There is {without} in it, as you asked.", "You wanted {without}, and {it} has none."),
    test=("{it} comes with {without}, just as you wished.",),
)

ASKED_AND_SHARED: Final = Phrasings(
    train=(
        "{it} is {wish}, as you asked, and shares its {blend} with {a}{tail}.",
        "You asked for {wish}, and {it} has the same {blend} as {a}{tail}.",
        "{wish}, as you wished, with the same {blend} as {a}{tail}.",
        "Here is {wish}, close to {a} with its {blend}{tail}.",
    ),
    test=(
        "True to your words, {it} is {wish}, and {a} has the same {blend}{tail}.",
        "{it} answers your wish for {wish} and brings the {blend} of {a}{tail}.",
    ),
)
"""What was asked for and what a past item shares are not the same."""

ASKED_LIKE: Final = Phrasings(
    train=(
        "{it} is {wish}, as you asked, just like {a}.",
        "You asked for {wish}, and like {a}, {it} is one.",
        "{wish}, as you wished, and {a} is one, too.",
        "Here is {wish}, as {a} is.",
    ),
    test=("True to your words, {it} is {wish}, and so is {a}.",),
)
"""All that was asked for holds of the past item, too."""
