"""What tests of the HTTP API share: a real server on a free port of loopback, and its callers."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import uvicorn

from assistant import Assistant
from assistant.channels.http_api import serving


class Served:
    """A running server; `client(key)` is a caller with that key."""

    def __init__(self, assistant: Assistant, server: uvicorn.Server, port: int) -> None:
        self.assistant = assistant
        self.server = server
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._clients: list[httpx.Client] = []

    @property
    def app(self) -> Any:
        return self.server.config.app

    @property
    def house(self) -> Any:
        return self.app.state.house

    def client(self, key: str = "", **headers: str) -> httpx.Client:
        if key:
            headers["Authorization"] = f"Bearer {key}"
        made = httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)
        self._clients.append(made)
        return made

    def key(self, scope: str = "read", *projects: str, name: str = "") -> str:
        made = self.assistant.create_key(name or scope, scope=scope, projects=projects)  # type: ignore[arg-type]
        # What the server remembers of an API without keys.
        self.house.keyring._looked_at = -1.0
        return made.secret

    def close(self) -> None:
        for client in self._clients:
            client.close()


@contextlib.contextmanager
def served(assistant: Assistant) -> Iterator[Served]:
    """Run the server in a thread until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = serving.new_server(assistant, "127.0.0.1", port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    running = Served(assistant, server, port)
    try:
        wait_for(lambda: server.started and running.house.ready)
        yield running
    finally:
        running.close()
        server.should_exit = True
        # It gives answers 20 s to end, and is told to stop for good when that was not enough.
        thread.join(30)
        server.force_exit = True
        thread.join(10)
        assert not thread.is_alive()


def wait_for(done: Any, limit_s: float = 60.0) -> None:
    """Wait until it is so, with room for a busy machine."""
    end = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
