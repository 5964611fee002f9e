"""Few facts → a short document: what is known, what it means, and what to settle next, in order.

It has the blocks of the full document under the same keys, so that a hand edit stays where the
project grows and the full form takes over.
"""

import functools
from dataclasses import replace

from assistant.document.compose import said_blocks
from assistant.document.draft import Basis, Draft, begun, finished
from assistant.document.early import (
    EarlyForm,
    asked,
    in_order,
    section_table,
    settling_cell,
    stated_count,
)
from assistant.document.kinds import FOLDER, checked, read_yaml
from assistant.document.model import Block, Cell, Document, Section, Sentence
from assistant.document.registers import assumptions_of
from assistant.facts import ProjectFacts

KNOWN, MEANING, NEXT = "known", "meaning", "next"
# Risks and gaps that are shown, the severest first.
FINDINGS = 3


class ShortForm(EarlyForm):
    """What `short.yaml` holds."""

    title: str
    known: str
    meaning: str
    next: str
    next_lead: str
    head: tuple[str, str, str]


@functools.cache
def short_form() -> ShortForm:
    """When the short form is written, and its words; raise DataInvalid."""
    return checked(ShortForm, read_yaml(FOLDER / "short.yaml"), "short.yaml")


def is_short(facts: ProjectFacts) -> bool:
    """Whether so little is stated that a document of all sections would hold little but advice."""
    return stated_count(facts) < short_form().until


def compose_short(basis: Basis) -> Document:
    """Write the short document of a project; pure and deterministic.

    Nothing is assumed that nobody said. Raises NotFound for an unknown kind.
    """
    words = short_form()
    draft = begun(basis, sources=words.sources)
    said = [
        replace(block, section=KNOWN)
        for section in draft.kind.sections
        for block in said_blocks(draft, section)
    ]
    blocks = {KNOWN: said, MEANING: _meaning(draft), NEXT: _next(draft)}
    titles = {KNOWN: words.known, MEANING: words.meaning, NEXT: words.next}
    kept = [name for name in titles if blocks[name]]
    return finished(
        draft,
        [Section(name, number, titles[name]) for number, name in enumerate(kept, start=1)],
        [block for name in kept for block in blocks[name]],
        assumptions=assumptions_of(said),
        title=words.title.format(title=draft.kind.title),
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


def _next(draft: Draft) -> list[Block]:
    """The first questions with advice that helps to settle them, then a row for each section."""
    words = short_form()
    for section in draft.kind.sections:
        draft.closing.ask(section)
    first = in_order(draft)[: words.questions]
    if not first:
        return []
    lead = Sentence(words.next_lead, "open", tuple(first), refers=True, lead=words.next_lead)
    rows = tuple(_row(draft, place, fact) for place, fact in enumerate(first, start=1))
    key = draft.key(NEXT, "questions")
    return [
        Block(f"{key}/lead", NEXT, "paragraph", (lead,)),
        Block(key, NEXT, "table", head=words.head, rows=rows),
        *section_table(draft, draft.key(NEXT, "later"), NEXT, first),
    ]


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
