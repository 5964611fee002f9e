"""Steps of answers being made → what is known of each so far, for every window that shows it.

Each answer is made in a thread of its own, so that it goes on when a window is reloaded or closed.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant import AssistantError, Hit, Step, Turn

StepsOf = Callable[[threading.Event], Iterator[Step]]
# Failures are kept until they were seen; nobody may come back for them.
MOST_KEPT = 100


@dataclass
class Making:
    """An answer on its way: what has come of it, and the event that stops it."""

    cancelled: threading.Event = field(default_factory=threading.Event)
    turn: Turn | None = None
    hits: tuple[Hit, ...] = ()
    extract: dict[str, Any] | None = None
    words: str = ""
    failure: AssistantError | None = None
    done: bool = False
    steps: int = 0
    _news: threading.Condition = field(default_factory=threading.Condition)

    def begun(self) -> Turn:
        """Wait until the question is stored and return its turn; raise what prevented it."""
        with self._news:
            self._news.wait_for(lambda: self.turn is not None or self.done)
        if self.turn is None:
            raise self.failure or RuntimeError("an answer ended before it began")
        return self.turn

    def wait(self, seen: int, seconds: float) -> int:
        """Wait at most `seconds` for more than `seen` steps; return how many there are."""
        with self._news:
            self._news.wait_for(lambda: self.steps > seen or self.done, timeout=seconds)
            return self.steps

    def take(self, step: Step) -> None:
        """Add a step."""
        with self._news:
            self.turn = step.turn
            event = step.event
            if event is not None:
                self.hits = event.hits or self.hits
                self.words += event.text
            if event is not None and event.kind == "extract":
                self.extract = step.turn.answer
            self.steps += 1
            self._news.notify_all()

    def end(self, failure: AssistantError | None = None) -> None:
        """Say that nothing more comes."""
        with self._news:
            self.failure = failure
            self.done = True
            self._news.notify_all()


class Makings:
    """The answers being made, by turn; those that failed stay until they are begun anew."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_turn: dict[str, Making] = {}

    def begin(self, steps_of: StepsOf, turn: str | None = None) -> Making:
        """Start to make an answer; one that is being made for this turn already goes on."""
        with self._lock:
            present = self._by_turn.get(turn or "")
            if present is not None and not present.done:
                return present
            making = Making()
            if turn is not None:
                self._by_turn[turn] = making
        threading.Thread(
            target=self._make, args=(making, steps_of), name="answer", daemon=True
        ).start()
        return making

    def on_their_way(self) -> dict[str, Making]:
        """The answers being made now, by turn.

        Looked at before the turns are read: an answer that ends in between would otherwise be
        known neither here nor there.
        """
        with self._lock:
            return {turn: one for turn, one in self._by_turn.items() if not one.done}

    def of(self, turn: str) -> Making | None:
        """What is known of an answer that is being made or has failed."""
        with self._lock:
            return self._by_turn.get(turn)

    def _make(self, making: Making, steps_of: StepsOf) -> None:
        failure: AssistantError | None = None
        try:
            for step in steps_of(making.cancelled):
                with self._lock:
                    self._by_turn[step.turn.id] = making
                making.take(step)
        except AssistantError as error:
            failure = error
        finally:
            self._forget(making, failed=failure is not None)
            making.end(failure)

    def _forget(self, making: Making, *, failed: bool) -> None:
        with self._lock:
            if not failed:
                mine = [key for key, one in self._by_turn.items() if one is making]
                for key in mine:
                    del self._by_turn[key]
            over = [key for key, one in self._by_turn.items() if one.done][:-MOST_KEPT]
            for key in over:
                del self._by_turn[key]
