"""Every request, before anything else is done for it: host, origin, key, pace; then counted."""

import logging
import secrets
import time
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.channels.http_api.access import NOBODY_ELSE, Caller, secret_in
from assistant.channels.http_api.bodies import Body
from assistant.channels.http_api.hosts import check_host, check_origin, is_loopback
from assistant.channels.http_api.house import House
from assistant.channels.http_api.limits import slow_down
from assistant.channels.http_api.problems import Refusal, internal_problem, problem_response
from assistant.errors import AssistantError

logger = logging.getLogger(__name__)

# The only addresses that answer without a key.
PUBLIC = frozenset({"/healthz", "/readyz"})
SAFE_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"cache-control": b"no-store",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}


class Door:
    """Lets requests in by their key alone; what it refuses has read no body and done no work."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen = _Seen(send)
        scope.setdefault("state", {})["request_id"] = seen.id
        try:
            caller = await self._let_in(scope)
            scope["state"]["caller"] = caller
            body = Body(receive, scope, self._house.upload_bytes)
            await self._app(scope, body.receive, seen.send)
        except AssistantError as error:
            await problem_response(error)(scope, receive, seen.send)
        # The seam: whatever a request runs into, it gets an answer and the server goes on.
        except Exception as error:
            if seen.status:
                # A part of the answer is out; cutting the connection is all that says so.
                internal_problem(error, seen.id)
                raise ConnectionAbortedError("the response could not be finished") from None
            await internal_problem(error, seen.id)(scope, receive, seen.send)
        finally:
            self._note(scope, seen)

    async def _let_in(self, scope: Scope) -> Caller | None:
        headers = Headers(scope=scope)
        check_host(headers.get("host"), self._house.names)
        check_origin(headers)
        if scope["path"] in PUBLIC:
            return None
        caller = await self._caller(scope)
        wait = self._house.requests.take(caller.id)
        if wait:
            raise slow_down(wait)
        if scope["method"] == "POST" and self._takes_a_place(scope["path"]):
            # When there are many too many, looking at each more closely would be what takes long.
            self._house.answers.check()
        return caller

    def _takes_a_place(self, path: str) -> bool:
        return any(found.match(path) for found in self._house.addresses_of_answers)

    async def _caller(self, scope: Scope) -> Caller:
        address = (scope.get("client") or ("", 0))[0]
        if not await self._house.keyring.needed() and is_loopback(address):
            return NOBODY_ELSE
        secret = secret_in(scope["headers"])
        caller = await self._house.keyring.caller(secret)
        if caller is not None:
            return caller
        wait = self._house.wrong_keys.take(address) if secret else 0.0
        if wait:
            raise slow_down(wait)
        raise Refusal(
            401,
            "key_needed",
            "This needs a valid key.",
            "Send the header Authorization: Bearer, and a key made with `scopewright keys create`.",
            headers={"WWW-Authenticate": "Bearer"},
        )

    def _note(self, scope: Scope, seen: "_Seen") -> None:
        """Count the request and log it: numbers and names of ours, nothing that was sent."""
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        taken_s = time.perf_counter() - seen.began
        figures = self._house.figures
        figures.requests.labels(method, route, str(seen.status or 499)).inc()
        figures.seconds.labels(route).observe(taken_s)
        caller = scope["state"].get("caller")
        logger.info(
            "request",
            extra={
                "request_id": seen.id,
                "method": method,
                "route": route,
                "status": seen.status or 499,
                "ms": round(1000 * taken_s, 1),
                "key_id": getattr(caller, "id", ""),
            },
        )


METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Seen:
    """A response on its way out; adds the headers that every one carries."""

    def __init__(self, send: Send) -> None:
        self.id = secrets.token_hex(8)
        self.began = time.perf_counter()
        self.status = 0
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass a part of the response on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._headers(message)}
        await self._send(message)

    def _headers(self, message: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
        there = list(message.get("headers", ()))
        names = {name.lower() for name, _ in there}
        more = {**SAFE_HEADERS, b"x-request-id": self.id.encode()}
        return [*there, *((name, value) for name, value in more.items() if name not in names)]
