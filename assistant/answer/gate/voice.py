"""A claim beside a sentence → whether one tells in the passive what the other tells in the active.

"The model beats the rule" and "the rule is beaten by the model" are one thing; "the rule beats the
model" and "the model is beaten by the rule" another. The order of the words alone misleads here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answer.gate.stance import CLAUSE_ENDS
from assistant.answer.gate.words import Token, lists

_BE = frozenset({"is", "are", "was", "were", "be", "been", "being", "gets", "get", "got"})
# How far "is" may stand before its participle.
BEFORE = 3
# Content words of a side that are looked at.
SIDE = 4


Voice = Literal["active", "passive", ""]


@dataclass(frozen=True, slots=True)
class _Deed:
    """A verb with the stems before and behind it."""

    before: frozenset[str]
    behind: frozenset[str]
    voice: Voice


def changes_voice(claim: Sequence[Token], sentence: Sequence[Token]) -> bool:
    """True when a verb is passive in one of them and active in the other.

    >>> from assistant.answer.gate.words import tokens_of
    >>> rule = tokens_of("The rule is beaten by the model.")
    >>> changes_voice(tokens_of("The model beats the rule."), rule)
    True
    """
    return bool(_changed(claim, sentence))


def exchanges_roles(claim: Sequence[Token], sentence: Sequence[Token]) -> bool:
    """True when the voice changes and those who do and suffer stand where they stood.

    >>> from assistant.answer.gate.words import tokens_of
    >>> rule = tokens_of("The rule is beaten by the model.")
    >>> exchanges_roles(tokens_of("The rule beats the model."), rule)
    True
    >>> exchanges_roles(tokens_of("The model beats the rule."), rule)
    False
    """
    for ours, theirs in _changed(claim, sentence):
        stayed = ours.before & theirs.before and ours.behind & theirs.behind
        moved = ours.before & theirs.behind or ours.behind & theirs.before
        if stayed and not moved:
            return True
    return False


def _changed(claim: Sequence[Token], sentence: Sequence[Token]) -> list[tuple[_Deed, _Deed]]:
    """The verbs that each text has once, active in one and passive in the other."""
    ours, theirs = _deeds(claim), _deeds(sentence)
    return [
        (ours[verb][0], theirs[verb][0])
        for verb in ours.keys() & theirs.keys()
        if len(ours[verb]) == len(theirs[verb]) == 1
        and {ours[verb][0].voice, theirs[verb][0].voice} == {"active", "passive"}
    ]


def _deeds(tokens: Sequence[Token]) -> dict[str, list[_Deed]]:
    """Every content word by its stem, as if it were a verb."""
    found: dict[str, list[_Deed]] = {}
    participles = lists().participles
    for at, token in enumerate(tokens):
        if token.content:
            verb = participles.get(token.low, token.stem)
            before, behind = _side(tokens[:at][::-1]), _side(tokens[at + 1 :])
            found.setdefault(verb, []).append(_Deed(before, behind, _voice(tokens, at)))
    return found


def _voice(tokens: Sequence[Token], at: int) -> Voice:
    """The voice of a word; "" for a participle without those who do it, which may be either."""
    word = tokens[at].low
    # "Differed by 14 points" tells no doer.
    behind = [token for token in tokens[at + 1 : at + 3] if not token.low.endswith("ly")]
    by = bool(behind) and behind[0].low == "by"
    measure = by and len(behind) > 1 and behind[1].low[0].isdigit()
    if not word.endswith(("ed", "en")) and word not in lists().participles:
        return "active"
    done = not _BE.isdisjoint(token.low for token in tokens[max(0, at - BEFORE) : at])
    # "A test set by hand": a noun, or a verb of any voice.
    bare = lists().participles.get(word) == word
    if by and not measure and (done or not bare):
        return "passive"
    return "" if done or by or bare else "active"


def _side(tokens: Sequence[Token]) -> frozenset[str]:
    stems: list[str] = []
    for token in tokens:
        if token.low in CLAUSE_ENDS or len(stems) == SIDE:
            break
        if token.content:
            stems.append(token.stem)
    return frozenset(stems)
