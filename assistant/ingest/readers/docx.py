"""A Word file → pages of Markdown: headings by style, bullets, tables, notes, no hidden text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.errors import FileRejected
from assistant.ingest.readers.package import Package
from assistant.ingest.readers.pages import Sheaf, table

# Deleted or moved words, the second copy of a drawing, and codes of fields are not the text.
_SKIPPED = {"del", "moveFrom", "Fallback", "instrText", "delText", "delInstrText"}
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_OFF = {"0", "false", "off"}


@dataclass(slots=True)
class _Paragraph:
    """A paragraph in the making."""

    parts: list[str] = field(default_factory=list)
    style: str = ""
    level: int | None = None  # outline level given in the paragraph itself, 0-based
    bullet: int | None = None  # depth in a list, 0-based


@dataclass(slots=True)
class _Table:
    """A table in the making; a table inside of a cell becomes text of that cell."""

    rows: list[list[str]] = field(default_factory=list)


def read_docx(package: Package, part: str, sheaf: Sheaf) -> Sheaf:
    """Read the main part and its notes; pages are where Word last broke them."""
    targets = {kind: name for kind, name in package.relations(part).values()}
    headings: dict[str, int] = {}
    if targets.get("styles", "") in package:
        styles = _Styles()
        package.scan(targets["styles"], styles)
        headings = styles.headings()
    rendered = b"lastRenderedPageBreak" in package.read(part)
    _scan(package, part, _Body(sheaf, headings, rendered=rendered), sheaf)
    for kind in ("footnotes", "endnotes"):
        if targets.get(kind, "") in package:
            _scan(package, targets[kind], _Body(sheaf, {}, rendered=True), sheaf)
    return sheaf.done()


def _scan(package: Package, part: str, body: "_Body", sheaf: Sheaf) -> None:
    """Scan a part; text that came before a break in the file is kept, with a warning."""
    try:
        package.scan(part, body)
    except FileRejected as error:
        sheaf.done()
        if error.code != "damaged_file" or sheaf.empty:
            raise
        sheaf.warnings["damaged_end"] += 1


class _Body:
    """Receives the events of a part and writes blocks to the sheaf."""

    def __init__(self, sheaf: Sheaf, headings: Mapping[str, int], *, rendered: bool) -> None:
        self._sheaf = sheaf
        self._headings = headings
        self._rendered = rendered
        self._skip = 0
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[_Table] = []
        self._in_text = False
        self._in_run = False
        self._hidden = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._skip or name in _SKIPPED:
            self._skip += 1
        elif name == "p":
            self._paragraphs.append(_Paragraph())
        elif name == "t":
            self._in_text = True
        elif name == "r":
            self._in_run, self._hidden = True, False
        elif name in ("tbl", "tr", "tc"):
            self._open_table(name)
        elif name == "lastRenderedPageBreak" or (name == "br" and attributes.get("type") == "page"):
            self._break_page(name == "br")
        elif self._paragraphs:
            self._property(name, attributes, self._paragraphs[-1])

    def end(self, name: str) -> None:
        if self._skip:
            self._skip -= 1
        elif name == "p" and self._paragraphs:
            self._finish(self._paragraphs.pop())
        elif name == "t":
            self._in_text = False
        elif name == "r":
            self._in_run = self._hidden = False
        elif name == "tbl" and self._tables:
            self._close_table()

    def words(self, text: str) -> None:
        if not self._in_text or self._skip or not self._paragraphs:
            return
        if self._hidden:
            self._sheaf.warnings["hidden_text_removed"] += 1
        else:
            self._paragraphs[-1].parts.append(text)

    def _property(self, name: str, attributes: Mapping[str, str], paragraph: _Paragraph) -> None:
        value = attributes.get("val", "")
        if name in ("vanish", "specVanish", "webHidden") and self._in_run:
            self._hidden = value not in _OFF
        elif name in _BREAKS and self._in_run:
            paragraph.parts.append(_BREAKS[name])
        elif name == "pStyle":
            paragraph.style = value
        elif name == "outlineLvl" and value.isdigit():
            paragraph.level = int(value)
        elif name == "ilvl" and value.isdigit():
            paragraph.bullet = min(int(value), 8)
        elif name == "numId":
            paragraph.bullet = None if value == "0" else paragraph.bullet or 0

    def _open_table(self, name: str) -> None:
        if name == "tbl":
            self._tables.append(_Table())
        elif self._tables and name == "tr":
            self._tables[-1].rows.append([])
        elif self._tables and self._tables[-1].rows:
            self._tables[-1].rows[-1].append("")

    def _close_table(self) -> None:
        rows = self._tables.pop().rows
        if self._tables:
            self._into_cell("; ".join(" ".join(row) for row in rows))
        else:
            self._sheaf.add(table(rows))

    def _into_cell(self, text: str) -> None:
        rows = self._tables[-1].rows
        if rows and rows[-1]:
            rows[-1][-1] = f"{rows[-1][-1]} {text}".strip()

    def _break_page(self, by_hand: bool) -> None:
        if by_hand == self._rendered or self._tables:
            return
        if self._paragraphs and "".join(self._paragraphs[-1].parts).strip():
            # A paragraph that runs over the break stays whole on the page where it began.
            self._paragraphs[-1].parts.append(" ")
            return
        self._sheaf.turn()

    def _finish(self, paragraph: _Paragraph) -> None:
        text = "".join(paragraph.parts).strip()
        if not text:
            return
        if self._tables:
            self._into_cell(text)
            return
        level = self._headings.get(paragraph.style)
        if paragraph.level is not None and paragraph.level < 6:
            level = paragraph.level + 1
        if level is not None and len(text) <= 200:
            words = " ".join(text.split())
            if level == 0 and not self._sheaf.title:
                self._sheaf.title = words
            self._sheaf.add("#" * max(1, min(level, 6)) + " " + words)
        elif paragraph.bullet is not None:
            self._sheaf.add("  " * paragraph.bullet + "- " + " ".join(text.split()))
        else:
            self._sheaf.add(text)


class _Styles:
    """Which paragraph styles are headings: by name, by outline level, or by what they build on."""

    def __init__(self) -> None:
        self._levels: dict[str, int] = {}
        self._based: dict[str, str] = {}
        self._style = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        value = attributes.get("val", "")
        if name == "style":
            self._style = attributes.get("styleId", "")
        elif name == "name" and (match := re.match(r"heading (\d)$", value.lower())):
            self._levels[self._style] = int(match[1])
        elif name == "name" and value.lower() == "title":
            self._levels[self._style] = 0
        elif name == "outlineLvl" and value.isdigit() and int(value) < 6:
            self._levels.setdefault(self._style, int(value) + 1)
        elif name == "basedOn":
            self._based[self._style] = value

    def end(self, name: str) -> None: ...

    def words(self, text: str) -> None: ...

    def headings(self) -> dict[str, int]:
        """Style id → heading level, 0 for the title."""
        levels = dict(self._levels)
        for style in self._based:
            above, steps = style, 0
            while above not in self._levels and above in self._based and steps < 20:
                above, steps = self._based[above], steps + 1
            if above in self._levels:
                levels.setdefault(style, self._levels[above])
        return levels
