"""Work that keeps a core busy → one piece after the other, after what readers wait for first."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

# However many new questions come, a piece of work waits for them no longer than this.
LONGEST_WAIT_S = 1.0

P = ParamSpec("P")
R = TypeVar("R")


class Turns:
    """Lets pieces of heavy work take turns, `at_once` of them side by side.

    More at a time would only share the same cores, and each would be late. What must be done
    before an answer's first word can come goes first: no piece begins meanwhile.

    >>> turns = Turns(1)
    >>> turns.do(max, 1, 2)
    2
    """

    def __init__(self, at_once: int) -> None:
        self._room = threading.Semaphore(at_once)
        self._changed = threading.Condition()
        self._first = 0

    @contextmanager
    def first(self) -> Iterator[None]:
        """What is done in this block goes before the work of others."""
        with self._changed:
            self._first += 1
        try:
            yield
        finally:
            with self._changed:
                self._first -= 1
                self._changed.notify_all()

    def do(self, work: Callable[P, R], *given: P.args, **named: P.kwargs) -> R:
        """Do a piece of work when it is its turn."""
        with self._room:
            with self._changed:
                self._changed.wait_for(lambda: not self._first, LONGEST_WAIT_S)
            return work(*given, **named)


# Python runs in one thread at a time; half of the cores leaves the others to what only computes
# there, such as the encoder, and to whoever asks next.
TURNS = Turns(max(1, (os.cpu_count() or 1) // 2))
