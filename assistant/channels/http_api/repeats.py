"""A write sent again with the same idempotency key → the first one's response, done once."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from assistant import Assistant
from assistant.channels.http_api.access import Caller
from assistant.channels.http_api.problems import Refusal

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


async def repeatable(
    request: Request,
    assistant: Assistant,
    caller: Caller,
    handle: Callable[[Request], Coroutine[Any, Any, Response]],
) -> Response:
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
    project = request.path_params.get("project")
    known = await run_in_threadpool(assistant.begin_reply, caller.id, token, asked, project=project)
    if known is not None:
        _same(known.request_hash, asked, known.status)
        return Response(known.body, known.status, {**known.headers, "Idempotent-Replay": "true"})
    kept = False
    try:
        response = await handle(request)
        if response.status_code < 300:
            headers = {name: response.headers[name] for name in KEPT if name in response.headers}
            await run_in_threadpool(
                assistant.keep_reply,
                caller.id,
                token,
                asked,
                status=response.status_code,
                body=bytes(response.body).decode(),
                headers=headers,
            )
            kept = True
        return response
    finally:
        if not kept:
            await run_in_threadpool(assistant.drop_reply, caller.id, token)


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
