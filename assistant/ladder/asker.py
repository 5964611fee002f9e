"""One rung and a request → its reply once it has begun, or why it did not begin.

The only layer that retries: the retries of the SDKs are off.
"""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import ModelFailed
from assistant.ladder.breaker import Breakers
from assistant.ladder.failures import NEUTRAL, RETRYABLE, RungFailed, translate
from assistant.ladder.messages import Attempt, Message, Piece, RungInfo
from assistant.ladder.pump import Budgets, Pump
from assistant.ladder.reasoning import without_reasoning
from assistant.ladder.reply import Reply
from assistant.ladder.rungs import Rung, first_token_s
from assistant.settings import Settings

BACKOFF_S = 0.5


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of every rung; `deadline` is the end of all time for it (monotonic)."""

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float
    stop: tuple[str, ...] | None
    schema: dict[str, Any] | None
    deadline: float
    cancelled: threading.Event | None


class Asker:
    """Asks one rung, with its limits, its retries and its breaker."""

    def __init__(self, settings: Settings, breakers: Breakers, secrets: Sequence[str]) -> None:
        self._settings = settings
        self._breakers = breakers
        self._secrets = tuple(secrets)

    def answer(self, rung: Rung, request: Request, attempts: list[Attempt]) -> Reply:
        """The reply of this rung, once it has begun; raise ModelFailed when it does not begin."""
        self._refuse(rung)
        info = RungInfo(rung.name, _why(rung, attempts), tuple(attempts))
        waited_s = 0.0
        turn = 0
        while True:
            try:
                head, pump = self._begin(rung, request)
                return Reply(
                    info, head, pump, lambda error: self._settle(rung, error), request.cancelled
                )
            except ModelFailed as error:
                self._settle(rung, error)
                pause_s = self._pause_s(error, turn, waited_s, request.deadline)
                if pause_s is None:
                    raise
            _wait(pause_s, request.cancelled)
            waited_s += pause_s
            turn += 1

    def _refuse(self, rung: Rung) -> None:
        if rung.refused is not None:
            raise self.translate(rung, rung.refused)
        wait_s = self._breakers.wait_s(rung.name)
        if wait_s > 0:
            raise RungFailed(
                f"It failed too often just now and rests for {wait_s:.0f} s.",
                remedy="It is tried again by itself.",
                code="resting",
            )

    def _begin(self, rung: Rung, request: Request) -> tuple[list[Piece], Pump]:
        """Open the stream and read up to the first text that is not blank."""
        model = rung.model
        assert model is not None
        budgets = Budgets(
            self._first_token_s(rung),
            self._settings.model_gap_s,
            request.deadline,
            request.max_tokens,
        )
        pump = Pump(
            lambda: without_reasoning(
                model.stream(
                    request.messages,
                    max_tokens=request.max_tokens,
                    temperature=request.temperature,
                    stop=request.stop,
                    schema=request.schema,
                )
            ),
            budgets,
            lambda error: self.translate(rung, error),
        )
        head: list[Piece] = []
        try:
            while (piece := pump.next(request.cancelled)) is not None:
                head.append(piece)
                if piece.text.strip():
                    return head, pump
        finally:
            if not any(piece.text.strip() for piece in head):
                pump.stop()
        raise RungFailed(
            "The model gave an empty reply.", remedy="Ask again in other words.", code="empty_reply"
        )

    def _first_token_s(self, rung: Rung) -> float:
        if not self._settings.model_stream and rung.name != "local":
            return self._settings.model_total_s
        return first_token_s(self._settings, rung.on_this_machine)

    def translate(self, rung: Rung, error: BaseException) -> ModelFailed:
        """Name a provider's fault, without secrets."""
        return translate(error, rung=rung.name, key_setting=rung.key_setting, secrets=self._secrets)

    def _pause_s(
        self, error: ModelFailed, turn: int, waited_s: float, deadline: float
    ) -> float | None:
        """Seconds before the next try of the same rung; None to move on."""
        if error.code not in RETRYABLE or turn >= self._settings.model_retries:
            return None
        asked_s = error.retry_after_s if isinstance(error, RungFailed) else None
        # Full jitter: callers that failed together do not come back together.
        pause_s = random.uniform(0, BACKOFF_S * 2**turn) if asked_s is None else asked_s
        if waited_s + pause_s > self._settings.model_retry_after_s:
            return None
        return pause_s if time.monotonic() + pause_s < deadline else None

    def _settle(self, rung: Rung, error: ModelFailed | None) -> None:
        if error is None:
            self._breakers.succeeded(rung.name)
        elif error.code in NEUTRAL:
            self._breakers.undecided(rung.name)
        else:
            self._breakers.failed(rung.name)


def _why(rung: Rung, attempts: Sequence[Attempt]) -> str:
    failed = " ".join(f"{attempt.rung} did not answer: {attempt.reason}" for attempt in attempts)
    return f"{rung.why}. {failed}".strip() if failed else f"{rung.why}."


def _wait(pause_s: float, cancelled: threading.Event | None) -> None:
    if cancelled is None:
        time.sleep(pause_s)
    elif cancelled.wait(pause_s):
        raise RungFailed("The reply was stopped.", remedy="Ask again.", code="cancelled")
