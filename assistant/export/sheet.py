"""A document → what a file shows, in order, with numbered notes; every format starts from it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.document import Block, Document, Origin, Sentence
from assistant.export.notes import Notes, Part, Source, shown_date
from assistant.picture import Picture, draw, visible

# Sections from which a document has a table of contents.
CONTENTS_FROM = 4


@dataclass(frozen=True, slots=True)
class Run:
    """A sentence or cell: safe text, where it comes from, and the notes that stand behind it.

    `about` says in a few words where this text alone comes from. `lead` are the words at its start
    that are set off; `rest` is what follows them.
    """

    text: str
    origin: Origin
    notes: tuple[int, ...] = ()
    about: str = ""
    lead: str = ""

    @property
    def rest(self) -> str:
        """The text behind the lead, with the space between them."""
        return self.text.removeprefix(self.lead)


@dataclass(frozen=True, slots=True)
class Heading:
    """A section's title; `anchor` is unique in the document."""

    number: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that follow each other; a callout has a `label`."""

    runs: tuple[Run, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of which each item is one run."""

    items: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under titles; `shares` are the columns' parts of the width and add up to 1."""

    head: tuple[str, ...]
    rows: tuple[tuple[Run, ...], ...]
    caption: Run
    shares: tuple[float, ...]

    @property
    def short(self) -> bool:
        """Whether it takes at most a quarter of a page, and so stays on one."""
        length = sum(len(cell.text) for row in self.rows for cell in row)
        return len(self.rows) <= _SHORT_ROWS and length <= _SHORT_LETTERS


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its caption, and its parts in words where a format shows no picture."""

    picture: Picture
    caption: tuple[Run, ...]


# A longer table may run on: kept whole, it would leave half a page empty.
_SHORT_ROWS, _SHORT_LETTERS = 8, 700
# Parts of a table's width: a letter, a cell's edges; longer words are broken.
_WORD_ROOM, _CELL_ROOM, _WORD_LIMIT = 0.0115, 0.022, 18

Piece = Heading | Paragraph | Bullets | Table | Figure


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that a file shows; `notes[0]` is note 1."""

    title: str
    about: str
    pieces: tuple[Piece, ...]
    notes: tuple[str, ...]
    language: str
    made_at: float

    @property
    def contents(self) -> tuple[Heading, ...]:
        """The table of contents; none where everything is in sight."""
        headings = tuple(piece for piece in self.pieces if isinstance(piece, Heading))
        return headings if len(headings) >= CONTENTS_FROM else ()


def sheet(document: Document) -> Sheet:
    """Lay the document out."""
    notes = Notes(document)
    pieces: list[Piece] = []
    for section in document.sections:
        blocks = document.of(section.id)
        if blocks:
            pieces.append(Heading(section.number, visible(section.title), f"s{section.number}"))
            pieces += [_piece(block, document, notes) for block in blocks]
    return Sheet(
        title=visible(document.title),
        about=visible(_about(document)),
        pieces=tuple(pieces),
        notes=tuple(notes.texts),
        language=document.language,
        made_at=document.made_at,
    )


def _about(document: Document) -> str:
    version = f"version {document.version}" if document.version else "not saved"
    return " · ".join(filter(None, (document.project, version, shown_date(document.made_at))))


def _piece(block: Block, document: Document, notes: Notes) -> Piece:
    runs = _runs(block.sentences, block.section, notes)
    match block.kind:
        case "bullets":
            return Bullets(runs)
        case "table":
            return _table(block, notes)
        case "picture":
            entries = {row[0].text: [cell.text for cell in row[1:]] for row in block.rows if row}
            return Figure(draw(block.picture, entries), runs)
    return Paragraph(runs, visible(block.label))


def _table(block: Block, notes: Notes) -> Table:
    columns = max([len(block.head), *(len(row) for row in block.rows)])
    head = tuple(visible(title) for title in block.head)
    head += ("",) * (columns - len(head))
    caption = Run(visible(block.label), "label")
    cells = [cell for row in block.rows for cell in row]
    found = {notes.sources(cell, block.section) for cell in cells} - {()}
    if caption.text and len(found) == 1:
        # All of it comes from one place: said once, at the caption.
        caption = Run(caption.text, "label", notes.numbers(*found))
        runs = [_run(cell, notes) for cell in cells]
    else:
        runs = list(_runs(cells, block.section, notes, each=True))
    rows = tuple(_taken(runs, len(row), columns) for row in block.rows)
    return Table(head, rows, caption, shares(head, rows))


def _taken(runs: list[Run], cells: int, columns: int) -> tuple[Run, ...]:
    """The next row, filled up to its length; it is taken off the runs."""
    row = tuple(runs[:cells])
    del runs[:cells]
    return row + (Run("", "label"),) * (columns - cells)


def _runs(
    parts: Sequence[Part], section: str, notes: Notes, *, each: bool = False
) -> tuple[Run, ...]:
    """The parts as runs; what follows each other from one place shows its notes at the end.

    With `each` advice keeps its own: in a table it stands in rows about different things.
    """
    sources = [notes.sources(part, section) for part in parts]
    runs = []
    for place, (part, own) in enumerate(zip(parts, sources, strict=True)):
        following = next((found for found in sources[place + 1 :] if found), ())
        shared = own == following and not (each and part.origin == "guidance")
        runs.append(_run(part, notes, () if shared else own))
    return tuple(runs)


def _run(part: Part, notes: Notes, sources: Sequence[Source] = ()) -> Run:
    text, lead = visible(part.text).strip(), ""
    if isinstance(part, Sentence) and text.startswith(visible(part.lead)):
        lead = visible(part.lead)
    return Run(text, part.origin, notes.numbers(sources), notes.about(part), lead)


def shares(head: Sequence[str], rows: Sequence[Sequence[Run]]) -> tuple[float, ...]:
    """How much of the width each column gets: room for its longest word, the rest by length.

    >>> shares(["id", "what"], [[Run("a", "said"), Run("some words " * 20, "said")]])
    (0.07, 0.93)
    """
    columns = [[head[place], *(row[place].text for row in rows)] for place in range(len(head))]
    least = [_WORD_ROOM * _longest_word(texts) + _CELL_ROOM for texts in columns]
    # Less than in proportion: a text ten times as long gets about six times the width.
    needs = [math.pow(max(1, *map(len, texts)), 0.75) for texts in columns]
    spare = max(0.0, 1 - sum(least))
    wide = [room + spare * need / sum(needs) for room, need in zip(least, needs, strict=True)]
    return tuple(round(share / sum(wide), 3) for share in wide)


def _longest_word(texts: Sequence[str]) -> int:
    return min(_WORD_LIMIT, max((len(word) for text in texts for word in text.split()), default=0))
