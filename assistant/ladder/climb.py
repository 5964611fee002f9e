"""Messages → the reply of the first rung that answers; every rung above it says why it did not."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel

from assistant.errors import ModelFailed, NoModel
from assistant.ladder.asker import Asker, Request
from assistant.ladder.breaker import Breakers
from assistant.ladder.failures import NEUTRAL, RungFailed, redact
from assistant.ladder.hosted import OpenAICompatible
from assistant.ladder.messages import Attempt, ChatModel, Message, RungInfo, RungState
from assistant.ladder.probe import probe_all
from assistant.ladder.reply import Reply
from assistant.ladder.rungs import Rung, Rungs
from assistant.ladder.seek import Seeker
from assistant.ladder.structured import complaint, read_structured, strict_schema, with_schema
from assistant.local_model import LocalModel, LocalOptions
from assistant.settings import Settings

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=BaseModel)
STRUCTURED_TOKENS = 2_000
# The embedded model reads a few hundred tokens a second on a processor; more than this, the fixed
# part among them, costs seconds before its first word and a small model's attention.
LOCAL_PROMPT = 1_000


class Ladder:
    """The models of the settings in order; `models`, when given, take their place.

    Without `embedded` the embedded model is asked only where the settings name it.
    Safe to use from many threads. Share `breakers` between ladders of one process.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        breakers: Breakers | None = None,
        models: Sequence[ChatModel] | None = None,
        seeker: Seeker | None = None,
        embedded: bool = True,
    ) -> None:
        self._settings = settings
        self._breakers = breakers or Breakers(settings.breaker_failures, settings.breaker_s)
        self._local = LocalModel(
            settings.local_model, home=settings.home, options=_local_options(settings)
        )
        self._rungs = Rungs(settings, self._local, seeker or Seeker(), embedded=embedded)
        self._given = None if models is None else [_given(model) for model in models]
        self._secrets = _secrets(settings)
        self._asker = Asker(settings, self._breakers, self._secrets)

    def reply(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int = 700,
        temperature: float = 0.0,
        stop: Sequence[str] | None = None,
        cancelled: threading.Event | None = None,
    ) -> Reply:
        """Wait for the first token of the first rung that has one.

        Raise NoModel with every reason when no rung answers, ModelFailed with the code
        `context_too_long` when the messages must be shortened, or `cancelled` when the event was
        set before the first token.
        """
        request = self._request(messages, max_tokens, temperature, stop, None, cancelled)
        attempts: list[Attempt] = []
        for rung in self._all():
            try:
                return self._asker.answer(rung, request, attempts)
            except ModelFailed as error:
                self._go_on(rung, error, attempts)
        raise _no_model(attempts)

    def structured(
        self,
        messages: Sequence[Message],
        schema: type[T],
        *,
        max_tokens: int = STRUCTURED_TOKENS,
        cancelled: threading.Event | None = None,
    ) -> tuple[T, RungInfo]:
        """A validated value and who gave it; what does not validate is asked for once more.

        Raise as `reply` does, and ModelFailed with the code `bad_structure` when the second reply
        does not validate either.
        """
        wanted = strict_schema(schema)
        told = with_schema(messages, wanted)
        request = self._request(told, max_tokens, 0.0, None, wanted, cancelled)
        attempts: list[Attempt] = []
        for rung in self._all():
            try:
                return self._structured(rung, request, schema, attempts)
            except ModelFailed as error:
                self._go_on(rung, error, attempts)
        raise _no_model(attempts)

    def warm(self) -> None:
        """Take the cost of imports now, about a second, so that the first reply does not."""
        for rung in self._all():
            if isinstance(rung.model, OpenAICompatible):
                rung.model.prepare()

    def probe(self) -> list[RungState]:
        """Look at every rung, at once, without asking for a token; the last is the extractive."""
        return probe_all(self._all(), self._breakers, self._local, self._asker.translate)

    def context_tokens(self) -> int:
        """What fits into one request of the first rung that is not resting."""
        local = self._first() == "local"
        return self._settings.local_context if local else self._settings.model_context

    def prompt_tokens(self, max_tokens: int) -> int:
        """How long a prompt may be that leaves room for a reply of `max_tokens`."""
        room = self.context_tokens() - max_tokens
        return min(room, LOCAL_PROMPT) if self._first() == "local" else room

    def spares_a_call(self) -> bool:
        """Whether the rung that answers next is a server's: the embedded model takes seconds."""
        return self._first() not in (None, "local")

    def _first(self) -> str | None:
        """The name of the first rung with a model that is not resting."""
        names = (
            rung.name
            for rung in self._all()
            if rung.model is not None and not self._breakers.resting(rung.name)
        )
        return next(names, None)

    def close(self) -> None:
        """Close connections and stop the embedded model."""
        self._rungs.close()

    def _all(self) -> list[Rung]:
        return self._rungs.all() if self._given is None else self._given

    def _request(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        temperature: float,
        stop: Sequence[str] | None,
        schema: dict[str, Any] | None,
        cancelled: threading.Event | None,
    ) -> Request:
        return Request(
            tuple(messages),
            max_tokens,
            temperature,
            tuple(stop) if stop else None,
            schema,
            time.monotonic() + self._settings.model_total_s,
            cancelled,
        )

    def _structured(
        self, rung: Rung, request: Request, schema: type[T], attempts: list[Attempt]
    ) -> tuple[T, RungInfo]:
        reply = self._whole(rung, request, attempts)
        try:
            value = read_structured(reply.text, schema)
        except ModelFailed as error:
            again = (*request.messages, *complaint(reply.text, error))
            reply = self._whole(rung, replace(request, messages=again), attempts)
            value = read_structured(reply.text, schema)
        return value, RungInfo(reply.rung, reply.rung_reason, reply.attempts)

    def _whole(self, rung: Rung, request: Request, attempts: list[Attempt]) -> Reply:
        """Read a reply to its end; nobody saw it, so a cut one is a failure like any other."""
        reply = self._asker.answer(rung, request, attempts)
        for _ in reply:
            if request.cancelled is not None and request.cancelled.is_set():
                reply.cancel()
        # A reply cut for its length goes on to validation, which says what is missing.
        if not reply.finished and reply.finish_reason not in {"length", "max_tokens"}:
            raise RungFailed(
                f"The model's reply was cut ({reply.finish_reason or 'stream ended early'}).",
                remedy="Try again.",
                code=reply.finish_reason or "disconnected",
            )
        return reply

    def _go_on(self, rung: Rung, error: ModelFailed, attempts: list[Attempt]) -> None:
        """Write down why, or raise what the caller and not the next rung must deal with."""
        if error.code in NEUTRAL:
            raise error
        logger.info("rung passed over rung=%s code=%s", rung.name, error.code)
        reason = redact(error.problem, self._secrets)
        attempts.append(Attempt(rung.name, error.code, reason, redact(error.remedy, self._secrets)))


def _given(model: ChatModel) -> Rung:
    return Rung(model.name, model, True, "given by the program")


def _no_model(attempts: Sequence[Attempt]) -> NoModel:
    if not attempts:
        return NoModel(
            "No language model is set up.",
            remedy="Set OPENAI_API_KEY or SCOPEWRIGHT_LADDER.",
        )
    reasons = " ".join(f"{attempt.rung}: {attempt.reason}" for attempt in attempts)
    return NoModel(
        f"No model could answer. {reasons}",
        remedy=attempts[0].remedy,
        attempts=tuple(attempts),
    )


def _secrets(settings: Settings) -> list[str]:
    keys = [settings.openai_api_key, *(server.key for server in settings.servers.values())]
    return [key.get_secret_value() for key in keys if key is not None]


def _local_options(settings: Settings) -> LocalOptions:
    return LocalOptions(
        threads=settings.local_threads,
        context=settings.local_context,
        parallel=settings.local_parallel,
        cache_mib=settings.local_cache_mib,
        idle_s=settings.local_idle_s,
    )
