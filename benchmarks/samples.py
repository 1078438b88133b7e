"""Fifty reasons and ten conversations to be read by people: would you ship them?

    python -m benchmarks.samples runs/demo --out benchmarks/samples

Users are a seeded sample. What the model wrote stands as it is, the poor ones too; nothing is chosen.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.conversations import SCRIPTS, Script
from benchmarks.result import commit
from benchmarks.speed import load
from tastemaker.data.dataset import Entry
from tastemaker.data.facts import Fact
from tastemaker.data.title_forms import printed_title
from tastemaker.evaluation.truth import Truth
from tastemaker.inference.answers import ChatReply, Recommendation
from tastemaker.inference.recommender import Recommender
from tastemaker.inference.replying import WrittenReply
from tastemaker.tasks.cards import card
from tastemaker.tasks.example import Card, Evidence, Example, Reply
from tastemaker.tasks.request import explanation_context

REASONS: Final = 50
TOP: Final = 3
"""A reason is for one of the first three recommendations, drawn at random."""
NOTE: Final = (
    "Model output, as it came, of a model trained on simulated texts: nobody wrote these reasons or dialogues; the "
    "model learned them from templates over real ratings."
)


def reasons_page(model: Recommender, seed: int) -> str:
    """Fifty reasons with what they were written from, and whether what they state is true."""
    random = np.random.default_rng(seed)
    users = random.choice(len(model.dataset.user_ids), size=min(REASONS, len(model.dataset.user_ids)), replace=False)
    truth = Truth(model.dataset, model.reader.extractor)
    blocks, grounded, silent = [], 0, 0
    for number, row in enumerate(users.tolist(), start=1):
        user = model.dataset.user_ids[row]
        found = model.recommend(user=user, k=TOP)
        chosen = found[int(random.integers(len(found)))]
        stated, false = judged(model, truth, model.entries(user), chosen)
        grounded += bool(stated) and not false
        silent += not stated
        blocks.append(_reason_block(model, number, chosen, stated, false))
        print(f"reason {number}: {chosen.reason}", flush=True)
    head = (
        f"# {len(users)} reasons\n\n{NOTE}\n\nSeed {seed}, commit {commit()}. Of {len(users)} reasons {grounded} state "
        f"at least one fact and none that is false; {silent} state no fact.\n"
    )
    return "\n".join([head, *blocks])


def judged(
    model: Recommender, truth: Truth, past: tuple[Entry, ...], found: Recommendation
) -> tuple[frozenset[Fact], frozenset[Fact]]:
    """The facts that a reason states, and those of them that are false."""
    row = model.model.catalog.rows[found.item_id]
    about, evidence = card(model.model.catalog, row), Evidence(found.evidence)
    example = Example(
        "explanation", explanation_context(past, row, about, evidence), Reply(lead="", reason=found.reason)
    )
    reply = WrittenReply("", row, found.reason, about.text, found.evidence)
    stated = truth.stated(example, reply)
    return stated, stated - truth.true_facts(example, reply)


def conversations_page(model: Recommender, seed: int) -> str:
    """Ten whole conversations."""
    users = np.random.default_rng(seed + 1).permutation(len(model.dataset.user_ids)).tolist()
    note = f"{NOTE} The user's side is a fixed script."
    head = f"# {len(SCRIPTS)} conversations\n\n{note}\n\nSeed {seed}, commit {commit()}.\n"
    blocks = []
    for number, script in enumerate(SCRIPTS, start=1):
        user = model.dataset.user_ids[users[number - 1]] if script.has_history else None
        blocks.append("\n".join(_conversation(model, number, script, user)))
        print(f"conversation {number}: {script.kind}", flush=True)
    return "\n".join([head, *blocks])


def _reason_block(
    model: Recommender, number: int, found: Recommendation, stated: frozenset[Fact], false: frozenset[Fact]
) -> str:
    about: Card = card(model.model.catalog, model.model.catalog.rows[found.item_id])
    verdict = f"no: {_shown(false)}" if false else "yes" if stated else "states no fact"
    return (
        f"## {number}. {found.title}\n\n- card: {about.text}\n- evidence: {found.evidence or '(none)'}\n"
        f"- reason: **{found.reason or '(silent)'}**\n- facts: {_shown(stated) or '(none)'}\n- grounded: {verdict}\n"
    )


def _conversation(model: Recommender, number: int, script: Script, user: str | None) -> Iterator[str]:
    yield f"## {number}. {script.kind.capitalize()}\n"
    if user is not None:
        liked = [entry.item for entry in model.entries(user) if model.dataset.likes(entry)][-5:]
        titles = [printed_title(model.model.catalog[row]) for row in liked]
        yield f"A stored user; last liked: {'; '.join(titles)}.\n"
    else:
        yield "Somebody of whom nothing is known.\n"
    conversation = model.chat(user=user)
    for words in script.turns:
        yield f"> **user:** {words}\n>"
        yield from _answer(model, conversation.say(words))
    yield ""


def _answer(model: Recommender, reply: ChatReply) -> Iterator[str]:
    yield f"> **assistant:** {reply.text or '(silent)'}"
    if reply.recommended is not None:
        about = card(model.model.catalog, model.model.catalog.rows[reply.recommended.item_id])
        yield f"> <br><small>card: {about.text} | evidence: {reply.recommended.evidence or '(none)'}</small>"
    yield ">"


def _shown(facts: frozenset[Fact]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(facts))


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both pages."""
    parser = argparse.ArgumentParser(description="Reasons and conversations of a trained model, for reading.")
    parser.add_argument("run", type=Path)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/samples"))
    parser.add_argument("--data", type=Path, help="data set folder; left out, that of the run")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    model = load(given.run, given.data)
    given.out.mkdir(parents=True, exist_ok=True)
    for name, page in (("reasons", reasons_page), ("conversations", conversations_page)):
        text, beside = page(model, given.seed), given.out / f".{name}.part"
        beside.write_text(text, encoding="utf-8")
        beside.replace(given.out / f"{name}.md")
        print(given.out / f"{name}.md")


if __name__ == "__main__":
    main()
