"""What a tool may give back: texts of bounded length, and problems in words."""

import functools
import json
from collections.abc import Callable
from typing import Any, ParamSpec

from mcp.server.mcpserver.exceptions import ToolError

from assistant.errors import AssistantError

# A client's model reads every letter of a result; more than this is of no use to it.
MOST_LETTERS = 60_000
P = ParamSpec("P")


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
            raise ToolError(f"{error.code}: {error.problem} {error.remedy}".strip()) from error
        return bounded(result)

    return told


def bounded(result: dict[str, Any]) -> dict[str, Any]:
    """The result, with its longest lists shortened until it fits; `cut` says which.

    >>> bounded({"rows": ["x" * 40_000, "y" * 40_000]})["cut"]
    {'rows': 1}
    """
    left: dict[str, int] = {}
    size = _size(result)
    while size > MOST_LETTERS:
        lists = {key: value for key, value in result.items() if isinstance(value, list) and value}
        if not lists:
            break
        longest = max(lists, key=lambda key: _size(lists[key]))
        result = {**result, longest: lists[longest][: len(lists[longest]) // 2]}
        left[longest] = left.get(longest, 0) + len(lists[longest]) - len(result[longest])
        size = _size(result)
    return {**result, "cut": left} if left else result


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, default=str))
