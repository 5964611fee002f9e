"""A document → md, html, docx, pdf or json: one complete file, or none and the reason."""

import json
from pathlib import Path
from typing import Literal, get_args

from assistant.document import Document, document_to_data
from assistant.errors import InputInvalid
from assistant.export.sheet import sheet
from assistant.export.writing import write_whole

__all__ = ["FORMATS", "Format", "export", "format_of", "render", "write_whole"]

Format = Literal["md", "html", "docx", "pdf", "json"]
FORMATS: tuple[Format, ...] = get_args(Format)


def export(document: Document, target: Path) -> None:
    """Write the document to `target`, in the format that its ending names.

    Raises:
        InputInvalid: The ending names no format.
        StorageUnavailable: The file cannot be written; nothing is left behind.
    """
    write_whole(target, render(document, format_of(target)))


def format_of(target: Path) -> Format:
    """The format that the file's ending names.

    >>> format_of(Path("design.PDF"))
    'pdf'
    """
    ending = target.suffix.lower().removeprefix(".")
    for one in FORMATS:
        if one == ending:
            return one
    raise InputInvalid(
        f"{target.name} does not say which format you want.",
        remedy=f"End the name in one of {', '.join(f'.{one}' for one in FORMATS)}.",
        code="unknown_format",
    )


def render(document: Document, format: Format) -> bytes:
    """The document's bytes in that format."""
    match format:
        case "json":
            text = json.dumps(document_to_data(document), ensure_ascii=False, indent=1)
            # A lone surrogate cannot be written; its escape means the same in JSON.
            return text.encode("utf-8", "backslashreplace")
        case "md":
            from assistant.export.markdown import as_markdown as write
        case "html":
            from assistant.export.page import as_html as write
        case "docx":
            from assistant.export.word import as_docx as write
        case "pdf":
            from assistant.export.typeset import as_pdf as write
    return write(sheet(document))
