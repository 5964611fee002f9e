"""A sheet → one HTML file that needs nothing else and runs nothing."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from pathlib import Path

from assistant.export.sheet import Bullets, Figure, Heading, Paragraph, Piece, Run, Sheet, Table

_STYLE = Path(__file__).with_name("page.css")
_LEGEND = (
    ("said", "said by the team"), ("guidance", "best practice"), ("assumption", "assumption"),
    ("open", "open"),
)  # fmt: skip


def as_html(sheet: Sheet) -> bytes:
    """The whole document; its policy allows its own style and pictures within, nothing else."""
    style = _STYLE.read_text(encoding="utf-8")
    allowed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{allowed}'; img-src data:"
    legend = " ".join(f'<span class="{origin}">{words}</span>' for origin, words in _LEGEND)
    body = _Body()
    main = "\n".join(body.piece(piece) for piece in sheet.pieces)
    return f"""<!DOCTYPE html>
<html lang="{escape(sheet.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(sheet.title)}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1 dir="auto">{escape(sheet.title)}</h1>
<p class="about" dir="auto">{escape(sheet.about)}</p>
</header>
{_contents(sheet)}
<input type="checkbox" id="origins" checked>
<label for="origins" class="legend">Show where each sentence comes from: {legend}</label>
<main>
{main}
</main>
{body.notes(sheet.notes)}
</body>
</html>
""".encode()


def _contents(sheet: Sheet) -> str:
    entries = "\n".join(
        f'<li><a href="#{one.anchor}">{_numbered(one)}</a></li>' for one in sheet.contents
    )
    return f'<nav aria-label="Contents"><ol>\n{entries}\n</ol></nav>' if entries else ""


def _numbered(heading: Heading) -> str:
    return f'<span class="number">{heading.number}</span>{escape(heading.text)}'


class _Body:
    """Writes the pieces one after the other, and remembers where each note is referred to."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}

    def piece(self, piece: Piece) -> str:
        match piece:
            case Heading():
                return f'<h2 id="{piece.anchor}" dir="auto">{_numbered(piece)}</h2>'
            case Paragraph(label=""):
                return f'<p dir="auto">{self._runs(piece.runs)}</p>'
            case Paragraph():
                label = f"<strong>{escape(piece.label)}.</strong>"
                return f'<aside dir="auto">{label} {self._runs(piece.runs)}</aside>'
            case Bullets():
                items = (f'<li dir="auto">{self._run(item)}</li>' for item in piece.items)
                return "<ul>\n" + "\n".join(items) + "\n</ul>"
            case Table():
                return self._table(piece)
            case Figure():
                return self._figure(piece)

    def notes(self, notes: Sequence[str]) -> str:
        items = "\n".join(
            f'<li id="n{number}" dir="auto">{escape(note)} {self._backlinks(number)}</li>'
            for number, note in enumerate(notes, start=1)
        )
        head = '<h2 id="notes">Where it comes from</h2>'
        return f'<footer class="notes">{head}\n<ol>\n{items}\n</ol></footer>' if notes else ""

    def _backlinks(self, number: int) -> str:
        return " ".join(
            f'<a href="#r{number}-{place}" aria-label="Back to place {place}">↩</a>'
            for place in range(1, self._places.get(number, 0) + 1)
        )

    def _table(self, table: Table) -> str:
        caption = f"<caption>{self._run(table.caption)}</caption>" if table.caption.text else ""
        head = "".join(f'<th scope="col" dir="auto">{escape(title)}</th>' for title in table.head)
        rows = "\n".join(f"<tr>{self._row(row)}</tr>" for row in table.rows)
        return (
            f'<div class="scroll"><table>{caption}'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
        )

    def _row(self, row: Sequence[Run]) -> str:
        first, *rest = row
        named = first.origin == "label" and first.text
        opening = '<th scope="row" dir="auto">' if named else '<td dir="auto">'
        cells = [f"{opening}{self._run(first)}</{'th' if named else 'td'}>"]
        return "".join([*cells, *(f'<td dir="auto">{self._run(cell)}</td>' for cell in rest)])

    def _figure(self, figure: Figure) -> str:
        picture = figure.picture
        data = base64.b64encode(picture.svg).decode()
        caption = self._runs(figure.caption)
        return (
            f'<figure><img alt="{escape(picture.alt)}" width="{picture.width:g}" '
            f'height="{picture.height:g}" src="data:image/svg+xml;base64,{data}">'
            + (f'<figcaption dir="auto">{caption}</figcaption>' if caption else "")
            + "</figure>"
        )

    def _runs(self, runs: Sequence[Run]) -> str:
        return " ".join(self._run(run) for run in runs)

    def _run(self, run: Run) -> str:
        words = escape(run.rest)
        if run.lead:
            words = f"<strong>{escape(run.lead)}</strong>{words}"
        if run.origin != "label":
            about = f' title="{escape(run.about)}"' if run.about else ""
            words = f'<span class="{run.origin}"{about}>{words}</span>'
        return words + "".join(self._note(number) for number in run.notes)

    def _note(self, number: int) -> str:
        place = self._places[number] = self._places.get(number, 0) + 1
        return f'<sup><a href="#n{number}" id="r{number}-{place}">{number}</a></sup>'
