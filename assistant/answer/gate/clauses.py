"""A claim beside a sentence → whether two of its parts have changed places; its reasons, if any.

"A grid beats random search" has every word of "random search beats a grid". Putting the two parts
back where the sentence has them brings all words into its order: that shows the exchange.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answer.gate.words import Token

Floats = NDArray[np.float32]

_JOINTS = frozenset(
    {"because", "so", "while", "but", "whereas", "although", "though", "if", "when", "unless"}
)
_ENDS = frozenset(",;:.!?()–—")
_CAUSES = frozenset({"because", "since", "so", "therefore", "hence", "thus", "due", "owing"})
# Content words of a part that can change places, and of a claim that is looked at.
LONGEST_PART = 4
SHORTEST, LONGEST = 3, 24
COMMON = 0.6
# Words that come into order: one may be chance, two are not.
LEAST_GAIN = 2


def exchanges_parts(claim: Sequence[Token], sentence: Sequence[Token]) -> bool:
    """True when two parts of the claim stand in each other's place.

    >>> from assistant.answer.gate.words import tokens_of
    >>> sentence = tokens_of("Usually, random search beats a grid.")
    >>> exchanges_parts(tokens_of("A grid beats random search."), sentence)
    True
    >>> exchanges_parts(tokens_of("It is random search that beats a grid."), sentence)
    False
    """
    theirs = [token.stem for token in sentence if token.content]
    words, clause = _common(claim, frozenset(theirs))
    if not SHORTEST <= len(words) <= LONGEST:
        return False
    order = _Order(theirs)
    kept = order.kept(words)
    if kept > len(words) - LEAST_GAIN:
        return False
    return any(order.kept(turned) == len(words) for turned in _exchanged(words, clause))


def _common(claim: Sequence[Token], theirs: frozenset[str]) -> tuple[list[str], list[int]]:
    """The stems that both have, with the number of their clause; none when they are few."""
    words: list[str] = []
    clauses: list[int] = []
    clause = total = 0
    for token in claim:
        clause += token.low in _ENDS or token.low in _JOINTS
        total += token.content
        if token.content and token.stem in theirs:
            words.append(token.stem)
            clauses.append(clause)
    return (words, clauses) if len(words) >= COMMON * total else ([], [])


def _exchanged(words: list[str], clause: list[int]) -> Iterator[list[str]]:
    """The claim with each two of its parts exchanged, something between them left in place.

    A part is less than a clause: whole clauses may stand in either order.
    """
    parts = [
        (start, end)
        for start in range(len(words))
        for end in range(start + 1, min(start + LONGEST_PART, len(words)) + 1)
        if clause[start] == clause[end - 1]
    ]
    size = {number: clause.count(number) for number in clause}
    for start, end in parts:
        for second, stop in parts:
            if second <= end:
                continue
            apart = clause[start] != clause[second]
            if apart and (
                size[clause[start]] == end - start or size[clause[second]] == stop - second
            ):
                continue
            yield (
                words[:start]
                + words[second:stop]
                + words[end:second]
                + words[start:end]
                + words[stop:]
            )


class _Order:
    """Counts the words of a list that stand in the order of another one, by bits.

    The longest common subsequence after Hyyrö (2004): an addition for each word.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._places: dict[str, int] = {}
        for at, word in enumerate(words):
            self._places[word] = self._places.get(word, 0) | 1 << at
        self._all = (1 << len(words)) - 1

    def kept(self, words: Sequence[str]) -> int:
        left = self._all
        for word in words:
            found = left & self._places[word]
            left = ((left + found) | (left - found)) & self._all
        return (self._all & ~left).bit_count()


def reason_unmet(claim: Sequence[Token], met: Floats, sentences: Sequence[Sequence[int]]) -> float:
    """How much of a reason that the claim gives is in no sentence of the passage, 0 to 1.

    `met` says how well each content word of the claim is met by each word of the passage;
    `sentences` are the places of each sentence's words among those.
    """
    worst = 0.0
    for reason in _reasons(claim):
        best = max((float(met[reason][:, own].max(axis=1).mean()) for own in sentences), default=0)
        worst = max(worst, 1.0 - best)
    return worst


def _reasons(claim: Sequence[Token]) -> list[list[int]]:
    """The places among the content words of what follows each causal word."""
    reasons: list[list[int]] = []
    place = -1
    for token in claim:
        if token.low in _CAUSES:
            reasons.append([])
        if token.content:
            place += 1
            if reasons:
                reasons[-1].append(place)
    return [reason for reason in reasons if reason]
