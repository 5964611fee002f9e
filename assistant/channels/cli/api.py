"""Commands of the HTTP API: start it; make, list and revoke the keys that open it."""

import os
import subprocess
import sys
import time
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.channels.cli import show
from assistant.channels.cli.session import AsJson, open_assistant

if TYPE_CHECKING:
    from assistant import ApiKey


class ScopeName(Enum):
    """What a key allows, for the help."""

    read = "read"
    write = "write"
    admin = "admin"


keys_app = typer.Typer(help="Keys of the HTTP API: make, list, revoke.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(api)
    app.add_typer(keys_app, name="keys")


def api(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the API.")] = None,
) -> None:
    """Start the HTTP API on this machine."""
    from assistant import load_settings

    settings = load_settings()
    address, number = host or settings.api_host, port or settings.api_port
    # Channels do not know each other: this one starts the other as a program of its own.
    command = [sys.executable, "-m", "assistant.channels.http_api"]
    command += ["--host", address, "--port", str(number)]
    environment = {**os.environ, "SCOPEWRIGHT_HOME": str(settings.home.absolute())}
    sys.stdout.flush()
    raise typer.Exit(_run(command, environment))


def _run(command: list[str], environment: dict[str, str]) -> int:
    """Run the server in this process's place, so that signals reach it; on Windows beside it."""
    if sys.platform != "win32":
        os.execve(command[0], command, environment)
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 0


@keys_app.command("create")
def keys_create(
    name: Annotated[str, typer.Option("--name", "-n", help="Who will use it.")],
    scope: Annotated[
        ScopeName,
        typer.Option("--scope", "-s", help="read: ask and look; write: change; admin: delete too."),
    ] = ScopeName.read,
    project: Annotated[
        list[str] | None,
        typer.Option("--project", "-p", help="Only this project; may be given several times."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once."""
    made = open_assistant().create_key(name, scope=scope.value, projects=project or [])
    if as_json:
        show.as_json_text({"key": made.secret, **_as_json(made.key)})
        return
    typer.echo(made.secret)
    typer.echo("Keep it: it is not stored and cannot be shown again.", err=True)


@keys_app.command("list")
def keys_list(as_json: AsJson = False) -> None:
    """List the keys by their first letters, with what they open."""
    keys = open_assistant().api_keys()
    lines = [_line(key) for key in keys]
    text = "\n".join(lines) or "No key yet; make one with `scopewright keys create --name NAME`."
    show.done({"keys": [_as_json(key) for key in keys]}, text, as_json=as_json)


@keys_app.command("revoke")
def keys_revoke(
    which: Annotated[str, typer.Argument(help="The key's name, first letters, or id.")],
    as_json: AsJson = False,
) -> None:
    """Close a key for good; requests with it are refused within a second."""
    key = open_assistant().revoke_key(which)
    show.done({"revoked": _as_json(key)}, f"Revoked {key.name} ({key.start}…).", as_json=as_json)


def _line(key: "ApiKey") -> str:
    where = "every project" if key.projects is None else ", ".join(key.projects) or "no project"
    state = "" if key.revoked_at is None else f", revoked {_day(key.revoked_at)}"
    return f"{key.start}…  {key.name}: {key.scope}, {where}, made {_day(key.created_at)}{state}"


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(at))


def _as_json(key: "ApiKey") -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "start": key.start,
        "scope": key.scope,
        "projects": None if key.projects is None else list(key.projects),
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }
