"""A PDF → one page of text a page: paragraphs by line distance, headings by size of type.

PDFium reads a page in milliseconds (a thousand pages fit in the time limit); it runs no script,
follows no link and opens no attachment.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from assistant.ingest.limits import Limits, reject, scanned
from assistant.ingest.readers.pages import Sheaf

_BULLET = re.compile(r"^[•▪◦●○■□‣–—\uf0b7\uf0a7]\s*(?=\S)")
_HYPHEN = re.compile("[\x02\ufffe]")  # where PDFium joined a word that a line end had split
_HEADING_RATIO = 1.18  # type this much larger than the body is a heading
_BARE_PAGE = 20  # a page of pictures with fewer characters is taken for a scan
_PARAGRAPH_GAP = 1.35  # a distance this much larger than the usual one opens a paragraph


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of type: its text, size of type and baselines from the bottom, in points.

    `end` differs from `base` where PDFium joined two lines whose word was split between them.
    """

    text: str
    size: float
    base: float
    end: float


def read_pdf(data: bytes, limits: Limits) -> Sheaf:
    """Read every page; raise FileRejected for passwords, damage, too many pages, no text."""
    import pypdfium2 as pdfium

    start = data.find(b"%PDF-")
    document = _open(pdfium, data[start:] if start > 0 else data)
    if len(document) > limits.pages:
        raise reject("too_many_pages", limits)
    sheaf = Sheaf(limits, numbered=True)
    pages = [_read_page(pdfium, document, number, sheaf) for number in range(len(document))]
    _check_text(pages, sheaf, encrypted=pdfium.raw.FPDF_GetSecurityHandlerRevision(document) != -1)
    body = _body_size(pages)
    for index, lines in enumerate(pages):
        if index:
            sheaf.turn()
        for block in _blocks(lines, body):
            sheaf.add(block)
    return sheaf.done()


def _check_text(pages: Sequence[Sequence["_Line"]], sheaf: Sheaf, *, encrypted: bool) -> None:
    """Raise FileRejected, with the likeliest reason, when the pages hold next to no text."""
    bare = sheaf.warnings["page_without_text"]
    letters = sum(len(line.text) for lines in pages for line in lines)
    if bare and letters < _BARE_PAGE * len(pages):
        raise reject("password_protected") if encrypted else scanned()
    if not letters:
        damaged = sheaf.warnings["damaged_page"]
        raise reject("damaged_file", kind=".pdf") if damaged else reject("no_text")


def _open(pdfium: Any, data: bytes) -> Any:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise reject("password_protected") from error
        raise reject("damaged_file", kind=".pdf") from error


def _read_page(pdfium: Any, document: Any, number: int, sheaf: Sheaf) -> list[_Line]:
    """The lines of one page; pages that fail, and pages of pictures only, are counted."""
    try:
        page = document[number]
        text = page.get_textpage()
        lines = _lines(pdfium.raw, text)
        if sum(len(line.text) for line in lines) < _BARE_PAGE:
            pictures = page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE])
            sheaf.warnings["page_without_text"] += any(True for _ in pictures)
        text.close()
        page.close()
    except pdfium.PdfiumError:
        sheaf.warnings["damaged_page"] += 1
        return []
    return lines


def _lines(raw: Any, page: Any) -> list[_Line]:
    """Read the page's text, with the size of type and the baselines of each line."""
    lines = []
    offset = 0
    for part in page.get_text_range().split("\n"):
        text = _HYPHEN.sub("", part).strip()
        if text:
            first = offset + len(part) - len(part.lstrip())
            last = offset + len(part.rstrip()) - 1
            low, high = (
                max(0, raw.FPDFText_GetCharIndexFromTextIndex(page, place))
                for place in (first, last)
            )
            size = _size(raw, page, low)
            lines.append(_Line(text, size, _baseline(raw, page, low), _baseline(raw, page, high)))
        offset += len(part) + 1
    return lines


def _baseline(raw: Any, page: Any, index: int) -> float:
    across, up = ctypes.c_double(), ctypes.c_double()
    raw.FPDFText_GetCharOrigin(page, index, across, up)
    return up.value


def _size(raw: Any, page: Any, index: int) -> float:
    size = float(raw.FPDFText_GetFontSize(page, index))
    if size <= 1.5:  # type of size 1 that is scaled on the page: its height tells more
        left, right = ctypes.c_double(), ctypes.c_double()
        bottom, top = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharBox(page, index, left, right, bottom, top)
        size = (top.value - bottom.value) * 1.4
    return round(size, 1)


def _body_size(pages: Sequence[Sequence[_Line]]) -> float:
    """The size of type of most of the text, in points."""
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _blocks(lines: Sequence[_Line], body: float) -> list[str]:
    """Join lines to paragraphs, bullets and headings."""
    steps = [a.end - b.base for a, b in pairwise(lines) if a.end > b.base]
    usual = median(steps) if steps else 0.0
    blocks: list[str] = []
    above: _Line | None = None
    for line in lines:
        text = line.text
        heading = _is_heading(line, body)
        bullet = _BULLET.match(text)
        if bullet:
            text = "- " + text[bullet.end() :]
        opens = above is None or bullet or _apart(above, line, usual) or heading
        if above is not None and heading and _is_heading(above, body) and above.size == line.size:
            opens = _apart(above, line, max(usual, line.size * 1.5))
        if opens:
            blocks.append(("## " if heading else "") + text)
        else:
            blocks[-1] += (" " if heading else "\n") + text
        above = line
    return blocks


def _apart(above: _Line, line: _Line, usual: float) -> bool:
    """Whether two lines stand too far from each other, or differ too much, to be one block."""
    step = above.end - line.base
    if step < -usual:  # the next column, or the top of another frame
        return True
    return (usual > 0 and step > usual * _PARAGRAPH_GAP) or abs(above.size - line.size) > 2.5


def _is_heading(line: _Line, body: float) -> bool:
    text = line.text
    return (
        body > 0
        and line.size >= body * _HEADING_RATIO
        and 3 <= len(text) <= 90
        and sum(map(str.isalpha, text)) > len(text) / 2
    )
