"""A server on loopback that behaves like Slack: Web API, Socket Mode, uploads, response URLs.

It keeps what was called, refuses what Slack refuses (limits of blocks, JSON where a method takes
none, unknown channels and tokens) and fails on demand: `faults[method]` is a list of what the next
calls get: a number of seconds for `429`, `500`, an error's name, or `hang:SECONDS`.
"""

import contextlib
import itertools
import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_socket

BOT_TOKEN, APP_TOKEN, SECRET = "xoxb-1-test", "xapp-1-A1-test", "signing-secret"
TEAM, APP, BOT_USER, BOT = "T1", "A1", "UBOT", "B1"
TAKES_JSON = {
    "chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.publish",
    "conversations.open", "files.completeUploadExternal",
}  # fmt: skip
IN_ACTIONS = {
    "button", "checkboxes", "datepicker", "static_select", "users_select", "radio_buttons",
}  # fmt: skip


# How long anything here may take to close on a busy machine.
CLOSES_S = 30.0


def within(limit_s: float, act: Callable[[], Any]) -> Any:
    """Do something that might wait for ever; fail when it takes longer than the limit."""
    done: Future[Any] = Future()

    def run() -> None:
        try:
            done.set_result(act())
        # A seam: whatever goes wrong is for who waits.
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    assert not wait([done], limit_s).not_done, f"{act} has not ended after {limit_s:g} s"
    return done.result()


class Refused(Exception):
    """Slack's answer `ok: false`."""


class SlackServer:
    def __init__(self) -> None:
        owner = self

        class Handler(_Handler):
            slack = owner

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.api = f"{self.base}/api/"
        # Without pings of its own, which a busy machine would fall behind with.
        self._socket = serve_socket(self._serve_socket, "127.0.0.1", 0, ping_interval=None)
        self.socket_url = f"ws://127.0.0.1:{self._socket.socket.getsockname()[1]}/link"
        self.users = {
            "U1": "Ana Lopez", "U2": "Ben Okoro", "U3": "Chris Li", "UADMIN": "Dana Admin",
        }  # fmt: skip
        # Who is in a channel; the bot is in those that name it.
        self.members: dict[str, set[str]] = {
            "C1": {"U1", "U2", BOT_USER}, "C2": {"U2", "U3", BOT_USER}, "C9": {"U1"},
        }  # fmt: skip
        self.calls: list[tuple[str, dict[str, Any], float]] = []
        self.messages: list[dict[str, Any]] = []
        self.whispers: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []
        self.uploads: dict[str, bytes] = {}
        self.shared: list[dict[str, Any]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.file_base = ""
        self.views: list[dict[str, Any]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.faults: dict[str, list[float | int | str]] = defaultdict(list)
        self.refused: list[tuple[str, str]] = []
        self.acks: dict[str, tuple[float, dict[str, Any]]] = {}
        self._sent: dict[str, float] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._connections: list[ServerConnection] = []
        self.connected = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        threading.Thread(target=self._socket.serve_forever, daemon=True).start()

    def __enter__(self) -> "SlackServer":
        return self

    def __exit__(self, *_: object) -> None:
        for close in (self._server.shutdown, self._server.server_close, self._socket.shutdown):
            within(CLOSES_S, close)

    def number(self) -> int:
        return next(self._numbers)

    def new_ts(self) -> str:
        return f"1700000000.{self.number():06d}"

    def posted(self, channel: str, thread: str | None = None) -> list[dict[str, Any]]:
        """The messages of the bot in a channel, or in one of its threads."""
        with self._lock:
            return [
                one for one in self.messages
                if one["channel"] == channel and (thread is None or one.get("thread_ts") == thread)
            ]  # fmt: skip

    def called(self, method: str) -> list[dict[str, Any]]:
        with self._lock:
            return [given for name, given, _ in self.calls if name == method]

    # -- socket mode

    def _serve_socket(self, connection: ServerConnection) -> None:
        connection.send(json.dumps({"type": "hello", "num_connections": 1}))
        self._connections.append(connection)
        self.connected.set()
        with contextlib.suppress(Exception):
            for raw in connection:
                told = json.loads(raw)
                key = told.get("envelope_id")
                if key in self._sent:
                    took = time.monotonic() - self._sent[key]
                    self.acks[key] = (took, told.get("payload") or {})

    def send(self, kind: str, payload: dict[str, Any], *, retry: int | None = None) -> str:
        """Send an envelope down the socket; return its id, under which it is acknowledged."""
        key = f"env-{self.number()}"
        envelope = {"envelope_id": key, "type": kind, "payload": payload}
        if retry is not None:
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout"}
        self._sent[key] = time.monotonic()
        self._connections[-1].send(json.dumps(envelope))
        return key

    @contextlib.contextmanager
    def chatter(self) -> Iterator[None]:
        """Send greetings until the block ends: the app's library looks up for a message only.

        It reads for three seconds with its socket locked, and waits a second for what was read;
        only then does it see that it is to close.
        """
        done = threading.Event()

        def greet() -> None:
            hello = json.dumps({"type": "hello", "num_connections": 1})
            with contextlib.suppress(ConnectionClosed):
                while not done.wait(0.02):
                    self._connections[-1].send(hello)

        thread = threading.Thread(target=greet, daemon=True)
        if self._connections:
            thread.start()
        try:
            yield
        finally:
            done.set()
            if self._connections:
                thread.join(CLOSES_S)

    # -- the Web API

    def answer(self, method: str, token: str, given: dict[str, Any], *, is_json: bool) -> Any:
        with self._lock:
            self.calls.append((method, given, time.monotonic()))
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if token != f"Bearer {wanted}":
            raise Refused("invalid_auth")
        if is_json and method not in TAKES_JSON:
            raise Refused("invalid_arguments")
        handler = getattr(self, "do_" + method.replace(".", "_"), None)
        if handler is None:
            raise Refused("unknown_method")
        with self._lock:
            return handler(given) or {}

    def do_auth_test(self, _: Any) -> Any:
        return {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT, "url": self.base, "user": "s"}

    def do_bots_info(self, _: Any) -> Any:
        return {"bot": {"id": BOT, "app_id": APP}}

    def do_apps_connections_open(self, _: Any) -> Any:
        return {"url": self.socket_url}

    def do_users_info(self, given: Any) -> Any:
        user = given["user"]
        if user not in self.users:
            raise Refused("user_not_found")
        profile = {"real_name": self.users[user]}
        return {"user": {"id": user, "team_id": TEAM, "profile": profile, "is_bot": False}}

    def do_conversations_open(self, given: Any) -> Any:
        if given["users"] not in self.users:
            raise Refused("user_not_found")
        return {"channel": {"id": f"D{given['users']}"}}

    def do_conversations_replies(self, given: Any) -> Any:
        found = [one for one in self.messages if given["ts"] in (one["ts"], one.get("thread_ts"))]
        return {"messages": found}

    def do_users_conversations(self, given: Any) -> Any:
        names = [name for name, members in self.members.items() if given["user"] in members]
        at = int(given.get("cursor") or 0)
        # One a page, so that the pages are followed.
        more = str(at + 1) if at + 1 < len(names) else ""
        channels = [{"id": name} for name in names[at : at + 1]]
        return {"channels": channels, "response_metadata": {"next_cursor": more}}

    def do_chat_postMessage(self, given: Any) -> Any:
        self._check_place(given["channel"])
        self._check_message(given)
        if given.get("unfurl_links") is not False or given.get("unfurl_media") is not False:
            raise Refused("the house rule: no unfurling")
        message = {"user": BOT_USER, "bot_id": BOT, "ts": self.new_ts(), "versions": [], **given}
        self.messages.append(message)
        return {"ts": message["ts"], "channel": given["channel"]}

    def do_chat_update(self, given: Any) -> Any:
        self._check_message(given)
        for message in self.messages:
            if (message["channel"], message["ts"]) == (given["channel"], given["ts"]):
                message["versions"].append(message.get("blocks"))
                message |= {"text": given["text"], "blocks": given["blocks"]}
                return {"ts": given["ts"]}
        raise Refused("message_not_found")

    def do_chat_postEphemeral(self, given: Any) -> Any:
        self._check_place(given["channel"])
        self._check_message(given)
        self.whispers.append(given)

    def do_views_open(self, given: Any) -> Any:
        check_view(given["view"])
        self.views.append(given)
        return {"view": {"id": f"V{len(self.views)}"}}

    def do_views_publish(self, given: Any) -> Any:
        check_view(given["view"])
        self.homes[given["user_id"]] = given["view"]

    def do_files_info(self, given: Any) -> Any:
        name, content = self.files[given["file"]]
        address = f"{self.file_base or self.base}/file/{given['file']}"
        return {"file": {"name": name, "size": len(content), "url_private_download": address}}

    def do_files_getUploadURLExternal(self, given: Any) -> Any:
        key = f"F{self.number()}"
        return {"file_id": key, "upload_url": f"{self.base}/upload/{key}"}

    def do_files_completeUploadExternal(self, given: Any) -> Any:
        files = given["files"]
        files = json.loads(files) if isinstance(files, str) else files
        self._check_place(given["channel_id"])
        self.shared.append({**given, "files": files})
        return {"files": files}

    def _check_place(self, channel: str) -> None:
        if channel.startswith("D"):
            return
        if channel not in self.members:
            raise Refused("channel_not_found")
        if BOT_USER not in self.members[channel]:
            raise Refused("not_in_channel")

    def _check_message(self, given: Any) -> None:
        if len(given.get("text", "")) > 40_000:
            raise Refused("msg_too_long")
        if given.get("parse") != "none" or given.get("link_names") is not False:
            raise Refused("the house rule: nothing is parsed")
        check_blocks(given.get("blocks") or [], 50)


def check_view(view: dict[str, Any]) -> None:
    if view["type"] == "modal":
        _within(view["title"]["text"], 24)
        _within(view["submit"]["text"], 24)
    if len(view.get("private_metadata", "")) > 3000:
        raise Refused("metadata_too_long")
    check_blocks(view["blocks"], 100)


def check_blocks(blocks: list[dict[str, Any]], most: int) -> None:
    """Refuse what Slack calls `invalid_blocks`."""
    if len(blocks) > most:
        raise Refused("invalid_blocks: too many")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)) or any(len(one) > 255 for one in ids):
        raise Refused("invalid_blocks: block_id")
    for block in blocks:
        CHECKS[block["type"]](block)


def _check_section(block: dict[str, Any]) -> None:
    _within(block["text"]["text"], 3000)
    if block["text"]["type"] == "mrkdwn" and block["text"].get("verbatim") is not True:
        raise Refused("the house rule: verbatim")
    if "accessory" in block:
        _check_element(block["accessory"])


def _check_context(block: dict[str, Any]) -> None:
    if not 1 <= len(block["elements"]) <= 10:
        raise Refused("invalid_blocks: context")
    for one in block["elements"]:
        _within(one["text"], 3000)


def _check_input(block: dict[str, Any]) -> None:
    _within(block["label"]["text"], 2000)
    if len(block["element"].get("initial_value", "")) > 3000:
        raise Refused("invalid_blocks: initial_value")


def _check_actions(block: dict[str, Any]) -> None:
    names = [one["action_id"] for one in block["elements"]]
    if not 1 <= len(names) <= 25 or len(names) != len(set(names)):
        raise Refused("invalid_blocks: actions")
    for one in block["elements"]:
        if one["type"] not in IN_ACTIONS:
            raise Refused(f"invalid_blocks: {one['type']} in actions")
        _check_element(one)


def _check_element(one: dict[str, Any]) -> None:
    if one["type"] == "button":
        _within(one["text"]["text"], 75)
        if len(one.get("value", "")) > 2000:
            raise Refused("invalid_blocks: value")
    if "options" in one:
        most = 10 if one["type"] == "checkboxes" else 100
        if not 1 <= len(one["options"]) <= most:
            raise Refused("invalid_blocks: options")
        for option in one["options"]:
            _within(option["text"]["text"], 75)
            _within(option["value"], 150)
            if "description" in option:
                _within(option["description"]["text"], 75)


def _within(text: str, most: int) -> None:
    if not 1 <= len(text) <= most:
        raise Refused(f"invalid_blocks: {len(text)} characters of {most}")


CHECKS = {
    "section": _check_section,
    "context": _check_context,
    "actions": _check_actions,
    "input": _check_input,
    "header": lambda block: _within(block["text"]["text"], 150),
    "divider": lambda block: None,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        return


class _Handler(BaseHTTPRequestHandler):
    slack: SlackServer

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        key = self.path.rpartition("/")[2]
        if self.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            self._reply(302, b"", {"Location": f"{self.slack.base}/login"})
        elif key in self.slack.files:
            self._reply(200, self.slack.files[key][1], {"Content-Type": "application/octet-stream"})
        else:
            self._reply(404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path).path.strip("/").split("/")
        if parts[0] == "upload":
            self.slack.uploads[parts[1]] = body
            self._reply(200, b"OK")
        elif parts[0] == "respond":
            self.slack.replies.append(json.loads(body))
            self._reply(200, b"ok")
        else:
            self._call(parts[-1], body)

    def _call(self, method: str, body: bytes) -> None:
        faults = self.slack.faults[method]
        fault = faults.pop(0) if faults else None
        if isinstance(fault, str) and fault.startswith("hang:"):
            time.sleep(float(fault[5:]))
        elif fault == 500:
            self._reply(500, b"<html>oops</html>")
            return
        elif isinstance(fault, int | float):
            self._json({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(fault)})
            return
        elif fault is not None:
            self._json({"ok": False, "error": fault})
            return
        # A call without arguments has the header too.
        is_json = bool(body) and "json" in (self.headers.get("Content-Type") or "")
        if is_json:
            given = json.loads(body)
        else:
            given = {k: v[0] for k, v in parse_qs(body.decode()).items()}
        try:
            token = self.headers.get("Authorization", "")
            made = self.slack.answer(method, token, given, is_json=is_json)
            self._json({"ok": True, **made})
        except Refused as error:
            if method != "auth.test":
                self.slack.refused.append((method, str(error)))
            self._json({"ok": False, "error": str(error)})

    def _json(self, value: Any, status: int = 200, headers: Any = None) -> None:
        content = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        self._reply(status, json.dumps(value).encode(), content)

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
