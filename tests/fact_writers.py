"""A nursery of processes that set and undo facts, saying each change after COMMIT.

`python fact_writers.py HOME`; each line on stdin is a seed for the next writer. It is forked, so
that it takes milliseconds to start, says its process id, and writes until it is killed; then the
nursery says `ended`.
"""

import itertools
import os
import random
import sys
from pathlib import Path

from assistant.facts import FactEvent, load_catalogue, parse_value
from assistant.settings import Settings
from assistant.store import Store

CATALOGUE = load_catalogue()
IDS = ("problem.statement", "project.summary", "labels.delay")


def main() -> None:
    for line in sys.stdin:
        writer = os.fork()
        if not writer:
            write(Path(sys.argv[1]), int(line))
        os.waitpid(writer, 0)
        say("ended")


def write(home: Path, seed: int) -> None:
    store = Store(Settings(home=home))
    owner = store.projects.named("default").id
    chance = random.Random(seed)
    say(f"writer {os.getpid()}")
    for number in itertools.count():
        if number and chance.random() < 0.2:
            taken, _ = store.facts.undo(owner, CATALOGUE)
            say(f"undone {taken.event}")
            continue
        fact = CATALOGUE[chance.choice(IDS)]
        value = parse_value(fact, f"{seed * 1_000 + number} days")
        change = FactEvent(fact.id, "set", value, author=f"{seed} {number}")
        (stored,) = store.facts.record(owner, [change], CATALOGUE)
        say(f"set {stored.event} {seed} {number}")


def say(words: str) -> None:
    # One system call and no buffer: what the reader sees was said before the kill.
    os.write(1, f"{words}\n".encode())


if __name__ == "__main__":
    main()
