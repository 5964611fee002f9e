"""Some facts → the sections of which something is known, and what to settle next in all others.

It stands between the short form and the whole one and has their blocks under the same keys.
"""

import functools
from collections.abc import Sequence

from assistant.document.compose import section_blocks
from assistant.document.draft import (
    Basis,
    Draft,
    begun,
    list_assumed,
    list_cited,
    register_of,
    whole,
)
from assistant.document.early import (
    EarlyForm,
    asked,
    in_order,
    section_table,
    settling_cell,
    stated_count,
)
from assistant.document.kinds import FOLDER, checked, read_yaml
from assistant.document.model import Block, Cell, Document, OpenItem, Sentence
from assistant.document.registers import assumptions_of
from assistant.document.speaker import NONE
from assistant.facts import ProjectFacts

# Parts that are about the project: said by somebody, or found by rules in what was said.
ABOUT_IT = frozenset({"said", "guidance"})


class GrowingForm(EarlyForm):
    """What `growing.yaml` holds."""

    lead: str
    head: tuple[str, str, str, str, str]


@functools.cache
def growing_form() -> GrowingForm:
    """When the growing form is written, and its words; raise DataInvalid."""
    return checked(GrowingForm, read_yaml(FOLDER / "growing.yaml"), "growing.yaml")


def is_growing(facts: ProjectFacts) -> bool:
    """Whether so little is stated that most sections of a whole document would be advice."""
    return stated_count(facts) < growing_form().until


def compose_growing(basis: Basis) -> Document:
    """Write the document of a project that is half described; pure and deterministic.

    A section of which nothing is known is a row of what is open, its assumptions stand in their
    register. Raises NotFound for an unknown kind.
    """
    draft = begun(basis, defaults=True, advising=False, sources=growing_form().sources)
    made = {section.id: section_blocks(draft, section) for section in draft.kind.sections}
    assumed = assumptions_of(block for blocks in made.values() for block in blocks)
    draft.blocks |= {name: blocks if _about_it(blocks) else [] for name, blocks in made.items()}
    _list_to_settle(draft)
    list_assumed(draft, assumed)
    list_cited(draft)
    return whole(draft, assumed)


def _about_it(blocks: Sequence[Block]) -> bool:
    return any(part.origin in ABOUT_IT for block in blocks for part in block.parts)


def _list_to_settle(draft: Draft) -> None:
    """The first questions with advice and what somebody finds out; then a row for each section."""
    place = register_of(draft.kind, "open")
    if place is None:
        return
    section, key, form = place[0], draft.key(place[0], place[1].key), growing_form()
    items = {item.fact: item for item in draft.closing.open}
    ordered = in_order(draft)
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
    draft.blocks[section] = [
        Block(f"{key}/lead", section, "paragraph", (lead,)),
        table,
        *section_table(draft, f"{key}/later", section, first),
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
