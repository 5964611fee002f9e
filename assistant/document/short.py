"""Few facts → a short document: what is known, what it means, and what to settle next, in order.

It has the blocks of the full document under the same keys, so that a hand edit stays where the
project grows and the full form takes over.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from assistant.document.compose import said_blocks
from assistant.document.draft import Draft, begun, finished
from assistant.document.kinds import FOLDER, Entry, checked, read_yaml
from assistant.document.model import Block, Cell, Document, Section, Sentence
from assistant.document.prose import lowered
from assistant.document.registers import Guidance, assumptions_of
from assistant.document.speaker import NONE
from assistant.facts import Catalogue, ProjectFacts

if TYPE_CHECKING:
    from assistant.checks import Finding
    from assistant.verdict import Verdict

KNOWN, MEANING, NEXT = "known", "meaning", "next"
# Risks and gaps that are shown, the severest first.
FINDINGS = 3


class ShortForm(Entry):
    """What `short.yaml` holds."""

    until: int = Field(ge=0)
    questions: int = Field(ge=1)
    sources: int = Field(ge=1)
    title: str
    known: str
    meaning: str
    next: str
    next_lead: str
    later_lead: str
    head: tuple[str, str, str]


@functools.cache
def short_form() -> ShortForm:
    """When the short form is written, and its words; raise DataInvalid."""
    return checked(ShortForm, read_yaml(FOLDER / "short.yaml"), "short.yaml")


def is_short(facts: ProjectFacts) -> bool:
    """Whether so little is stated that a document of all sections would hold little but advice."""
    return stated_count(facts) < short_form().until


def stated_count(facts: ProjectFacts) -> int:
    """How many facts somebody stated."""
    return sum(one.status == "known" and one.origin != "default" for one in facts)


def compose_short(
    kind: str,
    catalogue: Catalogue,
    facts: ProjectFacts,
    guidance: Mapping[str, Guidance],
    verdict: "Verdict | None" = None,
    findings: Sequence["Finding"] = (),
    *,
    order: Sequence[str],
    project: str = "",
) -> Document:
    """Write the short document of a project; pure and deterministic.

    `order` are the open questions as an interview would ask them. Nothing is assumed that nobody
    said. Raises NotFound for an unknown kind.
    """
    sources = short_form().sources
    draft = begun(kind, catalogue, facts, guidance, verdict, findings, sources=sources)
    words = short_form()
    said = [
        replace(block, section=KNOWN)
        for section in draft.kind.sections
        for block in said_blocks(draft, section)
    ]
    blocks = {KNOWN: said, MEANING: _meaning(draft), NEXT: _next(draft, order)}
    titles = {KNOWN: words.known, MEANING: words.meaning, NEXT: words.next}
    kept = [name for name in titles if blocks[name]]
    return finished(
        draft,
        [Section(name, number, titles[name]) for number, name in enumerate(kept, start=1)],
        [block for name in kept for block in blocks[name]],
        assumptions=assumptions_of(said),
        title=words.title.format(title=draft.kind.title),
        project=project,
    )


def _meaning(draft: Draft) -> list[Block]:
    """The verdict in brief, contradictions, and the heaviest of what else was found."""
    judged = draft.judged
    blocks = judged.callout(draft.key(MEANING, "verdict"), MEANING)
    for section in draft.kind.sections:
        contested = judged.contradictions(section)
        draft.closing.contest(section, contested)
        blocks += [replace(one, section=MEANING) for one in contested]
    return blocks + judged.found(draft.key(MEANING, "found"), MEANING, ("risk", "gap"), FINDINGS)


def _next(draft: Draft, order: Sequence[str]) -> list[Block]:
    """The first questions with advice that helps to settle them, then the names of the others."""
    words, speaker = short_form(), draft.speaker
    for section in draft.kind.sections:
        draft.closing.ask(section)
    noted = [item.fact for item in draft.closing.open]
    ordered = in_order(draft, order)
    first, later = ordered[: words.questions], ordered[words.questions :]
    if not first:
        return []
    lead = Sentence(words.next_lead, "open", tuple(first), refers=True, lead=words.next_lead)
    rows = tuple(_row(draft, place, fact) for place, fact in enumerate(first, start=1))
    key = draft.key(NEXT, "questions")
    blocks = [
        Block(f"{key}/lead", NEXT, "paragraph", (lead,)),
        Block(key, NEXT, "table", head=words.head, rows=rows),
    ]
    named = [fact for fact in later if fact in noted]
    if named:
        labels = "; ".join(lowered(speaker.catalogue[fact].label) for fact in named)
        text = f"{words.later_lead} {labels}."
        rest = Sentence(text, "open", tuple(named), lead=words.later_lead)
        blocks.append(Block(draft.key(NEXT, "later"), NEXT, "paragraph", (rest,)))
    return blocks


def _row(draft: Draft, place: int, fact: str) -> tuple[Cell, ...]:
    """The number, the question with what is noted about it, and a sentence of advice if any."""
    stated = draft.speaker.facts.get(fact)
    noted = stated.note.strip() if stated is not None else ""
    text = " ".join(filter(None, (asked(draft, fact), noted)))
    return (
        Cell(str(place), "label"),
        Cell(text, "open", (fact,)),
        settling_cell(draft, fact),
    )


def asked(draft: Draft, fact: str) -> str:
    """What is asked about, and the question: it may not be clear by itself."""
    spec = draft.speaker.catalogue[fact]
    return f"{spec.label}: {spec.question}"


def in_order(draft: Draft, order: Sequence[str]) -> list[str]:
    """The questions that are open, first those of `order`; what is noted as open is among them."""
    noted = [item.fact for item in draft.closing.open]
    first = [fact for fact in order if fact in noted or draft.speaker.may_be_asked(fact)]
    return first + [fact for fact in noted if fact not in first]


def settling_cell(draft: Draft, fact: str) -> Cell:
    """A sentence of advice that helps to settle this question and has not been given yet."""
    advice = draft.closing.advice(fact)
    return (
        Cell(advice.text, "guidance", (fact,), advice.passages) if advice else Cell(NONE, "label")
    )
