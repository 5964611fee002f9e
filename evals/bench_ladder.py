"""The ladder beside calling an endpoint directly → a JSON object of times; run it by hand.

`python evals/bench_ladder.py [--rounds N] [--no-local]`. The endpoint is a stub in a process of its
own that waits 200 ms and then sends 20 tokens a second.
"""

import argparse
import contextlib
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from assistant.errors import AssistantError
from assistant.ladder import Ladder, Message
from assistant.settings import Settings

FIRST_TOKEN_S = 0.2
TOKENS_PER_S = 20
TOKENS = 100
STREAMS = 20
QUESTION = [Message("system", "You are brief."), Message("user", "Where do I start?")]


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
            for number in range(body["max_tokens"]):
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
    stub = subprocess.Popen([sys.executable, __file__, "--stub"], stdout=subprocess.PIPE, text=True)
    assert stub.stdout is not None
    try:
        yield int(stub.stdout.readline())
    finally:
        stub.kill()
        stub.wait()


def stub_ladder(port: int) -> Ladder:
    ladder = Ladder(Settings(ladder=f"server:http://127.0.0.1:{port}/v1#stub"))
    ladder.warm()
    return ladder


def direct_first_token_s(port: int) -> float:
    """Time to the first token with nothing between us and the endpoint."""
    messages = [{"role": message.role, "content": message.content} for message in QUESTION]
    body = json.dumps({"model": "stub", "stream": True, "max_tokens": 1, "messages": messages})
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    while b"content" not in reply.readline():
        continue
    taken_s = time.perf_counter() - began
    connection.close()
    return taken_s


def ladder_first_token_s(ladder: Ladder) -> float:
    began = time.perf_counter()
    with ladder.reply(QUESTION, max_tokens=1) as reply:
        next(reply)
        return time.perf_counter() - began


def measure_overhead(port: int, rounds: int) -> dict[str, float]:
    """Milliseconds that the ladder adds before the first token; calls take turns."""
    ladder = stub_ladder(port)
    ladder_first_token_s(ladder)
    direct, ours = [], []
    for _ in range(rounds):
        direct.append(direct_first_token_s(port))
        ours.append(ladder_first_token_s(ladder))
    base_s = statistics.median(direct)
    added = [(taken_s - base_s) * 1000 for taken_s in ours]
    return {
        "direct_p50_ms": round(base_s * 1000, 1),
        "direct_p95_ms": round(quantile(direct, 0.95) * 1000, 1),
        "added_p50_ms": round(quantile(added, 0.5), 1),
        "added_p95_ms": round(quantile(added, 0.95), 1),
    }


def measure_streams(port: int, streams: int = STREAMS) -> dict[str, float]:
    """Many streams at once: how many were whole, and how late the first tokens were."""
    ladder = stub_ladder(port)
    expected = "".join(f"w{number} " for number in range(TOKENS))

    def ask(_: int) -> tuple[bool, float]:
        began = time.perf_counter()
        reply = ladder.reply(QUESTION, max_tokens=TOKENS)
        first_s = time.perf_counter() - began
        return "".join(reply) == expected and reply.finished, first_s

    began = time.perf_counter()
    with ThreadPoolExecutor(streams) as pool:
        ends = list(pool.map(ask, range(streams)))
    return {
        "streams": streams,
        "whole": sum(whole for whole, _ in ends),
        "first_token_p95_ms": round(quantile([first for _, first in ends], 0.95) * 1000, 1),
        "all_s": round(time.perf_counter() - began, 2),
        "ideal_s": round(FIRST_TOKEN_S + (TOKENS - 1) / TOKENS_PER_S, 2),
    }


def measure_local() -> dict[str, Any]:
    """The embedded model: a first question, a second over the same text, and over other text."""
    with tempfile.TemporaryDirectory() as home:
        ladder = Ladder(Settings(home=Path(home), ladder="local"))
        ladder.warm()
        try:
            began = time.perf_counter()
            "".join(ladder.reply([Message("user", "Hi")], max_tokens=1))
            start_s = time.perf_counter() - began
            first_s = _asked(ladder, "baseline", "Which baseline comes first?")
            same_s = _asked(ladder, "baseline", "Who checks the labels?")
            other_s = _asked(ladder, "monitoring", "Which baseline comes first?")
        except AssistantError as error:
            return {"skipped": str(error)}
        finally:
            ladder.close()
    return {
        "start_and_first_word_s": round(start_s, 2),
        "first_question_s": round(first_s, 3),
        "second_question_same_text_s": round(same_s, 3),
        "second_question_other_passages_s": round(other_s, 3),
        "ratio_same_text": round(first_s / same_s, 1),
        "ratio_other_passages": round(first_s / other_s, 1),
    }


def _asked(ladder: Ladder, topic: str, question: str) -> float:
    fixed = "Answer only from the numbered passages and cite them like [1]. " * 12
    passages = "\n".join(
        f"[{number}] On {topic} {number}: measure first, then decide, and write down why."
        for number in range(1, 31)
    )
    messages = [Message("system", fixed), Message("user", f"{passages}\n\nQuestion: {question}")]
    began = time.perf_counter()
    with ladder.reply(messages, max_tokens=4) as reply:
        next(reply)
        return time.perf_counter() - began


def quantile(values: list[float], share: float) -> float:
    """The value at this share of the sorted list, without interpolation."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--no-local", action="store_true")
    parser.add_argument("--stub", action="store_true", help=argparse.SUPPRESS)
    wishes = parser.parse_args()
    if wishes.stub:
        serve_stub()
        return
    with running_stub() as port:
        result: dict[str, Any] = {
            "overhead": measure_overhead(port, wishes.rounds),
            "streams": measure_streams(port),
        }
    if not wishes.no_local:
        result["local"] = measure_local()
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
