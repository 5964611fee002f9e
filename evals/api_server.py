"""What the measurements of the HTTP API share: its server, a stub of a model, and quantiles.

Each is a process of its own, so that none waits for another's turn, and each wait has an end.
"""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

# It has no type stubs of its own.
import psutil  # type: ignore[import-untyped]

from assistant import Assistant, Settings

FIRST_TOKEN_S = 0.2
TOKENS_PER_S = 20
# A reply as models write them, since every sentence of it is checked.
REPLY = (
    "Build the simplest approach that could work, end to end, in the first weeks [1]. "
    "Measure it with the metric that the business already watches, on data from a later time [2]. "
    "Ask the people who do the work today how often they are right [1]. "
    "Write down what a false alarm costs, and what a miss costs, before you train anything [3]. "
    "Keep a part of the data aside that nobody looks at until the end [2]. "
    "Say who will act on a prediction, and what they will do when it is wrong [1]. "
    "Stop when the result is good enough, and spend the time on the next question [4]. "
)
WORDS = REPLY.split(" ")[:-1]
TOKENS = len(WORDS)
NOTE = "# Churn\n\nCustomers who leave cost us 1,200 euros a year each.\n"
START_S = 60.0
STOP_S = 30.0


# -- the model


async def stub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request as a chat model does, slowly."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    except asyncio.IncompleteReadError:
        # Somebody only looked whether it listens.
        writer.close()
        return
    length = int(head.split("content-length:")[1].split("\r\n")[0])
    await reader.readexactly(length)
    began = time.monotonic()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        for number in range(TOKENS):
            due = began + FIRST_TOKEN_S + number / TOKENS_PER_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            writer.write(_event({"content": f"{WORDS[number]} "}))
            await writer.drain()
        writer.write(_event({}, "stop") + b"data: [DONE]\n\n")
        await writer.drain()
    writer.close()


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    return b"data: " + json.dumps({**chunk, "choices": [choice]}).encode() + b"\n\n"


async def serve_stub(port: int) -> None:
    """Serve the stub until the process is told to stop."""
    server = await asyncio.start_server(stub, "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


@contextlib.contextmanager
def model() -> Iterator[str]:
    """The stub as a process; yields its address."""
    port = free_port()
    with started([sys.executable, __file__, str(port)], dict(os.environ)) as process:
        end = time.monotonic() + START_S
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the stub of the model did not start")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"


# -- the server


@contextlib.contextmanager
def api(home: Path, ladder: str) -> Iterator[tuple[str, psutil.Process]]:
    """A server over that data folder; yields its address and its process."""
    port = free_port()
    environment = {
        **os.environ,
        "SCOPEWRIGHT_HOME": str(home),
        "SCOPEWRIGHT_LADDER": ladder,
        "SCOPEWRIGHT_API_PORT": str(port),
        "SCOPEWRIGHT_API_REQUESTS_PER_MINUTE": "1000000",
        "SCOPEWRIGHT_LOG_LEVEL": "WARNING",
    }
    address = f"http://127.0.0.1:{port}"
    with started([sys.executable, "-m", "assistant", "api"], environment) as process:
        end = time.monotonic() + START_S
        while not _ready(address):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the API did not start")
            time.sleep(0.1)
        yield address, psutil.Process(process.pid)


def _ready(address: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{address}/readyz", trust_env=False, timeout=5).status_code == 200
    return False


@contextlib.contextmanager
def started(command: list[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is told to stop at the end, and made to when it does not."""
    process = subprocess.Popen(command, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_S)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def prepare(home: Path) -> list[str]:
    """Build the index, take a file in, state some facts; return questions to ask."""
    with Assistant(Settings(home=home, ladder="extractive")) as assistant:
        assistant.prepare()
        note = home / "notes.md"
        note.write_text(NOTE, encoding="utf-8")
        assistant.ingest([note])
        assistant.set_fact("ml.task", "ranking")
        assistant.set_fact("serving.latency_p95", "150 ms")
        *_, _ = assistant.converse("How do I detect data drift?")
        return [question for card in assistant.articles() for question in card.answers[:1]]


# -- figures


def cpu_s(process: psutil.Process) -> float:
    """Seconds of processor that a process has used so far."""
    used = process.cpu_times()
    return float(used.user + used.system)


def quantile(values: list[float], share: float) -> float:
    """The value that this share of the others stays below; 0 without any."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def ms(seconds: float) -> float:
    """Seconds as milliseconds, rounded to a tenth."""
    return round(1000 * seconds, 1)


if __name__ == "__main__":
    asyncio.run(serve_stub(int(sys.argv[1])))
