r"""A sheet → Markdown for GitHub and pandoc, in which nobody's words can act as markup."""

import re
from collections.abc import Sequence

from assistant.export.sheet import Bullets, Figure, Heading, Paragraph, Piece, Run, Sheet, Table

# Signs that open something anywhere: code, emphasis, links, notes, HTML, entities, tables,
# formulas, addresses, mentions.
_SIGNS = re.compile(r"([\\`*_\[\]<>#|~^$!&@{}])")
_ADDRESS = re.compile(r"(?i)\b(https?|ftp|mailto|xmpp)(?=:)|\b(www)(?=\.)")
# Signs that act only where a line begins: lists, rules, definitions.
_FIRST = re.compile(r"^([-+=:%]|\d+(?=[.)]))")
_DASHES = re.compile(r"(?<=-)-")
_ANCHOR = re.compile(r"[^\w\- ]")


def as_markdown(sheet: Sheet) -> bytes:
    """The whole document; notes stand at its end."""
    parts = [f"# {_letters(sheet.title)}", f"*{_letters(sheet.about)}*"]
    if sheet.contents:
        parts.append("\n".join(f"- [{_titled(one)}](#{_anchor(one)})" for one in sheet.contents))
    parts += [_piece(piece) for piece in sheet.pieces]
    notes = enumerate(sheet.notes, start=1)
    parts.append("\n\n".join(f"[^{number}]: {_letters(note)}" for number, note in notes))
    return ("\n\n".join(filter(None, parts)) + "\n").encode()


def _piece(piece: Piece) -> str:
    match piece:
        case Heading():
            return f"## {_titled(piece)}"
        case Paragraph():
            words = _runs(piece.runs)
            return f"> **{_letters(piece.label)}.** {words}" if piece.label else _first(words)
        case Bullets():
            return "\n".join(f"- {_first(_run(item))}" for item in piece.items)
        case Table():
            return _table(piece)
        case Figure():
            # No Markdown reader shows a picture that lies inside of the file: its text stands in.
            words = _runs(piece.caption)
            return f"*{_letters(piece.picture.alt)}*" + (f"\n\n{_first(words)}" if words else "")


def _table(table: Table) -> str:
    rows = [[_letters(title) or " " for title in table.head], ["---"] * len(table.head)]
    rows += [[_run(cell) or " " for cell in row] for row in table.rows]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    if not table.caption.text:
        return lines
    return f"**{_letters(table.caption.text)}**{_marks(table.caption)}\n\n{lines}"


def _runs(runs: Sequence[Run]) -> str:
    return " ".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    words = _letters(run.rest)
    if run.origin in ("assumption", "open") and words:
        words = f"*{words}*"
    lead = f"**{_letters(run.lead)}**" if run.lead else ""
    # A space between, which taking letters together removed.
    return " ".join(filter(None, (lead, words))) + _marks(run)


def _marks(run: Run) -> str:
    return "".join(f"[^{number}]" for number in run.notes)


def _titled(heading: Heading) -> str:
    return f"{heading.number}\\. {_letters(heading.text)}"


def _anchor(heading: Heading) -> str:
    """The name that GitHub gives the heading."""
    return _ANCHOR.sub("", f"{heading.number}. {heading.text}".lower()).replace(" ", "-")


def _first(words: str) -> str:
    r"""Words that begin a line.

    >>> print(_first("1. one"), _first("- two"), _first("a - b"))
    1\. one \- two a - b
    """
    return _FIRST.sub(r"\1\\" if words[:1].isdigit() else r"\\\1", words)


def _letters(text: str) -> str:
    r"""Text whose signs mean nothing to a Markdown reader.

    >>> print(_letters("*a* [b](http://c.test) --- www.d.test"))
    \*a\* \[b\](http\://c.test) -\-\- www\.d.test
    """
    words = _DASHES.sub(r"\\-", _SIGNS.sub(r"\\\1", " ".join(text.split())))
    return _ADDRESS.sub(lambda found: f"{found[0]}\\", words)
