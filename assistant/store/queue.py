"""Writers that come at the same time → one after the other, in the order they came.

SQLite lets waiting writers sleep and look again, up to 0.1 s apart, so those that never pause can
keep one of them out until its time is up. The kernel's file locks have a queue: whoever waits in
it is next, in whatever process or thread.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ENDING = "-queue"


@contextmanager
def queued(database: Path, wait_s: float) -> Iterator[float]:
    """Hold the turn to write until the block ends; yield the seconds of `wait_s` that are left.

    Where there are no file locks (some network folders) nobody waits here, but in the database.

    Raises:
        sqlite3.OperationalError: The turn did not come; in the words SQLite has for it.
    """
    start = time.monotonic()
    line = _open_line(database)
    if line is None:
        yield wait_s
        return
    try:
        if not _take_turn(line, wait_s):
            raise sqlite3.OperationalError("the line of writers is locked")
        yield wait_s - (time.monotonic() - start)
    finally:
        # Not by closing alone: a process that was forked meanwhile has the file open too.
        with suppress(OSError):
            fcntl.flock(line, fcntl.LOCK_UN)
        os.close(line)


def _open_line(database: Path) -> int | None:
    """A file of its own for each waiter, so that threads queue as processes do."""
    try:
        return os.open(f"{database}{ENDING}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        # Read-only or full: the write itself will say so.
        return None


def _take_turn(line: int, wait_s: float) -> bool:
    try:
        fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    except OSError:
        # No locks on this file system.
        return True
    else:
        return True
    # Only a call without a time limit has a place in the queue, so a thread makes it. It holds
    # the file by a number of its own: when nobody waits for it any more, the turn ends with it.
    waiting, came = os.dup(line), threading.Event()

    def wait() -> None:
        fcntl.flock(waiting, fcntl.LOCK_EX)
        os.close(waiting)
        came.set()

    threading.Thread(target=wait, name="write-queue", daemon=True).start()
    return came.wait(wait_s)
