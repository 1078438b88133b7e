"""Questions about one attribute of an item, in wordings for training and others that validation and test alone use.

`{it}` is the item's title or "it", `{name}` what the attribute is called.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

from tastemaker.data.split import Split
from tastemaker.tasks.phrasings import fill


@dataclass(frozen=True)
class Wordings:
    """Templates, or words to fill into them; none stands in two splits."""

    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def of(self, split: Split) -> tuple[str, ...]:
        """The wordings of a split."""
        return {Split.TRAIN: self.train, Split.VALIDATION: self.validation, Split.TEST: self.test}[split]


ANY: Final = Wordings(
    train=(
        "What is the {name} of {it}?",
        "What {name} does {it} have?",
        "Tell me the {name} of {it}.",
        "Which {name} is given for {it}?",
        "Do you know the {name} of {it}?",
        "I would like to know the {name} of {it}.",
        "The {name} of {it}, please.",
        "Can you name the {name} of {it}?",
        "About {it}: what is the {name}?",
        "What do you know about the {name} of {it}?",
    ),
    validation=(
        "Could you tell me the {name} of {it}?",
        "What is given as the {name} of {it}?",
        "Do you know what the {name} of {it} is?",
        "I want to know the {name} of {it}.",
        "What can you tell me about the {name} of {it}?",
    ),
    test=(
        "I am looking for the {name} of {it}.",
        "Have you got the {name} of {it}?",
        "What would be the {name} of {it}?",
        "With {it}, which {name}?",
    ),
)
"""For every attribute."""

SPECIAL: Final[Mapping[str, Wordings]] = {
    "director": Wordings(
        train=(
            "Who directed {it}?",
            "Who was the director of {it}?",
            "By whom was {it} directed?",
            "Which director stands behind {it}?",
            "Name the director of {it}.",
            "Who did the directing of {it}?",
            "Who is {it} directed by?",
            "Do you know who directed {it}?",
        ),
        validation=(
            "By which director is {it}?",
            "Who was it that directed {it}?",
            "Who is the director behind {it}?",
            "Name whoever directed {it}.",
            "Who directs {it}?",
        ),
        test=(
            "Who sat in the director's chair for {it}?",
            "Whose direction is {it} under?",
            "Who was {it} directed by?",
            "Which director made {it}?",
        ),
    ),
    "actor": Wordings(
        train=(
            "Who stars in {it}?",
            "Who plays in {it}?",
            "Who is in {it}?",
            "Which actors are in {it}?",
            "Who are the actors of {it}?",
            "Name the actors of {it}.",
            "Who acts in {it}?",
            "Who are the stars of {it}?",
            "Which stars do we see in {it}?",
            "Do you know who stars in {it}?",
        ),
        validation=(
            "Which actors play in {it}?",
            "Whom do we see in {it}?",
            "Which actors star in {it}?",
            "Name the stars of {it}.",
            "Who acted in {it}?",
        ),
        test=(
            "Who is starring in {it}?",
            "Who had a part in {it}?",
            "Which people act in {it}?",
            "Who appears in {it}?",
        ),
    ),
    "writer": Wordings(
        train=(
            "Who wrote {it}?",
            "Who wrote the script of {it}?",
            "Who is the writer of {it}?",
            "Who are the writers of {it}?",
            "By whom was {it} written?",
            "Name the writers of {it}.",
            "Who is {it} written by?",
            "Which writers worked on {it}?",
            "Do you know who wrote {it}?",
        ),
        validation=(
            "Which writers wrote {it}?",
            "By whom is the script of {it}?",
            "Who are the people that wrote {it}?",
            "Name whoever wrote {it}.",
            "Which writer worked on {it}?",
        ),
        test=(
            "Who came up with the script of {it}?",
            "Who was {it} written by?",
            "Whose screenplay is {it}?",
            "Who did the writing of {it}?",
        ),
    ),
    "genre": Wordings(
        train=(
            "What genre is {it}?",
            "Which genres does {it} belong to?",
            "What kind of thing is {it}?",
            "What sort is {it}?",
            "What genres is {it}?",
            "Name the genres of {it}.",
            "How would you classify {it}?",
            "What type is {it}?",
            "What are the genres of {it}?",
        ),
        validation=(
            "Which genre is {it}?",
            "What kind is {it}?",
            "To which genres does {it} belong?",
            "What sort of thing is {it}?",
            "Which type is {it}?",
        ),
        test=(
            "What is {it}, as genres go?",
            "How is {it} classified?",
            "What would you file {it} under?",
            "Into which genres does {it} fall?",
        ),
    ),
    "year": Wordings(
        train=(
            "When did {it} come out?",
            "What year is {it} from?",
            "In which year did {it} come out?",
            "When was {it} made?",
            "What year was {it} released?",
            "When was {it} released?",
            "Which year is {it} from?",
            "In what year was {it} released?",
        ),
        validation=(
            "In what year was {it} made?",
            "Which year did {it} come out?",
            "From which year is {it}?",
            "In what year did {it} come out?",
            "What year was {it} made?",
        ),
        test=(
            "When does {it} date from?",
            "Which year goes with {it}?",
            "What year did {it} appear?",
            "Since when has {it} been out?",
        ),
    ),
    "decade": Wordings(
        train=(
            "What decade is {it} from?",
            "Which decade did {it} come out in?",
            "In which decade was {it} made?",
            "From which decade is {it}?",
            "Which decade does {it} belong to?",
            "What decade was {it} released in?",
            "Name the decade of {it}.",
        ),
        validation=(
            "In what decade did {it} come out?",
            "Which decade is {it} from?",
            "From what decade is {it}?",
            "In which decade did {it} come out?",
            "To which decade does {it} belong?",
        ),
        test=(
            "Which ten years does {it} come from?",
            "What decade does {it} belong to?",
            "In what decade was {it} made?",
        ),
    ),
    "brand": Wordings(
        train=(
            "Who makes {it}?",
            "What brand is {it}?",
            "Which company makes {it}?",
            "Which brand is {it} from?",
            "By whom is {it} made?",
            "Who is the maker of {it}?",
            "What company is behind {it}?",
        ),
        validation=(
            "Which brand makes {it}?",
            "What company makes {it}?",
            "What company is {it} from?",
            "Which brand is {it}?",
            "Who is behind {it}?",
        ),
        test=(
            "Whose product is {it}?",
            "What is the maker of {it} called?",
            "Which company sells {it} under its name?",
        ),
    ),
    "category": Wordings(
        train=(
            "What category is {it} in?",
            "Which categories does {it} belong to?",
            "Where is {it} listed?",
            "Under which category do I find {it}?",
            "What kind of product is {it}?",
            "Name the categories of {it}.",
        ),
        validation=(
            "In which category is {it}?",
            "Where do I find {it}?",
            "To which categories does {it} belong?",
            "Under which category is {it} listed?",
        ),
        test=("In which section do I find {it}?", "What category does {it} come under?", "How is {it} filed?"),
    ),
}
"""For attributes that people ask for without naming them, beside those for every attribute."""

NOUNS: Final = {"actor": "cast"}
"""What an attribute is called in questions, where it is not its name."""

UNHEARD: Final = Wordings(
    train=(
        *("budget", "running time", "composer", "language", "price", "weight", "colour", "size", "sequel", "studio"),
        *("soundtrack", "age rating", "warranty", "country", "camera", "editor", "narrator", "box office", "width"),
        *("length", "producer", "material", "cost", "profit", "theme song", "country of origin", "music", "shape"),
        *("title song", "make-up artist", "choreographer", "opening night", "ending", "hero", "villain", "moral"),
        *("stock", "barcode", "power", "voltage", "seller", "packaging", "delivery time", "rating", "review score"),
        *("number of copies sold", "name of the dog", "favourite scene", "last line", "first word", "motto", "smell"),
    ),
    validation=(
        "number of pages",
        "height",
        "costume designer",
        "filming location",
        "playing time",
        "depth",
        "distributor",
        "shipping cost",
        "stunt coordinator",
        "opening song",
    ),
    test=(
        "sound engineer",
        "insurance",
        "release format",
        "thread count",
        "best joke",
        "ticket price",
        "lead singer",
        "calories",
    ),
)
"""What may be asked for and what catalogs seldom know."""


def ask(attribute: str, title: str, split: Split, random: Random) -> str:
    """A question for an attribute, by chance with the title or without, and in a quarter of the cases carelessly typed.

    Args:
        attribute: its name, or what no item has.
        title: of the item, "" where it has none.
        split: whose wordings are used.
        random: draws all of it.
    """
    templates = ANY.of(split) + (SPECIAL[attribute].of(split) if attribute in SPECIAL else ())
    template, is_casual = random.choice(templates), random.random() < 0.25
    gaps = {"name": NOUNS.get(attribute, attribute.replace("_", " "))}
    if title and random.random() < 0.5:
        return fill(template, gaps, {"it": title}, is_casual)
    return fill(template, {**gaps, "it": "it"}, {}, is_casual)
