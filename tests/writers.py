"""A process of its own: asks in a project again and again, saying each turn's id after COMMIT.

`python writers.py HOME CONVERSATION [TIMES]`; without TIMES it asks until it is killed.
"""

import itertools
import os
import sys
from pathlib import Path

from assistant.settings import Settings
from assistant.store import Store


def main() -> None:
    home, thread, *times = sys.argv[1:]
    store = Store(Settings(home=Path(home)))
    owner = store.projects.named("default").id
    for number in range(int(times[0])) if times else itertools.count():
        turn = store.conversations.ask(owner, thread, f"{os.getpid()} {number}")
        # One system call and no buffer: what the reader sees was said before the kill.
        os.write(1, f"{turn}\n".encode())


if __name__ == "__main__":
    main()
