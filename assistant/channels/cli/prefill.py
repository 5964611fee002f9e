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
proposals_app = typer.Typer(
    help="What was read from a text and waits for you: list, accept, reject.",
    no_args_is_help=True,
)
Chosen = Annotated[
    list[str] | None, typer.Argument(metavar="[ID]...", help="As `proposals list` shows them.")
]
Everything = Annotated[bool, typer.Option("--all", help="Every open one.")]


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("prefill")(prefill)
    app.add_typer(proposals_app, name="proposals")


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

    Without --accept they stay open; `scopewright proposals` accepts or rejects them one by one.
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


@proposals_app.command("list")
def proposals_list(project: InProject = "default", as_json: AsJson = False) -> None:
    """List the open proposals, each with the words it came from."""
    assistant = open_assistant()
    found = assistant.proposals(project=project)
    lines = [line for one in found for line in (one.id, *_shown(assistant, one))]
    value = {"proposals": [_as_json(assistant, one) for one in found]}
    show.done(value, "\n".join(lines) or "No proposal is open.", as_json=as_json)


@proposals_app.command("accept")
def proposals_accept(
    ids: Chosen = None,
    everything: Everything = False,
    author: Annotated[str, typer.Option("--author", help="Who accepts them.")] = "",
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Store proposals as facts."""
    assistant = open_assistant()
    stated = assistant.accept(_chosen(ids, everything), project=project, author=author)
    value = {"accepted": [one.fact_id for one in stated]}
    show.done(value, f"Stored {_number(len(stated), 'fact')}.", as_json=as_json)


@proposals_app.command("reject")
def proposals_reject(
    ids: Chosen = None,
    everything: Everything = False,
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Take proposals away; the facts stay as they are."""
    count = open_assistant().reject(_chosen(ids, everything), project=project)
    show.done({"rejected": count}, f"Rejected {_number(count, 'proposal')}.", as_json=as_json)


def _chosen(ids: list[str] | None, everything: bool) -> list[str] | None:
    """The ids, or None for all of them; one of the two must be said."""
    if bool(ids) == everything:
        raise typer.BadParameter("Name proposals by their ids, or give --all.")
    return ids or None


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


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
        lines += _shown(assistant, one)
    if not found:
        lines.append("Nothing in this text states a fact of the catalogue.")
    elif accepted:
        lines.append(
            f"Stored {len(found)} facts. `scopewright facts undo` takes back the last one."
        )
    else:
        lines.append(
            f"{len(found)} proposals. Add --accept to store them all, or choose with "
            "`scopewright proposals`."
        )
    return lines


def _shown(assistant: "Assistant", one: "Proposal") -> list[str]:
    quote = " ".join(one.quote.split())
    quote = quote if len(quote) <= QUOTE_LIMIT else f"{quote[:QUOTE_LIMIT]} …"
    label = assistant.catalogue()[one.fact].label
    return [f"{label} ({one.fact}): {one.shown}", f'    "{quote}"']
