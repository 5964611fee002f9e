"""Rankings and judgements → scores, each a small pure function; definitions in the docstrings."""

import math
from collections.abc import Sequence


def recall_at(k: int, ranking: Sequence[str], gold: Sequence[str]) -> float:
    """The share of the gold sources among the best `k`, of at most `k` that could be there.

    >>> recall_at(2, ["a", "b", "c"], ["a", "c"])
    0.5
    """
    return len(set(ranking[:k]) & set(gold)) / min(len(gold), k)


def ndcg_at(k: int, ranking: Sequence[str], gains: dict[str, float]) -> float:
    """Normalised discounted cumulative gain (Järvelin & Kekäläinen 2002), gains as they are.

    >>> ndcg_at(10, ["x", "a"], {"a": 1.0}) == 1 / math.log2(3)
    True
    """
    found = sum(gains.get(key, 0.0) / math.log2(at + 2) for at, key in enumerate(ranking[:k]))
    ideal = sorted(gains.values(), reverse=True)[:k]
    best = sum(gain / math.log2(at + 2) for at, gain in enumerate(ideal))
    return found / best if best else 0.0


def reciprocal_rank(ranking: Sequence[str], gold: Sequence[str]) -> float:
    """One over the place of the first gold source, 0 when there is none."""
    return next((1 / (at + 1) for at, key in enumerate(ranking) if key in gold), 0.0)


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How often a positive scores above a negative, ties counting half (Mann–Whitney).

    >>> auroc([0.9, 0.4], [0.4])
    0.75
    """
    if not positive or not negative:
        return math.nan
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))


def mean(values: Sequence[float]) -> float:
    """The mean, not a number for no values: a score of nothing is not zero."""
    return sum(values) / len(values) if values else math.nan


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed, by linear interpolation.

    >>> quantile([1.0, 2.0, 3.0], 0.5)
    2.0
    """
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
