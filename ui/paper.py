"""A document → its HTML: each sentence shows where it comes from, with a note on hover or focus."""

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant import Block, Cell, Document, DocumentDiff, Picture, Sentence
from ui.markup import plain_html, sanitise
from ui.when import when
from ui.words import say

# The sign of each origin beside a sentence; colours are never the only difference.
SIGNS = {"said": "s", "assumption": "a", "open": "o"}
Pictures = Mapping[str, Picture]


@dataclass
class Notes:
    """What the notes of a document say, and how many there were so far."""

    document: Document
    prefix: str = "n"
    count: int = 0

    def of(self, part: Sentence | Cell) -> str:
        """Build the note of a sentence or cell; empty for the document's own words."""
        if part.origin == "label":
            return ""
        self.count += 1
        key = f"{self.prefix}{self.count}"
        sign, kind = self._sign(part), say(f"origin.of.{part.origin}")
        lines = [f"<strong>{plain_html(kind)}</strong>", *map(plain_html, self._lines(part))]
        return (
            f'<span class="sw-foot sw-of-{part.origin}">'
            f'<button type="button" class="sw-note" aria-describedby="{key}" '
            f'aria-label="{html.escape(f"{sign}: {kind}")}">{plain_html(sign)}</button>'
            f'<span class="sw-tip" role="tooltip" id="{key}">{"<br>".join(lines)}</span></span>'
        )

    def _sign(self, part: Sentence | Cell) -> str:
        numbers = [
            str(one.number) for one in self.document.references if one.passage_id in part.passages
        ]
        return ",".join(numbers) or SIGNS.get(part.origin, "·")

    def _lines(self, part: Sentence | Cell) -> list[str]:
        said = {one.fact: one for one in self.document.said}
        lines = []
        for fact in part.facts:
            if fact in said:
                one = said[fact]
                about = [one.label, one.author, when(one.at), one.source]
                lines.append(" · ".join(bit for bit in about if bit))
        for cited in self.document.references:
            if cited.passage_id in part.passages:
                place = f"{cited.article} › {cited.heading}" if cited.heading else cited.article
                lines.append(f"[{cited.number}] {place}")
                # Together on as few lines as they need: a sentence may rest on many.
                lines += ["; ".join(cited.references)] if cited.references else []
        return [*lines, *([part.note] if part.note else [])]


def paper_html(document: Document, pictures: Pictures) -> str:
    """Build the whole document."""
    notes = Notes(document)
    parts = [f'<div class="sw-paper" lang="{html.escape(document.language)}">']
    for section in document.sections:
        parts.append(section_head_html(section.id, section.number, section.title))
        parts += [block_html(block, notes, pictures) for block in document.of(section.id)]
    return "".join([*parts, "</div>"])


def section_head_html(key: str, number: int, title: str) -> str:
    """Build the heading of a section, which the contents lead to."""
    return f'<h2 id="section-{html.escape(key)}"><span>{number}</span> {plain_html(title)}</h2>'


def block_html(block: Block, notes: Notes, pictures: Pictures) -> str:
    """Build one block; sanitised, but for the picture that was drawn for it."""
    built = {
        "bullets": _bullets,
        "table": _table,
        "callout": _callout,
        "picture": _caption,
    }.get(block.kind, _paragraph)(block, notes)
    picture = _picture(pictures.get(block.key))
    edited = ""
    if block.edit is not None:
        who = say("paper.edited", author=block.edit.author or say("paper.somebody"),
                  when=when(block.edit.at))  # fmt: skip
        edited = f'<p class="sw-edited">{plain_html(who)}</p>'
    return picture + sanitise(f'<div class="sw-block">{built}{edited}</div>')


def _sentence(part: Sentence | Cell, notes: Notes) -> str:
    return f'<span class="sw-s sw-s-{part.origin}">{plain_html(part.text)}</span>{notes.of(part)}'


def _paragraph(block: Block, notes: Notes) -> str:
    return f'<p dir="auto">{" ".join(_sentence(one, notes) for one in block.sentences)}</p>'


def _bullets(block: Block, notes: Notes) -> str:
    rows = "".join(f"<li>{_sentence(one, notes)}</li>" for one in block.sentences)
    head = f'<p class="sw-table-name">{plain_html(block.label)}</p>' if block.label else ""
    return f'{head}<ul dir="auto">{rows}</ul>'


def _table(block: Block, notes: Notes) -> str:
    heads = "".join(f"<th>{plain_html(one)}</th>" for one in block.head)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_sentence(cell, notes)}</td>' for cell in row)}</tr>"
        for row in block.rows
    )
    name = f'<p class="sw-table-name">{plain_html(block.label)}</p>' if block.label else ""
    return (
        f'{name}<div class="sw-table" tabindex="0" role="region" '
        f'aria-label="{html.escape(block.label or say("paper.table"))}"><table><thead><tr>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _callout(block: Block, notes: Notes) -> str:
    head = f"<strong>{plain_html(block.label)}</strong> " if block.label else ""
    text = " ".join(_sentence(one, notes) for one in block.sentences)
    return f'<p class="sw-box sw-callout" dir="auto">{head}{text}</p>'


def _caption(block: Block, notes: Notes) -> str:
    if not block.sentences:
        return ""
    return f'<p class="sw-caption">{" ".join(_sentence(one, notes) for one in block.sentences)}</p>'


def _picture(picture: Picture | None) -> str:
    """Show a picture of ours as an image, in which nothing can act or be fetched."""
    if picture is None:
        return ""
    data = base64.b64encode(picture.svg).decode("ascii")
    alt = html.escape(picture.alt)
    return f'<img class="sw-picture" src="data:image/svg+xml;base64,{data}" alt="{alt}">'


# -- two versions side by side


def diff_html(diff: DocumentDiff, titles: Mapping[str, str]) -> str:
    """Show what came, went and changed between two versions."""
    if not diff.changes:
        return sanitise(f'<p class="sw-nothing">{plain_html(say("diff.none"))}</p>')
    parts: list[str] = []
    last = ""
    for one in diff.changes:
        if one.section != last:
            parts.append(f"<h3>{plain_html(titles.get(one.section, one.section))}</h3>")
            last = one.section
        words = "".join(_words(run.change, run.text) for run in one.words)
        parts.append(
            f'<div class="sw-change"><p class="sw-item-name">{say(f"diff.{one.change}")}</p>'
            f'<p dir="auto">{words}</p></div>'
        )
    return sanitise(f'<div class="sw-diff">{"".join(parts)}</div>')


def _words(change: str, text: str) -> str:
    shown = plain_html(text)
    return {"added": f"<ins>{shown}</ins>", "removed": f"<del>{shown}</del>"}.get(change, shown)


def legend_html(counts: Sequence[tuple[str, int]]) -> str:
    """Explain the lines under sentences, with how many there are of each."""
    rows = "".join(
        f'<li><span class="sw-s sw-s-{origin}">{plain_html(say(f"origin.of.{origin}"))}</span> '
        f"<span>{count}</span></li>"
        for origin, count in counts
    )
    return sanitise(f'<ul class="sw-legend" aria-label="{say("paper.legend")}">{rows}</ul>')
