"""A claim beside a passage → how far its clauses are put together from words of several clauses.

"The large model wins" has every word of a passage in which the large model pays and the small one
wins; but no clause of the passage has them all.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answer.gate.stance import Stance
from assistant.answer.gate.words import Token

Floats = NDArray[np.float32]
_STRONG = frozenset(";:.!?()–—")
_JOINTS = frozenset(
    {"because", "so", "while", "but", "whereas", "although", "though", "if", "when", "unless"}
)
LEAST_WORDS = 2


def clause_spans(tokens: Sequence[Token], *, commas: bool) -> list[list[int]]:
    """The places among the content words of each clause, clauses without any left out."""
    spans: list[list[int]] = [[]]
    place = -1
    for token in tokens:
        if token.content:
            place += 1
            spans[-1].append(place)
        elif token.low in _STRONG or token.low in _JOINTS or (commas and token.low == ","):
            spans.append([])
    return [span for span in spans if span]


def pieced(
    claim: Stance, units: Sequence[Stance], met: Floats, column: dict[str, int], *, commas: bool
) -> float:
    """The greatest share of a clause that the passage has, but not within one clause of its own.

    `met` says how well each content word of the claim is met by each word of the passage, whose
    columns `column` gives.
    """
    theirs = [
        [column[words[place].low] for place in span]
        for unit in units
        for words in ([token for token in unit.tokens if token.content],)
        for span in clause_spans(unit.tokens, commas=commas)
    ]
    if not theirs:
        return 0.0
    by_clause = np.stack([met[:, own].max(axis=1) for own in theirs], axis=1)
    anywhere = by_clause.max(axis=1)
    worst = 0.0
    for span in clause_spans(claim.tokens, commas=commas):
        if len(span) >= LEAST_WORDS:
            together = float(by_clause[span].sum(axis=0).max())
            worst = max(worst, (float(anywhere[span].sum()) - together) / len(span))
    return worst
