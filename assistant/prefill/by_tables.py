"""Tables and lists of rows in a text → candidates for the facts that are tables."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.errors import InputInvalid
from assistant.facts import Catalogue, Value, parse_value
from assistant.prefill.candidates import Candidate
from assistant.prefill.mentions import Kind, mark
from assistant.prefill.patterns import FOLDER, Lore, bare_key, checked, read_data

LEAST_COLUMNS = 2
MOST_ROWS = 50
LONGEST_CELL = 200
# A longer line is no row of a list, nor a heading; it also bounds how long a pattern can search.
LONGEST_LINE, LONGEST_HEADING = 600, 80
# What a line below the head of a table is made of.
_RULE = frozenset(" \t|:+-=")
_ITEM = re.compile(r"\s*(?:[-*+•–]|\(?[a-z\d]{1,2}[.)])\s+(?P<words>.*\S)")
_HEADING = re.compile(r"#{0,6}\s*(?:\*\*)?(?P<key>[^:|*]{2,40}?)(?:\*\*)?\s*:?(?:\*\*)?\s*")
_INLINE = re.compile(
    r"[ \t]*(?:[-*+•–][ \t]+)?(?:\*\*)?(?P<key>[^:|*\n]{2,40}?):(?:\*\*)?[ \t]+(?P<words>\S.*\S)"
)
_BETWEEN_ROWS = re.compile(r"[;,](?![^()]*\)) *")
# What parts a row: a bar, a dash between blanks, a colon, a comma, brackets.
_BETWEEN_CELLS = re.compile(r"\s*(?:\||\s[–—-]\s|:\s|,\s|\(|\)|;)\s*")


class _Shape(BaseModel):
    """One entry of `tables.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fact: str
    keys: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind] = {}
    lists: bool = True


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of a row with bars or tabs; none of any other line."""
        if "|" not in self.text and "\t" not in self.text:
            return ()
        parts = re.split(r"\||\t", self.text.strip().strip("|"))
        return tuple(part.strip(" *") for part in parts)


def by_tables(text: str, catalogue: Catalogue, lore: Lore) -> Iterator[Candidate]:
    """Every table whose columns, and every list whose name, the folder knows."""
    shapes = [shape for shape in load_shapes() if shape.fact in catalogue]
    lines = _lines(text)
    heading = ""
    at = 0
    while at < len(lines):
        rows = _block(lines, at, lambda line: bool(line.cells))
        items = _block(lines, at, _is_item)
        if len(rows) > 1:
            yield from _of_table(rows, heading, shapes, catalogue)
            at += len(rows)
        elif items and (shape := _named(heading, shapes)):
            words = [found["words"] for line in items if (found := _ITEM.fullmatch(line.text))]
            yield from _of_rows(words, items[0].start, items[-1].end, shape, catalogue, lore)
            at += len(items)
        else:
            yield from _inline(lines[at], shapes, catalogue, lore)
            heading = _heading(lines[at].text.strip(), heading)
            at += 1


@cache
def load_shapes(folder: Path = FOLDER) -> tuple[_Shape, ...]:
    """The tables of `tables.yaml`; raise DataInvalid that names the entry."""
    entries = read_data(folder / "tables.yaml")
    return tuple(checked("tables.yaml", _Shape, entry) for entry in entries)


def _heading(line: str, before: str) -> str:
    """The heading that the next lines stand below; an empty line keeps the one before."""
    if not line:
        return before
    found = _HEADING.fullmatch(line) if len(line) <= LONGEST_HEADING else None
    return found["key"] if found else ""


def _lines(text: str) -> list[_Line]:
    found, at = [], 0
    for raw in text.splitlines(keepends=True):
        found.append(_Line(raw.rstrip(), at))
        at += len(raw)
    return found


def _block(lines: Sequence[_Line], at: int, belongs: Callable[[_Line], bool]) -> list[_Line]:
    """The lines from here on that belong together."""
    end = at
    while end < len(lines) and end - at < MOST_ROWS and belongs(lines[end]):
        end += 1
    return list(lines[at:end])


def _is_item(line: _Line) -> bool:
    return len(line.text) <= LONGEST_LINE and _ITEM.fullmatch(line.text) is not None


def _named(key: str, shapes: Sequence[_Shape]) -> _Shape | None:
    return next((shape for shape in shapes if bare_key(key) in shape.keys), None)


def _of_table(
    rows: Sequence[_Line], heading: str, shapes: Sequence[_Shape], catalogue: Catalogue
) -> Iterator[Candidate]:
    """A table whose head names columns of just one fact, or of the fact that the heading names."""
    head = [bare_key(cell) for cell in rows[0].cells]
    placed = {shape.fact: _columns(head, shape) for shape in shapes}
    fits = [shape for shape in shapes if len(placed[shape.fact]) >= LEAST_COLUMNS]
    most = max((len(placed[shape.fact]) for shape in fits), default=0)
    best = [shape for shape in fits if len(placed[shape.fact]) == most]
    named = _named(heading, best)
    if named is None and len(best) != 1:
        return
    shape = named or best[0]
    first = next(iter(shape.columns))
    columns = placed[shape.fact]
    bodies = [line.cells for line in rows[1:] if not set(line.text) <= _RULE]
    data = [
        {name: cells[at] for name, at in columns.items() if at < len(cells)} for cells in bodies
    ]
    value = _value(shape, [row for row in data if row.get(first)], catalogue)
    if value is not None and first in columns:
        yield Candidate(shape.fact, value, *_span(rows), "certain")


def _columns(head: Sequence[str], shape: _Shape) -> dict[str, int]:
    """Which of the table's columns is which of the fact's; each is taken once."""
    found: dict[str, int] = {}
    for name, names in shape.columns.items():
        at = next((at for at, cell in enumerate(head) if cell in names), None)
        if at is not None and at not in found.values():
            found[name] = at
    return found


def _span(rows: Sequence[_Line]) -> tuple[int, int]:
    blank = len(rows[0].text) - len(rows[0].text.lstrip())
    return rows[0].start + blank, rows[-1].end


def _inline(
    line: _Line, shapes: Sequence[_Shape], catalogue: Catalogue, lore: Lore
) -> Iterator[Candidate]:
    """A list on one line: "Team: Ana (data scientist), Tom (engineer, 80 %)"."""
    found = _INLINE.fullmatch(line.text) if len(line.text) <= LONGEST_LINE else None
    shape = _named(found["key"], shapes) if found else None
    if found and shape:
        words = [part for part in _BETWEEN_ROWS.split(found["words"].rstrip(".")) if part]
        start = line.start + found.start("words")
        yield from _of_rows(words, start, line.end, shape, catalogue, lore)


def _of_rows(
    words: Sequence[str],
    start: int,
    end: int,
    shape: _Shape,
    catalogue: Catalogue,
    lore: Lore,
) -> Iterator[Candidate]:
    """A list whose rows have at least two cells each; a list of plain names is no table."""
    if not shape.lists:
        return
    rows = [_row(one, shape, lore) for one in words]
    told = [row for row in rows if len(row) >= LEAST_COLUMNS]
    value = _value(shape, rows, catalogue) if len(told) * 2 > len(rows) else None
    if value is not None:
        yield Candidate(shape.fact, value, start, end, "strong")


def _row(words: str, shape: _Shape, lore: Lore) -> dict[str, str]:
    """The parts of a row by column: by what stands in them, the others one after the other."""
    parts = [part for part in _BETWEEN_CELLS.split(words.strip(" .;")) if part]
    row: dict[str, str] = {}
    free = [name for name in shape.columns if name not in shape.kinds]
    for part in parts:
        mentions = mark(part, strangers=lore.no_names).mentions
        kinds = {one.kind for one in mentions if one.end - one.start >= len(part) // 2}
        # A row may begin with its date; with a capital letter it has no name yet.
        kinds -= set() if row else {"person"}
        named = [name for name, kind in shape.kinds.items() if kind in kinds and name not in row]
        name = named[0] if named else free.pop(0) if free else ""
        if name:
            row[name] = part
        elif row:
            last = list(row)[-1]
            row[last] = f"{row[last]}, {part}"
    return row


def _value(shape: _Shape, rows: Sequence[Mapping[str, str]], catalogue: Catalogue) -> Value | None:
    if not rows or any(len(cell) > LONGEST_CELL for row in rows for cell in row.values()):
        return None
    try:
        return parse_value(catalogue[shape.fact], [dict(row) for row in rows])
    except InputInvalid:
        return None
