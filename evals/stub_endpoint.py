"""An OpenAI-compatible endpoint at the pace of a hosted model, in a process of its own.

It waits 200 ms, then streams 20 tokens a second. Run as a program it serves and prints its port.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FIRST_TOKEN_S = 0.2
TOKENS_PER_S = 20
REPLY_TOKENS = 100


class Stub(BaseHTTPRequestHandler):
    """Good streams at the pace of a hosted model; `max_tokens` tokens of them."""

    def log_message(self, *_: object) -> None:
        return

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        began = time.monotonic()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        # Measuring the first token alone means leaving before the last.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for number in range(min(body["max_tokens"], REPLY_TOKENS)):
                due = began + FIRST_TOKEN_S + number / TOKENS_PER_S
                time.sleep(max(0.0, due - time.monotonic()))
                self._event({"content": f"w{number} "})
            self._event({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, delta: dict[str, str], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
        self.wfile.write(b"data: " + json.dumps({**chunk, "choices": [choice]}).encode() + b"\n\n")
        self.wfile.flush()


def serve_stub() -> None:
    class Server(ThreadingHTTPServer):
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Stub)
    print(server.server_address[1], flush=True)
    server.serve_forever()


@contextmanager
def running_stub() -> Iterator[int]:
    stub = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    assert stub.stdout is not None
    try:
        yield int(stub.stdout.readline())
    finally:
        stub.kill()
        stub.wait()


if __name__ == "__main__":
    serve_stub()
