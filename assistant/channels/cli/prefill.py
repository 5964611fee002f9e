"""`scopewright prefill`: a pasted brief or a file → proposed facts, shown or stored."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.channels.cli import show
from assistant.channels.cli.session import AsJson, InProject, open_assistant

if TYPE_CHECKING:
    from assistant import Assistant, Proposal

QUOTE_LIMIT = 160


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("prefill")(prefill)


def prefill(
    file: Annotated[
        str, typer.Argument(help="A brief, e-mail or transcript; `-` reads text from stdin.")
    ],
    accept: Annotated[
        bool, typer.Option("--accept", help="Store what was found as facts of the project.")
    ] = False,
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="Let a language model look too.")
    ] = False,
    author: Annotated[str, typer.Option("--author", help="Who accepts them.")] = "",
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Propose facts from a text, each with the exact words it came from.

    Without --accept they stay open until you accept or reject them.
    """
    assistant = open_assistant()
    if file == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
        found = assistant.prefill(text, model=model, project=project)
    else:
        found = assistant.prefill_file(Path(file), model=model, project=project)
    if accept:
        ids = [one.id for one in found]
        assistant.accept(ids, project=project, author=author)
    value = {
        "proposals": [_as_json(assistant, one) for one in found],
        "notices": list(found.notices),
        "accepted": len(found) if accept else 0,
    }
    lines = _lines(assistant, list(found), found.notices, accepted=accept)
    show.done(value, "\n".join(lines), as_json=as_json)


def _as_json(assistant: "Assistant", one: "Proposal") -> dict[str, Any]:
    from assistant import to_data

    return {
        "id": one.id,
        "fact": one.fact,
        "label": assistant.catalogue()[one.fact].label,
        "value": to_data(one.value),
        "shown": one.shown,
        "quote": one.quote,
        "start": one.start,
        "end": one.end,
        "confidence": round(one.confidence, 3),
        "rung": one.rung,
        "source": one.source,
    }


def _lines(
    assistant: "Assistant", found: "list[Proposal]", notices: tuple[str, ...], *, accepted: bool
) -> list[str]:
    lines = [f"({notice})" for notice in notices]
    for one in found:
        quote = " ".join(one.quote.split())
        quote = quote if len(quote) <= QUOTE_LIMIT else f"{quote[:QUOTE_LIMIT]} …"
        label = assistant.catalogue()[one.fact].label
        lines += [f"{label} ({one.fact}): {one.shown}", f'    "{quote}"']
    if not found:
        lines.append("Nothing in this text states a fact of the catalogue.")
    elif accepted:
        lines.append(
            f"Stored {len(found)} facts. `scopewright facts undo` takes back the last one."
        )
    else:
        lines.append(f"{len(found)} proposals. Add --accept to store them as facts.")
    return lines
