"""The simulator's own plain reason: one fixed wording, the baseline that generated reasons are measured against."""

from tastemaker.tasks.cards import card_labels, card_title, parse
from tastemaker.tasks.example import Card, Evidence
from tastemaker.tasks.phrasings import listed


def template_reason(evidence: Evidence, card: Card) -> str:
    """Say in fixed words what evidence and card hold, all of it true by construction.

    >>> template_reason(Evidence("liked Aladdin (1992), 5 stars; shares comedy"), Card("Babe (1995): comedy"))
    'Because you liked Aladdin (1992): it shares comedy.'
    >>> template_reason(Evidence("is comedy, drama, 1990s"), Card("Babe (1995): comedy, drama"))
    'It goes under comedy and drama and is from the 1990s.'
    """
    found = parse(evidence.text)
    parts = []
    if found.past:
        verb = "you liked" if all(past.stars for past in found.past) else "of"
        parts.append(f"because {verb} {listed(tuple(past.title for past in found.past))}")
    if found.asked:
        parts.append(f"you asked for {listed(found.asked)}")
    start = ", and ".join(parts)
    shared = (*found.shared, *([found.shared_decade] if found.shared_decade else ()))
    labels = found.own or card_labels(card)
    if shared:
        end = f"it shares {listed(shared)}"
    elif found.asked:
        end = "it is that"
    else:
        goes = [f"goes under {listed(labels)}"] if labels else []
        goes += [f"is from the {found.own_decade}"] if found.own_decade else []
        end = f"it {' and '.join(goes)}" if goes else f"it is {card_title(card)}"
    text = f"{start}: {end}." if start else f"{end}."
    return text[:1].upper() + text[1:]
