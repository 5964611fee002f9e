"""Verdict, findings, gates, metric ladder and risks → their HTML."""

from collections.abc import Mapping
from typing import Any

from assistant import Catalogue, Fact, ProjectFacts, metric_rungs, show_value, to_data
from ui.markup import plain_html, sanitise
from ui.words import say

STATUS_MARKS = {"PASS": "✓", "CONCERNS": "!", "FAIL": "✕"}


def verdict_html(found: Mapping[str, Any]) -> str:
    """Say the verdict in one word and one sentence, with what speaks for and against it."""
    parts = [
        f'<p class="sw-eyebrow">{plain_html(say("verdict"))}</p>',
        f'<h2 class="sw-verdict">{plain_html(verdict_name(found))}</h2>',
        f"<p>{plain_html(found['says'])}</p>",
        '<div class="sw-sides">',
        _reasons(_because(found), found["because"], "verdict.because.none"),
        _reasons("verdict.against", found["against"], "verdict.against.none"),
        "</div>",
    ]
    if found["first_baseline"]:
        parts.append(
            f'<p class="sw-box sw-box-good"><strong>{plain_html(say("verdict.baseline"))}</strong> '
            f'<span dir="auto">{plain_html(found["first_baseline"])}</span></p>'
        )
    return sanitise("".join(parts))


def verdict_name(found: Mapping[str, Any]) -> str:
    """Name a verdict in a word or two."""
    return say(f"verdict.of.{found['verdict']}")


def _because(found: Mapping[str, Any]) -> str:
    """What the reasons are called: for "not yet" they are what has to be settled."""
    return "verdict.settle" if found["verdict"] == "not_yet" else "verdict.because"


def _reasons(head: str, reasons: list[Mapping[str, Any]], none: str) -> str:
    rows = "".join(f"<li>{plain_html(one['text'])}</li>" for one in reasons)
    body = f"<ul>{rows}</ul>" if rows else f'<p class="sw-quiet">{plain_html(say(none))}</p>'
    return f"<div><h3>{plain_html(say(head))}</h3>{body}</div>"


def finding_html(found: Mapping[str, Any]) -> str:
    """Say what was found, and of what kind it is."""
    kind = plain_html(say(f"finding.{found['kind']}"))
    return sanitise(
        f'<div class="sw-finding sw-{found["severity"]}"><p><span class="sw-badge">{kind}</span> '
        f'<span dir="auto">{plain_html(found["message"])}</span></p></div>'
    )


def gate_html(gate: Mapping[str, Any]) -> str:
    """Show a gate: its phase, and whether it is open, by word and sign as well as colour."""
    status = str(gate["status"])
    mark = STATUS_MARKS.get(status, "")
    about = say("gates.findings", count=len(gate["findings"]))
    phase, word = plain_html(say(f"gate.{gate['phase']}")), plain_html(say(f"gate.status.{status}"))
    return sanitise(
        f'<div class="sw-gate sw-gate-{status.lower()}"><h3>{phase}</h3>'
        f'<p class="sw-gate-status"><span>{mark}</span> {word}</p>'
        f'<p class="sw-item-about">{plain_html(about)}</p></div>'
    )


def ladder_html(catalogue: Catalogue, facts: ProjectFacts) -> str:
    """Draw the ladder from money to model; a rung that nothing was said of is visibly empty."""
    rungs = "".join(
        f'<li><p class="sw-eyebrow">{plain_html(say(f"ladder.{one.id}"))}</p>'
        f'<p class="sw-rung-metric">{_cell(catalogue[one.metric], facts)}</p>'
        f"<dl><div><dt>{plain_html(say('ladder.today'))}</dt>"
        f"<dd>{_cell(catalogue[one.today], facts)}</dd></div>"
        f"<div><dt>{plain_html(say('ladder.target'))}</dt>"
        f"<dd>{_cell(catalogue[one.target], facts)}</dd></div></dl>"
        f'<p class="sw-item-about">{plain_html(say("ladder.owner"))}: '
        f"{_cell(catalogue[one.owner], facts)}</p></li>"
        for one in metric_rungs()
    )
    return sanitise(f'<ol class="sw-ladder">{rungs}</ol>')


def _cell(fact: Fact, facts: ProjectFacts) -> str:
    value = facts.value(fact.id)
    if value is None:
        return f'<span class="sw-gap">{plain_html(say("ladder.open"))}</span>'
    return plain_html(show_value(fact, value))


def risks_html(catalogue: Catalogue, facts: ProjectFacts) -> str:
    """Show the risks that people named, as a table, with the largest in words above it."""
    parts = []
    biggest = facts.value("risks.biggest")
    if biggest is not None:
        parts.append(f'<p class="sw-box">{plain_html(str(biggest))}</p>')
    fact, rows = catalogue["risks.list"], facts.value("risks.list")
    if rows is not None:
        parts.append(_rows_html(fact, to_data(rows)))
    if not parts:
        parts.append(f'<p class="sw-nothing">{plain_html(say("readiness.risks.none"))}</p>')
    return sanitise("".join(parts))


def _rows_html(fact: Fact, rows: Any) -> str:
    heads = "".join(f"<th>{plain_html(column.label)}</th>" for column in fact.columns)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{plain_html(str(row.get(one.name, '')))}</td>" for one in fact.columns)
        + "</tr>"
        for row in rows
    )
    name = plain_html(fact.label)
    return (
        f'<div class="sw-table" tabindex="0" role="region" aria-label="{name}"><table><thead>'
        f"<tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def facts_html(catalogue: Catalogue, facts: ProjectFacts, keys: tuple[str, ...]) -> str:
    """List what was said of some facts, tables as tables; what was not said is left out."""
    parts = []
    for key in keys:
        value = facts.value(key)
        if value is None:
            continue
        fact = catalogue[key]
        shown = (
            _rows_html(fact, to_data(value))
            if fact.type == "table"
            else f'<p class="sw-item-value" dir="auto">{plain_html(show_value(fact, value))}</p>'
        )
        name = f'<p class="sw-item-name">{plain_html(fact.label)}</p>'
        parts.append(f'<div class="sw-item">{name}{shown}</div>')
    return sanitise("".join(parts))
