"""Commands of Slack: start it; bind channels to projects, and list them."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from assistant.channels.cli import show
from assistant.channels.cli.session import AsJson, open_assistant

slack_app = typer.Typer(
    help="Serve Slack, and say which project a channel works in.", invoke_without_command=True
)
Channel = Annotated[
    str, typer.Argument(help="Its id, as Slack shows it at the end of the channel's details.")
]
Team = Annotated[
    str, typer.Option("--team", help="The workspace's id; SCOPEWRIGHT_SLACK_TEAM says it too.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(slack_app, name="slack")


@slack_app.callback()
def slack(
    context: typer.Context,
    http: Annotated[
        bool, typer.Option("--http", help="Take signed requests instead of socket mode.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port, with --http.")] = 3000,
) -> None:
    """Serve Slack: in socket mode, or over HTTP behind a proxy with TLS."""
    if context.invoked_subcommand is not None:
        return
    # Channels do not know each other: this one starts the other as a program of its own.
    command = [sys.executable, "-m", "assistant.channels.slack_bot"]
    command += ["--http", "--host", host, "--port", str(port)] if http else []
    sys.stdout.flush()
    if sys.platform != "win32":
        os.execv(command[0], command)
    raise typer.Exit(subprocess.run(command, check=False).returncode)


@slack_app.command("bind")
def slack_bind(channel: Channel, project: str, team: Team = "", as_json: AsJson = False) -> None:
    """Let a channel work in a project; everyone in the channel can then read and write it."""
    assistant = open_assistant()
    key = _key(team or assistant.settings.slack_team, channel)
    assistant.bind_channel(key, project, by="command line")
    text = f"{channel} works in the project {project} now."
    show.done({"channel": key, "project": project}, text, as_json=as_json)


@slack_app.command("unbind")
def slack_unbind(channel: Channel, team: Team = "", as_json: AsJson = False) -> None:
    """Take a channel's project away; its threads are closed by it."""
    assistant = open_assistant()
    key = _key(team or assistant.settings.slack_team, channel)
    assistant.unbind_channel(key)
    show.done({"unbound": key}, f"{channel} has no project any more.", as_json=as_json)


@slack_app.command("bindings")
def slack_bindings(as_json: AsJson = False) -> None:
    """List the channels that have a project; direct messages have their own."""
    found = [one for one in open_assistant().channel_bindings() if one.channel[:6] == "slack/"]
    lines = [f"{one.channel.removeprefix('slack/')}  {one.project}" for one in found]
    text = "\n".join(lines) or "No channel has a project; give one with `scopewright slack bind`."
    value = {"bindings": [{"channel": one.channel, "project": one.project} for one in found]}
    show.done(value, text, as_json=as_json)


def _key(team: str, channel: str) -> str:
    """The channel as the service knows it; raise UserFixable without a workspace."""
    from assistant import UserFixable

    if not team.isalnum() or not channel.isalnum():
        raise UserFixable(
            "It takes the ids of a workspace and a channel, such as T024BE7LD and C024BE91L.",
            remedy="Give the workspace with --team or SCOPEWRIGHT_SLACK_TEAM.",
        )
    return f"slack/{team}/{channel}"
