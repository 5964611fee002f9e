"""The settings → the app in socket mode, or a server for signed requests; both stop cleanly."""

import argparse
import logging
import signal
import sys
import threading
from dataclasses import dataclass

from pydantic import SecretStr
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.error import BoltError

from assistant import Assistant, Settings, SettingsInvalid, UserFixable, load_settings
from assistant.channels.slack_bot.app import WORKERS, create_app, new_client
from assistant.channels.slack_bot.house import open_house
from assistant.channels.slack_bot.lanes import Lanes
from assistant.channels.slack_bot.web import create_web

# How long answers may take to end when the program is told to stop.
STOP_S = 20.0
# The library's reader looks up every three seconds.
CLOSE_S = 10.0


@dataclass(frozen=True, slots=True)
class Secrets:
    """What Slack gave the app; the signing secret is for HTTP, the app token for socket mode."""

    bot_token: str
    app_token: str
    signing_secret: str


def secrets_of(settings: Settings, *, http: bool) -> Secrets:
    """The secrets that are needed; raise SettingsInvalid that names the missing one."""
    wanted = {
        "SLACK_BOT_TOKEN": (settings.slack_bot_token, True),
        "SLACK_APP_TOKEN": (settings.slack_app_token, not http),
        "SLACK_SIGNING_SECRET": (settings.slack_signing_secret, http),
    }
    found = {name: _text(secret) for name, (secret, _) in wanted.items()}
    for name, (_, needed) in wanted.items():
        if needed and not found[name]:
            raise SettingsInvalid(
                f"SCOPEWRIGHT_{name} is not set.",
                remedy="The page docs/slack.md says where Slack shows it.",
            )
    return Secrets(*found.values())


def _text(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value().strip()


class Running:
    """The app with its lanes; `close` lets running answers end."""

    def __init__(self, assistant: Assistant, secrets: Secrets, *, api: str = "") -> None:
        self.lanes = Lanes(WORKERS)
        self.house = open_house(assistant, new_client(secrets.bot_token, api=api))
        try:
            self.app: App = create_app(
                self.house, self.lanes, signing_secret=secrets.signing_secret or "socket mode"
            )
        except BoltError as error:
            raise SettingsInvalid(
                "Slack refuses the bot token.", remedy="Install the app again and copy its token."
            ) from error
        self.secrets = secrets
        self.socket: SocketModeHandler | None = None

    def connect(self) -> None:
        """Open the socket; events come from now on, in the order that Slack sends them."""
        self.socket = SocketModeHandler(self.app, self.secrets.app_token, concurrency=1)
        # The library has no types here.
        self.socket.connect()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Take no more, and let what runs come to its end."""
        if self.socket is not None:
            # The library joins its reader without a limit, and a reader that begins just as it
            # connects or closes never learns that it is to stop.
            closing = threading.Thread(target=self.socket.close, daemon=True)
            closing.start()
            closing.join(CLOSE_S)
        self.lanes.close(STOP_S)


def serve(assistant: Assistant, options: argparse.Namespace) -> None:
    """Serve until SIGTERM or Ctrl+C."""
    running = Running(assistant, secrets_of(assistant.settings, http=options.http))
    try:
        if options.http:
            _serve_http(running, options)
        else:
            _serve_socket(running)
    finally:
        running.close()


def _serve_socket(running: Running) -> None:
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    running.connect()
    sys.stderr.write("Connected to Slack (stop with Ctrl+C)\n")
    stopped.wait()


def _serve_http(running: Running, options: argparse.Namespace) -> None:
    import uvicorn

    server = uvicorn.Server(
        uvicorn.Config(
            create_web(running.app, running.secrets.signing_secret),
            host=options.host,
            port=options.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=int(STOP_S),
        )
    )
    # The server passes a signal on when it has stopped well; by then it has been obeyed.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    sys.stderr.write(
        f"Slack's requests come to http://{options.host}:{options.port}/slack/events\n"
    )
    server.run()


def configure_logging(level: str) -> None:
    """Log to stderr; Slack's own libraries quote messages, which is for people who debug."""
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    if level != "DEBUG":
        for name in ("slack_bolt", "slack_sdk", "httpx", "httpcore", "openai", "langchain"):
            logging.getLogger(name).setLevel(logging.ERROR)


def main() -> None:
    """Serve what the environment and the options say."""
    parser = argparse.ArgumentParser(prog="scopewright slack")
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3000)
    options = parser.parse_args()
    try:
        settings = load_settings()
        configure_logging(settings.log_level)
        secrets_of(settings, http=options.http)
        with Assistant(settings) as assistant:
            assistant.prepare()
            serve(assistant, options)
    except UserFixable as error:
        sys.exit(str(error))
