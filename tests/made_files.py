"""Small files of every format, made byte by byte, so that the tests need no writer library."""

import io
import zipfile
from collections.abc import Mapping, Sequence

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
P = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def types(part: str, kind: str) -> str:
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.'
        f'{kind}.main+xml"/></Types>'
    )


def relations(*entries: tuple[str, str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{KIND}/{kind}" Target="{target}"/>'
        for key, kind, target in entries
    )
    return f'<Relationships xmlns="{RELS}">{rows}</Relationships>'


def docx(body: str, extra: Mapping[str, str | bytes] | None = None) -> bytes:
    return zipped(
        {
            "[Content_Types].xml": types("word/document.xml", "wordprocessingml.document"),
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": relations(("rId1", "styles", "styles.xml")),
            "word/styles.xml": (
                f'<w:styles {W}><w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
                '<w:style w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="H1"/></w:style>'
                '<w:style w:styleId="T"><w:name w:val="Title"/></w:style></w:styles>'
            ),
            **(extra or {}),
        }
    )


def paragraph(text: str, style: str = "", run: str = "", before: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:rPr>{run}</w:rPr>{before}<w:t>{text}</w:t></w:r></w:p>"


def pptx(slides: Sequence[tuple[str, Sequence[str]]], extra: str = "") -> bytes:
    """Slides as (title, bullets); `extra` is XML put into every slide."""
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types("ppt/presentation.xml", "presentationml.presentation")
    }
    ids, entries = "", []
    for number, (title, bullets) in enumerate(slides, 1):
        paragraphs = "".join(f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>" for text in bullets)
        parts[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {P}><p:cSld><p:spTree>"
            f"<p:sp><p:txBody>{paragraphs}</p:txBody></p:sp>"
            '<p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:txBody>'
            f"<a:p><a:r><a:t>{title}</a:t></a:r></a:p></p:txBody></p:sp>"
            '<p:sp><p:nvSpPr><p:nvPr><p:ph type="sldNum"/></p:nvPr></p:nvSpPr><p:txBody>'
            f"<a:p><a:r><a:t>{number}</a:t></a:r></a:p></p:txBody></p:sp>"
            f"{extra}</p:spTree></p:cSld></p:sld>"
        )
        ids = f'<p:sldId id="{256 + number}" r:id="rId{number}"/>' + ids  # shown last to first
        entries.append((f"rId{number}", "slide", f"slides/slide{number}.xml"))
    parts["ppt/presentation.xml"] = (
        f"<p:presentation {P}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>"
    )
    parts["ppt/_rels/presentation.xml.rels"] = relations(*entries)
    return zipped(parts)


def pdf(pages: Sequence[Sequence[tuple[float, str]]]) -> bytes:
    """Pages of (size of type, line); an empty line is a gap."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    kids = []
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for lines in pages:
        content, place = "", 780.0
        for size, line in lines:
            place -= 1.2 * size
            if line:
                content += f"BT /F1 {size} Tf 60 {place:.1f} Td ({line}) Tj ET\n"
        stream = content.encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        table,
    )
    return out
