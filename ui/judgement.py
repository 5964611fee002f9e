"""Verdict, findings, gates, metric ladder and risks → their HTML."""

from collections.abc import Mapping
from typing import Any

from assistant import Catalogue, Fact, ProjectFacts, show_value, to_data
from ui.markup import plain_html, sanitise
from ui.words import say

# The rungs of the ladder: metric, where it is today, where it should be, and who answers for it.
RUNGS = (
    ("ladder.business", "success.business_metric", "success.business_today",
     "success.business_target", "success.owner"),
    ("ladder.product", "success.product_metric", "success.product_today",
     "success.product_target", "team.product_owner"),
    ("ladder.model", "metrics.primary", "baseline.today", "metrics.target", "operations.owner"),
)  # fmt: skip
STATUS_MARKS = {"PASS": "✓", "CONCERNS": "!", "FAIL": "✕"}


def verdict_html(found: Mapping[str, Any]) -> str:
    """Say the verdict in one word and one sentence, with what speaks for and against it."""
    parts = [
        f'<p class="sw-eyebrow">{plain_html(say("verdict"))}</p>',
        f'<h2 class="sw-verdict">{plain_html(found["label"])}</h2>',
        f"<p>{plain_html(found['says'])}</p>",
        '<div class="sw-sides">',
        _reasons(_because(found), found["because"], "verdict.because.none"),
        _reasons("verdict.against", found["against"], "verdict.against.none"),
        "</div>",
    ]
    if found["first_baseline"]:
        parts.append(
            f'<p class="sw-box sw-box-good"><strong>{plain_html(say("verdict.baseline"))}</strong> '
            f"{plain_html(found['first_baseline'])}</p>"
        )
    return sanitise("".join(parts))


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
        f"{plain_html(found['message'])}</p></div>"
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
    heads = "".join(
        f"<th>{plain_html(say(key))}</th>"
        for key in ("ladder.rung", "ladder.metric", "ladder.today", "ladder.target", "ladder.owner")
    )
    rows = []
    for name, *keys in RUNGS:
        cells = "".join(f"<td>{_cell(catalogue[key], facts)}</td>" for key in keys)
        rows.append(f'<tr><th class="sw-rung-name">{plain_html(say(name))}</th>{cells}</tr>')
    return sanitise(
        f'<div class="sw-table sw-ladder" tabindex="0" role="region" '
        f'aria-label="{plain_html(say("readiness.ladder"))}"><table><thead><tr>{heads}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


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
