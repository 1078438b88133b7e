"""A pretrained tokenizer made fit: only what the data uses, and nothing that a user could spell and should not.

A row of a text vocabulary costs memory and, in every softmax, time; a data set uses a fraction of them. What is kept is
closed under the tokenizer's own rules, so that the texts it was trimmed to are the same tokens as before, and any
other text is spelt with the smaller pieces that are left, down to single characters and bytes.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import tokenizers
from tokenizers import models

from tastemaker.errors import RecipeError

HIDDEN: Final = " "
"""How the name of a special token begins: no pre-tokenizer lets a raw space through, so no text is that token."""

_BATCH: Final = 1024
_BYTE: Final = re.compile(r"<0x[0-9A-F]{2}>")

Document = dict[str, Any]


@dataclass(frozen=True)
class Adapted:
    """A tokenizer whose ids run from 0 without a gap."""

    tokenizer: tokenizers.Tokenizer
    kept: tuple[int, ...]
    """By new id, the id that the token had before; ascending."""


def adapted(
    tokenizer: tokenizers.Tokenizer, texts: Iterable[str] | None = None, specials: Iterable[int] = (), common: int = 0
) -> Adapted:
    """A tokenizer without special tokens that text can reach, trimmed to the texts if there are any.

    Args:
        tokenizer: as it was trained; stays as it is.
        texts: each exactly as it will be encoded; None keeps every token.
        specials: ids that are kept though no text uses them, those of a chat template.
        common: as many ids, the first ones, are kept, too: tokenizers number their tokens by how common they are.

    Raises:
        RecipeError: its model is none of BPE, WordPiece and Unigram.
    """
    document, names = _without_added(tokenizer)
    if texts is None:
        kept = set(names)
    else:
        whole = tokenizers.Tokenizer.from_str(json.dumps(_rebuilt(document, names, sorted(names))))
        ids = sorted(names)
        used = {ids[row] for row in _used(whole, texts)}
        used |= {id for id, name in names.items() if id < common and not name.startswith(HIDDEN)}
        kept = _closed(document["model"], names, used | set(specials))
    order = sorted(kept)
    return Adapted(tokenizers.Tokenizer.from_str(json.dumps(_rebuilt(document, names, order))), tuple(order))


def _without_added(tokenizer: tokenizers.Tokenizer) -> tuple[Document, dict[int, str]]:
    """The tokenizer as JSON, and the name of every token, that of special ones hidden."""
    document: Document = json.loads(tokenizer.to_str())
    model = document["model"]
    if model["type"] not in _MODELS:
        raise RecipeError(
            f"model.backbone: expected a tokenizer of type {', '.join(_MODELS)}, found {model['type']}. "
            "Use a backbone with another tokenizer."
        )
    names = {id: name for name, id in _vocabulary(model).items()}
    for token in document["added_tokens"]:
        # What the model's own rules make, too, is as plain as any token.
        if token["special"] or token["id"] not in names:
            names[token["id"]] = HIDDEN + token["content"]
    document.update(added_tokens=[], post_processor=None, truncation=None, padding=None)
    return document, names


def _vocabulary(model: Document) -> dict[str, int]:
    if model["type"] == "Unigram":
        return {name: id for id, (name, _) in enumerate(model["vocab"])}
    return dict(model["vocab"])


def word_prefix(tokenizer: tokenizers.Tokenizer) -> str:
    """What to put before a text so that its first word is the same tokens as within a sentence: a space, or nothing.

    The tokenizer must not pad.
    """
    alone, twice = (tokenizer.encode(text, add_special_tokens=False).ids for text in ("a", "a a"))
    return "" if twice == alone + alone else " "


def _used(whole: tokenizers.Tokenizer, texts: Iterable[str]) -> set[int]:
    """Ids that the texts are encoded to."""
    used: set[int] = set()
    rest = iter(dict.fromkeys(texts))
    while some := list(islice(rest, _BATCH)):
        for text, encoding in zip(some, whole.encode_batch_fast(some, add_special_tokens=False), strict=True):
            used.update(encoding.ids)
            if isinstance(whole.model, models.WordPiece) and whole.token_to_id(whole.model.unk_token) in encoding.ids:
                used.update(_tried(whole, text))
    return used


def _tried(whole: tokenizers.Tokenizer, text: str) -> Iterator[int]:
    """Pieces with which unknown words begin: without them, shorter ones might spell such a word."""
    prefix = whole.model.continuing_subword_prefix
    normal = whole.normalizer.normalize_str(text) if whole.normalizer else text
    for word, _ in whole.pre_tokenizer.pre_tokenize_str(normal) if whole.pre_tokenizer else [(normal, (0, 0))]:
        start = 0
        while start < len(word):
            ends = range(len(word), start, -1)
            found = ((whole.token_to_id((prefix if start else "") + word[start:end]), end) for end in ends)
            id, start = next(((id, end) for id, end in found if id is not None), (None, len(word)))
            if id is not None:
                yield id


def _closed(model: Document, names: Mapping[int, str], used: set[int]) -> set[int]:
    """The used tokens, all that the rules build them from, and all that any text can be spelt with."""
    ids = {name: id for id, name in names.items()}
    affixes = [model.get("continuing_subword_prefix"), model.get("end_of_word_suffix")]
    smallest = {id for name, id in ids.items() if len(_bare(name, *affixes)) == 1 or _BYTE.fullmatch(name)}
    unknown = _unknown(model, names)
    kept = used | smallest | ({unknown} if unknown is not None else set())
    if model["type"] == "BPE":
        return _with_parts(model, names, ids, kept)
    if model["type"] == "Unigram":
        # An unknown character is priced by the cheapest piece.
        kept.add(min(range(len(model["vocab"])), key=lambda id: model["vocab"][id][1]))
    return kept


def _bare(name: str, prefix: str | None, suffix: str | None) -> str:
    """The name without the signs that say where in a word it stands."""
    return name.removeprefix(prefix or "").removesuffix(suffix or "") if len(name) > 1 else name


def _unknown(model: Document, names: Mapping[int, str]) -> int | None:
    """Id of the token for what the vocabulary cannot spell."""
    if model["type"] == "Unigram":
        return model["unk_id"]  # type: ignore[no-any-return]
    wanted = model.get("unk_token")
    return next((id for id, name in names.items() if wanted and name in (wanted, HIDDEN + wanted)), None)


def _with_parts(model: Document, names: Mapping[int, str], ids: Mapping[str, int], kept: set[int]) -> set[int]:
    """Add both sides of every merge that makes a kept token, and of those that make these."""
    parts: dict[int, list[int]] = {}
    for left, right, result in _merges(model, ids):
        parts.setdefault(ids[result], []).extend((ids[left], ids[right]))
    open_ones, kept = list(kept), set(kept)
    while open_ones:
        for id in parts.get(open_ones.pop(), ()):
            if id not in kept:
                kept.add(id)
                open_ones.append(id)
    return kept


def _merges(model: Document, ids: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    """The merges among the tokens `ids`, in their order of precedence: left, right, result."""
    prefix = model.get("continuing_subword_prefix") or ""
    for left, right in model["merges"]:
        result = left + right.removeprefix(prefix)
        if left in ids and right in ids and result in ids:
            yield left, right, result


def _rebuilt(document: Document, names: Mapping[int, str], order: list[int]) -> Document:
    """The tokenizer with the tokens `order` alone, numbered in that order."""
    model = document["model"]
    ids = {names[id]: row for row, id in enumerate(order)}
    unknown = _unknown(model, names)
    row = order.index(unknown) if unknown is not None else None
    return document | {"model": model | _MODELS[model["type"]](model, ids, row)}


def _bpe(model: Document, ids: dict[str, int], unknown: int | None) -> Document:
    merges = [(left, right) for left, right, _ in _merges(model, ids)]
    return {"vocab": ids, "merges": merges, "unk_token": _name_at(ids, unknown), "dropout": None}


def _word_piece(model: Document, ids: dict[str, int], unknown: int | None) -> Document:
    return {"vocab": ids, "unk_token": _name_at(ids, unknown) or model["unk_token"]}


def _unigram(model: Document, ids: dict[str, int], unknown: int | None) -> Document:
    scores = dict(map(tuple, model["vocab"]))
    return {"vocab": [(name, scores.get(name, 0.0)) for name in ids], "unk_id": unknown}


def _name_at(ids: dict[str, int], row: int | None) -> str | None:
    return None if row is None else list(ids)[row]


_MODELS: Final[Mapping[str, Callable[[Document, dict[str, int], int | None], Document]]] = {
    "BPE": _bpe,
    "WordPiece": _word_piece,
    "Unigram": _unigram,
}
