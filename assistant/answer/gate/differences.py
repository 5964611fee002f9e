"""A claim beside a passage → how it differs from the sentence that it repeats most closely."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answer.gate.alignment import Alignment, Word, align, words_in
from assistant.answer.gate.clauses import exchanges_parts, reason_unmet
from assistant.answer.gate.evidence import Evidence, Floats
from assistant.answer.gate.exchanges import (
    denials_exchanged,
    letters_exchanged,
    numbers_exchanged,
    opposites_exchanged,
    words_exchanged,
)
from assistant.answer.gate.quantities import Quantity, quantities_of, same_size
from assistant.answer.gate.stance import Stance
from assistant.answer.gate.voice import changes_voice, exchanges_roles
from assistant.answer.gate.words import Token

Difference = Literal["", "opposite", "number", "name", "negation", "order"]

# The sentences that share most words with the claim are compared with it word by word.
COMPARED = 3
# From how firmly held an edit is a fault, whatever else speaks for the sentence. On the cases that
# the gate was made with, true sentences hardly ever reach these.
OPPOSITE, NUMBER, LETTER, DENIAL = 0.1, 0.3, 0.1, 0.66


@dataclass(frozen=True, slots=True)
class Differences:
    """`fit` is the share of the claim kept in place; the other numbers speak against the claim."""

    fit: float = 0.0
    fault: Difference = ""
    exchanged: float = 0.0
    denial: float = 0.0
    reason: float = 0.0


def differences(stance: Stance, evidence: Evidence, met: Floats) -> Differences:
    """Align the claim with its nearest sentences and tell what differs from the best.

    `met` says how well each content word of the claim is met by each word of the passage.
    """
    content = [token for token in stance.tokens if token.content]
    column = {word: at for at, word in enumerate(evidence.words)}
    # Plain lists, since single numbers of an array are slow to reach.
    own = dict(zip((token.low for token in content), met.tolist(), strict=True))

    def nearness(ours: str, theirs: str) -> float:
        row, place = own.get(ours), column.get(theirs)
        return 0.0 if row is None or place is None else float(row[place])

    singles = [at for at, window in enumerate(evidence.windows) if window.units == 1]
    if not singles or not content:
        return Differences()
    shared = {
        at: float(met[:, evidence.members[at]].max(axis=1, initial=0.0).sum()) for at in singles
    }
    nearest = sorted(singles, key=lambda at: -shared[at])[:COMPARED]
    claim = words_in(stance.text)
    aligned = [
        (align(claim, words_in(evidence.windows[at].stance.text), nearness), at) for at in nearest
    ]
    found, at = max(aligned, key=lambda pair: pair[0].fit)
    window = evidence.windows[at]
    swapped = not window.labels and _swapped(stance.tokens, window.stance.tokens)
    sentences = [
        [column[token.low] for token in evidence.windows[one].stance.tokens if token.content]
        for one in singles
    ]
    return Differences(
        found.fit,
        _fault(found, quantities_of(stance.text), window.quantities, swapped=swapped),
        words_exchanged(found, nearness, _known(evidence)),
        denials_exchanged(found),
        reason_unmet(stance.tokens, met, [places for places in sentences if places]),
    )


def _fault(
    found: Alignment, claimed: Sequence[Quantity], given: Sequence[Quantity], *, swapped: bool
) -> Difference:
    if opposites_exchanged(found) >= OPPOSITE:
        return "opposite"
    numbers = (_values(claimed), _values(given))
    if numbers_exchanged(found, _converted(claimed, given), numbers) >= NUMBER:
        return "number"
    if letters_exchanged(found) >= LETTER:
        return "name"
    if denials_exchanged(found) >= DENIAL:
        return "negation"
    return "order" if swapped else ""


def _swapped(claim: Sequence[Token], sentence: Sequence[Token]) -> bool:
    """True when two parts have changed places, or would have to, since the voice changed."""
    if changes_voice(claim, sentence):
        return exchanges_roles(claim, sentence)
    return exchanges_parts(claim, sentence)


def _converted(claim: Sequence[Quantity], given: Sequence[Quantity]) -> frozenset[float]:
    """Numbers of the claim that the sentence has in another unit: 21 days for three weeks."""
    return frozenset(
        ours.value
        for ours in claim
        if any(same_size(ours, other) and ours.value != other.value for other in given)
    )


def _values(quantities: Sequence[Quantity]) -> frozenset[float]:
    return frozenset(quantity.value for quantity in quantities)


def _known(evidence: Evidence) -> Callable[[Word], bool]:
    return lambda word: word.low in evidence.forms or word.stem in evidence.forms
