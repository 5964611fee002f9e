"""Texts → vectors by hashed words and letter triples: no model, for tests and demonstrations."""

import re
import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from assistant.embed.seam import Progress, Vectors, readable

WORD = re.compile(r"\w+")
WORD_WEIGHT, TRIPLE_WEIGHT = 1.0, 0.3


class HashingEncoder:
    """A deterministic stand-in that knows spelling and nothing of meaning.

    >>> encoder = HashingEncoder()
    >>> cat, cats, fraud = encoder.encode(["the cat sat", "the cats sat", "fraud costs"])
    >>> bool(cat @ cats > cat @ fraud)
    True
    """

    def __init__(self, dimension: int = 256) -> None:
        self._dimension = dimension

    @property
    def name(self) -> str:
        """Changes with the dimension."""
        return f"hashing@{self._dimension}"

    @property
    def dimension(self) -> int:
        """Numbers in each vector."""
        return self._dimension

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (len(texts), dimension) unit rows in the order given."""
        vectors = np.empty((len(texts), self._dimension), np.float32)
        for number, text in enumerate(texts):
            vectors[number] = self.encode_query(text)
            if progress is not None:
                progress(number + 1)
        return vectors

    def encode_query(self, text: str) -> Vectors:
        """Return (dimension,); a text without words gets a fixed vector."""
        vector = np.zeros(self._dimension, np.float32)
        for feature, weight in features(readable(text).lower()):
            # crc32, since hash() differs from process to process.
            code = zlib.crc32(feature.encode())
            vector[code % self._dimension] += weight if code & 1 << 31 else -weight
        length = float(np.linalg.norm(vector))
        if length == 0.0:
            vector[0] = length = 1.0
        return vector / np.float32(length)


def features(text: str) -> Iterator[tuple[str, float]]:
    """Words, and triples of letters of each word with its borders, with their weights."""
    for word in WORD.findall(text):
        yield word, WORD_WEIGHT
        framed = f"<{word}>"
        for start in range(len(framed) - 2):
            yield framed[start : start + 3], TRIPLE_WEIGHT
