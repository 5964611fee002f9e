"""A claim beside a window → whether two things have changed places."""

from collections.abc import Sequence

from assistant.answer.gate.stance import CLAUSE_ENDS, Stance, stance_of
from assistant.answer.gate.words import Token

__all__ = ["stance_of", "subjects_moved", "turns_round"]

# Word between two things, and whether what stands before it is the greater, the earlier or the
# better one.
_PIVOTS = {
    "than": True,
    "before": True,
    "after": False,
    "outperforms": True,
    "outperform": True,
    "beats": True,
    "beat": True,
    "exceeds": True,
    "exceed": True,
    "outweighs": True,
    "outweigh": True,
    "replaces": True,
    "precedes": True,
    "follows": False,
    "instead": True,
}
_LESSER = frozenset(
    {
        "less",
        "fewer",
        "lower",
        "smaller",
        "cheaper",
        "worse",
        "slower",
        "weaker",
        "shorter",
        "easier",
        "later",
        "rather",
    }
)
_BESIDES = 5
_JOINS = frozenset(
    {"and", "or", "but", "while", "whereas", "because", "so", "if", "when", "which", "that"}
)


def turns_round(claim: Stance, given: Stance) -> bool:
    """True when two things that are compared have changed places.

    >>> window = stance_of("A miss costs more than a false alarm.")
    >>> turns_round(stance_of("A false alarm costs more than a miss."), window)
    True
    >>> turns_round(stance_of("A false alarm costs less than a miss."), window)
    False
    """
    ours, theirs = _pivots(claim), _pivots(given)
    for kind, left, right in ours:
        for other_kind, other_left, other_right in theirs:
            if kind != other_kind:
                continue
            straight = len(left & other_left) + len(right & other_right)
            crossed = len(left & other_right) + len(right & other_left)
            if crossed > straight and left & other_right and right & other_left:
                return True
    return False


def _pivots(stance: Stance) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """For each comparison its kind and the stems of its two sides, the greater side first."""
    found = []
    for at, token in enumerate(stance.tokens):
        if token.low not in _PIVOTS:
            continue
        left, right = _side(stance.tokens[:at][::-1]), _side(stance.tokens[at + 1 :])
        greater = _PIVOTS[token.low]
        if token.low == "than":
            before = {word.low for word in stance.tokens[max(0, at - 4) : at]}
            greater = not before & _LESSER
        if token.low == "instead" and not stance.line.count(" instead of "):
            continue
        kind = "time" if token.low in ("before", "after", "precedes", "follows") else "size"
        found.append((kind, left, right) if greater else (kind, right, left))
    return found


def _side(tokens: Sequence[Token]) -> frozenset[str]:
    stems = []
    for token in tokens:
        if token.low in ";:.!?()":
            break
        if token.content:
            stems.append(token.stem)
        if len(stems) == _BESIDES:
            break
    return frozenset(stems)


def subjects_moved(claim: Stance, given: Stance) -> int:
    """How many clauses begin with what another clause of the window is about.

    >>> window = stance_of("An agent picks its next tools; a workflow fixes the steps in code.")
    >>> subjects_moved(stance_of("A workflow picks its tools; an agent fixes the steps."), window)
    2
    """
    theirs = _parts(given)
    count = 0
    for part in _parts(claim):
        shared = [word for word in part if word in given.stems]
        if len(shared) < 2:
            continue
        subject, rest = shared[0], set(shared[1:])
        fitting = [other for other in theirs if rest <= set(other)]
        heads = {other[0] for other in fitting} - rest
        moved = not any(subject in other for other in fitting)
        count += bool(fitting) and moved and bool(heads & claim.stems)
    return count


def _parts(stance: Stance) -> list[list[str]]:
    """The content stems of each clause, in order."""
    parts: list[list[str]] = [[]]
    for token in stance.tokens:
        if token.low in CLAUSE_ENDS or token.low in _JOINS:
            parts.append([])
        elif token.content:
            parts[-1].append(token.stem)
    return [part for part in parts if part]
