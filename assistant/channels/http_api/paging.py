"""A list and a cursor → one page of it, and the cursor of the next."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from assistant.channels.http_api.problems import Refusal

T = TypeVar("T")
MOST = 200
USUAL = 50


class Page(BaseModel, Generic[T]):
    """A page of a list; send `next` as `cursor` for the following one."""

    items: list[T]
    next: str | None = Field(
        default=None, description="Cursor of the next page; null on the last.", examples=["YjE"]
    )


class Cut:
    """Which part of a list is wanted."""

    def __init__(self, limit: int, cursor: str | None) -> None:
        self.limit = limit
        self.cursor = cursor

    def of(self, items: Sequence[Any], mark: Callable[[Any], str]) -> dict[str, Any]:
        """The page; `mark` names an item, unlike any other of the list.

        The cursor names the last item that was seen, so that what is added or removed elsewhere
        neither repeats nor skips anything.
        """
        start = 0
        if self.cursor is not None:
            marks = [mark(item) for item in items]
            last = _read(self.cursor)
            if last not in marks:
                raise Refusal(
                    400,
                    "cursor_invalid",
                    "The cursor leads nowhere: its item was removed, or it was never one.",
                    "Begin again without a cursor.",
                )
            start = marks.index(last) + 1
        page = list(items[start : start + self.limit])
        more = start + self.limit < len(items)
        return {"items": page, "next": _written(mark(page[-1])) if more else None}


# `async` because the framework gives a plain function a thread.
async def _cut(
    limit: Annotated[int, Query(ge=1, le=MOST, description="Items on a page.")] = USUAL,
    cursor: Annotated[
        str | None,
        Query(max_length=1000, description="`next` of the page before.", examples=["YjE"]),
    ] = None,
) -> Cut:
    return Cut(limit, cursor)


Paged = Annotated[Cut, Depends(_cut)]


def _written(mark: str) -> str:
    return base64.urlsafe_b64encode(mark.encode()).decode().rstrip("=")


def _read(cursor: str) -> str:
    """The mark in a cursor; "" for what is none.

    >>> _read(_written("b1")), _read("!")
    ('b1', '')
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
