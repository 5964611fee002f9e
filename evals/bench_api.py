"""Measure the HTTP API as people use it → a JSON object of times; run it by hand.

`python evals/bench_api.py [--phases NAMES] [--seconds N] [--streams N] [--flood N] [--home DIR]`.
The server and the model are processes of their own; the model is a stub that waits 200 ms and then
sends 20 tokens a second, about 100 of them. The phases: 50 readers (`reads`), 50 answers that
stream and begin within 5 s (`chats`), the same begun at one moment (`burst`), and many more at once
than there is room for (`flood`), after which it must work again. The callers share the cores with
the server. Every request has an end; what did not end by then counts as failed.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
from api_server import TOKENS, api, cpu_s, model, ms, prepare, quantile

READERS = 50
# People look at what they have got; without a pause the figure is only one over the throughput.
PAUSE_S = (0.2, 0.8)
# An answer takes 5.2 s: so late-comers find all the others still streaming.
ARRIVE_S = 5.0
# After this long a request is given up.
REQUEST_S = 60.0
RECOVERED_S = 30.0
LONGEST_LINE = 1_000_000
PHASES = ("reads", "chats", "burst", "flood")
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
    checked: float | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """Where to ask, and what."""

    address: str
    stub: str
    client: httpx.AsyncClient
    server: psutil.Process
    questions: list[str]


# -- the callers


async def read_on(client: httpx.AsyncClient, number: int, until: float, seen: list[float]) -> int:
    """Read one page after the other; return how many failed."""
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


async def talk(address: str, question: str) -> Talk:
    """Ask and follow the answer."""
    messages = [{"role": "user", "content": question}]
    return await follow(address, {"model": "scopewright", "stream": True, "messages": messages})


async def follow(address: str, asked: dict[str, object]) -> Talk:
    """Post a chat and note when its parts come.

    Bytes over a socket: a client library would take as long as the server, on the same cores.
    """
    host, _, port = address.removeprefix("http://").partition(":")
    content = json.dumps(asked).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.0\r\nHost: {host}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    found = Talk()
    began = time.perf_counter()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(REQUEST_S):
            reader, writer = await asyncio.open_connection(host, int(port), limit=LONGEST_LINE)
            try:
                writer.write(head.encode() + content)
                found.status = int((await reader.readline()).split()[1])
                await _lines(reader, found, began)
            finally:
                writer.close()
    return found


async def _lines(reader: asyncio.StreamReader, found: Talk, began: float) -> None:
    last = None
    async for line in reader:
        now = time.perf_counter() - began
        if b'"provisional"' in line or b'"delta": {"content"' in line:
            found.first = found.first or now
            last = now
        elif b'"delta":{"content"' in line and found.checked is None and last:
            found.checked = now - last
        elif line == b"data: [DONE]\n" or found.status != 200:
            found.whole = now


async def many(bench: Bench, count: int, within_s: float) -> list[Talk]:
    """Different questions, evenly over some seconds; 0 asks them all at the same moment."""

    async def later(number: int) -> Talk:
        await asyncio.sleep(within_s * number / count)
        return await talk(bench.address, bench.questions[number % len(bench.questions)])

    return list(await asyncio.gather(*(later(number) for number in range(count))))


# -- the phases


async def reads(bench: Bench, seconds: float) -> dict[str, Any]:
    """Fifty readers for so many seconds."""
    for path in PATHS:
        await bench.client.get(path)
    seen: list[float] = []
    until = time.monotonic() + seconds
    failed = await asyncio.gather(
        *(read_on(bench.client, number, until, seen) for number in range(READERS))
    )
    return {
        "reads": len(seen),
        "reads_failed": sum(failed),
        "read_p50_ms": ms(statistics.median(seen)),
        "read_p95_ms": ms(quantile(seen, 0.95)),
        "read_p99_ms": ms(quantile(seen, 0.99)),
    }


async def chats(bench: Bench, streams: int) -> dict[str, Any]:
    """Answers that begin within some seconds, beside as many asked of the model itself."""
    body = {"model": "m", "stream": True, "max_tokens": TOKENS, "messages": []}
    direct = await asyncio.gather(*(follow(bench.stub, body) for _ in range(streams)))
    ours = await many(bench, streams, ARRIVE_S)
    return {
        "streams": len(ours),
        "streams_failed": sum(one.status != 200 for one in ours),
        "streams_truncated": truncated(ours),
        "direct_first_p95_ms": ms(first_p95(direct)),
        "first_p50_ms": ms(quantile(firsts(ours), 0.5)),
        "first_p95_ms": ms(first_p95(ours)),
        "first_overhead_p95_ms": ms(first_p95(ours) - first_p95(direct)),
        "checked_after_last_token_p95_ms": ms(
            quantile([one.checked for one in ours if one.checked], 0.95)
        ),
    }


async def burst(bench: Bench, streams: int) -> dict[str, Any]:
    """As many answers, all asked for at the same moment."""
    ours = await many(bench, streams, 0)
    return {
        "burst_failed": sum(one.status != 200 for one in ours),
        "burst_truncated": truncated(ours),
        "burst_first_p50_ms": ms(quantile(firsts(ours), 0.5)),
        "burst_first_p95_ms": ms(first_p95(ours)),
    }


async def flood(bench: Bench, count: int, streams: int) -> dict[str, Any]:
    """Far too many at once; then how long until one is answered, and some more."""
    crowd = await many(bench, count, 0)
    began = time.perf_counter()
    while (one := await talk(bench.address, bench.questions[0])).status != 200:
        if time.perf_counter() - began > RECOVERED_S:
            break
        await asyncio.sleep(0.2)
    recovered = time.perf_counter() - began - ((one.whole or 0.0) - (one.first or 0.0))
    after = await many(bench, min(streams, 20), ARRIVE_S / 2)
    refused = [one.whole or REQUEST_S for one in crowd if one.status != 200]
    return {
        "flood": len(crowd),
        "flood_statuses": dict(sorted(Counter(str(one.status) for one in crowd).items())),
        "flood_refused_p50_ms": ms(quantile(refused, 0.5)),
        "flood_refused_max_ms": ms(max(refused, default=0.0)),
        "flood_truncated": truncated(crowd),
        "flood_first_p95_ms": ms(first_p95(crowd)),
        "recovered_s": round(recovered, 1),
        "after_flood_failed": sum(one.status != 200 for one in after),
        "after_flood_first_p95_ms": ms(first_p95(after)),
    }


def truncated(talks: list[Talk]) -> int:
    """Answers that began and never came to their end."""
    return sum(one.status == 200 and one.whole is None for one in talks)


def firsts(talks: list[Talk]) -> list[float]:
    """When each answer's first words came."""
    return [one.first for one in talks if one.first]


def first_p95(talks: list[Talk]) -> float:
    """By when nearly all had their first words."""
    return quantile(firsts(talks), 0.95)


# -- the whole


async def measure(
    bench: Bench, phases: list[str], seconds: float, streams: int, crowd: int
) -> dict[str, Any]:
    """Each phase with what it cost the server."""
    found: dict[str, Any] = {}
    for question in bench.questions[:3]:
        await talk(bench.address, question)
    for phase in phases:
        load, used, began = os.getloadavg()[0], cpu_s(bench.server), time.perf_counter()
        if phase == "reads":
            found |= await reads(bench, seconds)
        elif phase == "chats":
            found |= await chats(bench, streams)
        elif phase == "burst":
            found |= await burst(bench, streams)
        else:
            found |= await flood(bench, crowd, streams)
        found[f"{phase}_load_before"] = round(load, 1)
        found[f"{phase}_server_cpu_s"] = round(cpu_s(bench.server) - used, 2)
        found[f"{phase}_s"] = round(time.perf_counter() - began, 1)
        sys.stderr.write(f"{phase} took {found[f'{phase}_s']} s\n")
    return found


async def measure_at(
    address: str, stub: str, server: psutil.Process, questions: list[str], **wanted: Any
) -> dict[str, Any]:
    """The same, with clients that reuse connections as ours do."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=READERS)
    given: dict[str, Any] = {"limits": limits, "timeout": REQUEST_S, "trust_env": False}
    async with httpx.AsyncClient(base_url=address, **given) as client:
        return await measure(Bench(address, stub, client, server, questions), **wanted)


def bench_api(home: Path, **wanted: Any) -> dict[str, Any]:
    """Start both and measure."""
    questions = prepare(home)
    with model() as stub, api(home, f"server:{stub}/v1#m") as (address, server):
        return asyncio.run(measure_at(address, stub, server, questions, **wanted))


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phases", default=",".join(PHASES), help="separated by commas")
    parser.add_argument("--seconds", type=float, default=10, help="of reading")
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--flood", type=int, default=300)
    parser.add_argument("--home", type=Path, help="a data folder whose index is built already")
    chosen = parser.parse_args()
    phases = chosen.phases.split(",")
    if unknown := set(phases) - set(PHASES):
        parser.error(f"no such phase: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as folder:
        figures = bench_api(
            chosen.home or Path(folder) / "home",
            phases=phases,
            seconds=chosen.seconds,
            streams=chosen.streams,
            crowd=chosen.flood,
        )
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
