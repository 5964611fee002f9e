"""A kind + facts + judgement → a Draft to be filled, and the Document of what it then holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.document.adviser import Adviser, Guidance
from assistant.document.judged import Judged
from assistant.document.kinds import BlockSpec, Kind, load_kind
from assistant.document.model import Assumption, Block, Document, Reference, Section
from assistant.document.registers import (
    Closing,
    assumptions_block,
    open_block,
    references_blocks,
    references_of,
    said_of,
)
from assistant.document.sentences import load_advice
from assistant.document.speaker import Speaker
from assistant.facts import Catalogue, ProjectFacts, StatedFact, applicable

if TYPE_CHECKING:
    from assistant.checks import Finding
    from assistant.verdict import Verdict

OWN_ASSUMPTIONS = "scope.assumptions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a document of a kind is written from.

    `guidance` has passages by their ids, at least those of `wanted_passages` and those that the
    verdict and findings cite. `order` are the open questions as an interview would ask them, for a
    document of few facts.
    """

    kind: str
    catalogue: Catalogue
    facts: ProjectFacts
    guidance: Mapping[str, Guidance]
    verdict: "Verdict | None" = None
    findings: Sequence["Finding"] = ()
    order: Sequence[str] = ()
    project: str = ""
    language: str = "en"


@dataclass(slots=True)
class Draft:
    """A document in the making; it names so many `sources` of each article that it cites."""

    basis: Basis
    kind: Kind
    speaker: Speaker
    judged: Judged
    adviser: Adviser
    closing: Closing
    sources: int | None = None
    blocks: dict[str, list[Block]] = field(default_factory=dict)

    def key(self, section: str, name: str) -> str:
        """The key of a block, which stays the same between versions."""
        return f"{self.kind.id}/{section}/{name}"

    def cited(self, blocks: Sequence[Block]) -> tuple[Reference, ...]:
        """What the blocks cite, each with the works that it leans on most."""
        some = slice(self.sources)
        return tuple(
            replace(one, references=one.references[some], sources=one.sources[some])
            for one in references_of(blocks, self.basis.guidance)
        )

    @property
    def all_blocks(self) -> list[Block]:
        """Its blocks so far, in order."""
        return [block for blocks in self.blocks.values() for block in blocks]


def wanted_passages(kind: str) -> tuple[str, ...]:
    """The ids of the passages that a document of this kind may quote.

    A contradiction, or what decides about the whole project, may be asked about in any document.
    """
    load_kind(kind)
    return tuple(dict.fromkeys(one.passage for one in load_advice() if one.fits(kind)))


def begun(
    basis: Basis,
    *,
    defaults: bool = False,
    advising: bool = True,
    sources: int | None = None,
) -> Draft:
    """A document with nothing in it yet; raise NotFound for an unknown kind.

    With `defaults` the catalogue's assumptions count; without `advising` its sections give no
    advice. Of the works that an article rests on the first `sources` are named, which it leans on
    most.
    """
    kind = load_kind(basis.kind)
    known = _with_defaults(basis.catalogue, basis.facts, kind) if defaults else basis.facts
    speaker = Speaker(basis.catalogue, known)
    adviser = Adviser(speaker, basis.guidance, kind)
    closing = Closing(speaker, kind, adviser if advising else None)
    judged = Judged(kind, basis.catalogue, basis.verdict, basis.findings)
    return Draft(basis, kind, speaker, judged, adviser, closing, sources)


def finished(
    draft: Draft,
    sections: Sequence[Section],
    blocks: Sequence[Block],
    *,
    assumptions: Sequence[Assumption],
    title: str = "",
) -> Document:
    """The document of these blocks, with what is open, cited and said in them."""
    return Document(
        kind=draft.kind.id,
        title=title or draft.kind.title,
        project=draft.basis.project,
        blocks=tuple(blocks),
        sections=tuple(sections),
        open=tuple(draft.closing.open),
        assumptions=tuple(assumptions),
        references=draft.cited(blocks),
        said=said_of(blocks, draft.speaker),
        language=draft.basis.language,
    )


def whole(draft: Draft, assumptions: Sequence[Assumption]) -> Document:
    """The document of every section that has something in it."""
    kept = [section for section in draft.kind.sections if draft.blocks[section.id]]
    return finished(
        draft,
        [Section(one.id, number, one.title) for number, one in enumerate(kept, start=1)],
        [block for section in kept for block in draft.blocks[section.id]],
        assumptions=assumptions,
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


# -- registers


def register_of(kind: Kind, name: str) -> tuple[str, BlockSpec] | None:
    """The section and block that list what is open, assumed or cited."""
    for section in kind.sections:
        for spec in kind.blocks.get(section.id, ()):
            if spec.shown_register == name:
                return section.id, spec
    return None


def list_open(draft: Draft) -> None:
    """The table of every open question, in its section."""
    place = register_of(draft.kind, "open")
    if place:
        titles = {section.id: section.title for section in draft.kind.sections}
        section, key = place[0], draft.key(place[0], place[1].key)
        draft.blocks[section] = [open_block(key, section, draft.closing.open, titles)]


def list_assumed(draft: Draft, found: Sequence[Assumption]) -> None:
    """The register of these assumptions, which names the section that has the team's own."""
    place = register_of(draft.kind, "assumptions")
    if place:
        section, key = place[0], draft.key(place[0], place[1].key)
        draft.blocks[section] = assumptions_block(key, section, found, _own_assumptions(draft))


def list_cited(draft: Draft) -> None:
    """The articles that all other sections cite, with their sources."""
    place = register_of(draft.kind, "references")
    if place:
        section, key = place[0], draft.key(place[0], place[1].key)
        draft.blocks[section] = references_blocks(key, section, draft.cited(draft.all_blocks))


def _own_assumptions(draft: Draft) -> tuple[str, str] | None:
    for section in draft.kind.sections:
        if OWN_ASSUMPTIONS in section.facts and draft.speaker.facts.known(OWN_ASSUMPTIONS):
            return OWN_ASSUMPTIONS, section.title
    return None
