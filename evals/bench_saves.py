"""Measure saved answers under load, and a long run → a JSON object; run it by hand.

`python evals/bench_saves.py [--users N] [--saves N] [--soak SECONDS] [--home FOLDER]`. Users answer
interview questions of their own projects through the HTTP API with the pauses of people who type,
each answer with an idempotency key and one in twenty sent twice. Afterwards every answer that was
acknowledged must be in its project, once. The soak asks, reads and saves for that long and
watches the server's memory and open files.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import psutil  # type: ignore[import-untyped]
from api_server import api, cpu_s, ms, prepare, quantile

from assistant import Assistant, Settings

FACTS = ("problem.statement", "problem.motivation", "problem.today", "problem.evidence")
PAUSE_S = (0.6, 1.4)
SENT_TWICE = 0.05
QUESTIONS = ("What is a quick baseline?", "How do I detect data drift?", "What does a miss cost?")


class Users:
    """People who answer; what was acknowledged is kept by project and fact, in order."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.times: list[float] = []
        self.failed: Counter[str] = Counter()
        self.kept: dict[str, list[str]] = {}
        # A data folder that was measured before holds other runs' answers too.
        self.run = time.time_ns()

    async def one(self, number: int, saves: int) -> None:
        project = f"user {number}"
        picks = random.Random(number)
        for turn in range(saves):
            await asyncio.sleep(picks.uniform(*PAUSE_S))
            fact = FACTS[turn % len(FACTS)]
            said = (
                f"Answer {turn} of person {number} about {fact} in run {self.run}, long enough to "
                "be stored as it is."
            )
            again = picks.random() < SENT_TWICE
            token = f"{number}-{turn}-{time.time_ns()}"
            sent = await asyncio.gather(
                *(self.save(project, fact, said, token) for _ in range(2 if again else 1))
            )
            if any(sent):
                self.kept.setdefault(f"{project}\0{fact}", []).append(said)

    async def save(self, project: str, fact: str, said: str, token: str) -> bool:
        began = time.monotonic()
        try:
            reply = await self.client.post(
                f"/v1/projects/{project}/interview/answers",
                json={"fact": fact, "value": said, "kind": "tdd"},
                headers={"Idempotency-Key": token},
            )
        except httpx.TransportError as error:
            self.failed[type(error).__name__] += 1
            return False
        if reply.status_code in (200, 201):
            self.times.append(time.monotonic() - began)
            return True
        told = problem_in(reply)
        # A twin that is still being worked on is told so: it is neither lost nor done twice.
        if not told.startswith("in_progress:"):
            self.failed[f"{reply.status_code} {told}"] += 1
        return False

    def must_have_saved(self) -> None:
        """Say what is wrong, and end, when nothing at all was saved."""
        if not self.times:
            why = "; ".join(f"{count} times {told}" for told, count in self.failed.most_common(3))
            raise SystemExit(f"No answer was saved, so there is nothing to measure: {why}")


def problem_in(reply: httpx.Response) -> str:
    """The code of a refusal and its words; the beginning of what is no refusal of ours."""
    try:
        error = reply.json()["error"]
        return f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        return reply.text[:200] or "(nothing)"


async def save_all(api: str, users: int, saves: int) -> Users:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=api, limits=limits, timeout=60, trust_env=False
    ) as client:
        people = Users(client)
        await asyncio.gather(*(people.one(number, saves) for number in range(users)))
        return people


def lost_and_doubled(home: Path, kept: dict[str, list[str]]) -> tuple[int, int]:
    """Acknowledged answers that no history holds, and answers that it holds twice."""
    lost = doubled = 0
    with Assistant(Settings(home=home, ladder="extractive")) as assistant:
        for key, said in kept.items():
            project, fact = key.split("\0")
            events = assistant.fact_history(fact, project=project)
            mine = set(said)
            there = [event.value for event in events if event.value in mine]
            lost += len(mine - set(there))
            doubled += len(there) - len(set(there))
    return lost, doubled


async def soak(api: str, seconds: float, server: psutil.Process) -> dict[str, Any]:
    """Read, ask and save; memory in MB and open files after a tenth of the time, and at the end."""
    looks: list[tuple[float, int]] = []
    asked = failed = 0
    async with httpx.AsyncClient(base_url=api, timeout=60, trust_env=False) as client:
        until, began = time.monotonic() + seconds, time.monotonic()
        while time.monotonic() < until:
            question = QUESTIONS[asked % len(QUESTIONS)]
            body = {"model": "scopewright", "messages": [{"role": "user", "content": question}]}
            paths = ("/v1/projects/user 0/interview/next?kind=tdd", "/v1/projects/user 0/facts")
            said = {"fact": FACTS[asked % len(FACTS)], "value": f"What was said in round {asked}."}
            replies = await asyncio.gather(
                client.post("/v1/chat/completions", json=body),
                client.post(
                    "/v1/projects/user 0/interview/answers",
                    json=said,
                    headers={"Idempotency-Key": f"soak-{began}-{asked}"},
                ),
                *(client.get(one) for one in paths),
            )
            asked += 1
            failed += sum(reply.status_code != 200 for reply in replies)
            if time.monotonic() - began > seconds / 10:
                looks.append((server.memory_info().rss / 1e6, server.num_fds()))
            await asyncio.sleep(0.2)
    tenth = max(1, len(looks) // 10)
    early = statistics.median(mb for mb, _ in looks[:tenth])
    late = statistics.median(mb for mb, _ in looks[-tenth:])
    return {
        "soak_s": seconds,
        "rounds": asked,
        "failed": failed,
        "memory_mb": [round(early), round(late)],
        "memory_growth_percent": round(100 * (late / early - 1), 1),
        "open_files": [looks[0][1], looks[-1][1]],
    }


def bench(home: Path, users: int, saves: int, soak_s: float) -> dict[str, Any]:
    prepare(home)
    with Assistant(Settings(home=home, ladder="extractive")) as assistant:
        known = {project.name for project in assistant.projects()}
        for number in range(users):
            if f"user {number}" not in known:
                assistant.new_project(f"user {number}")
    figures: dict[str, Any] = {"load_before": round(os.getloadavg()[0], 1)}
    with api(home, "extractive") as (address, server):
        used, began = cpu_s(server), time.monotonic()
        people = asyncio.run(save_all(address, users, saves))
        taken = time.monotonic() - began
        people.must_have_saved()
        lost, doubled = lost_and_doubled(home, people.kept)
        figures |= {
            "users": users,
            "saves": len(people.times),
            "failed": people.failed.total(),
            "failures": dict(people.failed),
            "save_p50_ms": ms(statistics.median(people.times)),
            "save_p95_ms": ms(quantile(people.times, 0.95)),
            "lost": lost,
            "doubled": doubled,
            "saves_s": round(taken, 1),
            "server_cpu_ms_each": round(1000 * (cpu_s(server) - used) / len(people.times), 1),
        }
        if soak_s:
            figures |= asyncio.run(soak(address, soak_s, server))
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--saves", type=int, default=120, help="answers of each user")
    parser.add_argument("--soak", type=float, default=0, help="seconds of the long run")
    parser.add_argument("--home", type=Path, help="a data folder whose index is built already")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = chosen.home or Path(folder) / "home"
        figures = bench(home, chosen.users, chosen.saves, chosen.soak)
    print(json.dumps(figures, indent=2))
