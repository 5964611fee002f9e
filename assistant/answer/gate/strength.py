"""A claim beside a window → in which ways it is more general or more certain."""

from assistant.answer.gate.stance import Stance, stance_of
from assistant.answer.gate.words import lists

__all__ = ["overstatements", "stance_of"]


def overstatements(claim: Stance, given: Stance) -> dict[str, bool]:
    """In which ways the claim is more general or more certain than the window.

    >>> window = stance_of("Some users correct their labels.")
    >>> overstatements(stance_of("All users correct their labels."), window)["universal"]
    True
    """

    def only_ours(kind: str, *allowed: str) -> bool:
        return claim.says(kind) and not given.says(kind, *allowed)

    weak = given.says("hedges")
    return {
        "universal": only_ours("universal"),
        "exclusive": only_ours("exclusive", "excluding"),
        "certain": only_ours("certain"),
        "necessary": only_ours("necessary"),
        "necessary_weak": weak and only_ours("necessary"),
        "frequent": only_ours("frequent", "universal") and weak,
        "unhedged": weak and not claim.says("weak"),
        "quantified": _quantified_otherwise(claim, given),
    }


def _quantified_otherwise(claim: Stance, given: Stance) -> bool:
    """True for "all attempts" beside "most realistic attempts"."""
    words = lists()
    strong = words["universal"] | words["frequent"]
    ours = _quantified(claim, strong)
    theirs = _quantified(given, words["hedges"] | words["frequent"] | words["universal"])
    rank = {word: 1 for word in words["hedges"]} | {word: 2 for word in words["frequent"]}
    for noun, word in ours.items():
        if noun in theirs and rank.get(word, 3) > rank.get(theirs[noun], 3):
            return True
    return False


def _quantified(stance: Stance, quantifiers: frozenset[str]) -> dict[str, str]:
    """Each noun with the quantifier at most two words before it."""
    found: dict[str, str] = {}
    for at, token in enumerate(stance.tokens):
        if token.low in quantifiers:
            for after in stance.tokens[at + 1 : at + 4]:
                if after.content:
                    found.setdefault(after.stem, token.low)
    return found
