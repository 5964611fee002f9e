"""Values of the service → what a person reads in a terminal, or JSON."""

import json
import re
import shlex
import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from assistant import Answer, AssistantError, Check, IngestReport, Retrieval, StoredFile

WIDTH = 96
# Terminal control sequences in documents and questions must not reach the terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def as_json_text(value: Any) -> None:
    """Print a value as JSON on stdout."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    # `json` leaves some control characters and half surrogate pairs as they are; outside of
    # strings there are none of them.
    typer.echo(_CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text))


def in_project(project: str) -> str:
    """What a command that is named to a person needs to reach this project.

    >>> in_project("Churn calls"), in_project("default")
    (" --project 'Churn calls'", '')
    """
    return "" if project == "default" else f" --project {shlex.quote(project)}"


def problem(error: "AssistantError", *, as_json: bool) -> None:
    """Print an error: JSON on stdout, or one line on stderr."""
    if as_json:
        parts = {"code": error.code, "problem": error.problem, "remedy": error.remedy}
        as_json_text({"error": parts})
    else:
        typer.echo(" ".join(safe(f"{error.problem} {error.remedy}").split()), err=True)


def done(value: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print what was done."""
    if as_json:
        as_json_text(value)
    else:
        typer.echo(safe(text))


def answer(answer: "Answer", *, as_json: bool) -> None:
    """Print an answer with its sources below it."""
    if as_json:
        as_json_text(answer.as_json())
        return
    console = _console()
    for notice in answer.notices:
        console.print(f"({safe(notice)})", style="yellow", markup=False, highlight=False)
    _markdown(console, answer.text)
    if answer.citations:
        console.print("\nSources", style="bold")
    for citation in answer.citations:
        where = f" › {citation.heading}" if citation.heading else ""
        page = f", page {citation.page}" if citation.page else ""
        title = safe(f"[{citation.marker}] {citation.title}{where}{page}")
        console.print(title, markup=False, highlight=False, style="cyan")
        for reference in citation.references:
            entry = f"    {_reference(reference)}"
            console.print(safe(entry), markup=False, highlight=False, style="dim", soft_wrap=True)
    for suggestion in answer.suggestions:
        console.print(safe(f"Next: {suggestion.question}"), markup=False, highlight=False)
    console.print(
        f"\nAnswered by: {answer.rung}. {answer.rung_reason}",
        style="dim",
        markup=False,
        highlight=False,
    )


def hits(query: str, found: "Retrieval", *, as_json: bool) -> None:
    """Print the passages found."""
    if as_json:
        as_json_text(
            {
                "query": query,
                "hits": [hit.as_json() for hit in found.hits],
                "answerable": found.answerable,
                "confidence": round(found.confidence, 4),
            }
        )
        return
    console = _console()
    for place, hit in enumerate(found.hits, start=1):
        path = " › ".join(part for part in (hit.passage.title, hit.passage.heading) if part)
        head = f"{place}. {path}  ({hit.score:.2f}, {hit.passage.origin})"
        console.print(safe(head), style="cyan", markup=False, highlight=False)
        text = textwrap.shorten(hit.passage.text, 300, placeholder=" …")
        console.print(safe(f"   {text}"), markup=False, highlight=False)
    if not found.answerable:
        console.print("None of these is likely to answer the question.", style="yellow")


def report(report: "IngestReport", *, as_json: bool) -> None:
    """Print what became of each file."""
    if as_json:
        as_json_text(report.as_json())
        return
    words = {"new": "added", "new_version": "added as a new version", "unchanged": "was there"}
    for taken in report.taken:
        count = taken.file.passages - taken.file.held
        typer.echo(safe(f"{taken.path}: {words[taken.outcome]}, {count} passages"))
        for part in taken.held_back:
            typer.echo(safe(f"  held back {len(part.passages)} passages: {part.reason}"))
            typer.echo(safe(f"  release them with: scopewright files release {taken.path!r}"))
        for warning in taken.file.warnings:
            typer.echo(safe(f"  note: {warning}"))
    for rejected in report.rejected:
        line = f"{rejected.path}: {rejected.problem} {rejected.remedy} ({rejected.code})"
        typer.echo(safe(line), err=True)


def files(stored: Sequence["StoredFile"], *, as_json: bool) -> None:
    """Print the files of a project."""
    if as_json:
        keys = ("id", "name", "version", "kind", "title", "size", "passages", "held")
        as_json_text({"files": [{key: getattr(file, key) for key in keys} for file in stored]})
        return
    if not stored:
        typer.echo("No file in this project yet; add some with `scopewright ingest PATH`.")
    for file in stored:
        held = f", {file.held} held back" if file.held else ""
        typer.echo(safe(f"{file.name} (version {file.version}): {file.passages} passages{held}"))


def checks(found: Sequence["Check"], *, as_json: bool) -> None:
    """Print the doctor's checks."""
    if as_json:
        keys = ("name", "ok", "detail", "remedy")
        as_json_text({"checks": [{key: getattr(check, key) for key in keys} for check in found]})
        return
    console = _console()
    for check in found:
        mark, style = ("ok  ", "green") if check.ok else ("FAIL", "red")
        console.print(mark, style=style, end=" ")
        console.print(safe(f"{check.name}: {check.detail}"), markup=False, highlight=False)
        if check.remedy:
            console.print(safe(f"     {check.remedy}"), markup=False, highlight=False)


def _console() -> "Console":
    from rich.console import Console

    console = Console()
    return (
        Console(width=min(console.width, WIDTH)) if sys.stdout.isatty() else Console(width=10_000)
    )


def _markdown(console: "Console", text: str) -> None:
    if not sys.stdout.isatty():
        typer.echo(safe(text))
        return
    from rich.markdown import Markdown

    console.print(Markdown(safe(text), hyperlinks=False))


def _reference(reference: dict[str, Any]) -> str:
    year = f" ({reference['year']})" if reference.get("year") else ""
    where = f" {reference['where']}." if reference.get("where") else ""
    link = f" {reference['link']}" if reference.get("link") else ""
    return f"{reference['authors']}{year}. {reference['title']}.{where}{link}"


def safe(text: str) -> str:
    """The text without what could command a terminal."""
    return _CONTROL.sub("�", text)
