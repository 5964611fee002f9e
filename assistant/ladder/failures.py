"""A provider's exception → a ModelFailed that says what is wrong, what to set, and no secret."""

import json
import logging
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from assistant.errors import AssistantError, ModelFailed, UserFixable

logger = logging.getLogger(__name__)

LOGGED_CHARACTERS = 2_000
QUOTED_CHARACTERS = 200
RETRYABLE = frozenset({"busy", "server_error", "disconnected"})
# These say nothing about whether the rung works.
NEUTRAL = frozenset({"cancelled", "context_too_long", "bad_structure"})

_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context (?:length|size|window)|"
    r"(?:prompt|input) is too long|too many (?:input )?tokens|tokens exceed",
    re.IGNORECASE,
)
_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|billing", re.IGNORECASE)
# Keys of known makes, and whatever is named a key: other providers' look like any word.
_KEYS = re.compile(
    r"\b(?:sk|pk|gsk|xai|hf)[-_][\w-]{6,}|\bAIza[\w-]{10,}|(?<=Bearer )\S+", re.IGNORECASE
)
_NAMED = re.compile(
    r"(\b(?:api[-_ ]?key|access[-_ ]?key|token|secret)(?: provided)?[\"']?\s*[:=]\s*[\"']?)"
    r"[^\s\"',;&]{8,}",
    re.IGNORECASE,
)
_UNREACHABLE = frozenset(
    {"ConnectionRefusedError", "gaierror", "ConnectTimeout", "ConnectError", "UnsupportedProtocol"}
)
_SILENT = frozenset(
    {"ReadTimeout", "WriteTimeout", "APITimeoutError", "TimeoutError", "PoolTimeout"}
)
_CUT = frozenset(
    {
        "RemoteProtocolError",
        "ReadError",
        "WriteError",
        "ConnectionResetError",
        "BrokenPipeError",
        "IncompleteRead",
        "APIConnectionError",
        "ConnectionError",
    }
)


class RungFailed(ModelFailed):
    """A failure that may carry how long the model asked to be left alone, in seconds."""

    def __init__(
        self, problem: str, *, remedy: str, code: str, retry_after_s: float | None = None
    ) -> None:
        super().__init__(problem, remedy=remedy, code=code)
        self.retry_after_s = retry_after_s


def redact(text: str, secrets: Iterable[str]) -> str:
    """Hide the known keys and whatever looks like one.

    >>> redact("bad key sk-abcdef123 and hunter2", ["hunter2"])
    'bad key [key] and [key]'
    >>> redact("API key not valid: AIzaSyA1234567890, x-api-key=0a1b2c3d4e", [])
    'API key not valid: [key], x-api-key=[key]'
    """
    for secret in sorted((s for s in secrets if s), key=len, reverse=True):
        text = text.replace(secret, "[key]")
    return _NAMED.sub(r"\1[key]", _KEYS.sub("[key]", text))


def translate(
    error: BaseException, *, rung: str, key_setting: str, secrets: Iterable[str]
) -> ModelFailed:
    """Name the fault; `key_setting` is what a person sets to change this rung's key."""
    if isinstance(error, ModelFailed):
        return error
    if isinstance(error, UserFixable):
        return RungFailed(error.problem, remedy=error.remedy, code=error.code)
    if isinstance(error, AssistantError):
        return RungFailed(error.problem, remedy=error.remedy, code="model_failed")
    said = redact(_body(error) or str(error), list(secrets))
    logger.debug(
        "model call failed rung=%s error=%s said=%s",
        rung,
        type(error).__name__,
        said[:LOGGED_CHARACTERS],
    )
    status = _status(error)
    if status is not None:
        return _from_status(status, said, error, key_setting)
    return _from_kind(error, said)


def retry_after_s(value: str | None, now: datetime | None = None) -> float | None:
    """Read a Retry-After header: seconds, or an HTTP date; anything else counts as none.

    >>> retry_after_s("2"), retry_after_s("soon"), retry_after_s("-1")
    (2.0, None, None)
    """
    if value is None:
        return None
    value = value.strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())


def _from_status(status: int, said: str, error: BaseException, key_setting: str) -> RungFailed:
    if status == 413 or (status in {400, 422} and _TOO_LONG.search(said)):
        return _too_long(said)
    if status == 429 and _QUOTA.search(said):
        return RungFailed(
            "The account's quota is used up.",
            remedy=f"Check the plan and billing of the account of {key_setting}.",
            code="quota",
        )
    if status == 429:
        return RungFailed(
            "The model is busy (429).",
            remedy="Try again in a little while.",
            code="busy",
            retry_after_s=retry_after_s(_header(error, "retry-after")),
        )
    if status in {408, 409, 425} or status >= 500:
        return RungFailed(
            f"The model's server failed ({status}).",
            remedy="Try again later.",
            code="server_error",
            retry_after_s=retry_after_s(_header(error, "retry-after")),
        )
    return _from_refusal(status, said, key_setting)


def _from_refusal(status: int, said: str, key_setting: str) -> RungFailed:
    if status == 401:
        return RungFailed("The key was refused (401).", remedy=f"Check {key_setting}.", code="key")
    if status == 403:
        return RungFailed(
            "The key may not use this model (403).",
            remedy=f"Check the permissions of {key_setting}, or choose another model in "
            "SCOPEWRIGHT_LADDER.",
            code="forbidden",
        )
    if status == 404:
        return RungFailed(
            "The server does not know this model or address (404).",
            remedy="Check the model's name in SCOPEWRIGHT_LADDER and the server's address.",
            code="model_missing",
        )
    return RungFailed(
        f"The server refused the request ({status}): {said[:QUOTED_CHARACTERS]}",
        remedy="Check the model and the server's address.",
        code="rejected",
    )


def _from_kind(error: BaseException, said: str) -> RungFailed:
    kinds = {kind.__name__ for link in _chain(error) for kind in type(link).__mro__}
    if _TOO_LONG.search(said) and "APIError" in kinds:
        return _too_long(said)
    if "SSLError" in kinds:
        return RungFailed(
            "The server's certificate is not trusted.",
            remedy="Set SSL_CERT_FILE to the authority that signed it.",
            code="certificate",
        )
    if kinds & _UNREACHABLE:
        return RungFailed(
            "The model is not reachable.",
            remedy="Check the server's address and that it is running.",
            code="unreachable",
        )
    if kinds & _SILENT:
        return RungFailed(
            "The model did not answer in time.", remedy="Try again later.", code="silent"
        )
    if kinds & _CUT:
        return RungFailed(
            "The connection to the model broke.", remedy="Try again.", code="disconnected"
        )
    if "APIError" in kinds:
        return RungFailed(
            "The model's server reported a fault.", remedy="Try again later.", code="server_error"
        )
    return RungFailed(
        f"The model returned an unusable reply ({type(error).__name__}).",
        remedy="Check that the address is that of an OpenAI-compatible API.",
        code="unusable_reply",
    )


def _too_long(said: str) -> RungFailed:
    return RungFailed(
        f"The text is too long for the model: {said[:QUOTED_CHARACTERS]}",
        remedy="Shorten the conversation, or choose a model with a larger context.",
        code="context_too_long",
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    for _ in range(10):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _status(error: BaseException) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int) and status >= 300:
            return status
    return None


def _header(error: BaseException, name: str) -> str | None:
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    found = headers.get(name) if headers is not None else None
    return found if isinstance(found, str) else None


def _body(error: BaseException) -> str:
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        message = body.get("message")
        label = " ".join(str(body[key]) for key in ("code", "type") if body.get(key))
        if isinstance(message, str):
            return f"{message} [{label}]" if label else message
        return json.dumps(body, default=str)
    return body if isinstance(body, str) else ""
