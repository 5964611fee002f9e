"""Words → how near their meanings are, by a table made from the bundled encoder."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answer.gate.words import stem

ENCODER = Path(__file__).parents[2] / "encoder"


class Meanings:
    """The table of word vectors; words that are not in it resemble nothing."""

    def __init__(self, folder: Path = ENCODER) -> None:
        words = (folder / "words.txt").read_text(encoding="utf-8").split()
        self._row = {word: row for row, word in enumerate(words)}
        self._stems = {stem(word) for word in words}
        self._table: NDArray[np.int8] = np.load(folder / "words.npy", mmap_mode="r")

    def knows(self, word: str) -> bool:
        """True for a common or technical word; stop words and most names are not in the table."""
        return stem(word) in self._stems

    def nearness(self, word: str, other: str) -> float:
        """The cosine of two words, 0 when one is not in the table."""
        rows = self.rows((word, other))
        return float(rows[0] @ rows[1])

    def rows(self, words: tuple[str, ...]) -> NDArray[np.float32]:
        """Unit vectors, shape (len(words), dimension); zeros for an unknown word."""
        found = np.zeros((len(words), self._table.shape[1]), np.float32)
        for at, word in enumerate(words):
            row = self._row.get(word)
            if row is not None:
                found[at] = self._table[row]
        # Two random words have a product of about 0, synonyms mostly 0.5 and more.
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, 1.0), np.float32)


@lru_cache(maxsize=1)
def meanings() -> Meanings:
    """The shipped table, opened once."""
    return Meanings()
