"""Vectors of texts, kept in one file: a text that was encoded before is not encoded again, whatever stands beside it.

In: texts, and how to encode those that are new. Out: `[texts, C]`. A text is known by its hash, a file by its encoder.
"""

import hashlib
import math
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from tastemaker.data.download import Say

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str]], Vectors]
"""Texts -> `[texts, C]`."""

PARTS: Final = 64
LEAST_PART: Final = 1024
"""Texts. So many are encoded at a time, or one of `PARTS` if that is more, and kept: a killed command goes on there."""
SURPLUS: Final = 4
"""How many times what was asked for a file holds at most: views of a data set that hide words share most texts."""


@dataclass(frozen=True)
class Keeper:
    """A file, and whose vectors it holds."""

    path: Path
    encoder: str
    """Tells the encoder from any other."""
    at_once: bool = False
    """Whether the vectors are of use together alone, since each depends on all texts."""

    def has(self, texts: Iterable[str]) -> bool:
        """Whether all of them are there."""
        known = self._load()
        return all(_name(text) in known for text in texts)

    def vectors(self, texts: Sequence[str], encode: Encode, say: Say) -> Vectors:
        """Vectors of `texts`, in their order.

        Args:
            texts: may hold one several times, which is encoded once.
            encode: is asked for those that are not kept, and not at all if there are none.
            say: is told how far it is, and where they cannot be kept.
        """
        names = [_name(text) for text in texts]
        known = self._load()
        new = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
        todo = list(new)
        size = len(todo) if self.at_once else max(LEAST_PART, math.ceil(len(todo) / PARTS))
        for start in range(0, len(todo), size or 1):
            part = todo[start : start + size]
            known |= zip(part, encode([new[name] for name in part]), strict=True)
            self._save(known, dict.fromkeys(names), say)
            if not self.at_once:
                say(f"Item vectors: {start + len(part):,} of {len(todo):,}.")
        return np.stack([known[name] for name in names])

    def _load(self) -> dict[bytes, Vectors]:
        """By hash, the longest kept first; none if the file is damaged or another encoder's."""
        try:
            with safe_open(self.path, framework="numpy") as file:
                if (file.metadata() or {}).get("encoder") != self.encoder:
                    return {}
                hashes, vectors = file.get_tensor("hashes"), file.get_tensor("vectors")
        except (OSError, SafetensorError):
            return {}
        if len(hashes) != len(vectors) or not np.isfinite(vectors).all():
            return {}
        return dict(zip(map(bytes, hashes), vectors, strict=True))

    def _save(self, known: dict[bytes, Vectors], asked: dict[bytes, None], say: Say) -> None:
        """Keep what was asked for, and of the rest what was kept last."""
        rest = [name for name in known if name not in asked]
        room = (SURPLUS - 1) * len(asked)
        names = rest[max(0, len(rest) - room) :] + [name for name in asked if name in known]
        hashes: NDArray[np.generic] = np.frombuffer(b"".join(names), np.uint8).reshape(len(names), -1)
        tensors = {"hashes": hashes, "vectors": np.stack([known[name] for name in names])}
        try:
            with tempfile.TemporaryDirectory(prefix=".vectors-", dir=self.path.parent) as part:
                new = Path(part) / self.path.name
                new.write_bytes(save(tensors, {"encoder": self.encoder}))
                new.replace(self.path)
        except OSError as error:
            say(f"Warning: {self.path}: could not keep the item vectors ({error}); the next run makes them again.")


def _name(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
