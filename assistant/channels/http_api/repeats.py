"""A write sent again with the same idempotency key → the first one's response, done once."""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from assistant import Assistant, Claim, Claimed, KeptReply
from assistant.channels.http_api.access import Caller
from assistant.channels.http_api.problems import Refusal
from assistant.errors import AssistantError

if TYPE_CHECKING:
    from assistant.channels.http_api.house import House

logger = logging.getLogger(__name__)

Handle = Callable[[Request], Coroutine[Any, Any, Response]]
NAME = "Idempotency-Key"
LONGEST = 200
KEPT = ("etag", "location", "content-type")
HEADER = {
    "name": NAME,
    "in": "header",
    "required": False,
    "description": "Any text of your own, for instance a UUID. A request that is sent again with "
    "the same one within 24 hours is not done again: it gets the first one's response.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    "example": "9f0c1f2e-answer-7",
}


class Repeats:
    """Requests that are being done, and replies on their way into the database.

    A reply is sent before it is kept, since what it tells of is committed already, together with
    the claim of the request. Those that come while others are being kept are kept together.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._now: dict[tuple[str, str], KeptReply] = {}
        self._kept: list[tuple[Claim, KeptReply | None]] = []
        self._keeper: asyncio.Task[None] | None = None

    def begin(self, caller: str, token: str, asked: str) -> KeptReply | None:
        """What is known here of a request; None when it is new, and from now on being done."""
        known = self._now.get((caller, token))
        if known is None:
            self._now[caller, token] = KeptReply(asked, 0, "", {})
        return known

    def forget(self, caller: str, token: str) -> None:
        """Let a request that did nothing be tried again."""
        self._now.pop((caller, token), None)

    def keep(self, claim: Claim, reply: KeptReply | None) -> None:
        """Keep a reply soon; None lets the request be tried again."""
        if reply is not None:
            self._now[claim.caller, claim.token] = reply
        self._kept.append((claim, reply))
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep_all())

    async def _keep_all(self) -> None:
        try:
            while self._kept:
                replies, self._kept = self._kept, []
                try:
                    await run_in_threadpool(self._assistant.keep_replies, replies)
                except AssistantError as error:
                    logger.warning("replies not kept", extra={"code": error.code})
                for claim, _ in replies:
                    self.forget(claim.caller, claim.token)
        finally:
            self._keeper = None

    async def settled(self) -> None:
        """Wait until all that there was is kept."""
        if self._keeper is not None:
            await self._keeper


async def repeatable(request: Request, house: "House", caller: Caller, handle: Handle) -> Response:
    """Handle a request once for each idempotency key; without one, whenever it comes."""
    name = request.headers.get(NAME)
    if name is None:
        return await handle(request)
    if not name or len(name) > LONGEST or not name.isprintable():
        raise Refusal(
            400,
            "idempotency_key_invalid",
            f"{NAME} must have 1 to {LONGEST} visible characters.",
            "Send a UUID.",
        )
    token = _hash(request.method, request.url.path, request.url.query, name)
    asked = _hash(await request.body())
    known = house.repeats.begin(caller.id, token, asked)
    if known is not None:
        return _replayed(known, asked)
    ends = False
    try:
        project = request.path_params.get("project")
        claim, known = await run_in_threadpool(
            _look_up, house.assistant, caller.id, token, asked, project
        )
        if known is not None:
            return _replayed(known, asked)
        ends = True
        return await _once(request, house, claim, handle)
    finally:
        if not ends:
            house.repeats.forget(caller.id, token)


def _look_up(
    assistant: Assistant, caller: str, token: str, asked: str, project: str | None
) -> tuple[Claim, KeptReply | None]:
    claim = assistant.claim_of(caller, token, asked, project=project)
    return claim, assistant.known_reply(claim)


async def _once(request: Request, house: "House", claim: Claim, handle: Handle) -> Response:
    """Handle a request that is new here; what it changes is claimed for it in the database."""
    reply: KeptReply | None = None
    changed = False
    try:
        with house.assistant.claimed(claim) as rider:
            try:
                response = await handle(request)
            finally:
                changed = rider.done
        if response.status_code < 300:
            headers = {name: response.headers[name] for name in KEPT if name in response.headers}
            body = bytes(response.body).decode()
            reply = KeptReply(claim.request_hash, response.status_code, body, headers)
        return response
    except Claimed as done:
        return _replayed(done.reply, claim.request_hash)
    finally:
        if changed or reply is not None:
            house.repeats.keep(claim, reply)
        else:
            house.repeats.forget(claim.caller, claim.token)


def _replayed(known: KeptReply, asked: str) -> Response:
    """The first one's response; raise Refusal where there is none yet, or it was another."""
    _same(known.request_hash, asked, known.status)
    return Response(known.body, known.status, {**known.headers, "Idempotent-Replay": "true"})


def _same(first: str, now: str, status: int) -> None:
    if first != now:
        raise Refusal(
            422,
            "idempotency_key_reused",
            f"This {NAME} was sent with another request.",
            "Use a new one for each request.",
        )
    if not status:
        raise Refusal(
            409,
            "in_progress",
            "The first request with this key is still being worked on.",
            "Send it again in a moment.",
            headers={"Retry-After": "2"},
        )


def _hash(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
