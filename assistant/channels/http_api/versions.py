"""The ETag of what was read → the version that a write expects to find."""

from typing import Annotated

from fastapi import Depends, Header

from assistant.channels.http_api.problems import Refusal


def etag(version: int) -> str:
    """The ETag of a version.

    >>> etag(12)
    '"12"'
    """
    return f'"{version}"'


# `async` because the framework gives a plain function a thread.
async def _expected(
    if_match: Annotated[
        str | None,
        Header(
            max_length=40,
            description="The ETag that you read. When somebody else changed it since, the answer "
            "is 409 with both texts, and nothing is stored.",
            examples=['"12"'],
        ),
    ] = None,
) -> int | None:
    """The version that the caller has seen; None when any will do."""
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit()) or len(number) > 15:
        raise Refusal(
            400,
            "etag_invalid",
            "The header If-Match holds no ETag of this API.",
            "Send the ETag as you read it, or leave the header out.",
        )
    return int(number)


Expected = Annotated[int | None, Depends(_expected)]
