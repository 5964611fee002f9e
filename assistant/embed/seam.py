"""What every encoder offers: texts → unit vectors, in the order given."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]

READ_CHARACTERS = 8_000


class Encoder(Protocol):
    """Texts to vectors of length 1, so that a dot product is a cosine."""

    @property
    def name(self) -> str:
        """A stamp that changes whenever the vectors change."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in each vector."""
        ...

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return (len(texts), dimension), rows in the order given, each of length 1.

        `progress` is called in the caller's thread with the number of texts done so far; what it
        raises stops the work.
        """
        ...

    def encode_query(self, text: str) -> Vectors:
        """Return (dimension,) for something a person typed."""
        ...


def readable(text: str) -> str:
    r"""The part of `text` that an encoder is given: its first 8,000 characters, valid Unicode.

    No passage is longer, and a pasted megabyte must not cost a second. Half a surrogate pair,
    which no tokenizer or HTTP body can carry, becomes a question mark.

    >>> readable("caf\ud83d")
    'caf?'
    """
    return text[:READ_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
