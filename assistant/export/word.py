"""A sheet → docx as Office Open XML: real headings, tables, footnotes, fields and pictures.

The parts that are the same in every document lie in `word_parts`; people's words are escaped text.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from assistant.export.sheet import Sheet
from assistant.export.word_body import TEXT_WIDTH, WordBody
from assistant.export.word_marks import DECLARED, SPACES, paragraph, text_run

_PARTS = Path(__file__).with_name("word_parts")
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# The same bytes for the same document, whenever it is written.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def as_docx(sheet: Sheet) -> bytes:
    """The whole document."""
    body = WordBody()
    document = body.document(sheet)
    widths = {"text_width": TEXT_WIDTH, "language": _language(sheet.language)}
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


def _footnotes(notes: Sequence[str]) -> str:
    rules = "".join(
        f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p>'
        "</w:footnote>"
        for number, kind in enumerate(("separator", "continuationSeparator"), start=-1)
    )
    sign = '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr><w:footnoteRef/></w:r>'
    written = "".join(
        f'<w:footnote w:id="{number}">'
        + paragraph("FootnoteText", sign + text_run(f" {note}"), note)
        + "</w:footnote>"
        for number, note in enumerate(notes, start=1)
    )
    return f"{DECLARED}<w:footnotes {SPACES}>{rules}{written}</w:footnotes>"


def _header(sheet: Sheet) -> str:
    words = text_run(sheet.title) + "<w:r><w:tab/></w:r>" + text_run(sheet.about)
    return f"{DECLARED}<w:hdr {SPACES}>{paragraph('Header', words, '')}</w:hdr>"


def _footer() -> str:
    def field(name: str) -> str:
        return f'<w:fldSimple w:instr=" {name} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'

    words = f"<w:r><w:tab/></w:r>{field('PAGE')}{text_run(' / ')}{field('NUMPAGES')}"
    return f"{DECLARED}<w:ftr {SPACES}>{paragraph('Footer', words, '')}</w:ftr>"


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
    return f'{DECLARED}<Relationships xmlns="{space}">{links}</Relationships>'


def _properties(sheet: Sheet) -> str:
    made = ""
    if sheet.made_at:
        at = datetime.fromtimestamp(sheet.made_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = f'<dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created>'
    return (
        f"{DECLARED}<cp:coreProperties "
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
