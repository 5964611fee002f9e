"""Measure the HTTP API as people use it → a JSON object of times; run it by hand.

`python evals/bench_api.py [--seconds N] [--streams N] [--flood N] [--home FOLDER]`. The server and
the model are processes of their own; the model is a stub that waits 200 ms and then sends 20 tokens
a second, about 100 of them. What is measured: 50 readers, 50 answers that stream, and many more at
once than there is room for.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx

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
READERS = 50
# People look at what they have got; without a pause the figure is only one over the throughput.
PAUSE_S = (0.2, 0.8)
NOTE = "# Churn\n\nCustomers who leave cost us 1,200 euros a year each.\n"
# An answer takes 5.2 s: so late-comers find all the others still streaming.
ARRIVE_S = 5.0
PATHS = (
    "/v1/projects",
    "/v1/projects/default",
    "/v1/projects/default/files",
    "/v1/projects/default/facts",
    "/v1/projects/default/facts/ml.task",
    "/v1/projects/default/conversations",
    "/v1/projects/default/interview/next?kind=tdd",
    "/v1/facts?limit=20",
    "/v1/models",
)


@dataclass
class Talk:
    """One streamed answer; times in seconds from the request, None for what never came."""

    status: int = 0
    first: float | None = None
    whole: float | None = None
    answered: float | None = None
    gaps: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured, times in milliseconds."""

    load_before: float
    reads: int
    reads_failed: int
    read_p50_ms: float
    read_p95_ms: float
    read_p99_ms: float
    streams: int
    streams_failed: int
    streams_truncated: int
    direct_first_p95_ms: float
    first_p50_ms: float
    first_p95_ms: float
    first_overhead_p95_ms: float
    burst_first_p95_ms: float
    checked_after_last_token_p95_ms: float
    flood: int
    flood_statuses: dict[str, int]
    flood_refused_max_ms: float
    flood_truncated: int
    after_flood_first_p95_ms: float


# -- the model


async def stub(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
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
    server = await asyncio.start_server(stub, "127.0.0.1", port, backlog=512)
    async with server:
        await server.serve_forever()


# -- the callers


async def read_on(client: httpx.AsyncClient, number: int, until: float, seen: list[float]) -> int:
    failed = 0
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(*PAUSE_S))
    while time.monotonic() < until:
        path = chance.choice(PATHS)
        began = time.perf_counter()
        found = await client.get(path)
        seen.append(time.perf_counter() - began)
        failed += found.status_code != 200
        await asyncio.sleep(chance.uniform(*PAUSE_S))
    return failed


async def talk(client: httpx.AsyncClient, question: str) -> Talk:
    messages = [{"role": "user", "content": question}]
    asked = {"model": "scopewright", "stream": True, "messages": messages}
    return await follow(client, "/v1/chat/completions", asked)


async def follow(client: httpx.AsyncClient, path: str, asked: dict[str, object]) -> Talk:
    found = Talk()
    began = time.perf_counter()
    last = None
    with contextlib.suppress(httpx.TransportError):
        async with client.stream("POST", path, json=asked) as response:
            found.status = response.status_code
            async for line in response.aiter_lines():
                now = time.perf_counter() - began
                if '"provisional"' in line or '"delta": {"content"' in line:
                    found.first = found.first or now
                    last = now
                elif '"delta":{"content"' in line and found.answered is None and last:
                    found.answered = now - last
                elif line == "data: [DONE]":
                    found.whole = now
            found.whole = found.whole or (None if response.status_code == 200 else now_of(began))
    return found


def now_of(began: float) -> float:
    return time.perf_counter() - began


async def measure(
    api: str, model: str, questions: list[str], seconds: float, streams: int, flood: int
) -> Figures:
    load = os.getloadavg()[0]
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=READERS)
    async with httpx.AsyncClient(
        base_url=api, limits=limits, timeout=120, trust_env=False
    ) as client:
        for path in PATHS:
            await client.get(path)
        for question in questions[:3]:
            await talk(client, question)
        seen: list[float] = []
        until = time.monotonic() + seconds
        failed = sum(
            await asyncio.gather(
                *(read_on(client, number, until, seen) for number in range(READERS))
            )
        )

        body = {"model": "m", "stream": True, "max_tokens": TOKENS, "messages": []}
        async with httpx.AsyncClient(
            base_url=model, limits=limits, timeout=120, trust_env=False
        ) as straight:
            direct = await asyncio.gather(
                *(follow(straight, "/v1/chat/completions", body) for _ in range(streams))
            )
        ours = await many(client, questions, streams, ARRIVE_S)
        burst = await many(client, questions, streams, 0)
        crowd = await many(client, questions, flood, 0)
        after = await many(client, questions, min(streams, 20), ARRIVE_S / 2)
    refused = [one.whole or 0.0 for one in crowd if one.status != 200]
    return Figures(
        round(load, 1),
        len(seen),
        failed,
        ms(statistics.median(seen)),
        ms(quantile(seen, 0.95)),
        ms(quantile(seen, 0.99)),
        len(ours),
        sum(one.status != 200 for one in ours),
        sum(one.status == 200 and one.whole is None for one in ours),
        ms(first_p95(direct)),
        ms(statistics.median(one.first for one in ours if one.first)),
        ms(first_p95(ours)),
        ms(first_p95(ours) - first_p95(direct)),
        ms(first_p95(burst)),
        ms(quantile([one.answered for one in ours if one.answered], 0.95)),
        len(crowd),
        {str(status): count for status, count in sorted(Counter(o.status for o in crowd).items())},
        ms(max(refused, default=0.0)),
        sum(one.status == 200 and one.whole is None for one in crowd),
        ms(first_p95(after)),
    )


async def many(
    client: httpx.AsyncClient, questions: list[str], count: int, within_s: float
) -> list[Talk]:
    """Different questions, evenly over some seconds; 0 asks them all at the same moment."""

    async def later(number: int) -> Talk:
        await asyncio.sleep(within_s * number / count)
        return await talk(client, questions[number % len(questions)])

    return list(await asyncio.gather(*(later(number) for number in range(count))))


def first_p95(talks: list[Talk]) -> float:
    return quantile([one.first for one in talks if one.first], 0.95)


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ms(seconds: float) -> float:
    return round(1000 * seconds, 1)


# -- the processes


@contextlib.contextmanager
def running(command: list[str], environment: dict[str, str], ready: str) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(ready, trust_env=False).status_code == 200:
                    break
            if process.poll() is not None:
                raise SystemExit(f"{command[2]} did not start")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
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


def bench_api(home: Path, seconds: float, streams: int, flood: int) -> Figures:
    questions = prepare(home)
    model_port, api_port = free_port(), free_port()
    model = f"http://127.0.0.1:{model_port}"
    environment = {
        **os.environ,
        "SCOPEWRIGHT_HOME": str(home),
        "SCOPEWRIGHT_LADDER": f"server:{model}/v1#m",
        "SCOPEWRIGHT_API_PORT": str(api_port),
        "SCOPEWRIGHT_API_REQUESTS_PER_MINUTE": "1000000",
        "SCOPEWRIGHT_LOG_LEVEL": "WARNING",
    }
    # Processes of their own, so that none of the three waits for another's turn.
    stub_command = [sys.executable, __file__, "--stub", str(model_port)]
    with subprocess.Popen(stub_command) as stub_process:
        api = f"http://127.0.0.1:{api_port}"
        try:
            with running([sys.executable, "-m", "assistant", "api"], environment, f"{api}/readyz"):
                return asyncio.run(measure(api, model, questions, seconds, streams, flood))
        finally:
            stub_process.terminate()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of reading")
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--flood", type=int, default=300)
    parser.add_argument("--home", type=Path, help="a data folder whose index is built already")
    parser.add_argument("--stub", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.stub:
        asyncio.run(serve_stub(chosen.stub))
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder) / "home"
        figures = bench_api(home, chosen.seconds, chosen.streams, chosen.flood)
    print(json.dumps(asdict(figures), indent=2))
