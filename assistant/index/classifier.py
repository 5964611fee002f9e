"""Questions that sources answer → a linear classifier from a question's vector to the source."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# The penalty on the classifier's slopes, relative to the mean variance of a dimension at 1.
RIDGE = 0.3


def fit_classifier(
    sources: Sequence[str], rows: NDArray[np.float32], of_rows: Sequence[str]
) -> NDArray[np.float32]:
    """Ridge regression from unit vectors to sources, shape (dimension + 1, sources).

    `rows` are the vectors of the questions that sources answer and of their passages, `of_rows` the
    source of each. It learns which directions tell the sources apart, which a cosine does not know;
    each source weighs as much as any other. The last row is the intercept.
    """
    number = {source: at for at, source in enumerate(sources)}
    groups = np.array([number[source] for source in of_rows])
    targets = np.eye(len(sources))[groups]
    weights = (len(rows) / len(sources) / np.bincount(groups, minlength=len(sources)))[groups, None]
    wide = rows.astype(np.float64)
    centre, mean = wide.mean(axis=0), targets.mean(axis=0)
    centred = wide - centre
    width = rows.shape[1]
    spread = (centred * weights).T @ centred + RIDGE * len(rows) / width * np.eye(width)
    slopes = np.linalg.solve(spread, (centred * weights).T @ (targets - mean))
    return np.vstack([slopes, -centre @ slopes]).astype(np.float32)


def places_within(groups: NDArray[np.int32]) -> tuple[NDArray[np.int32], int]:
    """Each member's place within its group, from 0, and the size of the greatest group.

    >>> places_within(np.array([4, 4, 1, 4], np.int32))
    (array([0, 1, 0, 2], dtype=int32), 3)
    """
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.searchsorted(ordered, ordered)
    places = np.empty(len(groups), np.int32)
    places[order] = np.arange(len(groups)) - starts
    return places, int(places.max(initial=-1)) + 1
