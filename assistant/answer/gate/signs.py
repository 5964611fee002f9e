"""A claim beside the windows of a passage → numbers that speak for and against it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from assistant.answer.gate.evidence import Evidence, Floats, Window, subjects_of
from assistant.answer.gate.figures import crossed, misused
from assistant.answer.gate.opposites import reverses, rival_named, swaps_modifier
from assistant.answer.gate.order import subjects_moved, turns_round
from assistant.answer.gate.quantities import Quantity, quantities_of, same_size
from assistant.answer.gate.stance import (
    Stance,
    denies,
    denies_alone,
    denies_softly,
    stance_of,
)
from assistant.answer.gate.strength import overstatements
from assistant.answer.gate.words import Token, lists

# A word of the claim speaks for the word of the window that it is met by at least this well.
ECHO = 0.55
MISSING = 0.3
GENERIC = 0.3
SHORTEST_CLAUSE = 3
# Up to so many telling words a claim is short, and each of them must be met at least a little.
SHORT = 4
UNMET = 0.2
CLOSE_FROM = 0.6
NAMED_SHARE = 0.6
NEIGHBOURS = 4
_MARKS = frozenset(",;:.!?()–—")
_JOINTS = frozenset(
    {"because", "so", "and", "which", "while", "but", "when", "if", "whereas", "or"}
)

BASE = ("cosine", "window", "whole", "worst", "missing")
FINE = (
    "exact",
    "short_missing",
    "near",
    "turned",
    "units",
    "cell",
    "lost",
    "crossed",
    "denies",
    "denies_softly",
    "denies_alone",
    "negators",
    "moved",
    "reverses",
    "modifier",
    "order",
    "rival",
    "misused",
    "elsewhere",
    "universal",
    "exclusive",
    "certain",
    "necessary",
    "necessary_weak",
    "frequent",
    "unhedged",
    "quantified",
)
# They are the same for every window: the claim beside the sentence that it repeats most closely.
WHOLE = ("fit", "exchanged", "denial", "reason")
# What the entailment model makes of the nearest windows together.
ENTAILED = "entailed"
# Signs that weigh more where the claim otherwise repeats the window word by word.
CLOSE = (
    "lost",
    "crossed",
    "denies", "denies_softly", "negators", "moved", "turned", "universal", "necessary",
    "unhedged", "elsewhere", "misused", "exclusive", "rival", "modifier", "reverses",
)  # fmt: skip


SIGNS = (*BASE, *FINE, *(f"close_{name}" for name in CLOSE), *WHOLE, ENTAILED)


@dataclass(frozen=True)
class Claim:
    """A sentence ready to be compared; `vector` is its encoding."""

    text: str
    stance: Stance
    vector: Floats

    @cached_property
    def content(self) -> tuple[Token, ...]:
        """The words that must be met."""
        return tuple(token for token in self.stance.tokens if token.content)

    @cached_property
    def weights(self) -> Floats:
        """How much each of `content` says, shape (words,)."""
        generic = lists()["generic"]
        return np.array([GENERIC if t.low in generic else 1.0 for t in self.content], np.float32)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """Its numbers."""
        return quantities_of(self.text)


def claim_of(text: str, vector: Floats) -> Claim:
    """Make a claim of plain text and its vector."""
    return Claim(text, stance_of(text), vector)


def base_signs(claim: Claim, evidence: Evidence, met: Floats) -> Floats:
    """`BASE` for every window: cosine and coverage, shape (windows, 5)."""
    weights = claim.weights
    total = max(float(weights.sum()), 1e-6)
    # The greatest only among the window's words: (tokens, windows).
    by_window = np.stack([met[:, row].max(axis=1, initial=0.0) for row in evidence.members], axis=1)
    by_passage = met.max(axis=1, initial=0.0)
    count = len(evidence.windows)
    return np.column_stack(
        [
            evidence.vectors @ claim.vector,
            (weights[:, None] * by_window).sum(axis=0) / total,
            np.full(count, float((weights * by_passage).sum()) / total),
            np.full(count, _worst_clause(claim, by_window)),
            np.full(count, min(float(weights[by_passage < MISSING].sum()), 4.0)),
        ]
    ).astype(np.float32)


def _worst_clause(claim: Claim, by_window: Floats) -> float:
    """The coverage of the clause that its own best window meets least."""
    worst = 1.0
    for clause in _clauses(claim.stance.tokens):
        weights = claim.weights[clause]
        if weights.sum() > 0:
            covered = (weights[:, None] * by_window[clause]).sum(axis=0) / weights.sum()
            worst = min(worst, float(covered.max()))
    return worst


def _clauses(tokens: Sequence[Token]) -> list[list[int]]:
    """The places among the content words of each clause; short ones join their neighbour."""
    clauses: list[list[int]] = [[]]
    place = -1
    for token in tokens:
        if token.content:
            place += 1
            clauses[-1].append(place)
        elif token.low in _MARKS or token.low in _JOINTS:
            clauses.append([])
    joined: list[list[int]] = []
    for clause in clauses:
        short = len(clause) < SHORTEST_CLAUSE or (joined and len(joined[-1]) < SHORTEST_CLAUSE)
        if joined and short:
            joined[-1].extend(clause)
        else:
            joined.append(clause)
    return joined


def fine_signs(claim: Claim, evidence: Evidence, at: int, met: Floats) -> Floats:
    """`FINE` and `CLOSE` for one window, shape (len(FINE) + len(CLOSE),)."""
    window = evidence.windows[at]
    given = window.stance
    own = met * evidence.members[at][None, :]
    by_window = own.max(axis=1, initial=0.0)
    by_passage = met.max(axis=1, initial=0.0)
    total = max(float(claim.weights.sum()), 1e-6)
    echoed = _echo(claim, evidence, own)
    near, turned = _neighbours(echoed, given)
    strength = overstatements(claim.stance, given)
    values = {
        "exact": float(claim.weights[by_window >= 1.0].sum()) / total,
        "short_missing": float(_short_of(claim, by_passage)),
        "near": near,
        "turned": turned,
        "units": float(window.units),
        "cell": _of_other_rows(claim, evidence, met),
        "lost": float(min(max(len(given.focuses) - len(claim.stance.focuses), 0), 2)),
        "crossed": float(crossed(claim.quantities, window.quantities)),
        "denies": float(denies(echoed, given)),
        "denies_softly": float(denies_softly(echoed, given)),
        "denies_alone": float(denies_alone(echoed, given)),
        "negators": float(min(max(len(claim.stance.focuses) - len(given.focuses), 0), 2)),
        "moved": float(min(subjects_moved(echoed, given), 2)),
        "reverses": float(reverses(claim.stance, given)),
        "modifier": float(swaps_modifier(claim.stance, given)),
        "order": float(turns_round(echoed, given)),
        "rival": float(min(rival_named(claim.stance, given), 2)),
        "misused": float(min(misused(claim.quantities, evidence.quantities), 2)),
        "elsewhere": float(min(_elsewhere(claim, window), 2)),
        **{name: float(found) for name, found in strength.items()},
    }
    fine = [values[name] for name in FINE]
    close = max(0.0, values["exact"] - CLOSE_FROM) / (1.0 - CLOSE_FROM)
    return np.array(fine + [close * values[name] for name in CLOSE], np.float32)


def _short_of(claim: Claim, by_passage: Floats) -> bool:
    """True when a short claim has a telling word that the passage has nothing like."""
    telling = claim.weights >= 1.0
    return bool(telling.sum() <= SHORT and (by_passage[telling] < UNMET).any())


def _echo(claim: Claim, evidence: Evidence, own: Floats) -> Stance:
    """The claim's stance in the window's words, where it uses others of the same meaning."""
    sides = lists().sides
    tokens = list(claim.stance.tokens)
    places = [at for at, token in enumerate(tokens) if token.content]
    for row, at in enumerate(places):
        if not own.shape[1]:
            break
        best = int(own[row].argmax())
        word = evidence.stems[best]
        opposite = any(word in other for _, other in sides.get(tokens[at].stem, ()))
        if ECHO <= own[row, best] < 1.0 and not opposite:
            tokens[at] = replace(tokens[at], stem=evidence.stems[best])
    return Stance(claim.text, tuple(tokens))


def _neighbours(claim: Stance, given: Stance) -> tuple[float, float]:
    """Of neighbouring words of the claim, the shares that are near each other, and turned round."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(token.stem for token in given.tokens if token.content):
        places.setdefault(word, []).append(at)
    stems = [token.stem for token in claim.tokens if token.content and token.stem in places]
    pairs = [(a, b) for a, b in pairwise(stems) if a != b]
    if not pairs:
        return 1.0, 0.0
    near = turned = 0
    for first, second in pairs:
        gaps = [b - a for a in places[first] for b in places[second]]
        near += any(abs(gap) <= NEIGHBOURS for gap in gaps)
        turned += all(gap < 0 for gap in gaps)
    return near / len(pairs), turned / len(pairs)


def _elsewhere(claim: Claim, window: Window) -> int:
    """How many numbers of the claim are not in the window."""
    return sum(
        not any(same_size(quantity, other) for other in window.quantities)
        for quantity in claim.quantities
    )


def _of_other_rows(claim: Claim, evidence: Evidence, met: Floats) -> float:
    """How much of the claim stands only in table rows that it does not name, when it names one."""
    named = named_rows(claim, evidence)
    if not named:
        return 0.0
    ours = np.zeros(len(evidence.words), bool)
    theirs = np.zeros(len(evidence.words), bool)
    for window, members in zip(evidence.windows, evidence.members, strict=True):
        if window.units == 1:
            other = bool(window.labels) and not named & set(window.labels)
            (theirs if other else ours)[members] = True
    elsewhere = met[:, theirs].max(axis=1, initial=0.0) >= 1.0
    here = met[:, ours].max(axis=1, initial=0.0) >= MISSING
    return min(float(claim.weights[elsewhere & ~here].sum()), 2.0)


def named_rows(claim: Claim, evidence: Evidence) -> set[frozenset[str]]:
    """The labels of table rows whose words the claim has."""
    words = subjects_of(claim.text)
    return {
        label
        for label in evidence.labels
        if label and len(label & words) >= NAMED_SHARE * len(label)
    }


def of_another_row(claim: Claim, evidence: Evidence) -> bool:
    """True when the claim names a row of a table, and gives it a number that only others have."""
    named = named_rows(claim, evidence)
    if not named:
        return False
    single = [window for window in evidence.windows if window.units == 1]
    open_to_it = [w for w in single if not w.labels or named & set(w.labels)]
    return any(
        not any(same_size(quantity, other) for w in open_to_it for other in w.quantities)
        for quantity in claim.quantities
        if any(same_size(quantity, other) for other in evidence.quantities)
    )
