"""`scopewright facts`: what a project knows, typed and shown in a terminal."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.channels.cli import show
from assistant.channels.cli.session import AsJson, InProject, open_assistant

if TYPE_CHECKING:
    from assistant import Assistant, StatedFact

Id = Annotated[str, typer.Argument(help="The fact, such as problem.why_now.", metavar="ID")]
Author = Annotated[str, typer.Option("--author", help="Who says so.")]
Note = Annotated[str, typer.Option("--note", help="What should be remembered beside it.")]

facts_app = typer.Typer(
    help="What the project knows: set, show, undo, import and export facts.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.add_typer(facts_app, name="facts")


@facts_app.command("schema")
def facts_schema(
    topic: Annotated[str | None, typer.Option("--topic", help="Only this topic.")] = None,
    as_json: AsJson = False,
) -> None:
    """List every fact that a project can state, with its question and choices."""
    assistant = open_assistant()
    topics = {one.id: one.label for one in assistant.catalogue().topics}
    if topic is not None and topic not in topics:
        raise typer.BadParameter(f"There is no topic {topic!r}; there are {', '.join(topics)}.")
    rows = [row for row in assistant.facts_schema() if topic in (None, row["topic"])]
    show.done({"facts": rows}, "\n".join(_schema_lines(rows, topics)), as_json=as_json)


def _schema_lines(rows: list[dict[str, Any]], topics: dict[str, str]) -> list[str]:
    lines: list[str] = []
    last = ""
    for row in rows:
        if row["topic"] != last:
            last = row["topic"]
            lines += ["", topics[last]] if lines else [topics[last]]
        lines.append(f"  {row['id']} ({row['type'].replace('_', ' ')}): {row['question']}")
        lines += [f"      {one['value']}: {one['label']}" for one in row["choices"]]
    return lines


@facts_app.command("set")
def facts_set(
    fact_id: Id,
    value: Annotated[str, typer.Argument(help="In your own words; `-` reads it from stdin.")],
    note: Note = "",
    author: Author = "",
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Store an answer: "about 40k", "150 ms", "don't know", "n/a"."""
    text = sys.stdin.buffer.read().decode("utf-8", "replace") if value == "-" else value
    assistant = open_assistant()
    stated = assistant.set_fact(fact_id, text, note=note, author=author, project=project)
    _show_stated(assistant, stated, as_json=as_json)


@facts_app.command("unknown")
def facts_unknown(
    fact_id: Id,
    owner: Annotated[str, typer.Option("--owner", help="Who finds out.")] = "",
    due: Annotated[str, typer.Option("--due", help="By when, such as 2026-12-03.")] = "",
    note: Note = "",
    author: Author = "",
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Record that nobody knows it yet, and who finds out by when."""
    assistant = open_assistant()
    stated = assistant.mark_unknown(
        fact_id, owner=owner, due=due, note=note, author=author, project=project
    )
    _show_stated(assistant, stated, as_json=as_json)


@facts_app.command("unset")
def facts_unset(
    fact_id: Id, author: Author = "", project: InProject = "default", as_json: AsJson = False
) -> None:
    """Remove what was said of a fact; `facts undo` brings it back."""
    open_assistant().unset_fact(fact_id, author=author, project=project)
    show.done({"unset": fact_id}, f"Removed {fact_id}.", as_json=as_json)


@facts_app.command("undo")
def facts_undo(project: InProject = "default", as_json: AsJson = False) -> None:
    """Take back the latest change; once more goes further back."""
    undone = open_assistant().undo(project=project)
    before, after = (
        one.as_json(undone.fact) if one else None for one in (undone.before, undone.after)
    )
    text = f"{undone.fact.label}: now {_words(after)}, was {_words(before)}."
    value = {"fact": undone.fact.id, "before": before, "after": after}
    show.done(value, text, as_json=as_json)


@facts_app.command("show")
def facts_show(
    fact_ids: Annotated[list[str] | None, typer.Argument(help="All if none is named.")] = None,
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Show what the project has stated: value, origin, author and time."""
    assistant = open_assistant()
    catalogue, facts = assistant.catalogue(), assistant.facts(project=project)
    chosen = [catalogue[one].id for one in fact_ids or ()]
    rows = [
        stated.as_json(catalogue[stated.fact_id])
        for stated in facts
        if not chosen or stated.fact_id in chosen
    ]
    lines = [line for row in rows for line in _fact_lines(row)]
    nothing = "Nothing was stated yet; begin with `scopewright facts set ID VALUE`."
    value = {"facts": rows, "last_event": facts.last_event}
    show.done(value, "\n".join(lines) or nothing, as_json=as_json)


def _fact_lines(row: dict[str, Any]) -> list[str]:
    more = [
        f"{name}: {row[name]}" for name in ("note", "quote", "source", "owner", "due") if row[name]
    ]
    who = f" by {row['author']}" if row["author"] else ""
    return [
        f"{row['label']}: {_words(row)}",
        f"    {row['fact']}, {row['origin']}{who}, {row['at']}",
        *(f"    {line}" for line in more),
    ]


@facts_app.command("history")
def facts_history(fact_id: Id, project: InProject = "default", as_json: AsJson = False) -> None:
    """Every change of one fact, oldest first, those that were taken back too."""
    assistant = open_assistant()
    fact = assistant.catalogue()[fact_id]
    changes = [one.as_json(fact) for one in assistant.fact_history(fact_id, project=project)]
    lines = [
        f"{one['at']} {one['author'] or 'somebody'}: {_words(one)}"
        + (f" (undone {one['undone_at']})" if one["undone_at"] else "")
        for one in changes
    ]
    text = "\n".join(lines) or f"{fact.label} was never stated."
    show.done({"fact": fact_id, "changes": changes}, text, as_json=as_json)


@facts_app.command("export")
def facts_export(
    target: Annotated[
        Path | None, typer.Option("--output", "-o", help="The YAML file; stdout without it.")
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="Every change too.")] = False,
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Write the facts as YAML that `facts import` reads."""
    assistant = open_assistant()
    sheet = assistant.export_facts(history=history, project=project)
    if target is None:
        show.done({"yaml": sheet}, sheet.rstrip("\n"), as_json=as_json)
        return
    from assistant import write_whole

    write_whole(target, sheet.encode())
    show.done({"path": str(target)}, f"Exported the facts to {target}.", as_json=as_json)


@facts_app.command("import")
def facts_import(
    source: Annotated[Path, typer.Argument(help="A YAML file; `-` reads stdin.")],
    author: Author = "",
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Store the facts of a YAML file, all or none."""
    text = sys.stdin.buffer.read() if str(source) == "-" else _read(source)
    assistant = open_assistant()
    ids = assistant.import_facts(text.decode("utf-8", "replace"), author=author, project=project)
    show.done({"imported": list(ids)}, f"Imported {len(ids)} facts.", as_json=as_json)


def _read(source: Path) -> bytes:
    from assistant.errors import NotFound

    try:
        return source.read_bytes()
    except OSError as error:
        raise NotFound(
            f"The file {source} cannot be read ({error.strerror}).", remedy="Check the path."
        ) from error


def _show_stated(assistant: "Assistant", stated: "StatedFact", *, as_json: bool) -> None:
    row = stated.as_json(assistant.catalogue()[stated.fact_id])
    show.done(row, f"{row['label']}: {_words(row)}", as_json=as_json)


def _words(row: dict[str, Any] | None) -> str:
    if row is None or row["status"] == "unset":
        return "not answered"
    words: dict[str, str] = {"unknown": "not known yet", "not_applicable": "does not apply"}
    return words.get(row["status"], str(row["shown"]))
