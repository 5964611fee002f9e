"""A stored answer → its HTML: text with marks, a card for each passage, who wrote it and why.

Marks are buttons that open their card as a native popover: by mouse, by keyboard, and without any
script of ours.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

from ui.markup import markdown_html, plain_html, sanitise, visible, web_address
from ui.words import say

Answer = Mapping[str, Any]
Citation = Mapping[str, Any]
SURNAMES = 3
# Why a sentence of a model is not shown: the code → the key of its words.
REASONS = {
    "cause": "removed.cause",
    "empty": "removed.not_similar",
    "name": "removed.name",
    "negation": "removed.negation",
    "no_marker": "removed.no_marker",
    "not_similar": "removed.not_similar",
    "number": "removed.number",
    "opposite": "removed.opposite",
    "order": "removed.order",
    "strength": "removed.strength",
    "unit": "removed.unit",
}


def answer_html(answer: Answer, turn: str) -> str:
    """Show a whole answer; `turn` keeps the ids of its cards apart from those of others."""
    text = markdown_html(answer["answer"], marks=_marks(answer["citations"], turn))
    parts = [
        *(f'<p class="sw-notice">{plain_html(notice)}</p>' for notice in answer["notices"]),
        _removed(answer.get("removed") or []),
        _body(text, refused=answer["refused"]),
        _sources(answer["citations"], turn),
        _rung(answer),
        *(_card(citation, turn) for citation in answer["citations"]),
    ]
    return sanitise("".join(parts))


def partial_html(answer: Answer, turn: str, share: float) -> str:
    """Show the first `share` (0 to 1) of the answer's words while it streams in."""
    text = str(answer["answer"])
    cut = text.rfind(" ", 0, max(1, round(len(text) * share)))
    shown = text[: max(cut, 0)]
    # An emphasis that is still open would flash its asterisks.
    if shown.count("**") % 2:
        shown += "**"
    marked = markdown_html(shown, marks=_marks(answer["citations"], turn))
    return sanitise(_body(marked, refused=answer["refused"]))


def question_html(question: str) -> str:
    """Show a question letter by letter."""
    return sanitise(f'<div class="sw-question" dir="auto">{plain_html(question)}</div>')


def _body(text: str, *, refused: bool) -> str:
    if not refused:
        return f'<div class="sw-answer" dir="auto">{text}</div>'
    head = f'<p class="sw-refused-head">{say("answer.refused")}</p>'
    return f'<div class="sw-answer sw-refused" dir="auto">{head}{text}</div>'


def _marks(citations: Sequence[Citation], turn: str) -> dict[int, str]:
    return {one["marker"]: _button(one, turn, "sw-mark", str(one["marker"])) for one in citations}


def _button(citation: Citation, turn: str, style: str, inside: str) -> str:
    name = say("source.mark", marker=citation["marker"], title=_place(citation))
    return (
        f'<button type="button" class="{style}" popovertarget="{_card_id(citation, turn)}" '
        f'aria-label="{html.escape(visible(name))}">{inside}</button>'
    )


def _card_id(citation: Citation, turn: str) -> str:
    return f"card-{html.escape(turn)}-{citation['marker']}"


def _sources(citations: Sequence[Citation], turn: str) -> str:
    if not citations:
        return ""
    chips = "".join(
        _button(
            one, turn, "sw-chip", f"<b>{one['marker']}</b><span>{plain_html(_place(one))}</span>"
        )
        for one in citations
    )
    return (
        f'<div class="sw-sources" role="group" aria-label="{say("answer.sources")}">{chips}</div>'
    )


def _place(citation: Citation) -> str:
    return place_name(str(citation["title"]), str(citation["heading"]))


def place_name(title: str, heading: str) -> str:
    """Name a source and the part of it; a long title keeps what stands before its colon.

    >>> place_name("Drift: what it is", "Pitfalls"), place_name("Drift", "Drift")
    ('Drift › Pitfalls', 'Drift')
    """
    short = title.split(": ", 1)[0]
    return f"{short} › {heading}" if heading and heading != title else short


def _rung(answer: Answer) -> str:
    line = (
        f'<p class="sw-rung"><span class="sw-badge">{plain_html(answer["rung"])}</span>'
        f"<span>{plain_html(answer['rung_reason'])}</span></p>"
    )
    # Answers from before there were models have none.
    return line + _attempts(answer.get("attempts") or [])


def _attempts(attempts: Sequence[Mapping[str, Any]]) -> str:
    entries = "".join(
        f"<li><strong>{plain_html(one['rung'])}</strong>: {plain_html(one['reason'])} "
        f"{plain_html(one['remedy'])}</li>"
        for one in attempts
    )
    return _details(say("answer.attempts"), entries)


def _removed(removed: Sequence[Mapping[str, Any]]) -> str:
    entries = "".join(
        f"<li><s>{plain_html(one['sentence'])}</s> "
        f"<span>{plain_html(say(REASONS.get(one['reason'], 'removed.not_similar')))}</span></li>"
        for one in removed
    )
    return _details(say("answer.removed"), entries)


def _details(head: str, entries: str) -> str:
    if not entries:
        return ""
    return f'<details class="sw-more"><summary>{head}</summary><ul>{entries}</ul></details>'


def _card(citation: Citation, turn: str) -> str:
    key = _card_id(citation, turn)
    heading = "" if citation["heading"] == citation["title"] else str(citation["heading"])
    name = html.escape(say("source.mark", marker=citation["marker"], title=citation["title"]))
    parts = [
        f'<div id="{key}" popover="auto" class="sw-card" role="dialog" aria-label="{name}">',
        f'<div class="sw-card-head"><div><p class="sw-origin">{_origin(citation)}</p>',
        f'<p class="sw-card-title">{plain_html(str(citation["title"]))}</p>',
        f'<p class="sw-path">{plain_html(heading)}</p>' if heading else "",
        f'</div><button type="button" class="sw-close" popovertarget="{key}" '
        f'popovertargetaction="hide" aria-label="{say("source.close")}">×</button></div>',
        "" if citation["verified"] else f'<p class="sw-notice">{say("source.unverified")}</p>',
        '<div class="sw-passage" dir="auto">',
        markdown_html(citation["text"], quotes=citation["quotes"]),
        "</div>",
        _references(citation["references"]),
        "</div>",
    ]
    return "".join(parts)


def _origin(citation: Citation) -> str:
    if citation["origin"] == "knowledge":
        return say("source.knowledge")
    page = citation["page"]
    return say("source.project") if page is None else say("source.project.page", page=page)


def _references(references: Sequence[Mapping[str, Any]]) -> str:
    if not references:
        return ""
    entries = "".join(f"<li>{reference_html(entry)}</li>" for entry in references)
    return f'<p class="sw-references">{say("source.references")}</p><ul>{entries}</ul>'


def reference_html(entry: Mapping[str, Any]) -> str:
    """Name one entry of the bibliography, with its link; sanitise what it becomes part of."""
    title = plain_html(str(entry["title"]))
    link = web_address(entry["link"])
    if link is not None:
        title = f'<a href="{html.escape(link)}" target="_blank">{title}</a>'
    about = [_authors(str(entry["authors"])), str(entry["year"] or ""), str(entry["where"] or "")]
    return f"{title} <span>{plain_html(' · '.join(part for part in about if part))}</span>"


def _authors(names: str) -> str:
    """Name up to three authors.

    >>> _authors("Amershi, S.; Weld, D."), _authors("A; B; C; D; E")
    ('Amershi, S.; Weld, D.', 'A et al.')
    """
    people = names.split("; ")
    return names if len(people) <= SURNAMES else f"{people[0]} et al."
