"""What is open while few facts are stated → the first questions, and the other sections in rows."""

import functools
from collections.abc import Collection, Sequence

from pydantic import Field

from assistant.document.draft import Draft
from assistant.document.kinds import FOLDER, Entry, SectionSpec, checked, read_yaml
from assistant.document.model import Block, Cell, Sentence
from assistant.document.prose import ended, lowered
from assistant.document.speaker import NONE
from assistant.facts import ProjectFacts


class EarlyForm(Entry):
    """What the file of a form for few facts holds: until when it is written, and how much of it."""

    until: int = Field(ge=0)
    questions: int = Field(ge=1)
    sources: int = Field(ge=1)


class Later(Entry):
    """What `later.yaml` holds: the words of the table of the other sections."""

    lead: str
    head: tuple[str, str, str]


@functools.cache
def later_words() -> Later:
    """The words of the table of the other sections; raise DataInvalid."""
    return checked(Later, read_yaml(FOLDER / "later.yaml"), "later.yaml")


def stated_count(facts: ProjectFacts) -> int:
    """How many facts somebody stated."""
    return sum(one.status == "known" and one.origin != "default" for one in facts)


# -- the first questions


def in_order(draft: Draft) -> list[str]:
    """The questions that are open, as an interview orders them; what is noted is among them."""
    noted = [item.fact for item in draft.closing.open]
    order = draft.basis.order
    first = [fact for fact in order if fact in noted or draft.speaker.may_be_asked(fact)]
    return first + [fact for fact in noted if fact not in first]


def asked(draft: Draft, fact: str) -> str:
    """What is asked about, and the question: it may not be clear by itself."""
    spec = draft.speaker.catalogue[fact]
    return f"{spec.label}: {spec.question}"


def settling_cell(draft: Draft, fact: str) -> Cell:
    """A sentence of advice that helps to settle this question and has not been given yet."""
    return _advice_cell(draft.adviser.on(fact))


def _advice_cell(advice: Sentence | None) -> Cell:
    if advice is None:
        return Cell(NONE, "label")
    return Cell(advice.text, advice.origin, advice.facts, advice.passages)


# -- the other sections


def section_table(draft: Draft, key: str, section: str, first: Collection[str]) -> list[Block]:
    """A row for each section that has more open than the `first` questions, with advice on it."""
    rows = []
    for one in draft.kind.sections:
        items = [item for item in draft.closing.open if item.section == one.id]
        left = tuple(item.fact for item in items if item.fact not in first)
        if left:
            rows.append(_row(draft, one, left))
    if not rows:
        return []
    words = later_words()
    facts = tuple(fact for row in rows for fact in row[-1].facts)
    lead = Sentence(words.lead, "open", facts, refers=True, lead=words.lead)
    return [
        Block(f"{key}/lead", section, "paragraph", (lead,)),
        Block(key, section, "table", head=words.head, rows=tuple(rows)),
    ]


def _row(draft: Draft, section: SectionSpec, left: Sequence[str]) -> tuple[Cell, ...]:
    return (
        Cell(section.title, "label"),
        _advice_cell(draft.adviser.on_section(section, left)),
        Cell(_named(draft, left, section.title), "open", tuple(left)),
    )


def _named(draft: Draft, facts: Sequence[str], title: str) -> str:
    """What is asked about; the question itself where the section's title says that already."""
    specs = [draft.speaker.catalogue[fact] for fact in facts]
    sentences = [spec.question for spec in specs if spec.label == title]
    labels = [spec.label for spec in specs if spec.label != title]
    if labels:
        sentences.append(ended("; ".join([labels[0], *map(lowered, labels[1:])])))
    return " ".join(sentences)
