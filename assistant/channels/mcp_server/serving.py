"""Options → a server of the Model Context Protocol on standard input or on this machine's port."""

import argparse
import ipaddress
import signal
import sys
from typing import Any

from mcp.server.mcpserver import MCPServer
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant import Assistant, UserFixable, __version__
from assistant.channels.mcp_server.reading import add_reading
from assistant.channels.mcp_server.writing import add_writing

# How long answers may take to end when the program is told to stop.
STOP_S = 10
INSTRUCTIONS = (
    "Scopewright helps to scope machine-learning projects. Guidance comes from cited articles; "
    "facts come from the person alone: never answer an interview question for them."
)


def create_server(assistant: Assistant, *, project: str, allow_writes: bool) -> MCPServer[Any]:
    """A server for one project; without `allow_writes` it can only read."""
    server: MCPServer[Any] = MCPServer(
        "scopewright",
        title="Scopewright",
        instructions=INSTRUCTIONS,
        version=__version__,
        log_level="WARNING",
    )
    add_reading(server, assistant, project)
    if allow_writes:
        add_writing(server, assistant, project)
    return server


class Guarded:
    """The app behind the keys of the HTTP API, from the first key on."""

    def __init__(self, app: ASGIApp, assistant: Assistant, project: str, *, writes: bool) -> None:
        self._app = app
        self._assistant = assistant
        self._project = project
        self._writes = writes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] != "http" or self._allowed(dict(scope["headers"])):
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b"A key is needed for this project."})

    def _allowed(self, headers: dict[bytes, bytes]) -> bool:
        if not self._assistant.key_needed():
            return True
        scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        key = self._assistant.key_of(secret.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            return False
        of_project = key.projects is None or self._project in key.projects
        return of_project and (not self._writes or key.scope != "read")


def check_host(host: str) -> None:
    """Raise UserFixable for an address that other machines can reach."""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise UserFixable(
            f"The MCP server does not listen on {host}: it is meant for this machine.",
            remedy="Use 127.0.0.1, and a reverse proxy with TLS for other machines.",
        )


def main() -> None:
    """Serve until the client leaves or the process is told to stop."""
    options = _options()
    try:
        if options.http:
            check_host(options.host)
        with Assistant() as assistant:
            assistant.project(options.project)
            assistant.prepare()
            serve(assistant, options)
    except UserFixable as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(0)


def serve(assistant: Assistant, options: argparse.Namespace) -> None:
    """Serve as the options say."""
    server = create_server(assistant, project=options.project, allow_writes=options.allow_writes)
    if not options.http:
        # Its reader waits for a line, so an exception would be heard when the input ends only.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        server.run("stdio")
        return
    import uvicorn

    app = server.streamable_http_app(host=options.host)
    guarded = Guarded(app, assistant, options.project, writes=options.allow_writes)
    sys.stderr.write(f"MCP server on http://{options.host}:{options.port}/mcp\n")
    # What is still being answered after that is cut off.
    uvicorn.run(
        guarded,
        host=options.host,
        port=options.port,
        log_level="warning",
        timeout_graceful_shutdown=STOP_S,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scopewright mcp")
    parser.add_argument("--project", default="default")
    parser.add_argument("--allow-writes", action="store_true")
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    return parser.parse_args()
