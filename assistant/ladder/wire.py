"""One call to a model → the sockets it opened, which any thread can shut.

A read that waits for a silent server cannot be ended by closing the response from another thread;
shutting its socket can. httpx tells of each new connection through its trace extension. Calls do
not share connections: an aborted one can then never leak bytes into the next reply.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from assistant.errors import ModelFailed

# Bytes on the wire of one reply; a token of text costs about 250 of them in a stream.
WIRE_BYTES = 20_000_000
_current = threading.local()


class Call:
    """The connections of one call, made in the thread that runs it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self.aborted = False

    def abort(self) -> None:
        """Shut every connection, now and to come; a thread that waits on one wakes up."""
        with self._lock:
            self.aborted = True
            for opened in self._sockets:
                _shut(opened)

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Trace callback of httpx: remember the socket of each new connection."""
        if not event.endswith(".connect_tcp.complete"):
            return
        # A second handle on the same connection: TLS takes the first one away, in a handshake that
        # may hang as well.
        opened = info["return_value"].get_extra_info("socket").dup()
        with self._lock:
            self._sockets.append(opened)
            if self.aborted:
                _shut(opened)
                raise ModelFailed("The call was stopped.", remedy="", code="cancelled")

    @contextmanager
    def carried(self) -> Iterator[None]:
        """Connections opened in this thread belong to this call."""
        _current.call = self
        try:
            yield
        finally:
            _current.call = None
            with self._lock:
                for opened in self._sockets:
                    opened.close()
                self._sockets.clear()


def _shut(opened: socket.socket) -> None:
    try:
        opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        # The other side was quicker.
        return


def http_client(*, loopback: bool) -> Any:
    """An httpx client for the OpenAI SDK: no redirects, no shared connections, bounded replies.

    Proxies of the environment are used, but never for this machine.
    """
    import httpx2
    import openai

    class Bounded(httpx2.SyncByteStream):
        """A body that ends with an error when it has grown too large."""

        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            read = 0
            for part in self._stream:
                read += len(part)
                if read > WIRE_BYTES:
                    raise ModelFailed(
                        "The model's reply was too large.",
                        remedy="Check the server.",
                        code="too_large",
                    )
                yield part

        def close(self) -> None:
            self._stream.close()

    def follow(request: Any) -> None:
        if (call := getattr(_current, "call", None)) is not None:
            request.extensions["trace"] = call.trace

    def bound(response: Any) -> None:
        response.stream = Bounded(response.stream)

    return openai.DefaultHttpxClient(
        follow_redirects=False,
        mounts=dict.fromkeys(("http://", "https://", "all://")) if loopback else None,
        headers={"Connection": "close", "Accept-Encoding": "identity"},
        event_hooks={"request": [follow], "response": [bound]},
    )
