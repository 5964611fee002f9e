"""A real HTTP server on loopback that misbehaves in the way the asked-for model is named.

It speaks the OpenAI chat API, streaming or not as the request wants. Names with a number, such as
`busy-2` or `once-503`, take it as their parameter. Every request is kept, so that tests can count
them and look for keys; `gone` holds when a client closed its end.
"""

import contextlib
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

WORDS = ["Start", " with", " a", " simple", " baseline", "."]
TEXT = "".join(WORDS)
# Nothing here waits longer than this, whatever a test forgets.
LIFE_S = 30.0


class FaultServer:
    def __init__(self) -> None:
        owner = self

        class Handler(_Handler):
            faults = owner

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.gone: dict[str, float] = {}
        self.counts: Counter[str] = Counter()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> "FaultServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Clients that go away are what this server is for.
        return


class _Handler(BaseHTTPRequestHandler):
    faults: FaultServer
    stream = False
    model = ""

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self.reply_json({"object": "list", "data": [{"id": "ok"}, {"id": "other"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.model, self.stream = body["model"], bool(body.get("stream"))
        self.faults.asked.append(body)
        self.faults.headers.append({name.lower(): value for name, value in self.headers.items()})
        self.faults.counts[self.model] += 1
        name, _, parameter = self.model.partition("-")
        try:
            if self.model in FAULTS:
                FAULTS[self.model](self)
            else:
                PARAMETRIC[name](self, parameter)
        except (BrokenPipeError, ConnectionResetError):
            self.faults.gone[self.model] = time.monotonic()

    # What every behaviour is made of.

    def reply_json(self, body: object, status: int = 200, **headers: str) -> None:
        self.reply_raw(json.dumps(body).encode(), "application/json", status, **headers)

    def reply_raw(self, body: bytes, kind: str, status: int = 200, **headers: str) -> None:
        self.start(kind, status, **{"Content-Length": str(len(body))}, **headers)
        self.send(body)

    def start(self, kind: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def start_events(self) -> None:
        self.start("text/event-stream")

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def event(self, delta: dict[str, Any], finish: str | None = None) -> None:
        self.send(b"data: " + json.dumps(chunk(delta, finish)).encode() + b"\n\n")

    def fail(self, status: int, message: str, code: str, **headers: str) -> None:
        self.reply_json(
            {"error": {"message": message, "code": code, "type": code}}, status, **headers
        )

    def complete(self, content: str | None, finish: str = "stop", **more: Any) -> None:
        """A well-formed reply that holds this content."""
        if not self.stream:
            self.reply_json(whole(content, finish, **more))
            return
        self.start_events()
        self.event({"role": "assistant"})
        for part in [content] if content else []:
            self.event({"content": part})
        if more:
            self.event(more)
        self.event({}, finish)
        self.send(b"data: [DONE]\n\n")

    def hold(self) -> None:
        """Say nothing until the client goes away."""
        self.connection.settimeout(LIFE_S)
        with contextlib.suppress(OSError):
            self.connection.recv(1)
        self.faults.gone[self.model] = time.monotonic()

    def half(self) -> None:
        """Send the first half of a good stream; without streaming, of a good body."""
        if self.stream:
            self.start_events()
            self.event({"role": "assistant"})
            for word in WORDS[:3]:
                self.event({"content": word})
            return
        body = json.dumps(whole(TEXT, "stop")).encode()
        self.start("application/json", **{"Content-Length": str(len(body))})
        self.send(body[: len(body) // 2])

    def reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RD)
        self.close_connection = True
        self.wfile.close()
        self.connection.close()

    def for_ever(self, pause_s: float, data: Callable[[], bytes]) -> None:
        end = time.monotonic() + LIFE_S
        while time.monotonic() < end:
            self.send(data())
            time.sleep(pause_s)


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "m",
        "choices": [choice],
    }


def whole(content: str | None, finish: str, **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **more}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11},
    }


def _word_event() -> bytes:
    return b"data: " + json.dumps(chunk({"content": "word "})).encode() + b"\n\n"


def _ok(h: _Handler) -> None:
    if not h.stream:
        h.complete(TEXT)
        return
    h.start_events()
    h.event({"role": "assistant"})
    for word in WORDS:
        h.event({"content": word})
    h.event({}, "stop")
    h.send(b"data: [DONE]\n\n")


def _busy(h: _Handler, wait: str) -> None:
    """F2: 429 once, then fine; `wait` is what Retry-After says."""
    if h.faults.counts[h.model] > 1:
        _ok(h)
        return
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    says = {"none": {}, "date": {"Retry_After": date}, "garbage": {"Retry_After": "soon"}}
    h.fail(429, "slow down", "rate_limit_exceeded", **says.get(wait, {"Retry_After": wait}))


def _once(h: _Handler, status: str) -> None:
    if h.faults.counts[h.model] > 1:
        _ok(h)
        return
    h.fail(int(status), "oops", "server_error")


def _always(h: _Handler, status: str) -> None:
    h.fail(int(status), "oops", "server_error")


def _refused(h: _Handler, status: str) -> None:
    """F3: the message holds the caller's key, as some servers' do."""
    key = h.headers["Authorization"].removeprefix("Bearer ")
    h.fail(int(status), f"Incorrect API key provided: {key}", "invalid")


def _hang_headers(h: _Handler) -> None:
    h.start("text/event-stream" if h.stream else "application/json")
    h.hold()


def _hang_role(h: _Handler) -> None:
    if h.stream:
        h.start_events()
        h.event({"role": "assistant"})
    h.hold()


def _stall(h: _Handler) -> None:
    h.half()
    h.hold()


def _cut_utf8(h: _Handler) -> None:
    if h.stream:
        h.half()
        frame = (
            b"data: " + json.dumps(chunk({"content": " na\u00efve"}), ensure_ascii=False).encode()
        )
        h.send(frame[: frame.index(b"\xc3") + 1])
    else:
        h.half()
    h.reset()


def _cut_frame(h: _Handler) -> None:
    h.half()
    if h.stream:
        h.send(_word_event()[:40])


def _error_event(h: _Handler) -> None:
    h.half()
    if h.stream:
        h.send(b'data: {"error": {"message": "engine died", "code": 500}}\n\n')


def _reset(h: _Handler) -> None:
    h.half()
    # Lets what was sent arrive: a reset throws away what the client has not read.
    time.sleep(0.2)
    h.reset()


def _drip_bytes(h: _Handler) -> None:
    """F8: one byte at a time, so that no read of the socket ever waits long."""
    h.half()
    data = iter_bytes(_word_event() if h.stream else b" ")
    h.for_ever(0.05, lambda: next(data))


def _drip_comments(h: _Handler) -> None:
    h.start("text/event-stream" if h.stream else "application/json")
    h.for_ever(0.05, lambda: b": ping\n\n" if h.stream else b" ")


def _drip_tokens(h: _Handler) -> None:
    h.half()
    h.for_ever(0.1, lambda: _word_event() if h.stream else b" ")


def _endless(h: _Handler, delta: dict[str, Any]) -> None:
    if h.stream:
        h.start_events()
        event = b"data: " + json.dumps(chunk(delta)).encode() + b"\n\n"
    else:
        h.start("application/json")
        event = b" " * 60_000
    h.for_ever(0.0005, lambda: event)


def _endless_line(h: _Handler) -> None:
    h.start("text/event-stream" if h.stream else "application/json")
    h.for_ever(0, lambda: b"x" * 1_000_000)


def _think(h: _Handler) -> None:
    h.complete(f"<think>They ask for one thing.</think>\n{TEXT}")


def _truncated_json(h: _Handler) -> None:
    if h.stream:
        h.start_events()
        h.send(b'data: {"id": "c", "choices": [{"index": 0, "del\n\ndata: [DONE]\n\n')
    else:
        h.reply_raw(b'{"id": "c", "choices": [{"mess', "application/json")


def _wrong_schema(h: _Handler) -> None:
    if h.stream:
        h.start_events()
        h.send(b'data: {"answer": 42}\n\ndata: {"choices": "none"}\n\ndata: [DONE]\n\n')
    else:
        h.reply_json({"answer": 42})


def _no_choices(h: _Handler) -> None:
    body = {"id": "c", "object": "x", "created": 0, "model": "m", "choices": []}
    if h.stream:
        h.start_events()
        h.send(b"data: " + json.dumps(body).encode() + b"\n\ndata: [DONE]\n\n")
    else:
        h.reply_json(body)


def _html(h: _Handler) -> None:
    h.reply_raw(b"<html><body>Sign in to the wireless network</body></html>", "text/html")


def _json_form(h: _Handler) -> None:
    """Says what fits no schema first, and on the second request what was asked for."""
    h.complete('{"colour": 7}' if h.faults.counts[h.model] == 1 else '{"colour": "red"}')


def iter_bytes(data: bytes) -> Iterator[bytes]:
    while True:
        for value in data:
            yield bytes([value])


FAULTS: dict[str, Callable[[_Handler], None]] = {
    "ok": _ok,
    "quota": lambda h: h.fail(429, "You exceeded your current quota", "insufficient_quota"),
    "hang": lambda h: h.hold(),
    "hang-headers": _hang_headers,
    "hang-role": _hang_role,
    "html": _html,
    "truncated-json": _truncated_json,
    "wrong-schema": _wrong_schema,
    "no-choices": _no_choices,
    "null-content": lambda h: h.complete(None),
    "reset-midway": _reset,
    "close-midway": lambda h: h.half(),
    "cut-utf8": _cut_utf8,
    "cut-frame": _cut_frame,
    "error-event": _error_event,
    "stall": _stall,
    "drip-bytes": _drip_bytes,
    "drip-comments": _drip_comments,
    "drip-tokens": _drip_tokens,
    "too-long": lambda h: h.fail(
        400,
        "This model's maximum context length is 8192 tokens, your messages have 9031.",
        "context_length_exceeded",
    ),
    "too-long-llama": lambda h: h.fail(
        400,
        "request (9031 tokens) exceeds the available context size (2048 tokens)",
        "exceed_context_size_error",
    ),
    "empty": lambda h: h.complete(""),
    "blank": lambda h: h.complete(" \n\t "),
    "reasoning-only": lambda h: h.complete(None, reasoning_content="Let me think."),
    "think-only": lambda h: h.complete("<think>Let me think about"),
    "refusal": lambda h: h.complete(None, refusal="I cannot."),
    "think": _think,
    "length": lambda h: h.complete("Start with a", "length"),
    "endless": lambda h: _endless(h, {"content": "word "}),
    "endless-blank": lambda h: _endless(h, {"content": "\n"}),
    "endless-line": _endless_line,
    "json-never": lambda h: h.complete("no json at all"),
    "json-second": _json_form,
    "json-fenced": lambda h: h.complete('```json\n{"colour": "blue"}\n```'),
}
PARAMETRIC: dict[str, Callable[[_Handler, str], None]] = {
    "busy": _busy,
    "once": _once,
    "always": _always,
    "refused": _refused,
}
