"""How much one caller may ask for, and how much work goes on at once."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio

from assistant.channels.http_api.problems import Refusal

MOST_BUCKETS = 10_000
SLOT_RETRY_S = 5
# No refusal for so long, and the crowd that came at once has been told; nobody waits longer.
CALM_S = 0.04
LONGEST_CALM_S = 1.0


class Buckets:
    """A token bucket for each name: `per_minute` tokens that come back evenly; used on one thread.

    >>> now = [0.0]
    >>> buckets = Buckets(2, clock=lambda: now[0])
    >>> [buckets.take("a") for _ in range(3)], buckets.take("b")
    ([0.0, 0.0, 30.0], 0.0)
    >>> now[0] = 30.0
    >>> buckets.take("a")
    0.0
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._per_s = per_minute / 60
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take one token: 0 when there was one, else the seconds until there is."""
        now = self._clock()
        left, at = self._left.pop(name, (self._size, now))
        left = min(self._size, left + (now - at) * self._per_s)
        wait = 0.0 if left >= 1 else (1 - left) / self._per_s
        self._left[name] = (left if wait else left - 1, now)
        if len(self._left) > MOST_BUCKETS:
            self._left.popitem(last=False)
        return wait


def slow_down(wait_s: float) -> Refusal:
    """The refusal of a caller who asks too often."""
    seconds = max(1, math.ceil(wait_s))
    return Refusal(
        429,
        "too_many_requests",
        "These are too many requests at once.",
        f"Wait {seconds} {'second' if seconds == 1 else 'seconds'} and go on more slowly.",
        headers={"Retry-After": str(seconds)},
    )


class Slots:
    """Room for so many pieces of long work at once, each with a thread of its own."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.taken = 0
        self.threads = anyio.CapacityLimiter(size)
        self._refused_at = -CALM_S

    def check(self) -> None:
        """Raise Refusal when there is no slot."""
        if self.taken >= self.size:
            self._refused_at = time.monotonic()
            raise Refusal(
                503,
                "busy",
                f"The server works on {self.size} answers already.",
                f"Try again in {SLOT_RETRY_S} seconds.",
                headers={"Retry-After": str(SLOT_RETRY_S)},
            )

    def let_calm_down(self) -> None:
        """Wait, in a thread, while a crowd is being refused: so that each hears of it at once."""
        latest = time.monotonic() + LONGEST_CALM_S
        while (left_s := min(latest, self._refused_at + CALM_S) - time.monotonic()) > 0:
            time.sleep(left_s)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot; raise Refusal at once when there is none."""
        self.check()
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1
