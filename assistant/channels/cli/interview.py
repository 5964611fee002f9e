"""`scopewright interview`, `next`, `answer` → the interview in a terminal, a pipe, or as JSON."""

import sys
from typing import Annotated

import typer

from assistant.channels.cli import show
from assistant.channels.cli.session import AsJson, InProject, open_assistant

Kind = Annotated[
    str, typer.Argument(help="The kind of document to ask for, such as tdd; `all` for every kind.")
]
Author = Annotated[str, typer.Option("--author", help="Who answers, for the history.")]


def register(app: typer.Typer) -> None:
    """Add the commands of the interview."""
    app.command("interview")(interview)
    app.command("next")(next_question)
    app.command("answer")(answer)


def interview(
    kind: Kind = "all",
    project: InProject = "default",
    author: Author = "",
) -> None:
    """Ask the questions that a document waits for, one at a time; stop and resume at will."""
    from assistant.channels.cli.talk import Talk

    Talk(open_assistant(), kind, project=project, author=author).run()


def next_question(
    kind: Kind = "all",
    project: InProject = "default",
    as_json: AsJson = False,
) -> None:
    """Show the question that is worth most now, and how far the interview is."""
    from assistant.channels.cli.screen import Screen

    step = open_assistant().next_question(kind, project=project)
    if as_json:
        show.as_json_text(step.as_json())
    else:
        Screen().step(step, by_command=project)


def answer(
    fact: Annotated[str, typer.Argument(metavar="ID", help="The fact, as `next` names it.")],
    value: Annotated[str, typer.Argument(help="In your own words; `-` reads it from stdin.")],
    kind: Annotated[str, typer.Option("--kind", "-k", help="The interview to go on with.")] = "all",
    insist: Annotated[
        bool, typer.Option("--insist", help="Keep the answer as it is, however vague.")
    ] = False,
    note: Annotated[str, typer.Option("--note", help="A remark to keep with it.")] = "",
    expected: Annotated[
        int | None,
        typer.Option("--expected-event", help="The question's event: refuse if it was answered."),
    ] = None,
    project: InProject = "default",
    author: Author = "",
    as_json: AsJson = False,
) -> None:
    """Answer a question and show the next one; the answer is saved when this returns."""
    from assistant.channels.cli.screen import Screen

    words = sys.stdin.buffer.read().decode("utf-8", "replace") if value == "-" else value
    step = open_assistant().answer(
        fact,
        words,
        kind=kind,
        insist=insist,
        note=note,
        expected_event=expected,
        project=project,
        author=author,
    )
    if as_json:
        show.as_json_text(step.as_json())
    else:
        Screen().step(step, by_command=project)
