"""A model's stream → its pieces, within limits of time and size that hold even when it hangs.

The stream is read in a thread of its own. The reader of the pieces waits on a queue, so a deadline
holds whatever the socket does, and it is the socket that is shut when the deadline has passed.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assistant.ladder.failures import RungFailed
from assistant.ladder.messages import Piece
from assistant.ladder.wire import Call

REPLY_CHARACTERS = 10_000_000
# A server that ignores `max_tokens` is stopped by us, with room for different ways of counting.
CHARACTERS_PER_TOKEN = 16
SPARE_PIECES = 16
# How often a wait looks at the caller's event.
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Budgets:
    """Seconds for the first token and between tokens, and the end of all time (monotonic)."""

    first_token_s: float
    gap_s: float
    deadline: float
    max_tokens: int


class _End:
    """Marks the end of the stream in the queue."""


class Pump:
    """Reads a stream in a thread; `next` hands out its pieces."""

    def __init__(
        self,
        open_stream: Callable[[], Iterator[Piece]],
        budgets: Budgets,
        translate: Callable[[BaseException], Exception],
    ) -> None:
        self._open_stream = open_stream
        self._budgets = budgets
        self._translate = translate
        self._call = Call()
        self._queue: queue.SimpleQueue[Piece | Exception | _End] = queue.SimpleQueue()
        self._heard_at = time.monotonic()
        self._signs = 0
        self._first = True
        self._ended = False
        threading.Thread(target=self._read, name="model-reader", daemon=True).start()

    def next(self, cancelled: threading.Event | None = None) -> Piece | None:
        """The next piece, None at the end; raise ModelFailed when a limit is broken."""
        if self._ended:
            return None
        while True:
            due = self._due()
            try:
                item = self._queue.get(timeout=max(0.0, min(LOOK_S, due - time.monotonic())))
                break
            except queue.Empty:
                if cancelled is not None and cancelled.is_set():
                    self.stop()
                    raise _cancelled() from None
                if time.monotonic() >= self._due():
                    self.stop()
                    raise self._overdue() from None
        return self._take(item)

    def stop(self) -> None:
        """Close the connection; the reading thread ends. May be called from any thread, twice."""
        self._call.abort()
        self._queue.put(_cancelled())

    def _take(self, item: Piece | Exception | _End) -> Piece | None:
        if isinstance(item, _End):
            self._ended = True
            return None
        if isinstance(item, Exception):
            self.stop()
            self._ended = True
            raise item
        return item

    def _due(self) -> float:
        allowed_s = self._budgets.first_token_s if self._first else self._budgets.gap_s
        return min(self._heard_at + allowed_s, self._budgets.deadline)

    def _overdue(self) -> RungFailed:
        self._ended = True
        if time.monotonic() >= self._budgets.deadline:
            return RungFailed(
                "The model took longer than the time for one reply.",
                remedy="Raise SCOPEWRIGHT_MODEL_TOTAL_S, or choose a faster model.",
                code="total_time",
            )
        if self._first:
            return RungFailed(
                f"The model said nothing within {self._budgets.first_token_s:g} s.",
                remedy="Try again later, or choose a faster model.",
                code="first_token",
            )
        return RungFailed(
            f"The model paused for more than {self._budgets.gap_s:g} s.",
            remedy="Try again.",
            code="gap",
        )

    def _read(self) -> None:
        pieces: Iterator[Piece] | None = None
        try:
            with self._call.carried():
                pieces = self._open_stream()
                self._fill(pieces)
            self._queue.put(_End())
        # The seam to every provider's code: whatever it raises is one rung that failed.
        except Exception as error:
            self._queue.put(self._translate(error))
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()

    def _fill(self, pieces: Iterator[Piece]) -> None:
        count = characters = 0
        most = min(REPLY_CHARACTERS, self._budgets.max_tokens * CHARACTERS_PER_TOKEN)
        for piece in pieces:
            if self._call.aborted or time.monotonic() >= self._budgets.deadline:
                # The reader of the queue knows why; this thread has only to end.
                return
            self._listen(piece)
            count += bool(piece.text)
            characters += len(piece.text)
            if characters > most or count > self._budgets.max_tokens + SPARE_PIECES:
                self._queue.put(Piece(piece.text[:most], finish_reason="length"))
                return
            self._queue.put(piece)

    def _listen(self, piece: Piece) -> None:
        # Servers send the role before the model has begun; only what follows is a first token.
        self._signs += 1
        if piece.text or self._signs > 1:
            self._heard_at = time.monotonic()
            self._first = False


def _cancelled() -> RungFailed:
    return RungFailed("The reply was stopped.", remedy="Ask again.", code="cancelled")
