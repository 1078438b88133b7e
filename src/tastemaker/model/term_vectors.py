"""Content vectors without a pretrained encoder: TF-IDF, reduced by a truncated SVD.

Source: Deerwester et al., "Indexing by Latent Semantic Analysis", JASIS 1990.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.preprocessing import normalize  # type: ignore[import-untyped]
from sklearn.utils.extmath import randomized_svd  # type: ignore[import-untyped]

WIDTH: Final = 128
TERMS: Final = f"TF-IDF + SVD {WIDTH}"


def term_vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of texts by the words they share, unit length, zero for a text without words.

    Returns:
        `[texts, C]`; C is 128, or less where there are fewer texts or words.
    """
    if not any(character.isalnum() for text in texts for character in text):
        return np.zeros((len(texts), 0), dtype=np.float32)
    counts = TfidfVectorizer(sublinear_tf=True, token_pattern=r"\w+").fit_transform(texts)
    width = min(WIDTH, *counts.shape)
    left, strengths, _ = randomized_svd(counts, width, random_state=0)
    return np.asarray(normalize(left * strengths), dtype=np.float32)
