"""The pieces of the rung that answered → an iterator of text that knows how it ended."""

import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Protocol, Self

from assistant.errors import ModelFailed
from assistant.ladder.messages import Attempt, Piece, RungInfo, Usage

# Reasons that mean the text is not all that the model had to say.
CUT_REASONS = frozenset({"length", "max_tokens", "content_filter", "safety", "refusal", "error"})


class Source(Protocol):
    """Where pieces come from; a `Pump`."""

    def next(self, cancelled: threading.Event | None = None) -> Piece | None:
        """The next piece, None at the end; raise ModelFailed."""
        ...

    def stop(self) -> None:
        """Close the connection."""
        ...


class Reply(Iterator[str]):
    """Pieces of text as they come. After the end, `finished` says whether it is all.

    `text` is what has come so far. `finish_reason` is the model's, or the code of the fault that
    cut it (`gap`, `total_time`, `disconnected`, `cancelled` …), or "" for a stream that just ended.
    Never raises because of the model: text that was shown stays. Setting `cancelled` ends it.
    """

    def __init__(
        self,
        info: RungInfo,
        head: list[Piece],
        source: Source,
        settle: Callable[[ModelFailed | None], None],
        cancelled: threading.Event | None = None,
    ) -> None:
        self.rung = info.rung
        self.rung_reason = info.rung_reason
        self.attempts: tuple[Attempt, ...] = info.attempts
        self.text = ""
        self.finished = False
        self.finish_reason = ""
        self.usage: Usage | None = None
        self._head = head[::-1]
        self._source = source
        self._settle = settle
        self._ended = False
        self._cancelled = threading.Event()
        # The caller's; a wait for the next piece looks at it.
        self._told_to_stop = cancelled or self._cancelled

    def __next__(self) -> str:
        while not self._ended:
            try:
                piece = self._pull()
            except ModelFailed as error:
                self._end(error)
                break
            if piece is None:
                self._end(None)
                break
            self.finish_reason = piece.finish_reason or self.finish_reason
            self.usage = piece.usage or self.usage
            if piece.text:
                self.text += piece.text
                return piece.text
        raise StopIteration

    def cancel(self) -> None:
        """Stop the model and close the connection; from any thread, also after the end."""
        self._cancelled.set()
        self._source.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cancel()

    def __del__(self) -> None:
        # A reader that went away must not leave the model writing.
        if not self._ended:
            self._source.stop()

    def _pull(self) -> Piece | None:
        if self._cancelled.is_set() or self._told_to_stop.is_set():
            raise ModelFailed("The reply was stopped.", remedy="Ask again.", code="cancelled")
        return self._head.pop() if self._head else self._source.next(self._told_to_stop)

    def _end(self, error: ModelFailed | None) -> None:
        self._ended = True
        if error is not None:
            self.finish_reason = error.code
        else:
            self.finished = bool(self.finish_reason) and self.finish_reason not in CUT_REASONS
        self._source.stop()
        if error is None and not self.finish_reason:
            error = ModelFailed("The stream just ended.", remedy="Ask again.", code="disconnected")
        self._settle(error)
