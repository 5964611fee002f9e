"""Signed requests of Slack over HTTP → the Bolt app; anything else is refused unread."""

import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Mapping, Sequence

from slack_bolt import App, BoltRequest
from slack_bolt.adapter.starlette.handler import to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

LOGGER = logging.getLogger(__name__)

PATH = "/slack/events"
# As Slack asks: what was signed longer ago, or lies so far ahead, may be a replay.
SIGNED_WITHIN_S = 300
MOST_BYTES = 1_000_000


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether Slack signed these very bytes lately; no header and no body makes it fail.

    >>> is_signed("s", {"x-slack-request-timestamp": "1e20", "x-slack-signature": "v0=é"}, b"", 0)
    False
    """
    stamp = headers.get("x-slack-request-timestamp", "")
    given = headers.get("x-slack-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    if abs(now - int(stamp)) > SIGNED_WITHIN_S:
        return False
    base = b"v0:" + stamp.encode() + b":" + body
    wanted = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace"))


def create_web(app: App, secret: str, clock: Callable[[], float] = time.time) -> Starlette:
    """The web app; it verifies the bytes that are parsed afterwards."""

    async def events(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        headers = dict(request.headers)
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            return PlainTextResponse("not signed", 401)
        if not is_signed(secret, headers, body, clock()):
            return PlainTextResponse("not signed", 401)
        try:
            bolt = BoltRequest(body=text, headers=dict[str, str | Sequence[str]](headers))
            if not isinstance(bolt.body.get("event", {}), dict):
                raise TypeError("an event is an object")
            return to_starlette_response(await run_in_threadpool(app.dispatch, bolt))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # Signed, and still nothing that Slack sends: Bolt reads it without looking first.
            LOGGER.warning("a signed request was not understood: %s", type(error).__name__)
            return PlainTextResponse("not understood", 400)

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[Route(PATH, events, methods=["POST"]), Route("/healthz", health)],
    )


async def _body(request: Request) -> bytes | None:
    """The body, or None as soon as it is too long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)
