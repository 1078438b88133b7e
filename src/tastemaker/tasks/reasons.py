"""Write a reason from evidence and card in one of many wordings: the text that the model learns from.

Every fact of a reason stands in the evidence or on the card.
"""

from random import Random
from typing import Final

from tastemaker.data.split import Split
from tastemaker.tasks import reason_phrasings as say
from tastemaker.tasks.cards import Grounds, card_labels, card_title, is_decade, parse
from tastemaker.tasks.example import Card, Evidence
from tastemaker.tasks.phrasings import Phrasings, fill, listed, singular, with_article

_MOST_WORDS: Final = 30
"""A second sentence that would make a reason longer than this is left out."""
_OWNER: Final = "'s"
"""A label like "children's" cannot stand alone."""
_NEUTRAL_SHARE: Final = 0.3
"""How often a liked item is spoken of in the words that serve any past item."""
_FEELS: Final = Phrasings(("feel", "tone", "flavour"), ("touch",))
_MIXES: Final = Phrasings(("mix", "blend"), ("combination",))


def write_reason(evidence: Evidence, card: Card, noun: str, split: Split, random: Random) -> str:
    """Draw a wording and fill it: one sentence, now and then two.

    Args:
        evidence: why the item is recommended.
        card: of the recommended item.
        noun: what an item is called, e.g. "film".
        split: whose wordings to use.
        random: where chance comes from.
    """
    found = parse(evidence.text)
    titles = {name: it.title for name, it in zip("ab", found.past, strict=False)}
    titles["title"] = card_title(card)
    first, *rest = _templates(found, split, random)
    subject = random.choice(("it", "it", "this one", "{title}"))
    gaps, tail = _gaps(found, card, noun, split, random), _tail(found, split, random)
    text = fill(first.replace("{it}", subject).replace("{tail}", tail), gaps, titles)
    for sentence in rest:
        more = fill(sentence.replace("{it}", "it").replace("{tail}", tail), gaps, titles)
        if len(f"{text} {more}".split()) <= _MOST_WORDS:
            text = f"{text} {more}"
    return text


def _templates(found: Grounds, split: Split, random: Random) -> list[str]:
    """One or two sentences that say what there is to say."""
    wished = any(not label.startswith("no ") for label in found.asked)
    refused = any(label.startswith("no ") for label in found.asked)
    if not wished:
        if refused and not found.past:
            return [say.OWN_WITHOUT.draw(split, random)]
        past = _about_past(found, split, random)
        return [past, say.ASKED_WITHOUT.draw(split, random)] if refused and random.random() < 0.7 else [past]
    if not found.past or not (found.shared or found.shared_decade):
        return [say.ASKED.draw(split, random)]
    one_past = len(found.past) == 1
    if one_past and not refused and set(found.asked) <= {*found.shared, found.shared_decade} and random.random() < 0.5:
        return [say.ASKED_LIKE.draw(split, random)]
    if one_past and found.shared and random.random() < 0.5:
        return [say.ASKED_AND_SHARED.draw(split, random)]
    if random.random() < 0.25:
        return [say.ASKED.draw(split, random)]
    return [say.ASKED.draw(split, random), _about_past(found, split, random)]


def _about_past(found: Grounds, split: Split, random: Random) -> str:
    """A sentence on the past items and what they share with the item, or on the item alone where there are none."""
    if not found.past:
        return (say.OWN_ALONE if found.own or found.own_decade else say.TITLE_ALONE).draw(split, random)
    two = len(found.past) > 1
    if found.shared:
        neutral, liked = (say.SHARED_TWO, say.LIKED_TWO) if two else (say.SHARED_ONE, say.LIKED_ONE)
    elif found.shared_decade:
        neutral, liked = (say.DECADE_TWO, say.DECADE_LIKED_TWO) if two else (say.DECADE_ONE, say.DECADE_LIKED_ONE)
    else:
        neutral, liked = say.OWN_ONE, say.OWN_LIKED_ONE
    is_liked = all(it.stars for it in found.past)
    return (liked if is_liked and random.random() > _NEUTRAL_SHARE else neutral).draw(split, random)


def _gaps(found: Grounds, card: Card, noun: str, split: Split, random: Random) -> dict[str, str]:
    shared = found.shared or card_labels(card)
    kind = singular(shared, noun)
    stars = [it.stars for it in found.past]
    blend = (_MIXES if len(shared) > 1 else _FEELS).draw(split, random)
    wishes = tuple(label for label in found.asked if not label.startswith("no "))
    refusals = [label.removeprefix("no ") for label in found.asked if label.startswith("no ")]
    without = f"no {' or '.join(f'{label} fare' if label.endswith(_OWNER) else label for label in refusals)}"
    wish = _described(wishes, noun)
    return {
        "sa": stars[0] if stars else "",
        "sb": stars[-1] if stars else "",
        "kind": with_article(kind),
        "one": kind,
        "blend": f"{listed(shared)} {blend}",
        "dec": found.shared_decade,
        "noun": noun,
        "own": _described((*found.own, *([found.own_decade] if found.own_decade else ())), noun),
        "wish": f"{wish} with {without}" if wishes and refusals else wish,
        "without": without,
    }


def _described(labels: tuple[str, ...], noun: str) -> str:
    """ "a comedy from the 1990s", "a film from the 1990s", "a comedy and war film"."""
    decades = tuple(label for label in labels if is_decade(label))
    rest = tuple(label for label in labels if not is_decade(label))
    return with_article(singular(rest, noun)) + (f" from the {listed(decades)}" if decades else "")


def _tail(found: Grounds, split: Split, random: Random) -> str:
    """The shared decade behind what else is shared, most of the time."""
    if not (found.shared and found.shared_decade) or random.random() < 0.35:
        return ""
    return (say.TAIL_TWO if len(found.past) > 1 else say.TAIL_ONE).draw(split, random)
