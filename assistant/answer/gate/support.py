"""A sentence and passages → Support: does one of them say it, where, and if not, why not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from assistant.answer.gate.evidence import Encode, Evidence, Floats, Window, gather
from assistant.answer.gate.quantities import compare, quantities_of, single
from assistant.answer.gate.stance import (
    Stance,
    denies,
    invents_cause,
    overstates,
    reverses,
    stance_of,
    turns_round,
)
from assistant.answer.gate.words import FUNCTION_WORDS, Token, lists, plain, stem, tokens_of
from assistant.retrieve import Passage

Reason = Literal[
    "ok", "empty", "no_marker", "unknown_marker", "not_similar", "number", "unit", "name",
    "negation", "opposite", "order", "strength", "cause",
]  # fmt: skip

# Abbreviations that nobody needs to have written out.
_EVERYWHERE = frozenset({"ml", "ai", "i", "ok"})


@dataclass(frozen=True, slots=True)
class Strictness:
    """Where the gate draws its line; found on the dev half of `evals/cases/groundedness`.

    `weights` turn the evidence into one score: cosine with the window, coverage by the window, by
    the whole passage, by the worst clause, weight of what is missing, and an offset.
    """

    weights: tuple[float, float, float, float, float, float] = (5.0, 4.0, 2.0, 2.0, -1.0, -6.5)
    least: float = 0.0
    # Windows as good as the best but for this much may speak too.
    margin: float = 0.06
    most_windows: int = 4
    # A word met less than this is missing.
    missing_below: float = 0.3
    generic_weight: float = 0.3
    shortest_clause: int = 3


STRICTNESS = Strictness()


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on a sentence; `quote` is the exact span of the passage that fits it best."""

    supported: bool
    reason: Reason
    passage_id: str | None = None
    quote: str = ""


@dataclass(frozen=True)
class Claim:
    """A sentence ready to be compared; `content` are the words that must be met."""

    text: str
    stance: Stance
    content: tuple[Token, ...]
    weights: Floats
    vector: Floats


def check_sentence(
    sentence: str,
    passages: Sequence[Passage],
    encode: Encode,
    *,
    question: str = "",
    strictness: Strictness = STRICTNESS,
) -> Support:
    """Find the passage that says what the sentence says; names may also be in the question."""
    text = plain(sentence)
    if not any(character.isalnum() for character in text):
        return Support(False, "empty")
    claim = claim_of(text, encode([text])[0], strictness)
    return judge(claim, gather(passages, encode), question=question, strictness=strictness)


def claim_of(text: str, vector: Floats, strictness: Strictness = STRICTNESS) -> Claim:
    """Make a claim of plain text and its vector."""
    stance = stance_of(text)
    content = tuple(token for token in stance.tokens if token.content)
    generic = lists()["generic"]
    weights = [strictness.generic_weight if t.low in generic else 1.0 for t in content]
    return Claim(text, stance, content, np.array(weights, np.float32), vector)


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
    scores = score(claim, evidence, strictness)
    order = np.argsort(-scores, kind="stable")[: strictness.most_windows]
    best = float(scores[order[0]])
    reasons: list[Reason] = []
    for at in order:
        if scores[at] < best - strictness.margin * sum(strictness.weights[:2]):
            break
        window = evidence.windows[at]
        reason = fault(claim, window, evidence, question)
        if reason == "ok" and scores[at] >= strictness.least:
            return best, Support(True, "ok", evidence.passage.id, _quote(evidence, window))
        reasons.append("not_similar" if scores[at] < strictness.least else reason)
    quote = _quote(evidence, evidence.windows[int(order[0])])
    return best, Support(False, reasons[0], evidence.passage.id, quote)


def score(claim: Claim, evidence: Evidence, strictness: Strictness = STRICTNESS) -> Floats:
    """How well each window says what the claim says, shape (windows,)."""
    features = features_of(claim, evidence, strictness)
    weights = np.array(strictness.weights, np.float32)
    return np.asarray(features @ weights, np.float32)


def features_of(claim: Claim, evidence: Evidence, strictness: Strictness = STRICTNESS) -> Floats:
    """The evidence of each window that `Strictness.weights` weigh, shape (windows, 6)."""
    by_window, by_passage = evidence.cover(claim.content)
    weights = claim.weights
    total = max(float(weights.sum()), 1e-6)
    count = len(evidence.windows)
    cosine = evidence.vectors @ claim.vector
    window = (weights[:, None] * by_window).sum(axis=0) / total
    whole = float((weights * by_passage).sum()) / total
    worst = _worst_clause(claim, by_window, strictness)
    missing = float(weights[by_passage < strictness.missing_below].sum())
    rest = np.tile(np.array([whole, worst, missing, 1.0], np.float32), (count, 1))
    return np.column_stack([cosine, window, rest]).astype(np.float32)


def _worst_clause(claim: Claim, by_window: Floats, strictness: Strictness) -> float:
    """The coverage of the clause that its own best window meets least."""
    clauses: list[list[int]] = [[]]
    place = -1
    for token in claim.stance.tokens:
        if token.content:
            place += 1
            clauses[-1].append(place)
        elif token.low in ",;:()–—" or token.low in ("because", "so", "and", "which", "while", "but", "when", "if"):
            clauses.append([])
    joined: list[list[int]] = []
    for clause in clauses:
        if joined and (len(clause) < strictness.shortest_clause or len(joined[-1]) < strictness.shortest_clause):
            joined[-1].extend(clause)
        else:
            joined.append(list(clause))
    worst = 1.0
    for clause in joined:
        weights = claim.weights[clause]
        if clause and weights.sum() > 0:
            covered = (weights[:, None] * by_window[clause]).sum(axis=0) / weights.sum()
            worst = min(worst, float(covered.max()))
    return worst


def fault(claim: Claim, window: Window, evidence: Evidence, question: str) -> Reason:
    """What of the claim the window contradicts or the passage does not know, "ok" for nothing."""
    wrong = compare(
        quantities_of(claim.text),
        evidence.quantities,
        listed=evidence.listed,
        topic=evidence.topic,
    )
    if wrong:
        return wrong
    if single(claim.text, evidence.quantities):
        return "number"
    if _unknown_names(claim.text, evidence, question):
        return "name"
    given = window.stance
    checks: tuple[tuple[Reason, bool], ...] = (
        ("negation", denies(claim.stance, given)),
        ("opposite", reverses(claim.stance, given)),
        ("order", turns_round(claim.stance, given)),
        ("strength", overstates(claim.stance, given)),
        ("cause", invents_cause(claim.stance, given)),
    )
    return next((reason for reason, found in checks if found), "ok")


def _unknown_names(text: str, evidence: Evidence, question: str) -> list[str]:
    """Names in the sentence that neither the passage with its title nor the question has."""
    asked = {token.low for token in tokens_of(question)}
    unknown = []
    for name in names_of(text):
        low = name.casefold().replace("’", "'").removesuffix("'s")
        known = {low, stem(low), low.removesuffix("s")}
        if not known & (evidence.forms | asked | _EVERYWHERE):
            unknown.append(name)
    return unknown


_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_OPENS = re.compile(r"(?:^|[.!?:;–—\"“(]\s*|\s[-•]\s)$")


def names_of(text: str) -> list[str]:
    """Words written as names: a capital inside a sentence, several capitals, letters with digits.

    >>> names_of("Label with GPT-4 as Pangakis did, and check F1.")
    ['GPT', 'Pangakis', 'F1']
    """
    found = []
    for match in _WORD.finditer(text):
        whole = match.group()
        for part in whole.split("-"):
            odd = sum(letter.isupper() for letter in part) > 1 or (
                any(letter.isdigit() for letter in part) and any(letter.isalpha() for letter in part)
            )
            opens = _OPENS.search(text[: match.start()]) is not None
            capital = part[0].isupper() and not opens and part.casefold() not in FUNCTION_WORDS
            if odd and not re.fullmatch(r"\d+(?:st|nd|rd|th|s|k|m|ms|x|h|d)", part.casefold()):
                found.append(part)
            elif capital and len(part) > 1 and not odd:
                found.append(part)
    return found


def _quote(evidence: Evidence, window: Window) -> str:
    return evidence.passage.text[window.start : window.end]
