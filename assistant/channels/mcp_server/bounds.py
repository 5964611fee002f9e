"""What a tool may give back: texts of bounded length, and problems in words."""

import functools
import json
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import anyio.to_thread
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError

from assistant.errors import AssistantError, NotFound

# A client's model reads every letter of a result; more than this is of no use to it.
MOST_LETTERS = 60_000
# What a whole document or article may be, which a client opens on purpose.
MOST_OF_A_RESOURCE = 400_000
# How long a text may be in a result that is too long.
TEXTS = (8_000, 2_000, 500, 100)
P = ParamSpec("P")
T = TypeVar("T")


def cut(text: str, most: int) -> str:
    """The text, or its beginning with a sign that there is more."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def problems_told(tool: Callable[P, dict[str, Any]]) -> Callable[P, dict[str, Any]]:
    """The tool with a known problem as the client's error, and a bounded result."""

    @functools.wraps(tool)
    def told(*args: P.args, **kwargs: P.kwargs) -> dict[str, Any]:
        try:
            result = tool(*args, **kwargs)
        except AssistantError as error:
            raise ToolError(_in_words(error)) from error
        return bounded(result)

    return told


async def stoppable(work: Callable[[threading.Event], T]) -> T:
    """Work in a thread; its event is set when the client has called it off or gone."""
    cancelled = threading.Event()
    try:
        return await anyio.to_thread.run_sync(work, cancelled, abandon_on_cancel=True)
    finally:
        cancelled.set()


def text_told(resource: Callable[P, str]) -> Callable[P, str]:
    """The resource with a known problem as the client's error, and a bounded text."""

    @functools.wraps(resource)
    def told(*args: P.args, **kwargs: P.kwargs) -> str:
        try:
            text = resource(*args, **kwargs)
        except NotFound as error:
            raise ResourceNotFoundError(_in_words(error)) from error
        except AssistantError as error:
            raise ResourceError(_in_words(error)) from error
        return cut(text, MOST_OF_A_RESOURCE)

    return told


def _in_words(error: AssistantError) -> str:
    return f"{error.code}: {error.problem} {error.remedy}".strip()


def bounded(result: dict[str, Any]) -> dict[str, Any]:
    """The result, shortened until it fits; `cut` says what was left out.

    Very long texts are cut first, then the longest lists, then texts again.

    >>> bounded({"rows": ["x" * 7_000] * 16})["cut"]
    {'rows': 8}
    >>> bounded({"a": {"text": "x" * 90_000}})["cut"]
    {'texts longer than': 8000}
    """
    left: dict[str, int] = {}
    if _size(result) > MOST_LETTERS:
        result = _with_texts_cut(result, TEXTS[0], left)
    result = _with_lists_cut(result, left)
    for most in TEXTS[1:]:
        if _size(result) > MOST_LETTERS:
            result = _with_texts_cut(result, most, left)
    return {**result, "cut": left} if left else result


def _with_lists_cut(result: dict[str, Any], left: dict[str, int]) -> dict[str, Any]:
    size = _size(result)
    while size > MOST_LETTERS:
        lists = {key: value for key, value in result.items() if isinstance(value, list) and value}
        if not lists:
            break
        longest = max(lists, key=lambda key: _size(lists[key]))
        result = {**result, longest: lists[longest][: len(lists[longest]) // 2]}
        left[longest] = left.get(longest, 0) + len(lists[longest]) - len(result[longest])
        size = _size(result)
    return result


def _with_texts_cut(result: dict[str, Any], most: int, left: dict[str, int]) -> dict[str, Any]:
    shorter = {key: _texts_cut(value, most) for key, value in result.items()}
    if shorter != result:
        left["texts longer than"] = most
    return shorter


def _texts_cut(value: Any, most: int) -> Any:
    if isinstance(value, str):
        return cut(value, most)
    if isinstance(value, dict):
        return {key: _texts_cut(one, most) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_texts_cut(one, most) for one in value]
    return value


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, default=str))
