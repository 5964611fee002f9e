"""Successes and failures of a rung → whether it may be asked now."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Record:
    failures: deque[float] = field(default_factory=deque)
    opened_at: float | None = None
    trial_at: float | None = None


class Breakers:
    """A rung that failed `failures` times within `window_s` rests for `window_s`.

    After the rest one caller may try it; its success closes the breaker, its failure opens it
    again. Shared by all threads of a service.
    """

    def __init__(
        self,
        failures: int = 5,
        window_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._window_s = window_s
        self._clock = clock
        self._lock = threading.Lock()
        self._records: dict[str, _Record] = {}

    def wait_s(self, rung: str) -> float:
        """Seconds until the rung may be tried; 0 lets the caller try, and makes it the trial."""
        now = self._clock()
        with self._lock:
            record = self._records.get(rung)
            if record is None or record.opened_at is None:
                return 0.0
            # A trial that never reported back must not keep the rung shut for ever.
            since = record.opened_at if record.trial_at is None else record.trial_at
            rest_s = self._window_s - (now - since)
            if rest_s > 0:
                return rest_s
            record.trial_at = now
            return 0.0

    def resting(self, rung: str) -> bool:
        """True while the breaker is open; asking does not use up the trial."""
        with self._lock:
            record = self._records.get(rung)
            return record is not None and record.opened_at is not None

    def succeeded(self, rung: str) -> None:
        """Close the breaker and forget the failures."""
        with self._lock:
            self._records.pop(rung, None)

    def failed(self, rung: str) -> None:
        """Count a failure; too many in the window, or a failed trial, open the breaker."""
        now = self._clock()
        with self._lock:
            record = self._records.setdefault(rung, _Record())
            record.failures.append(now)
            while now - record.failures[0] > self._window_s:
                record.failures.popleft()
            if record.opened_at is not None or len(record.failures) >= self._most:
                record.opened_at = now
                record.trial_at = None

    def undecided(self, rung: str) -> None:
        """Give the trial back: the call ended in a way that says nothing about the rung."""
        with self._lock:
            if (record := self._records.get(rung)) is not None:
                record.trial_at = None
