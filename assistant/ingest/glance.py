"""Vectors of a document's passages → whether a part of it may be foreign, at no further cost.

The thorough look (`foreign`) cuts a document finer and encodes it once more, which doubles what
taking it in costs. This glance reads the vectors that the index needs anyway. On the composed
documents of `evals/foreign_parts.py` it lets 94 % of those with a foreign part through to the
thorough look, and spares it two in three ordinary articles.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.foreign import telling_words

# Fewer passages are no measure of what is usual: they get the thorough look.
FEW = 4
# With fewer than this, words count beside vectors, which alone say too little.
SHORT = 6
# A run of a short document is worth a look when tie and shared words together fall below this, by
# the number of passages. The foreign parts of the composed documents lie at 1.56 and less of four,
# and of five at 1.1 and less, most of them under 0.8.
SHORT_WORTH_A_LOOK = {4: 1.6, 5: 1.3}
WORDS_WEIGHT = 0.75
# A run is worth a look when its ties to the rest fall below this part of the usual.
WORTH_A_LOOK = 0.85
NEAREST = 3
# Neighbours of a longer document are taken together, so that the glance stays quick.
MOST = 60


def may_be_mixed(rows: NDArray[np.float32], texts: Sequence[str]) -> bool:
    """True when some run of neighbouring passages stands apart; `rows` are unit vectors, (n, d)."""
    if len(rows) < FEW:
        return True
    if len(rows) < SHORT:
        return _least_kinship(np.asarray(rows, np.float64), texts) < SHORT_WORTH_A_LOOK[len(rows)]
    return _least_tie(_pooled(rows)) < WORTH_A_LOOK or _stranger(rows)


def _least_kinship(rows: NDArray[np.float64], texts: Sequence[str]) -> float:
    """The least of tie plus weighed shared words of any run, both relative to the usual."""
    alike = rows @ rows.T
    np.fill_diagonal(alike, 0.0)
    words = [telling_words(text) for text in texts]
    usual = max(float(np.median([_shared(words, at, 1) for at in range(len(words))])), 1e-9)
    return min(
        _tie(alike, first, length, nearest=2) + WORDS_WEIGHT * _shared(words, first, length) / usual
        for first, length in _runs(len(rows))
    )


def _shared(words: Sequence[frozenset[str]], first: int, length: int) -> float:
    """The share of a run's words that the rest has too."""
    run = frozenset[str]().union(*words[first : first + length])
    rest = frozenset[str]().union(*words[:first], *words[first + length :])
    return len(run & rest) / max(len(run), 1)


def _runs(count: int) -> Iterator[tuple[int, int]]:
    """First row and length of every run of up to half of the rows."""
    for length in range(1, count // 2 + 1):
        for first in range(count - length + 1):
            yield first, length


def _pooled(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    groups = np.array_split(np.asarray(rows, np.float64), min(MOST, len(rows)))
    means = np.stack([group.mean(axis=0) for group in groups])
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9))


def _least_tie(rows: NDArray[np.float64]) -> float:
    """The least tie of any run up to half of the rows to the others, relative to the usual."""
    alike = rows @ rows.T
    np.fill_diagonal(alike, 0.0)
    return min((_tie(alike, *run, nearest=NEAREST) for run in _runs(len(rows))), default=np.inf)


def _tie(alike: NDArray[np.float64], first: int, length: int, *, nearest: int) -> float:
    """The tie of a run to the other rows, relative to what is usual among those."""
    run = np.zeros(len(alike), bool)
    run[first : first + length] = True
    usual = float(np.median(_links(alike[np.ix_(~run, ~run)], nearest)))
    return float(_links(alike[np.ix_(run, ~run)], nearest).mean()) / max(usual, 1e-9)


def _stranger(rows: NDArray[np.float32]) -> bool:
    """Whether a single passage of a long document has no near relative in it."""
    if len(rows) <= MOST:
        return False
    alike = np.asarray(rows @ rows.T, np.float64)
    np.fill_diagonal(alike, 0.0)
    links = _links(alike)
    return bool(links.min() < 0.6 * np.median(links))


def _links(alike: NDArray[np.float64], most: int = NEAREST) -> NDArray[np.float64]:
    """Mean similarity of each row to its nearest columns, shape (rows,)."""
    nearest = min(most, alike.shape[1])
    return np.asarray(np.partition(alike, -nearest, axis=1)[:, -nearest:].mean(axis=1))
