"""The settings → a server on the address they name, which stops without breaking off answers."""

import argparse
import logging
import signal
import sys

import uvicorn

from assistant import Assistant, SettingsInvalid, load_settings
from assistant.channels.http_api.app import create_app
from assistant.channels.http_api.hosts import is_loopback
from assistant.channels.http_api.logs import configure_logging

# How long answers may take to end when the server is told to stop.
STOP_S = 20
# How long a thread may compute before another gets its turn: the one that takes requests in must
# not wait for every one that makes an answer, each for Python's usual 5 ms.
TURN_S = 0.001
KEEP_ALIVE_S = 30
WAITING = 512


def check_exposure(assistant: Assistant, host: str) -> None:
    """Raise SettingsInvalid for a server that others could reach and nobody has a key to."""
    if is_loopback(host) or any(key.revoked_at is None for key in assistant.api_keys()):
        return
    raise SettingsInvalid(
        f"The API would be open to everyone who reaches {host}.",
        remedy="Make a key with `scopewright keys create`, or listen on 127.0.0.1.",
    )


def new_server(assistant: Assistant, host: str, port: int) -> uvicorn.Server:
    """A server that is not running yet; raise SettingsInvalid."""
    check_exposure(assistant, host)
    # It writes addresses out, which hold names and queries; the door logs without them.
    logging.getLogger("uvicorn.access").disabled = True
    return uvicorn.Server(
        uvicorn.Config(
            create_app(assistant),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            # Who asks is told by the connection, never by a header.
            proxy_headers=False,
            ws="none",
            backlog=WAITING,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=STOP_S,
        )
    )


def serve(assistant: Assistant, host: str | None = None, port: int | None = None) -> None:
    """Serve until SIGTERM or Ctrl+C; then take no new request and let answers end."""
    settings = assistant.settings
    server = new_server(assistant, host or settings.api_host, port or settings.api_port)
    configure_logging(settings.log_level)
    # The server passes a signal on when it has stopped well; by then it has been obeyed.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    sys.setswitchinterval(TURN_S)
    server.run()


def main() -> None:
    """Serve what the environment says: `python -m assistant.channels.http_api`."""
    parser = argparse.ArgumentParser(description="Serve the HTTP API.")
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    given = parser.parse_args()
    with Assistant(load_settings()) as assistant:
        serve(assistant, given.host, given.port)
