"""A sentence and passages → Support: does one of them say it, where, and if not, why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.answer.gate.differences import Differences, differences
from assistant.answer.gate.evidence import Encode, Entails, Evidence, Floats, Window, gather
from assistant.answer.gate.figures import converted, single, unfounded
from assistant.answer.gate.names import misdated, unknown_names
from assistant.answer.gate.signs import (
    ENTAILED,
    SIGNS,
    WHOLE,
    Claim,
    base_signs,
    claim_of,
    fine_signs,
    of_another_row,
)
from assistant.answer.gate.strictness import STRICTNESS, Strictness
from assistant.answer.gate.words import plain
from assistant.retrieve import Passage

Reason = Literal[
    "ok", "empty", "no_marker", "not_similar", "number", "unit", "name", "negation", "opposite",
    "order", "strength", "cause",
]  # fmt: skip

# Which reason to give when a sign decided against a sentence.
_REASONS: dict[str, Reason] = {
    "denies": "negation", "negators": "negation", "reverses": "opposite",
    "modifier": "opposite", "order": "order", "turned": "order", "rival": "name",
    "denies_softly": "negation", "denies_alone": "negation", "moved": "order",
    "crossed": "number", "cell": "name", "lost": "negation",
    "misused": "number", "elsewhere": "number",
    "universal": "strength", "exclusive": "strength", "certain": "strength",
    "necessary": "strength", "necessary_weak": "strength", "frequent": "strength",
    "unhedged": "strength", "quantified": "strength",
    "exchanged": "name", "denial": "negation", "reason": "cause",
}  # fmt: skip


# Of several reasons the plainest is told; lighter ones than `_HEAVY` did not decide.
_FIRST: tuple[Reason, ...] = (
    "negation",
    "opposite",
    "order",
    "number",
    "name",
    "strength",
    "cause",
)
_HEAVY = -1.0
# Telling words, below which a sentence is no more than "The answer is:".
LEAST_TELLING = 2


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on a sentence; `quote` is the exact span of the passage that fits it best."""

    supported: bool
    reason: Reason
    passage_id: str | None = None
    quote: str = ""


def check_sentence(
    sentence: str,
    passages: Sequence[Passage],
    encode: Encode,
    entails: Entails | None = None,
    *,
    question: str = "",
    strictness: Strictness = STRICTNESS,
) -> Support:
    """Find the passage that says what the sentence says; names may also be in the question."""
    text = plain(sentence)
    if not any(character.isalnum() for character in text):
        return Support(False, "empty")
    claim = claim_of(text, encode([text])[0])
    return judge(claim, gather(passages, encode, entails), question=question, strictness=strictness)


def judge(
    claim: Claim,
    evidence: Sequence[Evidence],
    *,
    question: str = "",
    strictness: Strictness = STRICTNESS,
) -> Support:
    """The first passage that supports the claim, else the reason of the one that came nearest."""
    nearest: tuple[float, Support] = (-np.inf, Support(False, "not_similar"))
    for one in evidence:
        score, support = _by_passage(claim, one, question, strictness)
        if support.supported:
            return support
        nearest = max(nearest, (score, support), key=lambda pair: pair[0])
    return nearest[1]


def _by_passage(
    claim: Claim, evidence: Evidence, question: str, strictness: Strictness
) -> tuple[float, Support]:
    if not evidence.windows or not claim.content:
        return -np.inf, Support(False, "not_similar")
    met = evidence.meet(claim.content)
    differ = differences(claim.stance, evidence, met)
    closest, signs = closely(claim, evidence, strictness, met, differ)
    reason = plain_fault(claim, evidence, question, differ)
    scores = signs @ strictness.fine + strictness.offset
    if reason == "ok" and strictness.undecided(float(scores.max())):
        signs = weighed(claim, evidence, closest, signs)
        scores = signs @ strictness.fine + strictness.offset
    best = int(scores.argmax())
    score = float(scores[best])
    if reason == "ok" and score < strictness.least:
        # The window most like it may say plainly what the best one leaves open.
        reasons = [_reason(signs[at], strictness) for at in (best, 0)]
        reason = next((told for told in reasons if told != "not_similar"), "not_similar")
    quote = _quote(evidence, evidence.windows[closest[best]])
    return score, Support(reason == "ok", reason, evidence.passage.id, quote)


def closely(
    claim: Claim, evidence: Evidence, strictness: Strictness, met: Floats, differ: Differences
) -> tuple[list[int], Floats]:
    """The windows most like the claim, and all signs of each, shape (windows, signs)."""
    base = base_signs(claim, evidence, met)
    order = np.argsort(-(base @ strictness.base), kind="stable")
    closest: list[int] = []
    for at in map(int, order):
        # What a part of a window says as well, its neighbours only blur.
        if not _has_equal_part(evidence, base[:, 1], at, strictness.equal_part):
            closest.append(at)
        if len(closest) == strictness.windows:
            break
    # A window that leaves out the very words that contradict the claim must not speak for it.
    most = max(base[at, 1] for at in closest)
    closest = [at for at in closest if base[at, 1] >= most - strictness.less_covered]
    # What the entailment model makes of them is asked only where it can decide: `weighed`.
    whole = np.array([*(getattr(differ, name) for name in WHOLE), 0.0], np.float32)
    rows = [
        np.concatenate([base[at], fine_signs(claim, evidence, at, met), whole]) for at in closest
    ]
    return closest, np.stack(rows)


def weighed(claim: Claim, evidence: Evidence, closest: Sequence[int], signs: Floats) -> Floats:
    """The signs with what the entailment model makes of these windows together.

    It cannot do sums: a claim in other units is left to the comparison of numbers.
    """
    asked = signs.copy()
    if not converted(claim.quantities, evidence.quantities):
        asked[:, SIGNS.index(ENTAILED)] = evidence.entailed(claim.text, closest)
    return asked


def _has_equal_part(evidence: Evidence, covered: Floats, at: int, slack: float) -> bool:
    """True when a narrower window within this one covers nearly as much of the claim."""
    window = evidence.windows[at]
    return window.units > 1 and any(
        other.units < window.units
        and window.start <= other.start
        and other.end <= window.end
        and covered[number] >= covered[at] - slack
        for number, other in enumerate(evidence.windows)
    )


def plain_fault(claim: Claim, evidence: Evidence, question: str, differ: Differences) -> Reason:
    """A number, unit or name that the passage does not have, or a word exchanged; "ok" for none.

    "empty" is what claims nothing, a question or an opening, unless the passage has it word by
    word.
    """
    if _claims_nothing(claim) and claim.text.rstrip(".:") not in evidence.plain:
        return "empty"
    wrong = unfounded(claim.quantities, evidence.quantities, evidence.listed)
    if wrong:
        return wrong
    if of_another_row(claim, evidence):
        return "number"
    if single(claim.text, evidence.quantities, evidence.passage.text):
        return "number"
    if misdated(claim.text, evidence.plain):
        return "number"
    if unknown_names(claim.text, evidence.forms, question):
        return "name"
    return differ.fault or "ok"


def _claims_nothing(claim: Claim) -> bool:
    return claim.text.endswith(("?", "？")) or int((claim.weights >= 1.0).sum()) < LEAST_TELLING


def _reason(signs: Floats, strictness: Strictness) -> Reason:
    """The reason behind the sign that weighed most against the sentence."""
    against = signs * strictness.fine
    by_reason: dict[Reason, float] = {}
    for name, weight in zip(SIGNS, against, strict=True):
        reason = _REASONS.get(name.removeprefix("close_"))
        if reason is not None:
            by_reason[reason] = by_reason.get(reason, 0.0) + float(weight)
    heavy = [reason for reason in _FIRST if by_reason.get(reason, 0.0) < _HEAVY]
    return heavy[0] if heavy else "not_similar"


def _quote(evidence: Evidence, window: Window) -> str:
    return evidence.passage.text[window.start : window.end]
