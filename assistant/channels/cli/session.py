"""One command's service, its progress on stderr, and the one place where errors become words."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.channels.cli import show

if TYPE_CHECKING:
    from assistant import Assistant

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
InProject = Annotated[str, typer.Option("--project", "-p", help="The project to work in.")]
# Told how many are done, of how many (0 when unknown), and the name of the present one.
Advance = Callable[[int, int, str], None]

_open: list["Assistant"] = []


def open_assistant() -> "Assistant":
    """The service, for a command that asks nothing of the knowledge base."""
    from assistant import Assistant

    assistant = Assistant()
    _open.append(assistant)
    return assistant


def open_prepared() -> "Assistant":
    """The service, with its knowledge index built (with a progress bar) when it was not yet."""
    assistant = open_assistant()
    with progress_bar("Reading the knowledge base") as advance:
        assistant.prepare(lambda done: advance(done, 0, ""))
    return assistant


def close_session() -> None:
    """Close the service if a command opened it."""
    while _open:
        _open.pop().close()


def run(app: typer.Typer) -> None:
    """Run the app; a known error is one line on stderr (or JSON on stdout) and exit code 1."""
    from assistant.errors import AssistantError

    for stream in (sys.stdout, sys.stderr):
        # A terminal or pipe that cannot show a letter gets its number, not a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except AssistantError as error:
        show.problem(error, as_json="--json" in sys.argv)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe has gone; Python would complain again while it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


@contextmanager
def progress_bar(what: str) -> Iterator[Advance]:
    """A bar on stderr that appears with the first step; plain lines when it is no terminal."""
    if not sys.stderr.isatty():
        yield _silent_until_slow(what)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = None

        def advance(done: int, of: int, name: str) -> None:
            nonlocal task
            if task is None:
                task = bar.add_task(what, total=None)
            # A file's name is not markup, and must not command the terminal.
            words = escape(show.safe(f"{what} {name}"))
            bar.update(task, completed=done, total=of or None, description=words)

        yield advance


def _silent_until_slow(what: str) -> Advance:
    said = False

    def advance(_done: int, _of: int, _name: str) -> None:
        nonlocal said
        if not said:
            typer.echo(f"{what} …", err=True)
            said = True

    return advance
