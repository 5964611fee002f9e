"""Words → the smallest parts of Office Open XML: runs of text, paragraphs and rows, escaped."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from assistant.picture import right_to_left

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
BOLD, KEPT = "<w:b/><w:bCs/>", "<w:keepNext/>"


def text_run(text: str, look: str = "") -> str:
    """A run of text; words that are read from the right are marked so."""
    if not text:
        return ""
    look += "<w:rtl/>" if right_to_left(text) else ""
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(style: str, runs: str, text: str, more: str = "") -> str:
    """A paragraph of runs; `text` are its words, which say from which side it is read."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    turned = "<w:bidi/>" if right_to_left(text) else ""
    properties = f"<w:pPr>{named}{more}{turned}</w:pPr>" if named or more or turned else ""
    return f"<w:p>{properties}{runs}</w:p>"


def table_row(cells: Sequence[str], widths: Sequence[int], properties: str) -> str:
    """A row of a table; widths are in twentieths of a point."""
    filled = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{cell}</w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr>{properties}</w:trPr>{filled}</w:tr>"
