"""A sheet's pieces → the main part of a docx: headings, paragraphs, lists, tables, pictures."""

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from assistant.export.sheet import Bullets, Figure, Heading, Paragraph, Piece, Run, Sheet, Table
from assistant.export.word_marks import (
    BOLD,
    DECLARED,
    KEPT,
    SPACES,
    paragraph,
    table_row,
    text_run,
)

# Twentieths of a point: A4 with margins of 20 mm, and what is left for the text.
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = 11906, 16838, 1134
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
# English Metric Units in a twentieth of a point, the measure of pictures.
_EMU = 635
_STYLE_OF = {"assumption": "Assumption", "open": "Open"}


class WordBody:
    """Writes the pieces one after the other; collects pictures and the notes already placed."""

    def __init__(self) -> None:
        self.pictures: list[bytes] = []
        self._placed: set[int] = set()

    def document(self, sheet: Sheet) -> str:
        """The main part."""
        pieces = "".join(self._piece(piece) for piece in sheet.pieces)
        return (
            f"{DECLARED}<w:document {SPACES}><w:body>"
            + paragraph("Title", text_run(sheet.title), sheet.title)
            + paragraph("Subtitle", text_run(sheet.about), sheet.about)
            + _contents(sheet.contents)
            + pieces
            + '<w:sectPr><w:headerReference w:type="default" r:id="rId5"/>'
            '<w:footerReference w:type="default" r:id="rId6"/>'
            '<w:footerReference w:type="first" r:id="rId6"/>'
            f'<w:pgSz w:w="{PAGE_WIDTH}" w:h="{PAGE_HEIGHT}"/><w:pgMar w:top="{MARGIN + 200}" '
            f'w:right="{MARGIN}" w:bottom="{MARGIN + 100}" w:left="{MARGIN}" w:header="600" '
            'w:footer="560" w:gutter="0"/><w:titlePg/></w:sectPr></w:body></w:document>'
        )

    def _piece(self, piece: Piece) -> str:
        match piece:
            case Heading():
                return _heading(piece)
            case Paragraph(label=""):
                # What announces a list stays with it.
                leads = bool(piece.runs) and piece.runs[-1].text.endswith(":")
                kept = KEPT if leads else ""
                return paragraph("", self._runs(piece.runs), _first(piece.runs), kept)
            case Paragraph():
                label = text_run(f"{piece.label}. ", BOLD)
                return paragraph("Callout", label + self._runs(piece.runs), _first(piece.runs))
            case Bullets():
                # Below its last item a list keeps the distance that paragraphs have.
                styles = ["ListBullet"] * (len(piece.items) - 1) + ["ListBulletLast"]
                return "".join(
                    paragraph(style, self._run(item), item.text)
                    for style, item in zip(styles, piece.items, strict=False)
                )
            case Table():
                return self._table(piece)
            case Figure():
                return self._figure(piece)

    def _runs(self, runs: Sequence[Run]) -> str:
        return text_run(" ").join(self._run(run) for run in runs)

    def _run(self, run: Run, look: str = "") -> str:
        style = _STYLE_OF.get(run.origin)
        look = (f'<w:rStyle w:val="{style}"/>' if style else "") + look
        comma = '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:t>,</w:t></w:r>'
        words = text_run(run.lead, look + BOLD) + text_run(run.rest, look)
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
        widths = [round(share * TEXT_WIDTH) for share in table.shares]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        head = [paragraph("TableText", text_run(title, BOLD), title, KEPT) for title in table.head]
        rows = [table_row(head, widths, "<w:cantSplit/><w:tblHeader/>")]
        for number, row in enumerate(table.rows, start=1):
            kept = KEPT if table.short and number < len(table.rows) else ""
            cells = [
                paragraph("TableText", self._run(cell, _weight(place, cell)), cell.text, kept)
                for place, cell in enumerate(row)
            ]
            rows.append(table_row(cells, widths, "<w:cantSplit/>"))
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
        return paragraph("Caption", self._run(caption), caption.text)

    def _figure(self, figure: Figure) -> str:
        picture = figure.picture
        self.pictures.append(picture.png)
        number = len(self.pictures)
        width = TEXT_WIDTH * _EMU
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
        caption = paragraph("FigureCaption", self._runs(figure.caption), _first(figure.caption))
        return paragraph("", drawing, "", KEPT) + (caption if figure.caption else "")


def _weight(place: int, cell: Run) -> str:
    return BOLD if place == 0 and cell.origin == "label" else ""


def _first(runs: Sequence[Run]) -> str:
    return runs[0].text if runs else ""


def _heading(heading: Heading) -> str:
    marked = (
        f'<w:bookmarkStart w:id="{heading.number}" w:name="{heading.anchor}"/>'
        f'{text_run(heading.text)}<w:bookmarkEnd w:id="{heading.number}"/>'
    )
    return paragraph("Heading1", marked, heading.text)


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
        number = text_run(str(heading.number))
        link = (
            f'<w:hyperlink w:anchor="{heading.anchor}" w:history="1">{number}'
            f"<w:r><w:tab/></w:r>{text_run(heading.text)}</w:hyperlink>"
        )
        opened = begin if place == 0 else ""
        closed = end if place == len(headings) - 1 else ""
        entries.append(paragraph("TOC1", opened + link + closed, ""))
    return paragraph("TOCHeading", text_run("Contents"), "") + "".join(entries)
