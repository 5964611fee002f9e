"""A process of its own: takes files in and kills itself at a step, as a power cut would.

`python ingesters.py HOME STEP FILE...`: STEP counts statements, commits and changes of the folder;
with 0 it lives, and says how many steps there were.
"""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

from sqlalchemy import Engine, event

from assistant import Assistant, Settings

CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.truncate"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Steps:
    """Counts, and kills at the count that was asked for."""

    def __init__(self, last: int) -> None:
        self.count = 0
        self.last = last

    def take(self, *_: object) -> None:
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, name: str, details: tuple[object, ...]) -> None:
        if name in CHANGES or (
            name == "open" and isinstance(details[2], int) and details[2] & WRITES
        ):
            self.take()


def main() -> None:
    home, step, *files = sys.argv[1:]
    # Started ahead of its turn, since most of its time goes into imports.
    import_module("assistant.service.taking_in")
    sys.stdin.readline()
    with Assistant(Settings(home=Path(home), encoder="hashing")) as assistant:
        steps = Steps(int(step))
        sys.addaudithook(steps.audit)
        for moment in ("before_cursor_execute", "commit"):
            event.listen(Engine, moment, steps.take)
        os.write(1, b"begins\n")
        report = assistant.ingest([Path(file) for file in files])
        assert not report.rejected, report.rejected
        os.write(1, f"{steps.count}\n".encode())


if __name__ == "__main__":
    main()
