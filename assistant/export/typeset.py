"""A sheet → PDF, typeset by Typst with the bundled fonts; people's words reach it as data only."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.errors import NotInstalled, UserFixable
from assistant.export.sheet import Bullets, Figure, Heading, Paragraph, Piece, Run, Sheet, Table
from assistant.picture import bundled_fonts, right_to_left

_TEMPLATE = Path(__file__).with_name("document.typ")
# A place where a line may end that takes no room: put into very long words.
_BREAK = "\u200b"


def as_pdf(sheet: Sheet) -> bytes:
    """The whole document; the same bytes for the same sheet.

    Raises:
        NotInstalled: Typst is missing.
        UserFixable: Typst cannot set this document.
    """
    try:
        import typst
    except ImportError as error:
        raise NotInstalled(
            "PDFs need the package typst.", remedy="Run `pip install typst`, or export to docx."
        ) from error
    try:
        return _compiled(sheet, tags=True)
    except typst.TypstError:
        # Typst 0.15 cannot tag some elements that run over pages: better untagged than none.
        pass
    try:
        return _compiled(sheet, tags=False)
    except typst.TypstError as error:
        raise UserFixable(
            f"The document cannot be typeset: {error}.",
            remedy="Export it to docx or html instead.",
            code="export_failed",
        ) from error


def _compiled(sheet: Sheet, *, tags: bool) -> bytes:
    import typst

    pdf: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"sheet": json.dumps(_data(sheet), ensure_ascii=False), "break": _BREAK},
        font_paths=bundled_fonts(),
        timestamp=int(sheet.made_at),
        pdf_tags=tags,
    )
    return pdf


def _data(sheet: Sheet) -> dict[str, Any]:
    return {
        "title": sheet.title,
        "about": sheet.about,
        "language": sheet.language,
        "contents": bool(sheet.contents),
        "notes": sheet.notes,
        "pieces": _pieces(sheet.pieces),
    }


def _pieces(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    placed: set[int] = set()
    return [_piece(piece, placed) for piece in pieces]


def _piece(piece: Piece, placed: set[int]) -> dict[str, Any]:
    match piece:
        case Heading():
            return {"kind": "heading", "text": piece.text}
        case Paragraph():
            kind = "callout" if piece.label else "paragraph"
            runs = _runs(piece.runs, placed)
            turned = bool(runs) and runs[0]["rtl"]
            # What announces a list stays with it.
            leads = bool(piece.runs) and piece.runs[-1].text.endswith(":")
            return {"kind": kind, "label": piece.label, "runs": runs, "rtl": turned, "leads": leads}
        case Bullets():
            return {"kind": "bullets", "items": _runs(piece.items, placed)}
        case Table():
            return {
                "kind": "table",
                "caption": _run(piece.caption, placed),
                "head": piece.head,
                "shares": piece.shares,
                "short": piece.short,
                "rows": [_runs(row, placed) for row in piece.rows],
            }
        case Figure():
            return {
                "kind": "figure",
                "svg": piece.picture.svg.decode(),
                "alt": piece.picture.alt,
                "caption": _runs(piece.caption, placed),
            }


def _runs(runs: Sequence[Run], placed: set[int]) -> list[dict[str, Any]]:
    return [_run(run, placed) for run in runs]


def _run(run: Run, placed: set[int]) -> dict[str, Any]:
    """A run; `again` are its notes that stand at an earlier place."""
    again = [number for number in run.notes if number in placed]
    placed.update(run.notes)
    return {
        "lead": run.lead,
        "text": run.rest,
        "origin": run.origin,
        "notes": run.notes,
        "again": again,
        "rtl": right_to_left(run.text),
    }
