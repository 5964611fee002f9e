"""A PowerPoint file → one page of Markdown a slide: title, bullets, tables, speaker's notes."""

from collections.abc import Mapping

from assistant.errors import FileRejected
from assistant.ingest.limits import reject
from assistant.ingest.readers.package import Package
from assistant.ingest.readers.pages import Sheaf, table

_TITLES = {"title", "ctrTitle"}
_FURNITURE = {"sldNum", "ftr", "dt", "hdr", "sldImg"}
_SHAPES = {"sp", "cxnSp", "graphicFrame", "pic"}


def read_pptx(package: Package, part: str, sheaf: Sheaf) -> Sheaf:
    """Read the slides in the order in which they are shown; a broken slide is left out, counted."""
    relations = package.relations(part)
    order = _Order()
    package.scan(part, order)
    slides = [relations[key][1] for key in order.ids if key in relations]
    for index, slide in enumerate(slides):
        if index:
            sheaf.turn()
        try:
            _read_slide(package, slide, sheaf)
        except FileRejected as error:
            if error.code != "damaged_file":
                raise
            sheaf.warnings["damaged_slide"] += 1
    sheaf.done()
    if sheaf.empty and sheaf.warnings["damaged_slide"]:
        raise reject("damaged_file", kind=".pptx")
    return sheaf


def _read_slide(package: Package, slide: str, sheaf: Sheaf) -> None:
    shapes = _Shapes(sheaf)
    package.scan(slide, shapes)
    shapes.write()
    for kind, target in package.relations(slide).values():
        if kind == "diagramData" and target in package:
            diagram = _Shapes(sheaf)
            package.scan(target, diagram)
            diagram.write()
        elif kind == "notesSlide" and target in package:
            notes = _Shapes(sheaf, lead="Notes: ")
            package.scan(target, notes)
            notes.write()


class _Order:
    """The relation ids of the slides, in order."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sldId":
            self.ids.append(attributes.get("r:id", ""))

    def end(self, name: str) -> None: ...

    def words(self, text: str) -> None: ...


class _Shapes:
    """Collects the paragraphs of a slide, the title first."""

    def __init__(self, sheaf: Sheaf, *, lead: str = "") -> None:
        self._sheaf = sheaf
        self._lead = lead
        self._kind = ""
        self._title: list[str] = []
        self._blocks: list[str] = []
        self._parts: list[str] = []
        self._level = 0
        self._rows: list[list[str]] | None = None
        self._in_text = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _SHAPES:
            self._kind = ""
        elif name == "ph":
            self._kind = attributes.get("type", "body")
        elif name == "cNvPr" and attributes.get("hidden") in ("1", "true"):
            self._kind = "hidden"
        elif name == "sld" and attributes.get("show") in ("0", "false"):
            self._sheaf.warnings["hidden_slide"] += 1
        elif name == "p":
            self._parts, self._level = [], 0
        elif name == "pPr":
            level = attributes.get("lvl", "0")
            self._level = min(int(level), 8) if level.isdigit() else 0
        elif name in ("t", "br", "tbl", "tr", "tc"):
            self._content(name)

    def _content(self, name: str) -> None:
        if name == "t":
            self._in_text = True
        elif name == "br":
            self._parts.append(" ")
        elif name == "tbl":
            self._rows = []
        elif self._rows is not None and name == "tr":
            self._rows.append([])
        elif self._rows:
            self._rows[-1].append("")

    def end(self, name: str) -> None:
        if name == "t":
            self._in_text = False
        elif name == "p":
            self._finish()
        elif name == "tbl" and self._rows is not None:
            self._blocks.append(table(self._rows))
            self._rows = None

    def words(self, text: str) -> None:
        if self._in_text:
            self._parts.append(text)

    def _finish(self) -> None:
        text = " ".join("".join(self._parts).split())
        self._parts = []
        if not text:
            return
        if self._kind in _FURNITURE or self._kind == "hidden":
            code = "hidden_text_removed" if self._kind == "hidden" else "furniture_removed"
            self._sheaf.warnings[code] += 1
        elif self._rows:
            if self._rows[-1]:
                self._rows[-1][-1] = f"{self._rows[-1][-1]} {text}".strip()
        elif self._kind in _TITLES and not self._lead:
            self._title.append(text)
        elif self._lead:
            self._blocks.append(self._lead + text)
            self._lead = " "
        else:
            self._blocks.append("  " * self._level + "- " + text)

    def write(self) -> None:
        """Write what was collected to the sheaf."""
        if self._title:
            self._sheaf.add("## " + " ".join(self._title))
        for block in self._blocks:
            self._sheaf.add(block.strip("\n") if block.startswith(" " * 2) else block.strip())
