"""Errors of any kind → one JSON shape with a code, the problem and what to do about it."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.errors import (
    AssistantError,
    DataInvalid,
    FileRejected,
    InputInvalid,
    ModelFailed,
    NotFound,
    NotInstalled,
    StorageUnavailable,
    UserFixable,
)

logger = logging.getLogger(__name__)

# By the code where it has a status of its own, else by the kind of error, the first that fits.
BY_CODE = {
    "fact_conflict": 409,
    "block_conflict": 409,
    "storage_full": 507,
    # Nobody reads it: the client has gone, and the work was stopped for that.
    "cancelled": 499,
    "too_large": 413,
    "too_large_expanded": 413,
    "unsupported_type": 415,
    "type_mismatch": 415,
}
BY_KIND: tuple[tuple[type[AssistantError], int], ...] = (
    (NotFound, 404),
    (FileRejected, 422),
    (InputInvalid, 400),
    (StorageUnavailable, 503),
    (NotInstalled, 501),
    (UserFixable, 400),
    (ModelFailed, 502),
    (DataInvalid, 500),
)
RETRY_S = 2
# What the framework refuses by itself: code, problem, remedy.
REFUSED: dict[int, tuple[str, str, str]] = {
    400: (
        "invalid_body",
        "The request's body cannot be read.",
        "Send valid JSON, or a valid multipart form where files are sent.",
    ),
    404: ("not_found", "There is nothing at this address.", "See /openapi.json for what there is."),
    405: (
        "method_not_allowed",
        "This address does not take that method.",
        "See /openapi.json for the methods of each address.",
    ),
    413: ("too_large", "The request is too large.", "Send less at once, or split the file."),
    415: (
        "unsupported_type",
        "The body has a type that cannot be read here.",
        "Send JSON with the header Content-Type: application/json.",
    ),
}
INTERNAL = (
    "internal",
    "Something went wrong on our side.",
    "Try again; if it happens again, report it with the id {request_id}.",
)


class Refusal(AssistantError):
    """What this channel itself refuses, with its status and headers."""

    def __init__(
        self,
        status: int,
        code: str,
        problem: str,
        remedy: str,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(problem, remedy=remedy, code=code)
        self.status = status
        self.headers = dict(headers or {})


def problem_body(code: str, problem: str, remedy: str, **more: Any) -> dict[str, Any]:
    """The one shape of an error; `message` is for clients that were written for other APIs.

    >>> problem_body("not_found", "No such file.", "List the files.")["error"]["message"]
    'No such file. List the files.'
    """
    message = f"{problem} {remedy}".strip()
    return {
        "error": {"code": code, "problem": problem, "remedy": remedy, "message": message, **more}
    }


def status_of(error: AssistantError) -> int:
    """The HTTP status that says the same as the error."""
    if isinstance(error, Refusal):
        return error.status
    if error.code in BY_CODE:
        return BY_CODE[error.code]
    return next((status for kind, status in BY_KIND if isinstance(error, kind)), 500)


def problem_response(error: AssistantError) -> JSONResponse:
    """The response for a known error."""
    status = status_of(error)
    headers = dict(error.headers) if isinstance(error, Refusal) else {}
    if status == 503:
        headers.setdefault("Retry-After", str(RETRY_S))
    # The two texts of a conflict, where the error has them.
    sides = {name: getattr(error, name) for name in ("yours", "theirs") if hasattr(error, name)}
    body = problem_body(error.code, error.problem, error.remedy, **sides)
    return JSONResponse(body, status, headers)


def internal_problem(error: BaseException, request_id: str) -> JSONResponse:
    """The response for an error that nobody foresaw; the log has where, and no person's text."""
    # Places alone: messages of errors can quote what somebody sent.
    frames = [f"{one.filename}:{one.lineno} {one.name}" for one in _last_frames(error)]
    logger.error(
        "unforeseen error",
        extra={"request_id": request_id, "kind": type(error).__name__, "where": frames},
    )
    code, problem, remedy = INTERNAL
    return JSONResponse(problem_body(code, problem, remedy.format(request_id=request_id)), 500)


def _last_frames(error: BaseException) -> list[traceback.FrameSummary]:
    return traceback.extract_tb(error.__traceback__)[-6:]


async def known_error(_request: Request, error: Exception) -> JSONResponse:
    """Handle an error of the service or of this channel."""
    assert isinstance(error, AssistantError)
    return problem_response(error)


async def framework_error(_request: Request, error: Exception) -> JSONResponse:
    """Handle what the framework refuses, such as an unknown address."""
    assert isinstance(error, HTTPException)
    known = REFUSED.get(error.status_code)
    code, problem, remedy = known or ("refused", f"{error.detail}.", "Change the request.")
    return JSONResponse(problem_body(code, problem, remedy), error.status_code, error.headers)


async def invalid_request(_request: Request, error: Exception) -> JSONResponse:
    """Handle a request that does not fit its schema; says where, and repeats none of it."""
    assert isinstance(error, RequestValidationError)
    found = [{"where": _place(one["loc"]), "problem": str(one["msg"])} for one in error.errors()]
    first = found[0]
    body = problem_body(
        "invalid_request",
        f"{first['where']}: {first['problem']}.",
        "Correct it; /openapi.json has the form and an example.",
        fields=found[:20],
    )
    return JSONResponse(body, 422)


def _place(location: tuple[Any, ...]) -> str:
    """Where in the request, such as `body.messages.0.role`; cut, since it can hold a sent name."""
    return ".".join(str(part)[:80] for part in location)
