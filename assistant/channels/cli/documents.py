"""`scopewright document` and its relatives: documents in a terminal, as files and as JSON."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.channels.cli import show
from assistant.channels.cli.session import AsJson, InProject, open_assistant

if TYPE_CHECKING:
    from assistant import Block, Document, DocumentDiff

Kind = Annotated[
    str, typer.Argument(help="requirements, cvp or tdd; see `document-kinds`.", metavar="KIND")
]
Author = Annotated[str, typer.Option("--author", help="Who does it.")]
Key = Annotated[
    str, typer.Argument(help="The block, such as tdd/metrics/link; see `document KIND --json`.")
]
# Signs beside a sentence in the terminal; what a person said has none.
MARKS = {"guidance": "[practice]", "assumption": "[assumed]", "open": "[open]"}
WORD_MARKS = {"same": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command()(document)
    app.command("document-kinds")(document_kinds)
    app.command("document-versions")(document_versions)
    app.command("document-diff")(document_diff)
    app.command("document-edit")(document_edit)
    app.command("document-revert")(document_revert)


def document(
    kind: Kind,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file: .md, .docx, .pdf, .html or .json."),
    ] = None,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="A stored version instead of a new one.")
    ] = None,
    rewrite: Annotated[
        bool, typer.Option("--rewrite/--no-rewrite", help="Let a language model smooth the words.")
    ] = False,
    project: InProject = "default",
    author: Author = "",
    as_json: AsJson = False,
) -> None:
    """Write a document from what the project has stated; each sentence says where it is from."""
    assistant = open_assistant()
    if output is not None:
        made = assistant.export_document(
            kind, output, version=version, rewrite=rewrite, project=project, author=author
        )
        text = f"Wrote version {made.version} of {made.title} to {output}."
        value = {"path": str(output), "bytes": output.stat().st_size, **_data(made)}
        show.done(value if as_json else {}, text, as_json=as_json)
        return
    if version is None:
        made = assistant.document(kind, rewrite=rewrite, project=project, author=author)
    else:
        made = assistant.document_version(kind, version, project=project)
    show.done(_data(made) if as_json else {}, "\n".join(_lines(made)), as_json=as_json)


def document_kinds(as_json: AsJson = False) -> None:
    """List the kinds of documents."""
    kinds = open_assistant().document_kinds()
    value = {"kinds": [{"id": key, "title": title} for key, title in kinds.items()]}
    text = "\n".join(f"{key}: {title}" for key, title in kinds.items())
    show.done(value, text, as_json=as_json)


def document_versions(kind: Kind, project: InProject = "default", as_json: AsJson = False) -> None:
    """List the stored versions of a document."""
    found = open_assistant().document_versions(kind, project=project)
    lines = [f"{one.version}: {_when(one.made_at)}{_by(one.author)}" for one in found]
    more = show.in_project(project)
    empty = f"No version yet; `scopewright document {kind}{more}` makes the first."
    value = {"kind": kind, "versions": [dataclasses.asdict(one) for one in found]}
    show.done(value, "\n".join(lines) or empty, as_json=as_json)


def document_diff(
    kind: Kind,
    before: Annotated[
        int | None, typer.Argument(min=1, help="The older version; the one before the newer.")
    ] = None,
    after: Annotated[
        int | None, typer.Argument(min=1, help="The newer version; the latest.")
    ] = None,
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Show what changed between two versions, block by block and word by word."""
    diff = open_assistant().document_diff(kind, before, after, project=project)
    lines = _diff_lines(diff) or ["These versions say the same."]
    show.done(dataclasses.asdict(diff), "\n".join(lines), as_json=as_json)


def document_edit(
    kind: Kind,
    key: Key,
    text: Annotated[str, typer.Argument(help="The new text; `-` reads it from stdin.")],
    project: InProject = "default",
    author: Author = "",
    as_json: AsJson = False,
) -> None:
    """Put your own words in place of a block; they stay when the document is made anew."""
    words = typer.get_text_stream("stdin").read() if text == "-" else text
    made = open_assistant().edit_block(kind, key, words, project=project, author=author)
    done = f"Edited {key}; the document is now version {made.version}."
    show.done({"version": made.version, "block": _block(made, key)}, done, as_json=as_json)


def document_revert(
    kind: Kind,
    key: Key,
    project: InProject = "default",
    author: Author = "",
    as_json: AsJson = False,
) -> None:
    """Take your edit of a block back; it is made of the facts again."""
    made = open_assistant().revert_block(kind, key, project=project, author=author)
    done = f"Took the edit of {key} back; the document is now version {made.version}."
    show.done({"version": made.version, "block": _block(made, key)}, done, as_json=as_json)


def _data(document: "Document") -> dict[str, Any]:
    from assistant import document_to_data

    return document_to_data(document)


def _block(document: "Document", key: str) -> dict[str, Any] | None:
    return next((one for one in _data(document)["blocks"] if one["key"] == key), None)


def _lines(document: "Document") -> list[str]:
    lines = [f"{document.title}: {document.project}, version {document.version}", ""]
    for section in document.sections:
        lines += [f"{section.number}. {section.title}", ""]
        for block in document.of(section.id):
            lines += _block_lines(block)
    return lines


def _block_lines(block: "Block") -> list[str]:
    if block.kind == "picture":
        return [f"[Picture: {block.text}]", ""]
    if block.kind == "table":
        rows = [[cell.text for cell in row] for row in block.rows]
        caption = [block.label] if block.label else []
        return [*caption, *(" | ".join(row) for row in [list(block.head), *rows]), ""]
    said = [f"{one.text} {MARKS.get(one.origin, '')}".strip() for one in block.sentences]
    if block.kind == "bullets":
        return [*(f"- {text}" for text in said), ""]
    label = f"{block.label}. " if block.label else ""
    return [label + " ".join(said), ""]


def _diff_lines(diff: "DocumentDiff") -> list[str]:
    lines: list[str] = []
    for change in diff.changes:
        lines.append(f"{change.change}: {change.key}")
        words = "".join(
            WORD_MARKS[part.change][0] + part.text + WORD_MARKS[part.change][1]
            for part in change.words
        )
        lines += [f"    {line}" for line in words.splitlines()]
    return lines


def _when(at: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _by(author: str) -> str:
    return f", {author}" if author else ""
