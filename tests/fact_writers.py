"""A nursery of processes that set and undo facts, saying each change after COMMIT.

`python fact_writers.py HOME facts|interview`; each line on stdin is a seed for the next writer. It
is forked, so that it takes milliseconds to start, says its process id, and writes until it is
killed, straight into the store or by answering an interview; then the nursery says `ended`.
"""

import itertools
import os
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from assistant import Assistant
from assistant.facts import FactEvent, load_catalogue, parse_value
from assistant.settings import Settings
from assistant.store import Store

CATALOGUE = load_catalogue()
# Fact, words, author → the event that was stored.
Set = Callable[[str, str, str], int]
IDS = ("problem.statement", "project.summary", "labels.delay")


def main() -> None:
    home, way = Path(sys.argv[1]), WAYS[sys.argv[2]]
    with tempfile.TemporaryDirectory() as folder, Assistant(Settings(home=Path(folder))) as first:
        # What every writer would read again: rules, needs, articles.
        first.answer(IDS[0], "once", kind="tdd")
    for line in sys.stdin:
        writer = os.fork()
        if not writer:
            write(home, int(line), way)
        os.waitpid(writer, 0)
        say("ended")


def into_store(home: Path, store: Store, owner: str) -> Set:
    def set_fact(key: str, raw: str, author: str) -> int:
        change = FactEvent(key, "set", parse_value(CATALOGUE[key], raw), author=author)
        (stored,) = store.facts.record(owner, [change], CATALOGUE)
        return stored.event

    return set_fact


def by_answering(home: Path, store: Store, owner: str) -> Set:
    service = Assistant(Settings(home=home))

    def answer(key: str, raw: str, author: str) -> int:
        step = service.answer(key, raw, kind="tdd", insist=True, author=author)
        assert step.stored is not None
        return step.stored.event

    return answer


WAYS = {"facts": into_store, "interview": by_answering}


def write(home: Path, seed: int, way: Callable[[Path, Store, str], Set]) -> None:
    store = Store(Settings(home=home))
    owner = store.projects.named("default").id
    set_fact = way(home, store, owner)
    chance = random.Random(seed)
    say(f"writer {os.getpid()}")
    for number in itertools.count():
        if number and chance.random() < 0.2:
            taken, _ = store.facts.undo(owner, CATALOGUE)
            say(f"undone {taken.event}")
            continue
        key, raw = chance.choice(IDS), f"{seed * 1_000 + number} days"
        say(f"set {set_fact(key, raw, f'{seed} {number}')} {seed} {number}")


def say(words: str) -> None:
    # One system call and no buffer: what the reader sees was said before the kill.
    os.write(1, f"{words}\n".encode())


if __name__ == "__main__":
    main()
