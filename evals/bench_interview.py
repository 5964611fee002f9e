"""Measure the interview: how long the next question takes with every fact of the catalogue set.

`python evals/bench_interview.py [--times N]` prints JSON. Each question is asked of the service, so
reading the store, the rules and the article behind the question are part of it.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from assistant import Assistant, Settings
from assistant.facts import Catalogue, Fact
from assistant.interview import load_needs


@dataclass(frozen=True, slots=True)
class InterviewFigures:
    """What was measured, in milliseconds; `switches` are changes of topic in a whole interview."""

    facts: int
    times: int
    next_median_ms: float
    next_p95_ms: float
    answer_p95_ms: float
    review_ms: float
    asked: int
    topics: int
    switches: int
    answers_to_first_draft: int


def bench_interview(times: int = 200, kind: str = "tdd", seed: int = 1) -> InterviewFigures:
    """Answer a whole interview, set every other fact too, then ask again and again."""
    chance = random.Random(seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant(Settings(home=Path(folder) / "home")) as service,
    ):
        asked, draft, answering = whole_interview(service, kind, chance)
        catalogue = service.catalogue()
        for fact in catalogue:
            if fact.id not in service.facts():
                service.set_fact(fact.id, some_answer(fact, chance))
        needs = load_needs(kind)
        nexts = []
        for _ in range(times):
            # With one fact open at a time there is a question to find and to explain.
            key = chance.choice(needs.facts)
            service.unset_fact(key)
            nexts.append(clocked(lambda: service.next_question(kind)))
            service.undo()
        review = clocked(lambda: service.review(kind))
        return InterviewFigures(
            facts=len(service.facts()),
            times=times,
            next_median_ms=round(statistics.median(nexts), 1),
            next_p95_ms=percentile(nexts, 95),
            answer_p95_ms=percentile(answering, 95),
            review_ms=round(review, 1),
            asked=len(asked),
            topics=len({catalogue[key].topic for key in asked}),
            switches=switches(catalogue, asked),
            answers_to_first_draft=draft,
        )


def whole_interview(
    service: Assistant, kind: str, chance: random.Random
) -> tuple[list[str], int, list[float]]:
    """Answer to the end: the facts asked, when the first draft was complete, and the times."""
    asked: list[str] = []
    times: list[float] = []
    draft = 0
    step = service.next_question(kind)
    while step.question is not None:
        if not draft and step.progress.to_first_draft == 0:
            draft = len(asked)
        fact, event = step.question.fact, step.question.event
        asked.append(fact.id)
        raw = some_answer(fact, chance)
        start = time.perf_counter()
        step = service.answer(fact.id, raw, kind=kind, insist=True, expected_event=event)
        times.append((time.perf_counter() - start) * 1_000)
    return list(dict.fromkeys(asked)), draft, times


def some_answer(fact: Fact, chance: random.Random) -> object:
    """An answer as a person might give it."""
    if fact.options:
        return chance.choice(fact.options).value
    return chance.random() < 0.5 if fact.type == "yes_no" else fact.example


def switches(catalogue: Catalogue, asked: list[str]) -> int:
    """How often the topic changes from one question to the next."""
    topics = [catalogue[key].topic for key in asked]
    return sum(one != other for one, other in pairwise(topics))


def clocked(call: Callable[[], object]) -> float:
    """How long a call takes, in milliseconds."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1_000


def percentile(values: list[float], share: int) -> float:
    """That percentile, rounded to a tenth."""
    return round(statistics.quantiles(values, n=100)[share - 1], 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=200)
    print(json.dumps(asdict(bench_interview(parser.parse_args().times)), indent=2))


if __name__ == "__main__":
    main()
