"""Vectors of a document's passages → whether a part of it may be foreign, at no further cost.

The thorough look (`foreign`) cuts a document finer and encodes it once more, which doubles what
taking it in costs. This glance reads the vectors that the index needs anyway. On the composed
documents of `evals/foreign_parts.py` it lets 94 % of those with a foreign part through to the
thorough look, and spares it seven in eight ordinary articles.
"""

import numpy as np
from numpy.typing import NDArray

# Fewer passages are no measure of what is usual: they get the thorough look.
FEW = 6
# A run is worth a look when its ties to the rest fall below this part of the usual.
WORTH_A_LOOK = 0.85
NEAREST = 3
# Neighbours of a longer document are taken together, so that the glance stays quick.
MOST = 60


def may_be_mixed(rows: NDArray[np.float32]) -> bool:
    """True when some run of neighbouring passages stands apart; `rows` are unit vectors, (n, d)."""
    if len(rows) < FEW:
        return True
    return _least_tie(_pooled(rows)) < WORTH_A_LOOK or _stranger(rows)


def _pooled(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    groups = np.array_split(np.asarray(rows, np.float64), min(MOST, len(rows)))
    means = np.stack([group.mean(axis=0) for group in groups])
    return np.asarray(means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9))


def _least_tie(rows: NDArray[np.float64]) -> float:
    """The least tie of any run up to half of the rows to the others, relative to the usual."""
    alike = rows @ rows.T
    np.fill_diagonal(alike, 0.0)
    count = len(rows)
    least = np.inf
    for length in range(1, count // 2 + 1):
        for first in range(count - length + 1):
            run = np.zeros(count, bool)
            run[first : first + length] = True
            usual = float(np.median(_links(alike[np.ix_(~run, ~run)])))
            least = min(least, float(_links(alike[np.ix_(run, ~run)]).mean()) / max(usual, 1e-9))
    return least


def _stranger(rows: NDArray[np.float32]) -> bool:
    """Whether a single passage of a long document has no near relative in it."""
    if len(rows) <= MOST:
        return False
    alike = np.asarray(rows @ rows.T, np.float64)
    np.fill_diagonal(alike, 0.0)
    links = _links(alike)
    return bool(links.min() < 0.6 * np.median(links))


def _links(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean similarity of each row to its nearest columns, shape (rows,)."""
    nearest = min(NEAREST, alike.shape[1])
    return np.asarray(np.partition(alike, -nearest, axis=1)[:, -nearest:].mean(axis=1))
