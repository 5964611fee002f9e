"""Work of the synchronous core → a response as it comes, which ends when its reader leaves.

The work runs in one thread of its own. These handlers are `async` because they must notice
meanwhile that the client has gone, that its key was revoked, or that it reads nothing.
"""

import asyncio
import contextlib
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import anyio
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from assistant.channels.http_api.access import Caller
from assistant.channels.http_api.house import House
from assistant.channels.http_api.problems import (
    internal_problem,
    problem_body,
    problem_response,
)
from assistant.errors import AssistantError

logger = logging.getLogger(__name__)

T = TypeVar("T")
S = TypeVar("S")
# How often a waiting stream is looked after: is the key still good?
LOOK_S = 2.0
# A sign of life for proxies, after so long without a word.
QUIET_S = 15.0
# A reader that takes nothing for so long is gone.
STUCK_S = 60.0
DONE = "data: [DONE]\n\n"
REVOKED = problem_body("key_revoked", "The key was revoked.", "Ask for a new key.")

# How OpenAPI describes one event; `data` is JSON, or `[DONE]` at the end.
EVENTS = {
    "text/event-stream": {
        "schema": {
            "type": "object",
            "properties": {"data": {"type": "string"}},
            "required": ["data"],
        }
    }
}

Pieces = Callable[[threading.Event], Iterator[str]]


def event(value: object) -> str:
    r"""One server-sent event.

    >>> event({"a": 1})
    'data: {"a":1}\n\n'
    """
    return f"data: {json.dumps(value, separators=(',', ':'))}\n\n"


async def finished(request: Request, make: Callable[[threading.Event], T]) -> T:
    """Do long work in a thread of its own; the event that it is given is set when nobody waits."""
    house: House = request.app.state.house
    cancelled = threading.Event()
    with house.answers.one():
        watch = asyncio.create_task(_leave(request.receive, cancelled.set))
        house.figures.streaming.inc()
        try:
            return await anyio.to_thread.run_sync(
                make, cancelled, limiter=house.answers.threads, abandon_on_cancel=True
            )
        finally:
            house.figures.streaming.dec()
            cancelled.set()
            watch.cancel()


async def _leave(receive: Receive, tell: Callable[[], None]) -> None:
    """Tell when the client goes away."""
    while (await receive())["type"] != "http.disconnect":
        continue
    tell()


def paced(steps: Iterator[S], house: House, heavy: int) -> Iterator[S]:
    """The steps; the first `heavy` of them, which only compute, in turn with other answers'.

    Without turns all of them would share the processor, and each would be late.
    """
    for _ in range(heavy):
        house.answers.let_calm_down()
        with house.turns:
            step = next(steps, None)
        if step is None:
            return
        yield step
    yield from steps


class EventStream(Response):
    """Server-sent events made by an iterator; a refusal before the first of them is a status."""

    media_type = "text/event-stream"

    def __init__(self, house: House, caller: Caller, pieces: Pieces, *, status: int = 200) -> None:
        self._house = house
        self._caller = caller
        self._pieces = pieces
        # The work sets it too, at its end: it says nothing about the reader.
        self._cancelled = threading.Event()
        self._left = False
        self.status_code = status
        self.background = None
        self.init_headers({"X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the work ends or nobody reads."""
        try:
            with self._house.answers.one():
                self._house.figures.streaming.inc()
                try:
                    await self._run(scope, receive, send)
                finally:
                    self._house.figures.streaming.dec()
        except AssistantError as error:
            await problem_response(error)(scope, receive, send)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        queue: asyncio.Queue[str | Exception | None] = asyncio.Queue()
        work = asyncio.create_task(self._work(queue))
        watch = asyncio.create_task(_leave(receive, self._leave))
        try:
            first = await queue.get()
            if isinstance(first, AssistantError):
                raise first
            if isinstance(first, Exception):
                await internal_problem(first, scope["state"]["request_id"])(scope, receive, send)
                return
            start = {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
            await send(start)
            await self._pass_on(first, queue, scope, send)
        finally:
            self._cancelled.set()
            watch.cancel()
            # The slot is free when the thread is: otherwise more would run than there are slots.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(work)

    def _leave(self) -> None:
        self._left = True
        self._cancelled.set()

    async def _work(self, queue: "asyncio.Queue[str | Exception | None]") -> None:
        loop = asyncio.get_running_loop()

        def put(item: str | Exception | None) -> None:
            # The loop may have ended before a slow piece of work noticed.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(queue.put_nowait, item)

        def drain() -> None:
            try:
                for piece in self._pieces(self._cancelled):
                    put(piece)
            # The seam between threads: the reader must be told of every end.
            except Exception as error:
                put(error)
            finally:
                put(None)

        await anyio.to_thread.run_sync(drain, limiter=self._house.answers.threads)

    async def _pass_on(
        self,
        first: str | None,
        queue: "asyncio.Queue[str | Exception | None]",
        scope: Scope,
        send: Send,
    ) -> None:
        item: str | Exception | None = first
        looked = spoke = time.monotonic()
        while item is not None and not self._left:
            text, item = _gathered(item, queue)
            if isinstance(item, Exception):
                text += event(_said(item, scope["state"]["request_id"]))
                item = None
            if text:
                if not await _sent(send, text.encode(), more=True):
                    return
                spoke = time.monotonic()
            if item is None:
                break
            try:
                async with asyncio.timeout(LOOK_S):
                    item = await queue.get()
            except TimeoutError:
                item = ": waiting\n\n" if time.monotonic() - spoke > QUIET_S else ""
            if time.monotonic() - looked > LOOK_S:
                looked = time.monotonic()
                if not await self._house.keyring.still(self._caller):
                    await _sent(send, event(REVOKED).encode(), more=True)
                    break
        await _sent(send, b"", more=False)


def _gathered(
    item: str | Exception, queue: "asyncio.Queue[str | Exception | None]"
) -> tuple[str, str | Exception | None]:
    """What has come so far as one text, and what follows it: "" for nothing yet."""
    text = ""
    following: str | Exception | None = item
    while isinstance(following, str):
        text += following
        if queue.empty():
            return text, ""
        following = queue.get_nowait()
    return text, following


def _said(error: Exception, request_id: str) -> object:
    if isinstance(error, AssistantError):
        return problem_body(error.code, error.problem, error.remedy)
    return json.loads(bytes(internal_problem(error, request_id).body))


async def _sent(send: Send, data: bytes, *, more: bool) -> bool:
    """Send a part; False when the reader has taken nothing for too long."""
    with anyio.move_on_after(STUCK_S) as limit:
        await send({"type": "http.response.body", "body": data, "more_body": more})
    if limit.cancelled_caught:
        logger.warning("reader is stuck", extra={"seconds": STUCK_S})
    return not limit.cancelled_caught
