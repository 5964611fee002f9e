"""A sheet → docx as Office Open XML: real headings, tables, footnotes, fields and pictures.

The parts that are the same in every document lie in `word_parts`; people's words are escaped text.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from assistant.export.sheet import Bullets, Figure, Heading, Paragraph, Piece, Run, Sheet, Table
from assistant.picture import right_to_left

_PARTS = Path(__file__).with_name("word_parts")
# Twentieths of a point: A4 with margins of 20 mm, and what is left for the text.
_PAGE_WIDTH, _PAGE_HEIGHT, _MARGIN = 11906, 16838, 1134
_TEXT_WIDTH = _PAGE_WIDTH - 2 * _MARGIN
# English Metric Units in a twentieth of a point, the measure of pictures.
_EMU = 635
_SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLE_OF = {"assumption": "Assumption", "open": "Open"}
_BOLD, _KEPT = "<w:b/><w:bCs/>", "<w:keepNext/>"
# The same bytes for the same document, whenever it is written.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def as_docx(sheet: Sheet) -> bytes:
    """The whole document."""
    body = _Body()
    document = body.document(sheet)
    widths = {"text_width": _TEXT_WIDTH, "language": _language(sheet.language)}
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": _part("content_types.xml"),
        "_rels/.rels": _part("rels.xml"),
        "docProps/app.xml": _part("app.xml"),
        "docProps/core.xml": _properties(sheet),
        "word/document.xml": document,
        "word/styles.xml": _part("styles.xml").format(**widths),
        "word/settings.xml": _part("settings.xml"),
        "word/numbering.xml": _part("numbering.xml"),
        "word/footnotes.xml": _footnotes(sheet.notes),
        "word/header1.xml": _header(sheet),
        "word/footer1.xml": _footer(),
        "word/_rels/document.xml.rels": _relations(len(body.pictures)),
    }
    for number, png in enumerate(body.pictures, start=1):
        files[f"word/media/picture{number}.png"] = png
    return _zipped(files)


class _Body:
    """Writes the pieces one after the other; collects pictures and the notes already placed."""

    def __init__(self) -> None:
        self.pictures: list[bytes] = []
        self._placed: set[int] = set()

    def document(self, sheet: Sheet) -> str:
        """The main part."""
        pieces = "".join(self._piece(piece) for piece in sheet.pieces)
        return (
            f"{_DECLARED}<w:document {_SPACES}><w:body>"
            + _paragraph("Title", _text(sheet.title), sheet.title)
            + _paragraph("Subtitle", _text(sheet.about), sheet.about)
            + _contents(sheet.headings)
            + pieces
            + '<w:sectPr><w:headerReference w:type="default" r:id="rId5"/>'
            '<w:footerReference w:type="default" r:id="rId6"/>'
            '<w:footerReference w:type="first" r:id="rId6"/>'
            f'<w:pgSz w:w="{_PAGE_WIDTH}" w:h="{_PAGE_HEIGHT}"/><w:pgMar w:top="{_MARGIN + 200}" '
            f'w:right="{_MARGIN}" w:bottom="{_MARGIN + 100}" w:left="{_MARGIN}" w:header="600" '
            'w:footer="560" w:gutter="0"/><w:titlePg/></w:sectPr></w:body></w:document>'
        )

    def _piece(self, piece: Piece) -> str:
        match piece:
            case Heading():
                return _heading(piece)
            case Paragraph(label=""):
                # What announces a list stays with it.
                leads = bool(piece.runs) and piece.runs[-1].text.endswith(":")
                kept = _KEPT if leads else ""
                return _paragraph("", self._runs(piece.runs), _first(piece.runs), kept)
            case Paragraph():
                label = _text(f"{piece.label}. ", _BOLD)
                return _paragraph("Callout", label + self._runs(piece.runs), _first(piece.runs))
            case Bullets():
                # Below its last item a list keeps the distance that paragraphs have.
                styles = ["ListBullet"] * (len(piece.items) - 1) + ["ListBulletLast"]
                return "".join(
                    _paragraph(style, self._run(item), item.text)
                    for style, item in zip(styles, piece.items, strict=False)
                )
            case Table():
                return self._table(piece)
            case Figure():
                return self._figure(piece)

    def _runs(self, runs: Sequence[Run]) -> str:
        return _text(" ").join(self._run(run) for run in runs)

    def _run(self, run: Run, look: str = "") -> str:
        style = _STYLE_OF.get(run.origin)
        look = (f'<w:rStyle w:val="{style}"/>' if style else "") + look
        comma = '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:t>,</w:t></w:r>'
        words = _text(run.lead, look + _BOLD) + _text(run.rest, look)
        return words + comma.join(self._note(number) for number in run.notes)

    def _note(self, number: int) -> str:
        """A footnote where it is first referred to, and a reference to its number from then on."""
        look = '<w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'
        if number in self._placed:
            shown = f"<w:r>{look}<w:t>{number}</w:t></w:r>"
            return f'<w:fldSimple w:instr=" NOTEREF note{number} \\f \\h ">{shown}</w:fldSimple>'
        self._placed.add(number)
        return (
            f'<w:bookmarkStart w:id="{1000 + number}" w:name="note{number}"/>'
            f'<w:r>{look}<w:footnoteReference w:id="{number}"/></w:r>'
            f'<w:bookmarkEnd w:id="{1000 + number}"/>'
        )

    def _table(self, table: Table) -> str:
        widths = [round(share * _TEXT_WIDTH) for share in table.shares]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        head = [_paragraph("TableText", _text(title, _BOLD), title, _KEPT) for title in table.head]
        rows = [_row(head, widths, "<w:cantSplit/><w:tblHeader/>")]
        for number, row in enumerate(table.rows, start=1):
            kept = _KEPT if table.short and number < len(table.rows) else ""
            cells = [
                _paragraph("TableText", self._run(cell, _weight(place, cell)), cell.text, kept)
                for place, cell in enumerate(row)
            ]
            rows.append(_row(cells, widths, "<w:cantSplit/>"))
        return (
            (self._caption(table.caption) if table.caption.text else "")
            + '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/>'
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
            '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" '
            f'w:lastColumn="0" w:noHBand="1" w:noVBand="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
            f'{"".join(rows)}</w:tbl><w:p><w:pPr><w:spacing w:after="60" w:line="120" '
            'w:lineRule="exact"/></w:pPr></w:p>'
        )

    def _caption(self, caption: Run) -> str:
        return _paragraph("Caption", self._run(caption), caption.text)

    def _figure(self, figure: Figure) -> str:
        picture = figure.picture
        self.pictures.append(picture.png)
        number = len(self.pictures)
        width = _TEXT_WIDTH * _EMU
        height = round(width * picture.height / picture.width)
        size = f'cx="{width}" cy="{height}"'
        alt = f'id="{number}" name="Picture {number}" descr={quoteattr(picture.alt)}'
        drawing = (
            '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f"<wp:extent {size}/><wp:docPr {alt}/><a:graphic>"
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
            f"<pic:pic><pic:nvPicPr><pic:cNvPr {alt}/><pic:cNvPicPr/></pic:nvPicPr>"
            f'<pic:blipFill><a:blip r:embed="picture{number}"/><a:stretch><a:fillRect/></a:stretch>'
            f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
            '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>'
            "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )
        caption = _paragraph("FigureCaption", self._runs(figure.caption), _first(figure.caption))
        return _paragraph("", drawing, "", _KEPT) + (caption if figure.caption else "")


def _weight(place: int, cell: Run) -> str:
    return _BOLD if place == 0 and cell.origin == "label" else ""


def _first(runs: Sequence[Run]) -> str:
    return runs[0].text if runs else ""


def _text(text: str, look: str = "") -> str:
    """A run of text; words that are read from the right are marked so."""
    if not text:
        return ""
    look += "<w:rtl/>" if right_to_left(text) else ""
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _paragraph(style: str, runs: str, text: str, more: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    turned = "<w:bidi/>" if right_to_left(text) else ""
    properties = f"<w:pPr>{named}{more}{turned}</w:pPr>" if named or more or turned else ""
    return f"<w:p>{properties}{runs}</w:p>"


def _heading(heading: Heading) -> str:
    marked = (
        f'<w:bookmarkStart w:id="{heading.number}" w:name="{heading.anchor}"/>'
        f'{_text(heading.text)}<w:bookmarkEnd w:id="{heading.number}"/>'
    )
    return _paragraph("Heading1", marked, heading.text)


def _row(cells: Sequence[str], widths: Sequence[int], properties: str) -> str:
    filled = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{filled}</w:tr>"


def _contents(headings: Sequence[Heading]) -> str:
    """A table-of-contents field that already shows its entries; updating it adds page numbers."""
    if not headings:
        return ""
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> '
        'TOC \\o "1-1" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    entries = []
    for place, heading in enumerate(headings):
        link = (
            f'<w:hyperlink w:anchor="{heading.anchor}" w:history="1">{_text(str(heading.number))}'
            f"<w:r><w:tab/></w:r>{_text(heading.text)}</w:hyperlink>"
        )
        opened = begin if place == 0 else ""
        closed = end if place == len(headings) - 1 else ""
        entries.append(_paragraph("TOC1", opened + link + closed, ""))
    return _paragraph("TOCHeading", _text("Contents"), "") + "".join(entries)


def _footnotes(notes: Sequence[str]) -> str:
    rules = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p>'
        "</w:footnote>"
        for number, kind in enumerate(("separator", "continuationSeparator"), start=-1)
    )
    sign = '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
    written = "".join(
        f'<w:footnote w:id="{number}">'
        + _paragraph("FootnoteText", sign + _text(f" {note}"), note)
        + "</w:footnote>"
        for number, note in enumerate(notes, start=1)
    )
    return f"{_DECLARED}<w:footnotes {_SPACES}>{rules}{written}</w:footnotes>"


def _header(sheet: Sheet) -> str:
    words = _text(sheet.title) + "<w:r><w:tab/></w:r>" + _text(sheet.about)
    return f"{_DECLARED}<w:hdr {_SPACES}>{_paragraph('Header', words, '')}</w:hdr>"


def _footer() -> str:
    def field(name: str) -> str:
        return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'

    words = f"<w:r><w:tab/></w:r>{field('PAGE')}{_text(' / ')}{field('NUMPAGES')}"
    return f"{_DECLARED}<w:ftr {_SPACES}>{_paragraph('Footer', words, '')}</w:ftr>"


def _relations(pictures: int) -> str:
    named = [("rId1", "styles", "styles.xml"), ("rId2", "settings", "settings.xml"),
             ("rId3", "numbering", "numbering.xml"), ("rId4", "footnotes", "footnotes.xml"),
             ("rId5", "header", "header1.xml"), ("rId6", "footer", "footer1.xml")]  # fmt: skip
    named += [(f"picture{n}", "image", f"media/picture{n}.png") for n in range(1, pictures + 1)]
    links = "".join(
        f'<Relationship Id="{key}" Type="{_RELATED}/{kind}" Target="{target}"/>'
        for key, kind, target in named
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_DECLARED}<Relationships xmlns="{space}">{links}</Relationships>'


def _properties(sheet: Sheet) -> str:
    made = ""
    if sheet.made_at:
        at = datetime.fromtimestamp(sheet.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = f'<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created>'
    return (
        f"{_DECLARED}<cp:coreProperties "
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(sheet.title)}</dc:title><dc:creator>Scopewright</dc:creator>"
        f"<dc:language>{escape(_language(sheet.language))}</dc:language>{made}</cp:coreProperties>"
    )


def _language(code: str) -> str:
    return "en-GB" if code == "en" else code


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _zipped(files: dict[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
