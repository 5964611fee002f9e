"""The commands of `scopewright`; each translates, calls the service and renders."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant import __version__
from assistant.channels.cli import (
    api,
    documents,
    facts,
    interview,
    judgement,
    mcp,
    prefill,
    show,
    slack,
)
from assistant.channels.cli.panels import arrange
from assistant.channels.cli.session import (
    AsJson,
    InProject,
    close_session,
    open_assistant,
    open_prepared,
    progress_bar,
    run,
)

app = typer.Typer(
    name="scopewright",
    help="Scope machine-learning projects: cited answers, your own files, and what to do next.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
project_app = typer.Typer(
    help="Create, list, delete, export and import projects.", no_args_is_help=True
)
files_app = typer.Typer(help="The files of a project: list, delete, release.", no_args_is_help=True)
app.add_typer(project_app, name="project")
app.add_typer(files_app, name="files")

Question = Annotated[str, typer.Argument(help="In your own words; `-` reads it from stdin.")]


def main() -> None:
    """Run the command line; problems become one line on stderr and exit code 1."""
    try:
        run(app)
    finally:
        close_session()


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Scope machine-learning projects: cited answers, your own files, and what to do next."""
    if version:
        typer.echo(f"scopewright {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def ask(
    question: Question,
    project: InProject = "default",
    model: Annotated[
        bool, typer.Option("--model/--no-model", help="Let a language model word the answer.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Answer a question from the knowledge base and the project's files, with citations."""
    answer = open_prepared().ask(_read(question), project=project, model=model)
    show.answer(answer, as_json=as_json)


@app.command()
def search(
    query: Question,
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many passages.")] = 8,
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """List the passages that fit a query best, and whether they can answer it."""
    text = _read(query)
    show.hits(text, open_prepared().search(text, project=project, k=k), as_json=as_json)


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Take files into a project: md, txt, html, pdf, docx, pptx."""
    from assistant import expand_paths

    found = expand_paths(paths)
    assistant = open_assistant()
    with progress_bar("Reading") as advance:
        report = assistant.ingest(
            found, project=project, progress=lambda name, done, of: advance(done, of, name)
        )
    show.report(report, as_json=as_json)
    if report.rejected:
        raise typer.Exit(1)


@project_app.command("new")
def project_new(name: str, as_json: AsJson = False) -> None:
    """Create a project."""
    created = open_assistant().new_project(name)
    show.done({"project": created.name}, f"Created the project {created.name}.", as_json=as_json)


@project_app.command("list")
def project_list(as_json: AsJson = False) -> None:
    """List the projects."""
    names = [project.name for project in open_assistant().projects()]
    text = "\n".join(names) if names else "No project yet; asking a question makes the first."
    show.done({"projects": names}, text, as_json=as_json)


@project_app.command("delete")
def project_delete(
    name: str,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete a project with its files and conversations; this cannot be undone."""
    if not yes:
        typer.confirm(f"Delete the project {name} with all its files?", abort=True, err=True)
    open_assistant().delete_project(name)
    show.done({"deleted": name}, f"Deleted the project {name}.", as_json=as_json)


@project_app.command("export")
def project_export(
    name: str,
    target: Annotated[Path, typer.Option("--output", "-o", help="The zip file to write.")],
    as_json: AsJson = False,
) -> None:
    """Write a project with its files, conversations and answers to one file."""
    open_assistant().export_project(name, target)
    value = {"exported": name, "path": str(target), "bytes": target.stat().st_size}
    show.done(value, f"Exported the project {name} to {target}.", as_json=as_json)


@project_app.command("import")
def project_import(
    source: Annotated[Path, typer.Argument(help="A file made by `project export`.")],
    name: Annotated[str | None, typer.Option("--name", help="Instead of its own name.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a project of an exported file."""
    created = open_assistant().import_project(source, name=name)
    show.done({"project": created.name}, f"Imported the project {created.name}.", as_json=as_json)


@files_app.command("list")
def files_list(project: InProject = "default", as_json: AsJson = False) -> None:
    """List the files of a project with their passages and what is held back."""
    show.files(open_assistant().files(project=project), as_json=as_json)


@files_app.command("delete")
def files_delete(name: str, project: InProject = "default", as_json: AsJson = False) -> None:
    """Delete a file with all its versions; it is out of answers at once."""
    open_assistant().delete_file(name, project=project)
    show.done({"deleted": name}, f"Deleted {name}.", as_json=as_json)


@files_app.command("release")
def files_release(name: str, project: InProject = "default", as_json: AsJson = False) -> None:
    """Let the held-back part of a file take part in answers."""
    assistant = open_assistant()
    chosen = [file for file in assistant.files(project=project) if file.name == name]
    released = sum(assistant.release(file.id, project=project) for file in chosen)
    if not chosen:
        assistant.delete_file(name, project=project)  # raises: there is no such file
    text = f"Released {released} passages of {name}."
    show.done({"released": released}, text, as_json=as_json)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check the installation: data folder, database, encoder, knowledge."""
    checks = open_assistant().doctor()
    show.checks(checks, as_json=as_json)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


@app.command("eval")
def evaluate(
    suites: Annotated[
        list[str] | None, typer.Argument(help="All of them if none is named.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the evaluation suites and print every score with the cases that failed."""
    import subprocess

    from assistant import load_settings

    script = load_settings().packaged / "evals" / "run.py"
    command = [sys.executable, str(script), *(suites or []), *(["--json"] if as_json else [])]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


@app.command()
def ui(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the page.")] = None,
) -> None:
    """Start the web page on this machine."""
    from assistant.channels.cli.page import serve_page

    raise typer.Exit(serve_page(open_prepared(), host, port))


for part in (facts, interview, prefill, judgement, documents, api, mcp, slack):
    part.register(app)
arrange(app)


def _read(text: str) -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text
