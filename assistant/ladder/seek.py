"""The usual ports of this machine → the OpenAI-compatible servers that answer there."""

import http.client
import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

KEPT_S = 60.0
CONNECT_S = 0.3
ANSWER_S = 1.0
ANSWER_BYTES = 1_000_000
# Not models that chat, and not ourselves: our own API speaks the same language.
_NOT_CHAT = ("embed", "rerank", "whisper", "scopewright")


@dataclass(frozen=True, slots=True)
class Port:
    """Where a kind of server listens, and the path that lists its models."""

    product: str
    number: int
    path: str = "/v1/models"


PORTS = (
    Port("Ollama", 11434, "/api/tags"),
    Port("LM Studio", 1234),
    Port("llama-server", 8080),
    Port("vLLM", 8000),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A server that answered, and the first chat model that it offers."""

    product: str
    base_url: str
    model: str


class Seeker:
    """Looks at all ports at once, and remembers what it saw for a minute."""

    def __init__(self, ports: Sequence[Port] = PORTS) -> None:
        self._ports = tuple(ports)
        self._lock = threading.Lock()
        self._seen: tuple[Found, ...] = ()
        self._seen_at: float | None = None

    def find(self) -> tuple[Found, ...]:
        """The servers that answer, in the order of the ports."""
        with self._lock:
            now = time.monotonic()
            if self._seen_at is None or now - self._seen_at > KEPT_S:
                self._seen = self._look()
                self._seen_at = time.monotonic()
            return self._seen

    def _look(self) -> tuple[Found, ...]:
        if not self._ports:
            return ()
        with ThreadPoolExecutor(len(self._ports), "seek") as pool:
            return tuple(found for found in pool.map(_ask, self._ports) if found is not None)


def _ask(port: Port) -> Found | None:
    connection = http.client.HTTPConnection("127.0.0.1", port.number, timeout=CONNECT_S)
    try:
        connection.connect()
        connection.sock.settimeout(ANSWER_S)
        connection.request("GET", port.path)
        reply = connection.getresponse()
        if reply.status != 200:
            return None
        names = _names(json.loads(reply.read(ANSWER_BYTES)))
    except (OSError, ValueError, http.client.HTTPException):
        # Nobody there, or a server of another kind.
        return None
    finally:
        connection.close()
    chat = [name for name in names if not any(word in name.lower() for word in _NOT_CHAT)]
    if not chat:
        return None
    return Found(port.product, f"http://127.0.0.1:{port.number}/v1", chat[0])


def _names(listing: object) -> list[str]:
    """Model names of an Ollama or OpenAI listing.

    >>> _names({"models": [{"name": "qwen3:4b"}]}), _names({"data": [{"id": "m"}]}), _names([])
    (['qwen3:4b'], ['m'], [])
    """
    if not isinstance(listing, dict):
        return []
    rows = listing.get("models") or listing.get("data") or []
    if not isinstance(rows, list):
        return []
    names = [row.get("name") or row.get("id") for row in rows if isinstance(row, dict)]
    return [name for name in names if isinstance(name, str)]
