"""`scopewright verdict`, `check`, `gate`: what to make of the facts, as text, JSON, exit code."""

from typing import Annotated, Any, Literal

import typer

from assistant.channels.cli import show
from assistant.channels.cli.session import AsJson, InProject, open_assistant

# The phases and levels of `assistant.checks`, said again so that `--help` need not load them.
Phase = Literal["requirements", "data", "design", "launch"]
Level = Literal["high", "medium", "low"]
MOST_CHANGES = 8


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command()(verdict)
    app.command()(check)
    app.command()(gate)


def verdict(project: InProject = "default", as_json: AsJson = False) -> None:
    """Should this be ML at all? With reasons, doubts, and which answer would change it."""
    found = open_assistant().verdict_json(project=project)
    show.done(found, "\n".join(_verdict_lines(found)), as_json=as_json)


def check(project: InProject = "default", as_json: AsJson = False) -> None:
    """List contradictions, gaps and risks in what the project has stated."""
    assistant = open_assistant()
    findings = assistant.findings_json(assistant.check(project=project))
    lines = _finding_lines(findings) or ["Nothing found in what has been stated so far."]
    show.done({"findings": findings}, "\n".join(lines), as_json=as_json)


def gate(
    phase: Annotated[Phase, typer.Argument(help="The phase that is to begin.")],
    fail_on: Annotated[
        Level,
        typer.Option(
            help="Exit with 1 on FAIL (high), on CONCERNS too (medium), or on any finding (low)."
        ),
    ] = "high",
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """May the phase begin? PASS, CONCERNS or FAIL; exits with 1 when it may not."""
    assistant = open_assistant()
    found = assistant.gate(phase, project=project)
    fails = found.fails(fail_on)
    value = {**assistant.gate_json(found, project=project), "fail_on": fail_on, "fails": fails}
    show.done(value, "\n".join(_gate_lines(value)), as_json=as_json)
    if fails:
        raise typer.Exit(1)


def _verdict_lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['label']}. {found['says']}", "", "Because:"]
    lines += [f"  + {_with_source(one)}" for one in found["because"]]
    if found["against"]:
        lines += [
            "",
            "Against it, or for another way:",
            *(f"  - {_with_source(one)}" for one in found["against"]),
        ]
    lines += ["", f"First baseline: {found['first_baseline']}"]
    changes = found["would_change_if"]
    if changes:
        lines += ["", "What would change it:"]
        lines += [f"  {one['text']}" for one in changes[:MOST_CHANGES]]
        if len(changes) > MOST_CHANGES:
            lines.append(f"  … and {len(changes) - MOST_CHANGES} more with --json")
    return lines


def _finding_lines(findings: list[dict[str, Any]]) -> list[str]:
    lines: list[str] = []
    for one in findings:
        lines.append(f"{one['severity'].upper()} {one['kind']} ({one['rule']})")
        message = {"text": one["message"], "source": one["source"]}
        lines.append(f"  {_with_source(message)}")
        lines.append(f"  To settle it: {one['question']} ({one['ask']})")
    return lines


def _gate_lines(found: dict[str, Any]) -> list[str]:
    lines = [f"{found['phase']}: {found['status']}"]
    if found["missing"]:
        lines += ["", "Not answered yet:"]
        lines += [f"  {one['question']} ({one['fact']})" for one in found["missing"]]
    if found["open"]:
        lines += ["", "To be found out:"]
        lines += [f"  {one['question']} ({one['fact']}){_owner(one)}" for one in found["open"]]
    if found["findings"]:
        lines += ["", *_finding_lines(found["findings"])]
    return lines


def _owner(one: dict[str, Any]) -> str:
    parts = [one["owner"], f"by {one['due']}" if one["due"] else ""]
    words = " ".join(part for part in parts if part)
    return f": {words}" if words else ""


def _with_source(one: dict[str, Any]) -> str:
    source = one["source"]
    if source is None:
        return str(one["text"])
    where = " › ".join(part for part in (source["title"], source["heading"]) if part)
    return f"{one['text']} [{where}]"
