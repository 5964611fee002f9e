"""Some facts → the sections of which something is known, and one list of what to settle next.

It stands between the short form and the whole one and has their blocks under the same keys.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from assistant.document.compose import section_blocks
from assistant.document.draft import Draft, begun, list_assumed, list_cited, register_of, whole
from assistant.document.kinds import FOLDER, Entry, checked, read_yaml
from assistant.document.model import Block, Cell, Document, OpenItem, Sentence
from assistant.document.prose import ended, lowered
from assistant.document.registers import Guidance, assumptions_of
from assistant.document.short import asked, in_order, settling_cell, stated_count
from assistant.document.speaker import NONE
from assistant.facts import Catalogue, ProjectFacts

if TYPE_CHECKING:
    from assistant.checks import Finding
    from assistant.verdict import Verdict

# Parts that are about the project: said by somebody, or found by rules in what was said.
ABOUT_IT = frozenset({"said", "guidance"})


class GrowingForm(Entry):
    """What `growing.yaml` holds."""

    until: int = Field(ge=0)
    questions: int = Field(ge=1)
    sources: int = Field(ge=1)
    lead: str
    later: str
    head: tuple[str, str, str, str, str]


@functools.cache
def growing_form() -> GrowingForm:
    """When the growing form is written, and its words; raise DataInvalid."""
    return checked(GrowingForm, read_yaml(FOLDER / "growing.yaml"), "growing.yaml")


def is_growing(facts: ProjectFacts) -> bool:
    """Whether so little is stated that most sections of a whole document would be advice."""
    return stated_count(facts) < growing_form().until


def compose_growing(
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
    """Write the document of a project that is half described; pure and deterministic.

    A section of which nothing is known is left out: its questions stand in the list of what is
    open, its assumptions in their register. `order` are the open questions as an interview would
    ask them. Raises NotFound for an unknown kind.
    """
    draft = begun(
        kind,
        catalogue,
        facts,
        guidance,
        verdict,
        findings,
        defaults=True,
        advising=False,
        sources=growing_form().sources,
    )
    made = {section.id: section_blocks(draft, section) for section in draft.kind.sections}
    assumed = assumptions_of(block for blocks in made.values() for block in blocks)
    draft.blocks |= {name: blocks if _about_it(blocks) else [] for name, blocks in made.items()}
    _list_to_settle(draft, order)
    list_assumed(draft, assumed)
    list_cited(draft)
    return whole(draft, assumed, project)


def _about_it(blocks: Sequence[Block]) -> bool:
    return any(part.origin in ABOUT_IT for block in blocks for part in block.parts)


def _list_to_settle(draft: Draft, order: Sequence[str]) -> None:
    """The first questions with advice and what somebody finds out; the others by section."""
    place = register_of(draft.kind, "open")
    if place is None:
        return
    section, key, form = place[0], draft.key(place[0], place[1].key), growing_form()
    items = {item.fact: item for item in draft.closing.open}
    ordered = in_order(draft, order)
    taken_on = [one for one in ordered if one in items and (items[one].owner or items[one].due)]
    first = list(dict.fromkeys([*ordered[: form.questions], *taken_on]))
    if not first:
        return
    lead = Sentence(form.lead, "open", tuple(first), refers=True, lead=form.lead)
    rows = [_row(draft, fact, items.get(fact)) for fact in first]
    used = [column for column in range(5) if column < 3 or any(row[column].text for row in rows)]
    table = Block(
        key,
        section,
        "table",
        head=tuple(form.head[column] for column in used),
        rows=tuple(tuple(_filled(row[column]) for column in used) for row in rows),
    )
    later = [item for item in items.values() if item.fact not in first]
    draft.blocks[section] = [
        Block(f"{key}/lead", section, "paragraph", (lead,)),
        table,
        *_later(draft, key, section, later),
    ]


def _row(draft: Draft, fact: str, item: OpenItem | None) -> tuple[Cell, ...]:
    """The section that waits for it, the question, how to settle it, who does and by when."""
    about = (fact,)
    place = item.section if item else ""
    home = next(
        (one.title for one in draft.kind.sections if fact in one.facts or one.id == place), ""
    )
    return (
        Cell(home, "label"),
        Cell(item.text if item else asked(draft, fact), "open", about),
        settling_cell(draft, fact),
        Cell(item.owner if item else "", "open", about),
        Cell(item.due if item else "", "open", about),
    )


def _filled(cell: Cell) -> Cell:
    return cell if cell.text else Cell(NONE, "label")


def _named(draft: Draft, fact: str, title: str) -> str:
    """What is asked about; the question itself where the section's title says that already."""
    spec = draft.speaker.catalogue[fact]
    return spec.question if spec.label == title else lowered(spec.label)


def _later(draft: Draft, key: str, section: str, items: Sequence[OpenItem]) -> list[Block]:
    """The other open questions, a line for each section."""
    if not items:
        return []
    form = growing_form()
    lines = []
    for one in draft.kind.sections:
        here = [item for item in items if item.section == one.id]
        if here:
            facts = tuple(item.fact for item in here)
            named = ended("; ".join(_named(draft, fact, one.title) for fact in facts))
            lines.append(Sentence(f"{one.title}: {named}", "open", facts, lead=f"{one.title}:"))
    facts = tuple(item.fact for item in items)
    lead = Sentence(form.later, "open", facts, refers=True, lead=form.later)
    return [
        Block(f"{key}/later-lead", section, "paragraph", (lead,)),
        Block(f"{key}/later", section, "bullets", tuple(lines)),
    ]
