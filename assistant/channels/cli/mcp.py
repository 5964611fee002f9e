"""The command `mcp`: the Model Context Protocol for editors and agents."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from assistant.channels.cli.session import InProject


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(mcp)


def mcp(
    project: InProject = "default",
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Let the client store answers.")
    ] = False,
    http: Annotated[
        bool, typer.Option("--http", help="Streamable HTTP on this machine, not stdio.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port, with --http.")] = 8090,
) -> None:
    """Serve tools, articles and documents of one project to an editor or agent (MCP)."""
    # Channels do not know each other: this one starts the other as a program of its own.
    command = [sys.executable, "-m", "assistant.channels.mcp_server", "--project", project]
    command += ["--allow-writes"] if allow_writes else []
    command += ["--http", "--host", host, "--port", str(port)] if http else []
    if sys.platform != "win32":
        os.execv(command[0], command)
    raise typer.Exit(subprocess.run(command, check=False).returncode)
