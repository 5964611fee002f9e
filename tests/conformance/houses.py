"""What the tests here share: homes with a knowledge index, and a driver of every channel."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal
from conformance.drivers import PATIENCE_S, Api, Cli, Mcp, Slack
from http_api import served
from mcp.client.client import Client
from slack import workspace

from assistant import Assistant, Settings
from assistant.channels.mcp_server.serving import create_server

# A model's words would differ from one channel to the next.
LADDER = "extractive"
CHANNELS = ("api", "cli", "mcp", "slack")


def new_home(folder: Path, prepared: Path) -> Path:
    """A data folder with nothing but the knowledge index."""
    (folder / "indexes").mkdir(parents=True)
    (folder / "indexes" / "knowledge").symlink_to(prepared / "indexes" / "knowledge")
    return folder


def service_in(home: Path) -> Assistant:
    return Assistant(Settings(home=home, ladder=LADDER))


def env_of(home: Path) -> dict[str, str]:
    """What a process needs to work in a home."""
    kept = {key: text for key, text in os.environ.items() if not key.startswith("SCOPEWRIGHT_")}
    return {**kept, "SCOPEWRIGHT_HOME": str(home), "SCOPEWRIGHT_LADDER": LADDER}


@contextlib.contextmanager
def drivers_of(channel: str, assistant: Assistant) -> Iterator[Callable[[str], Any]]:
    """Run a channel over a service; what is given back makes the driver of a project."""
    with contextlib.ExitStack() as open_:
        if channel == "api":
            server = open_.enter_context(served(assistant))
            yield lambda project: Api(server.client(), project)
        elif channel == "cli":
            env = env_of(assistant.settings.home)
            yield lambda project: Cli(env, project)
        elif channel == "mcp":
            portal = open_.enter_context(start_blocking_portal())

            def connect(project: str) -> Mcp:
                server = create_server(assistant, project=project, allow_writes=True)
                client = portal.wrap_async_context_manager(
                    Client(server, read_timeout_seconds=PATIENCE_S)
                )
                return Mcp(portal, open_.enter_context(client))

            yield connect
        else:
            space = open_.enter_context(workspace(assistant))
            yield lambda project: Slack(space, f"C{len(space.slack.members) + 10}", project)
