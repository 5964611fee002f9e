"""Verdict, checks and gates of a thread's project → messages, with a button for each matter."""

from collections.abc import Mapping
from typing import Any

from assistant.channels.slack_bot.blocks import (
    Block,
    actions,
    button,
    context,
    section,
    sections,
)
from assistant.channels.slack_bot.house import House
from assistant.channels.slack_bot.markup import escape

PHASES = ("requirements", "data", "design", "launch")


def verdict_blocks(house: House, project: str) -> list[Block]:
    """Should this be machine learning at all? With reasons, doubts and what would change it."""
    found = house.assistant.verdict_json(project=project)
    blocks = sections(f"*{escape(found['label'])}*\n{escape(found['says'])}")
    for title, entries in (
        ("Because", found["because"]),
        ("Against it", found["against"]),
        ("It would change if", found["would_change_if"]),
    ):
        if entries:
            lines = [f"• {_with_source(one)}" for one in entries]
            blocks += sections("\n".join([f"*{title}*", *lines]))
    if found["first_baseline"]:
        blocks += sections(f"*First baseline to try*\n{escape(found['first_baseline'])}")
    if found["unanswered"]:
        catalogue = house.assistant.catalogue()
        questions = [f"• {escape(catalogue[key].question)}" for key in found["unanswered"]]
        blocks += sections("\n".join(["*These answers would decide it*", *questions]))
    return [*blocks, *_page(house, project)]


def checks_blocks(house: House, project: str) -> list[Block]:
    """The contradictions, gaps and risks in what was answered, each with what settles it."""
    service = house.assistant
    findings = service.findings_json(service.check(project=project))
    if not findings:
        return [section("Nothing found in what has been answered so far."), *_page(house, project)]
    return [*_finding_blocks(findings), *_page(house, project)]


def gate_blocks(house: House, project: str, phase: str) -> list[Block]:
    """May a phase begin? What is missing, what is open with whom, and what speaks against it."""
    if not phase:
        return [section(f"Which phase? {', '.join(f'`{one}`' for one in PHASES)}")]
    service = house.assistant
    found = service.gate_json(service.gate(phase, project=project), project=project)
    blocks = [section(f"*{escape(found['phase'])}: {found['status']}*")]
    for title, entries in (("Not answered yet", "missing"), ("To be found out", "open")):
        lines = [f"• {escape(one['question'])}{_who(one)}" for one in found[entries]]
        if lines:
            blocks += sections("\n".join([f"*{title}*", *lines]))
    return [*blocks, *_finding_blocks(found["findings"]), *_page(house, project)]


def _finding_blocks(findings: list[dict[str, Any]]) -> list[Block]:
    blocks: list[Block] = []
    for one in findings:
        head = f"*{one['severity'].upper()} {escape(one['kind'])}* ({escape(one['rule'])})"
        told = _with_source({"text": one["message"], "source": one["source"]})
        blocks += sections(f"{head}\n{told}")
        blocks += context(f"To settle it: {escape(one['question'])}")
        blocks.append(actions([button("Answer this", "edit", one["ask"])]))
    return blocks


def _who(entry: Mapping[str, Any]) -> str:
    parts = [entry.get("owner"), f"by {entry['due']}" if entry.get("due") else ""]
    words = ", ".join(part for part in parts if part)
    return f" ({escape(words)})" if words else ""


def _with_source(entry: Mapping[str, Any]) -> str:
    source = entry.get("source")
    where = f" [{source['title']} › {source['heading']}]" if source else ""
    return escape(f"{entry['text']}{where}")


def _page(house: House, project: str) -> list[Block]:
    return context(house.page_link("Open in the page", project, "readiness"))
