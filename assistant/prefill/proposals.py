"""A pasted text → proposals: one for each fact that it states, with the exact words."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from assistant.facts import Catalogue, Value, show_value
from assistant.ladder import Ladder
from assistant.prefill.by_meaning import Encode, by_meaning
from assistant.prefill.by_model import by_model
from assistant.prefill.by_tables import by_tables
from assistant.prefill.candidates import Candidate, by_patterns
from assistant.prefill.keyed import by_keys
from assistant.prefill.patterns import Lore, load_lore
from assistant.prefill.sentences import sentences
from assistant.prefill.whole import whole_idea

LONGEST_TEXT = 200_000


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value for a fact with the words it came from: `quote` is `text[start:end]`.

    `confidence` is the share of such proposals that were right on the briefs they were tuned on.
    `rung` says who found it: patterns, meaning, or the name of a model. `id` and `source` are
    there once it is stored.
    """

    fact: str
    value: Value
    shown: str
    quote: str
    start: int
    end: int
    confidence: float
    rung: str
    id: str = field(default="", compare=False)
    source: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a text, in the order of the catalogue, and what a person must know."""

    proposals: tuple[Proposal, ...]
    notices: tuple[str, ...] = ()


def propose(
    text: str, catalogue: Catalogue, *, encode: Encode | None = None, model: Ladder | None = None
) -> list[Proposal]:
    """The proposals of `read_brief`, without its notices."""
    return list(read_brief(text, catalogue, encode=encode, model=model).proposals)


def read_brief(
    text: str,
    catalogue: Catalogue,
    *,
    encode: Encode | None = None,
    model: Ladder | None = None,
    strict: bool = False,
    cancelled: threading.Event | None = None,
) -> Found:
    """Find the facts that a text states, one proposal for each.

    `encode` (texts to unit vectors, float32) adds sentences that mean what a question asks for;
    `model` adds what a language model finds, where every quote and number stands in the text.
    With `strict` only sentences count that say "we" or "our", as in a chat, where most are about
    something else. Nothing in the text is ever an instruction.

    Raises:
        ModelFailed: `cancelled` was set while a model was asked.
    """
    lore = load_lore()
    notices: list[str] = []
    if len(text) > LONGEST_TEXT:
        notices.append(
            f"The text has {len(text):,} characters; only the first {LONGEST_TEXT:,} were read."
        )
        text = text[:LONGEST_TEXT]
    parts = sentences(text)
    ours = not strict and not _teaches(text, lore)
    found = list(by_patterns(parts, catalogue, lore, ours=ours))
    if ours:
        found += by_keys(parts, catalogue, lore)
        found += by_tables(text, catalogue, lore)
        found += whole_idea(text, catalogue, lore)
    if model is not None:
        asked = by_model(text, parts, catalogue, lore, model, cancelled)
        found += asked.candidates
        notices += [asked.notice] if asked.notice else []
    if ours and encode is not None:
        known = frozenset(one.fact for one in found)
        found += by_meaning(parts, catalogue, lore, encode, known)
    best = _best(found, lore)
    return Found(_proposals(best.values(), text, catalogue, lore), tuple(notices))


def _teaches(text: str, lore: Lore) -> bool:
    """Whether this is a lecture, a talk or an article, whose examples are nobody's project."""
    words = {found[0].casefold() for found in lore.teaching.finditer(text)}
    you = len(lore.addressed.findall(text))
    addressed = you >= lore.addressed_from and you >= len(lore.ours.findall(text))
    return addressed or len(words) >= lore.teaching_from


def _best(candidates: Iterable[Candidate], lore: Lore) -> dict[str, Candidate]:
    """The surest candidate of each fact; of equals the first in the text."""
    best: dict[str, Candidate] = {}
    for one in candidates:
        rank = (-lore.confidence[one.grade], one.start)
        before = best.get(one.fact)
        if before is None or rank < (-lore.confidence[before.grade], before.start):
            best[one.fact] = one
    return best


def _proposals(
    candidates: Iterable[Candidate], text: str, catalogue: Catalogue, lore: Lore
) -> tuple[Proposal, ...]:
    return tuple(
        Proposal(
            one.fact,
            one.value,
            show_value(catalogue[one.fact], one.value),
            text[one.start : one.end],
            one.start,
            one.end,
            lore.confidence[one.grade],
            one.rung,
        )
        for one in sorted(candidates, key=lambda one: catalogue.place(one.fact))
    )
