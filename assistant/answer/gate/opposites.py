"""A claim beside a window → whether a word has its opposite, or a rival, in its place."""

from collections.abc import Sequence
from functools import lru_cache

from assistant.answer.gate.stance import CLAUSE_ENDS, Stance, stance_of
from assistant.answer.gate.words import Token, lists, without_prefix

__all__ = ["facing", "reverses", "rival_named", "stance_of", "swaps_modifier"]

_PAIRS = (
    ("under", "over"),
    ("in", "de"),
    ("pre", "post"),
    ("up", "down"),
    ("inter", "intra"),
    ("macro", "micro"),
)


def reverses(claim: Stance, given: Stance) -> bool:
    """True when the claim has the opposite of a word of the window in its place.

    >>> reverses(stance_of("Costs rise with size."), stance_of("Costs fall with size."))
    True
    >>> reverses(stance_of("Costs do not rise."), stance_of("Costs fall."))
    False
    """
    sides = lists().sides
    for at, token in enumerate(claim.tokens):
        if token.stem in given.stems:
            continue
        affirmed = at not in claim.denied
        for own, other in sides.get(token.stem, ()):
            theirs = (other & given.stems) - claim.stems
            if not own & given.stems and any(affirmed in given.signs(word) for word in theirs):
                return True
        if _prefix_flipped(token, affirmed, given) or _under_for_over(token, given):
            return True
    return any(
        _prefix_flipped(token, at not in given.denied, claim)
        for at, token in enumerate(given.tokens)
        if token.stem not in claim.stems
    )


def swaps_modifier(claim: Stance, given: Stance) -> bool:
    """True for "small gains" beside "large gains", wherever else the window has "small".

    >>> window = stance_of("Large gains for little extra load.")
    >>> swaps_modifier(stance_of("Little gains for large extra load."), window)
    True
    """
    sides = lists().sides
    theirs = _modifiers(given)
    for at, token in enumerate(claim.tokens):
        following = _next_content(claim.tokens, at)
        beside = theirs.get(following, frozenset()) if following else frozenset()
        for own, other in sides.get(token.stem, ()):
            if beside & other and not beside & own and at not in claim.denied:
                return True
    return False


def _modifiers(stance: Stance) -> dict[str, frozenset[str]]:
    """For each stem those of the words that stand before it."""
    found: dict[str, set[str]] = {}
    for at, token in enumerate(stance.tokens):
        following = _next_content(stance.tokens, at)
        if following:
            found.setdefault(following, set()).add(token.stem)
    return {word: frozenset(before) for word, before in found.items()}


def _next_content(tokens: Sequence[Token], at: int) -> str:
    for token in tokens[at + 1 : at + 3]:
        if token.low in CLAUSE_ENDS:
            break
        if token.content:
            return token.stem
    return ""


def rival_named(claim: Stance, given: Stance) -> int:
    """How many words stand where the window has another of their kind: "weeks" for "days"."""
    kinds = lists().kinds
    count = 0
    for at, token in enumerate(claim.tokens):
        kind = kinds.get(token.stem)
        # The unit of a number is compared with the number.
        measured = at > 0 and claim.tokens[at - 1].low[0].isdigit()
        if kind is None or measured or token.stem in given.stems:
            continue
        theirs = {word.stem for word in given.tokens if kinds.get(word.stem) == kind}
        count += bool(theirs - claim.stems)
    return count


@lru_cache(maxsize=50_000)
def facing(word: str) -> frozenset[str]:
    """The words that differ from this one by a prefix of opposite sense.

    >>> facing("underconfident"), facing("under")
    (frozenset({'overconfident'}), frozenset())
    """
    pairs = (pair for both in _PAIRS for pair in (both, both[::-1]))
    return frozenset(
        other + word.removeprefix(own)
        for own, other in pairs
        if word.startswith(own) and len(word) > len(own) + 3
    )


def _under_for_over(token: Token, given: Stance) -> bool:
    return not facing(token.low).isdisjoint(given.lows)


def _prefix_flipped(token: Token, affirmed: bool, other: Stance) -> bool:
    """True for "unlabelled" where the other text only has "labelled", with the same sign."""
    bare = without_prefix(token.low) if token.content else ""
    if not bare:
        return False
    signs = {at not in other.denied for at, word in enumerate(other.tokens) if word.low == bare}
    return affirmed in signs
