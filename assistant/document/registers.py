"""What was not said → cited advice, open questions, assumptions and references."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from assistant.document.adviser import Adviser, Guidance
from assistant.document.answers import origin_of
from assistant.document.kinds import Kind, SectionSpec, each_once
from assistant.document.model import (
    Assumption,
    Block,
    Cell,
    OpenItem,
    Reference,
    Said,
    Sentence,
)
from assistant.document.prose import ended, lowered
from assistant.document.speaker import ASSUMED, NONE, Speaker

# Sentences of advice in one section, at most.
ADVICE_LIMIT = 3
# A fact of this weight is an open question even where a first draft can do without it.
HEAVY = 5
OPEN_LEAD = "Still open:"
SOURCES_LEAD = "The sources that these articles rest on:"
CONTESTED = "The answers contradict each other."
NOTHING_OPEN = "No question is open."
NOTHING_ASSUMED = "Nothing is assumed: each statement was made by somebody or is cited."
OPEN_HEAD = ("Section", "Question", "Who finds out", "By when")


class Closing:
    """Ends each section: advice on what is missing, then what is open; keeps the registers.

    Without an adviser sections say only what is open.
    """

    def __init__(self, speaker: Speaker, kind: Kind, adviser: Adviser | None) -> None:
        self._speaker = speaker
        self._adviser = adviser
        self._kind = kind
        self._homes = {fact: one.id for one in kind.sections for fact in one.facts}
        self._order = {one.id: place for place, one in enumerate(kind.sections)}
        self._open: dict[str, OpenItem] = {}

    @property
    def open(self) -> list[OpenItem]:
        """Every open question once, in the order of the sections that they belong to."""
        return sorted(self._open.values(), key=lambda item: self._order[item.section])

    def blocks(self, section: SectionSpec, above: Sequence[Block]) -> list[Block]:
        """What is added below a section's blocks; it grows the list of open questions."""
        shown = [fact for block in above for cell in _open_cells(block) for fact in cell.facts]
        missing = self._missing(section)
        asked = each_once([*missing, *shown])
        own = [fact for fact in asked if self._homes.get(fact, section.id) == section.id]
        limit = ADVICE_LIMIT - 1 if above else ADVICE_LIMIT
        sentences = self._adviser.sentences(own, limit) if self._adviser else []
        for fact in asked:
            self._open.setdefault(fact, self._item(fact, section))
        named = [fact for fact in missing if fact not in shown]
        if named:
            labels = [lowered(self._speaker.catalogue[fact].label) for fact in named]
            sentences.append(Sentence(f"{OPEN_LEAD} {'; '.join(labels)}.", "open", tuple(named)))
        if not sentences:
            return []
        key = f"{self._kind.id}/{section.id}/open"
        return [Block(key, section.id, "paragraph", tuple(sentences))]

    def contest(self, section: SectionSpec, contradictions: Sequence[Block]) -> None:
        """Note the questions that these contradictions leave open, though they were answered."""
        said = [one for block in contradictions for one in block.sentences]
        for fact in each_once([key for one in said if one.origin == "open" for key in one.facts]):
            item = self._item(fact, section)
            self._open[fact] = replace(item, text=f"{item.text} {CONTESTED}")

    def ask(self, section: SectionSpec) -> None:
        """Note what is open in a section, without a word about it."""
        for fact in self._missing(section):
            self._open.setdefault(fact, self._item(fact, section))

    def _missing(self, section: SectionSpec) -> tuple[str, ...]:
        """What is open: marked as unknown, needed for a first draft, or of great weight."""
        speaker = self._speaker
        askable = [fact for fact in section.facts if speaker.may_be_asked(fact)]
        found = [
            fact
            for fact in askable
            if speaker.facts.get(fact) is not None
            or fact in section.needed
            or speaker.catalogue[fact].weight >= HEAVY
        ]
        if not found and not any(map(self._said, section.facts)):
            # A section of which nobody said anything names its weightiest question.
            found = sorted(askable, key=lambda fact: -speaker.catalogue[fact].weight)[:1]
        return tuple(found)

    def _said(self, fact: str) -> bool:
        facts = self._speaker.facts
        return facts.known(fact) and origin_of(self._speaker.stated(fact)) == "said"

    def _item(self, fact: str, section: SectionSpec) -> OpenItem:
        spec, stated = self._speaker.catalogue[fact], self._speaker.facts.get(fact)
        question, home = f"{spec.label}: {spec.question}", self._homes.get(fact, section.id)
        if stated is None or stated.status == "known":
            return OpenItem(fact, question, section=home)
        text = " ".join(part for part in (question, stated.note.strip()) if part)
        return OpenItem(fact, text, stated.owner, stated.due, home)


def _open_cells(block: Block) -> list[Cell]:
    return [cell for row in block.rows for cell in row if cell.origin == "open"]


def open_block(
    key: str, section: str, items: Sequence[OpenItem], titles: Mapping[str, str]
) -> Block:
    """The table of open questions; columns that nothing stands in are left out."""
    if not items:
        return Block(key, section, "paragraph", (Sentence(NOTHING_OPEN, "open"),))
    table = [(titles[item.section], item.text, item.owner, item.due) for item in items]
    used = [place for place in range(len(OPEN_HEAD)) if any(row[place] for row in table)]
    rows = tuple(
        tuple(_open_cell(row[place], place, item.fact) for place in used)
        for row, item in zip(table, items, strict=True)
    )
    return Block(key, section, "table", head=tuple(OPEN_HEAD[place] for place in used), rows=rows)


def _open_cell(text: str, place: int, fact: str) -> Cell:
    if place == 0 or not text:
        return Cell(text or NONE, "label")
    return Cell(text, "open", (fact,))


def assumptions_of(blocks: Iterable[Block]) -> tuple[Assumption, ...]:
    """Each unconfirmed statement of the blocks, once."""
    found = {
        part.text.removeprefix(f"{ASSUMED} "): Assumption(
            part.text.removeprefix(f"{ASSUMED} "), part.facts
        )
        for block in blocks
        for part in block.parts
        if part.origin == "assumption"
    }
    return tuple(found.values())


def assumptions_block(
    key: str, section: str, found: Sequence[Assumption], own: tuple[str, str] | None
) -> list[Block]:
    """The register of assumptions; `own` are the fact and section of those the team named."""
    blocks = []
    if found:
        items = tuple(Sentence(one.text, "assumption", one.facts, refers=True) for one in found)
        blocks.append(Block(key, section, "bullets", items))
    if own:
        fact, title = own
        text = f"What the team itself takes for granted is listed in the section “{title}”."
        more = Sentence(text, "said", (fact,), refers=True)
        blocks.append(Block(f"{key}/own", section, "paragraph", (more,)))
    if not blocks:
        blocks.append(Block(key, section, "paragraph", (Sentence(NOTHING_ASSUMED, "assumption"),)))
    return blocks


def references_of(
    blocks: Iterable[Block], guidance: Mapping[str, Guidance]
) -> tuple[Reference, ...]:
    """The passages that the blocks cite, numbered in the order of their first mention."""
    cited = each_once([one for block in blocks for one in block.passages])
    return tuple(
        Reference(
            number, one, passage.article, passage.heading, passage.references, passage.sources
        )
        for number, one in enumerate(cited, start=1)
        if (passage := guidance.get(one, Guidance(one, one.split("#")[0], "", "")))
    )


def references_blocks(key: str, section: str, found: Sequence[Reference]) -> list[Block]:
    """The articles cited, with short references, and below them their sources written out."""
    if not found:
        return []
    articles: dict[str, list[Reference]] = {}
    for one in found:
        articles.setdefault(one.article, []).append(one)
    items = tuple(
        Sentence(_entry(cited), "guidance", (), tuple(one.passage_id for one in cited))
        for cited in articles.values()
    )
    blocks = [Block(key, section, "bullets", items)]
    citing: dict[str, list[str]] = {}
    for reference in found:
        for source in reference.sources:
            citing.setdefault(source, []).append(reference.passage_id)
    if citing:
        passages = tuple(one.passage_id for one in found if one.sources)
        lead = Sentence(SOURCES_LEAD, "guidance", (), passages)
        entries = tuple(
            Sentence(source, "guidance", (), tuple(citing[source])) for source in sorted(citing)
        )
        blocks.append(Block(f"{key}/sources-lead", section, "paragraph", (lead,)))
        blocks.append(Block(f"{key}/sources", section, "bullets", entries))
    return blocks


def _entry(cited: Sequence[Reference]) -> str:
    """An article with the parts of it that are cited, and what it rests on."""
    headings = "; ".join(one.heading for one in cited if one.heading)
    where = f"{cited[0].article} › {headings}" if headings else cited[0].article
    if not cited[0].references:
        return ended(where)
    return f"{where} ({'; '.join(cited[0].references)})."


def said_of(blocks: Iterable[Block], speaker: Speaker) -> tuple[Said, ...]:
    """Who stated each fact that the blocks use, in the order of their first mention."""
    used = each_once([fact for block in blocks for fact in block.facts])
    found = []
    for fact in used:
        stated = speaker.facts.get(fact)
        if stated is not None and stated.status != "unknown" and stated.origin != "default":
            label = speaker.catalogue[fact].label
            found.append(
                Said(
                    fact,
                    label,
                    stated.author,
                    stated.at,
                    stated.origin,
                    stated.source,
                    stated.quote,
                )
            )
    return tuple(found)
