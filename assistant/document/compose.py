"""Kind + facts + passages + judgement → the Document; the same input gives the same document."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.document.answers import origin_of
from assistant.document.judged import Judged
from assistant.document.kinds import BlockSpec, Kind, SectionSpec, load_kind
from assistant.document.model import Assumption, Block, Cell, Document, Section, Sentence
from assistant.document.registers import (
    Closing,
    Guidance,
    assumptions_block,
    assumptions_of,
    open_block,
    references_blocks,
    references_of,
    said_of,
)
from assistant.document.rungs import metric_rungs
from assistant.document.sentences import load_advice
from assistant.document.speaker import Speaker
from assistant.facts import Catalogue, ProjectFacts, StatedFact, applicable

if TYPE_CHECKING:
    from assistant.checks import Finding
    from assistant.verdict import Verdict

# A picture with fewer parts that somebody stated shows nothing that a sentence does not.
LEAST_PARTS = 3
NOT_HERE = "This does not apply to the project."
OWN_ASSUMPTIONS = "scope.assumptions"


@dataclass(slots=True)
class Draft:
    """A document in the making."""

    kind: Kind
    speaker: Speaker
    guidance: Mapping[str, Guidance]
    judged: Judged
    closing: Closing
    blocks: dict[str, list[Block]] = field(default_factory=dict)

    def key(self, section: str, name: str) -> str:
        """The key of a block, which stays the same between versions."""
        return f"{self.kind.id}/{section}/{name}"


def wanted_passages(kind: str) -> tuple[str, ...]:
    """The ids of the passages that a document of this kind may quote."""
    facts = set(load_kind(kind).facts)
    return tuple(
        dict.fromkeys(
            one.passage for one in load_advice() if one.fits(kind) and facts.intersection(one.facts)
        )
    )


def compose(
    kind: str,
    catalogue: Catalogue,
    facts: ProjectFacts,
    guidance: Mapping[str, Guidance],
    verdict: "Verdict | None" = None,
    findings: Sequence["Finding"] = (),
    *,
    project: str = "",
    language: str = "en",
) -> Document:
    """Write the document of a project; pure and deterministic.

    `guidance` has passages by their ids, at least those of `wanted_passages` and those that the
    verdict and findings cite. Raises NotFound for an unknown kind.
    """
    draft = begun(kind, catalogue, facts, guidance, verdict, findings, defaults=True)
    for section in draft.kind.sections:
        draft.blocks[section.id] = _section(draft, section)
    _registers(draft)
    kept = [section for section in draft.kind.sections if draft.blocks[section.id]]
    return finished(
        draft,
        [Section(one.id, number, one.title) for number, one in enumerate(kept, start=1)],
        [block for section in kept for block in draft.blocks[section.id]],
        assumptions=assumptions_of(_before_registers(draft)),
        project=project,
        language=language,
    )


def begun(
    kind: str,
    catalogue: Catalogue,
    facts: ProjectFacts,
    guidance: Mapping[str, Guidance],
    verdict: "Verdict | None",
    findings: Sequence["Finding"],
    *,
    defaults: bool = False,
) -> Draft:
    """A document with nothing in it yet; with `defaults` the catalogue's assumptions count."""
    found = load_kind(kind)
    known = _with_defaults(catalogue, facts, found) if defaults else facts
    speaker = Speaker(catalogue, known)
    closing = Closing(speaker, guidance, found)
    return Draft(found, speaker, guidance, Judged(found, catalogue, verdict, findings), closing)


def finished(
    draft: Draft,
    sections: Sequence[Section],
    blocks: Sequence[Block],
    *,
    assumptions: Sequence[Assumption],
    title: str = "",
    project: str = "",
    language: str = "en",
) -> Document:
    """The document of these blocks, with what is open, cited and said in them."""
    return Document(
        kind=draft.kind.id,
        title=title or draft.kind.title,
        project=project,
        blocks=tuple(blocks),
        sections=tuple(sections),
        open=tuple(draft.closing.open),
        assumptions=tuple(assumptions),
        references=references_of(blocks, draft.guidance),
        said=said_of(blocks, draft.speaker),
        language=language,
    )


def _with_defaults(catalogue: Catalogue, facts: ProjectFacts, kind: Kind) -> ProjectFacts:
    """The facts with the catalogue's assumptions where nothing was said."""
    assumed = [
        StatedFact(fact, value=default, origin="default")
        for fact in kind.facts
        if (default := catalogue[fact].default) is not None
        and facts.get(fact) is None
        and applicable(catalogue, facts, fact)
    ]
    return facts.with_stated(*assumed) if assumed else facts


# -- one section


def said_blocks(draft: Draft, section: SectionSpec) -> list[Block]:
    """What the template shows of a section's facts, and whatever it forgets of what was said."""
    specs = [one for one in draft.kind.blocks.get(section.id, ()) if not _is_found(one)]
    blocks = [block for spec in specs for block in _stated(draft, section, spec)]
    return blocks + _others(draft, section)


def _section(draft: Draft, section: SectionSpec) -> list[Block]:
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


# -- registers


def _registers(draft: Draft) -> None:
    titles = {section.id: section.title for section in draft.kind.sections}
    for section, spec in _register_specs(draft.kind):
        key = draft.key(section, spec.key)
        match spec.shown_register:
            case "open":
                made = [open_block(key, section, draft.closing.open, titles)]
            case "assumptions":
                own = _own_assumptions(draft, titles)
                made = assumptions_block(
                    key, section, assumptions_of(_before_registers(draft)), own
                )
            case _:
                cited = references_of(_before_registers(draft), draft.guidance)
                made = references_blocks(key, section, cited)
        draft.blocks[section] = made


def _register_specs(kind: Kind) -> list[tuple[str, BlockSpec]]:
    return [
        (section.id, spec)
        for section in kind.sections
        for spec in kind.blocks.get(section.id, ())
        if spec.shown_register
    ]


def _before_registers(draft: Draft) -> list[Block]:
    registers = {section for section, _ in _register_specs(draft.kind)}
    return [
        block for name, blocks in draft.blocks.items() if name not in registers for block in blocks
    ]


def _own_assumptions(draft: Draft, titles: Mapping[str, str]) -> tuple[str, str] | None:
    for section in draft.kind.sections:
        if OWN_ASSUMPTIONS in section.facts and draft.speaker.facts.known(OWN_ASSUMPTIONS):
            return OWN_ASSUMPTIONS, titles[section.id]
    return None
