"""The ladder beside calling an endpoint directly → a JSON object of times; run it by hand.

`python evals/bench_ladder.py [--rounds N] [--home FOLDER] [--no-local]` writes
`evals/results/ladder.json`. The endpoint is a stub in a process of its own that waits 200 ms and
then sends 20 tokens a second. `--home` names a data folder with an index and documents; a copy of
it is used. Without one, a fresh folder is, whose index is built first.
"""

import argparse
import http.client
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from stub_endpoint import FIRST_TOKEN_S, REPLY_TOKENS, TOKENS_PER_S, running_stub

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).parents[1]))

from assistant import Assistant, Passage, Settings
from assistant.answer.prompt import Material, answer_prompt
from assistant.errors import AssistantError
from assistant.ladder import Ladder, Message
from assistant.retrieve import Hit
from assistant.tokens import TokenCounter

STREAMS = 20
LOCAL_REPLY = 700
CASES = Path(__file__).parent / "cases" / "groundedness" / "questions.yaml"
WARMING = 5
QUESTION = [Message("system", "You are brief."), Message("user", "Where do I start?")]


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


def questions() -> list[str]:
    """Ninety different ones: what was asked before is remembered, and would flatter us."""
    entries = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    return [entry["question"] for entry in entries]


def served(home: Path, ladder: str) -> Assistant:
    """The whole service over a home, with its imports and index warm."""
    assistant = Assistant(Settings(home=home, ladder=ladder, find_local_servers=False))
    assistant.warm()
    return assistant


def stub_rung(port: int) -> str:
    return f"server:http://127.0.0.1:{port}/v1#stub"


def measure_streams(port: int, home: Path, streams: int = STREAMS) -> dict[str, float]:
    """Many questions at once through the whole service: errors, cut answers, first words.

    The stub's words are no sentences that a passage supports, so the answers that are kept are
    the passages'; what the model said is counted as it came.
    """
    expected = "".join(f"w{number} " for number in range(REPLY_TOKENS))

    def ask(number: int) -> tuple[bool, bool, float]:
        said, final, begun, first_s = "", None, time.perf_counter(), 0.0
        for step in assistant.stream(asked[WARMING + number]):
            event = step.event
            if event is not None and event.kind == "provisional":
                first_s = first_s or time.perf_counter() - begun
                said += event.text
            final = event if event is not None and event.kind == "final" else final
        answered = final is not None and final.answer is not None and bool(final.answer.text)
        return answered, said == expected, first_s

    asked = questions()
    with served(home, stub_rung(port)) as assistant:
        for question in asked[:WARMING]:
            assistant.ask(question)
        began = time.perf_counter()
        with ThreadPoolExecutor(streams) as pool:
            ends = list(pool.map(ask, range(streams)))
        taken_s = time.perf_counter() - began
    return {
        "streams": streams,
        "answered": sum(answered for answered, _, _ in ends),
        "whole": sum(whole for _, whole, _ in ends),
        "first_token_p95_ms": round(quantile([first for _, _, first in ends], 0.95) * 1000, 1),
        "all_s": round(taken_s, 2),
        "ideal_s": round(FIRST_TOKEN_S + (REPLY_TOKENS - 1) / TOKENS_PER_S, 2),
    }


def measure_answers(port: int, home: Path, rounds: int) -> dict[str, Any]:
    """Warm answers: the extractive one whole, and the first useful event on each rung."""
    asked = questions()
    warming, fresh = asked[:WARMING], asked[WARMING:]
    with served(home, "extractive") as assistant:
        owner = assistant.project("default")
        passages = sum(len(index) for index in assistant.library.indexes(owner.id))
        for question in warming:
            assistant.ask(question)
        extractive = [_timed(assistant, question) for question in fresh[:rounds]]
        useful = {"extractive": [_useful(assistant, question) for question in fresh[rounds:]]}
    for rung, ladder in (
        ("server", stub_rung(port)),
        ("server that is down", "server:http://127.0.0.1:9/v1#nobody"),
    ):
        with served(home, ladder) as assistant:
            for question in warming:
                assistant.ask(question)
            useful[rung] = [_useful(assistant, question) for question in fresh[:rounds]]
    return {
        "passages": passages,
        "extractive_p50_ms": round(quantile(extractive, 0.5) * 1000, 1),
        "extractive_p95_ms": round(quantile(extractive, 0.95) * 1000, 1),
        "first_useful_p95_ms": {
            rung: round(quantile(times, 0.95) * 1000, 1) for rung, times in useful.items()
        },
    }


def _timed(assistant: Assistant, question: str) -> float:
    began = time.perf_counter()
    assistant.ask(question)
    return time.perf_counter() - began


def _useful(assistant: Assistant, question: str) -> float:
    """Seconds until sources, or an answer, through `Assistant.stream`."""
    began = time.perf_counter()
    for step in assistant.stream(question):
        if step.event is not None:
            break
    return time.perf_counter() - began


def measure_local() -> dict[str, Any]:
    """The embedded model: a first question, cold, and two more over other passages.

    The first pays for starting the model and for reading the fixed part of the prompt; the others
    find both, and read only their own passages.
    """
    with tempfile.TemporaryDirectory() as home:
        ladder = Ladder(Settings(home=Path(home), ladder="local"))
        ladder.warm()
        try:
            first_s, *other_s = [
                _asked(ladder, topic) for topic in ("baselines", "drift", "labels")
            ]
        except AssistantError as error:
            return {"skipped": str(error)}
        finally:
            ladder.close()
    return {
        "first_question_cold_s": round(first_s, 3),
        "second_question_other_passages_s": round(other_s[0], 3),
        "third_question_other_passages_s": round(other_s[1], 3),
        "ratio": round(first_s / statistics.median(other_s), 1),
    }


def _asked(ladder: Ladder, topic: str) -> float:
    """Seconds to the first token of a prompt as long as the embedded model gets."""
    counter = TokenCounter()
    text = f"On {topic}: measure first, then decide, and write down why you did. " * 14
    hits = tuple(
        Hit(Passage(f"{topic}#{n}", topic, "knowledge", topic, "", text, 0, None, "en"), 1, 1, 1)
        for n in range(6)
    )
    room = ladder.prompt_tokens(LOCAL_REPLY)
    prompt = answer_prompt(Material(f"What comes first in {topic}?", hits), counter, room)
    began = time.perf_counter()
    with ladder.reply(prompt.messages, max_tokens=4) as reply:
        next(reply)
        return time.perf_counter() - began


def quantile(values: list[float], share: float) -> float:
    """The value at this share of the sorted list, without interpolation."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--home", type=Path, help="a data folder to copy and measure answers in")
    parser.add_argument("--no-local", action="store_true")
    wishes = parser.parse_args()
    # The first lines of the record: on a busy machine every figure below is worse than it is.
    result: dict[str, Any] = {"load_before": round(os.getloadavg()[0], 1)}
    with tempfile.TemporaryDirectory() as scratch, running_stub() as port:
        home = Path(scratch) / "home"
        if wishes.home is not None:
            shutil.copytree(wishes.home, home)
        result["overhead"] = measure_overhead(port, wishes.rounds)
        result["answers"] = measure_answers(port, home, wishes.rounds)
        result["streams"] = measure_streams(port, home)
    if not wishes.no_local:
        result["local"] = measure_local()
    result["load_after"] = round(os.getloadavg()[0], 1)
    print(json.dumps(result, indent=2))
    path = Path(__file__).parent / "results" / "ladder.json"
    path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
