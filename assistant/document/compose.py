"""Kind + facts + passages + judgement → the Document; the same input gives the same document."""

from collections.abc import Iterable

from assistant.document.answers import origin_of
from assistant.document.draft import (
    Basis,
    Draft,
    begun,
    list_assumed,
    list_cited,
    list_open,
    whole,
)
from assistant.document.kinds import BlockSpec, SectionSpec
from assistant.document.model import Block, Cell, Document, Sentence
from assistant.document.registers import assumptions_of
from assistant.document.rungs import metric_rungs
from assistant.document.speaker import Speaker

# A picture with fewer parts that somebody stated shows nothing that a sentence does not.
LEAST_PARTS = 3
NOT_HERE = "This does not apply to the project."


def compose(basis: Basis) -> Document:
    """Write the document of a project; pure and deterministic.

    Raises NotFound for an unknown kind.
    """
    draft = begun(basis, defaults=True)
    for section in draft.kind.sections:
        draft.blocks[section.id] = section_blocks(draft, section)
    assumed = assumptions_of(draft.all_blocks)
    list_open(draft)
    list_assumed(draft, assumed)
    list_cited(draft)
    return whole(draft, assumed)


# -- one section


def said_blocks(draft: Draft, section: SectionSpec) -> list[Block]:
    """What the template shows of a section's facts, and whatever it forgets of what was said."""
    specs = [one for one in draft.kind.blocks.get(section.id, ()) if not _is_found(one)]
    blocks = [block for spec in specs for block in _stated(draft, section, spec)]
    return blocks + _others(draft, section)


def section_blocks(draft: Draft, section: SectionSpec) -> list[Block]:
    """What is stated and found in a section, and at its end what is missing."""
    blocks: list[Block] = []
    for spec in draft.kind.blocks.get(section.id, ()):
        if spec.verdict:
            blocks += draft.judged.verdict(section, spec)
        elif spec.findings:
            blocks += draft.judged.findings(section, spec)
        else:
            blocks += _stated(draft, section, spec)
    blocks += _others(draft, section)
    contested = draft.judged.contradictions(section)
    draft.closing.contest(section, contested)
    blocks += contested
    blocks += draft.closing.blocks(section, blocks)
    return blocks or _not_here(draft, section)


def _is_found(spec: BlockSpec) -> bool:
    """Whether the block shows what rules make of the facts, not the facts."""
    return bool(spec.verdict or spec.findings)


def _stated(draft: Draft, section: SectionSpec, spec: BlockSpec) -> list[Block]:
    key = draft.key(section.id, spec.key)
    if spec.picture:
        return _picture(draft, section, spec)
    if spec.rows or spec.ladder:
        return _table(draft, section, spec)
    return draft.speaker.blocks(key, section.id, spec.facts, spec.calculated, bare=spec.bare)


def _others(draft: Draft, section: SectionSpec) -> list[Block]:
    """Nothing that was said is lost, whatever the template forgets."""
    return draft.speaker.blocks(draft.key(section.id, "more"), section.id, section.facts)


def _table(draft: Draft, section: SectionSpec, spec: BlockSpec) -> list[Block]:
    """A table of facts; without any known fact there is none, nor a row without any.

    What belongs to another section is only named, and makes no row.
    """
    rungs = metric_rungs() if spec.ladder else ()
    listed = [(rung.id, *(f"{{{fact}}}" for fact in rung.facts)) for rung in rungs]
    rows = []
    for row in (*listed, *spec.rows):
        cells = tuple(draft.speaker.cell(cell, section.facts) for cell in row)
        if any(one.origin in ("said", "assumption") and not one.refers for one in cells):
            rows.append(cells)
    if not rows:
        return []
    key = draft.key(section.id, spec.key)
    return [Block(key, section.id, "table", head=spec.head, rows=tuple(rows), label=spec.caption)]


def _picture(draft: Draft, section: SectionSpec, spec: BlockSpec) -> list[Block]:
    rows = tuple(
        (Cell(part, "label"), *entries)
        for part, facts in spec.parts.items()
        if (entries := [entry for fact in facts for entry in _entries(draft.speaker, fact)])
    )
    if sum(any(cell.origin == "said" for cell in row) for row in rows) < LEAST_PARTS:
        return []
    facts = tuple(dict.fromkeys(fact for row in rows for cell in row for fact in cell.facts))
    caption = Sentence(spec.caption, "said", facts, refers=True)
    key = draft.key(section.id, spec.key)
    return [Block(key, section.id, "picture", (caption,), rows=rows, picture=spec.picture)]


def _entries(speaker: Speaker, fact: str) -> Iterable[Cell]:
    stated = speaker.facts.get(fact)
    if stated is None:
        return
    for entry in speaker.entries(fact):
        yield Cell(entry, origin_of(stated), (fact,), refers=True)


def _not_here(draft: Draft, section: SectionSpec) -> list[Block]:
    """One sentence where somebody said that nothing of the section applies; else no section."""
    facts = draft.speaker.facts
    denied = tuple(
        fact
        for fact in section.facts
        if (stated := facts.get(fact)) and stated.status == "not_applicable"
    )
    if not denied:
        return []
    sentence = Sentence(NOT_HERE, "said", denied)
    return [Block(draft.key(section.id, "not-here"), section.id, "paragraph", (sentence,))]
