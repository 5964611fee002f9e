"""A write sent again with the same idempotency key → the first one's response, done once.

The claim of a request is committed with its change. So when the first response was lost, because
the server went down before it was kept, the change is there all the same: it is not made again,
and the answer says where it is shown.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

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
NAME, REPLAY = "Idempotency-Key", "Idempotent-Replay"
LONGEST = 200
# Replies are kept together: each write of its own would hold up those that change something.
TOGETHER_S = 0.5
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
# How OpenAPI describes the answer when the first response was lost.
SHOWN_ELSEWHERE = {
    "303": {
        "description": f"A request with this {NAME} was done before, and its response was lost: "
        "look at what it made.",
        "headers": {"Location": {"schema": {"type": "string"}, "description": "Where it is."}},
    }
}


class Repeats:
    """Requests that are being done, and replies on their way into the database.

    A reply is sent before it is kept, since what it tells of is committed already, together with
    the claim of the request.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._now: dict[tuple[str, str], KeptReply] = {}
        self._kept: list[tuple[Claim, KeptReply]] = []
        self._keeper: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    def begin(self, caller: str, token: str, asked: str) -> KeptReply | None:
        """What is known here of a request; None when it is new, and from now on being done."""
        known = self._now.get((caller, token))
        if known is None:
            self._now[caller, token] = KeptReply(asked, 0, "", {})
        return known

    def forget(self, caller: str, token: str) -> None:
        """The request is not worked on any more; what it did, if anything, the database knows."""
        self._now.pop((caller, token), None)

    def keep(self, claim: Claim, reply: KeptReply) -> None:
        """Keep a reply soon."""
        self._now[claim.caller, claim.token] = reply
        self._kept.append((claim, reply))
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep_all())

    async def _keep_all(self) -> None:
        try:
            while self._kept:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), TOGETHER_S)
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
        """Keep all that there is now, and wait for it."""
        self._ending.set()
        if self._keeper is not None:
            await self._keeper


async def repeatable(
    request: Request, house: "House", caller: Caller, handle: Handle, shown_at: str
) -> Response:
    """Handle a request once for each idempotency key; without one, whenever it comes.

    `shown_at` is the address, with the names of its parts, that shows what such a request makes.
    """
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
        return _replayed_here(known, asked)
    shown_at = address(shown_at, request.path_params)
    ends = False
    try:
        project = request.path_params.get("project")
        claim, known = await run_in_threadpool(
            _look_up, house.assistant, caller.id, token, asked, project
        )
        if known is not None:
            return _replayed(known, asked, shown_at)
        ends = True
        return await _once(request, house, claim, handle, shown_at)
    finally:
        if not ends:
            house.repeats.forget(caller.id, token)


def _look_up(
    assistant: Assistant, caller: str, token: str, asked: str, project: str | None
) -> tuple[Claim, KeptReply | None]:
    claim = assistant.claim_of(caller, token, asked, project=project)
    return claim, assistant.known_reply(claim)


async def _once(
    request: Request, house: "House", claim: Claim, handle: Handle, shown_at: str
) -> Response:
    """Handle a request that is new here; what it changes is claimed for it in the database."""
    reply: KeptReply | None = None
    try:
        with house.assistant.claimed(claim):
            response = await handle(request)
        if response.status_code < 300:
            headers = {name: response.headers[name] for name in KEPT if name in response.headers}
            body = bytes(response.body).decode()
            reply = KeptReply(claim.request_hash, response.status_code, body, headers)
        return response
    except Claimed as done:
        return _replayed(done.reply, claim.request_hash, shown_at)
    finally:
        if reply is not None:
            house.repeats.keep(claim, reply)
        else:
            house.repeats.forget(claim.caller, claim.token)


def _replayed_here(known: KeptReply, asked: str) -> Response:
    """The response of a request of this server; raise Refusal while it is being worked on."""
    _same(known.request_hash, asked)
    if not known.status:
        raise Refusal(
            409,
            "in_progress",
            "The first request with this key is still being worked on.",
            "Send it again in a moment.",
            headers={"Retry-After": "2"},
        )
    return _response(known)


def _replayed(known: KeptReply, asked: str, shown_at: str) -> Response:
    """The response of a request that was done, or where to look when it is not there."""
    _same(known.request_hash, asked)
    if not known.status:
        return Response(status_code=303, headers={"Location": shown_at, REPLAY: "true"})
    return _response(known)


def _response(known: KeptReply) -> Response:
    return Response(known.body, known.status, {**known.headers, REPLAY: "true"})


def _same(first: str, now: str) -> None:
    """Raise Refusal for another request under the same name."""
    if first != now:
        raise Refusal(
            422,
            "idempotency_key_reused",
            f"This {NAME} was sent with another request.",
            "Use a new one for each request.",
        )


def address(pattern: str, parts: Mapping[str, Any]) -> str:
    """The address that a pattern of one means.

    >>> address("/v1/projects/{project}/facts", {"project": "a b/c"})
    '/v1/projects/a%20b%2Fc/facts'
    """
    return pattern.format_map({name: quote(str(part), safe="") for name, part in parts.items()})


def _hash(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
