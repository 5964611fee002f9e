"""A request's body as it comes in → the same, up to the size that its address takes."""

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

# What a request of text may hold; files have a limit in the settings.
TEXT_BYTES = 1_000_000
# The framework would make any other error of reading a body its own.
TOO_LARGE = HTTPException(413, headers={"Connection": "close"})


class Body:
    """Counts what is read, whatever the header said, and stops one part after the limit."""

    def __init__(self, receive: Receive, scope: Scope, upload_bytes: int) -> None:
        self._receive = receive
        is_upload = scope["method"] == "POST" and scope["path"].endswith("/files")
        self._left = upload_bytes if is_upload else TEXT_BYTES
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        # A length that is no number is the server's to refuse.
        self._too_large = declared.isdigit() and int(declared) > self._left

    async def receive(self) -> Message:
        """Give the next part; raise the refusal of a body that is too large."""
        if self._too_large:
            raise TOO_LARGE
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self._too_large = True
            raise TOO_LARGE
        return message
