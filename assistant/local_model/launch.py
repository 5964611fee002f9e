"""A started child → its endpoint, once it has loaded the model and a token really comes."""

import http.client
import json
import socket
import subprocess
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from assistant.errors import ModelFailed
from assistant.local_model.weights import Weights

START_S = 90.0
HEALTH_S = 30.0
STOP_S = 5.0
LISTEN_S = 2.0
LOG_FILE = "local-model.log"
LOG_REMEDY = f"See {LOG_FILE} in the data folder."


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the child listens, and the key that it wants."""

    base_url: str
    key: str = field(repr=False)
    pid: int


def ask_child(child: "subprocess.Popen[str]", wish: dict[str, str | int]) -> dict[str, str]:
    """Send the wish and wait for the child's one line; {} when it died or took too long."""
    said: list[str] = []
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(wish) + "\n")
        child.stdin.flush()
    except OSError:
        return {}
    # A pipe cannot be read with a time limit on every platform; a thread can be waited for.
    reader = threading.Thread(target=_read_line, args=(child.stdout, said), daemon=True)
    reader.start()
    reader.join(START_S)
    if reader.is_alive():
        child.kill()
        return {"error": f"not loaded within {START_S:.0f} s"}
    try:
        report = json.loads(said[0]) if said else {}
    except ValueError:
        return {}
    return report if isinstance(report, dict) else {}


def _read_line(stream: "object", said: list[str]) -> None:
    try:
        said.append(stream.readline())  # type: ignore[attr-defined]
    except (OSError, ValueError):
        said.clear()


def start_failure(
    weights: Weights, reason: str | None, child: "subprocess.Popen[str]"
) -> ModelFailed:
    """The error of a child that did not come up, from what it said or how it ended."""
    if reason is None:
        try:
            code = child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            code = None
        reason = f"its process ended with code {code}"
        if code == -9:
            reason += ", as when memory runs out"
    return ModelFailed(
        f"The local model {weights.name} could not be loaded: {reason[:200]}.",
        remedy=f"The file may be damaged or too large for the memory. {LOG_REMEDY}",
        code="local_model_failed",
    )


def answers(endpoint: Endpoint) -> bool:
    """Whether somebody still listens there."""
    where = urlsplit(endpoint.base_url)
    try:
        socket.create_connection((str(where.hostname), where.port or 0), timeout=LISTEN_S).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        # Too busy to take a connection is not gone.
        return True
    return True


def check_health(endpoint: Endpoint) -> None:
    """Ready means: /health says so, and one token really comes."""
    where = urlsplit(endpoint.base_url)
    body = json.dumps({"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1})
    headers = {"Authorization": f"Bearer {endpoint.key}", "Content-Type": "application/json"}
    try:
        for method, path, data in (
            ("GET", "/health", None),
            ("POST", "/v1/chat/completions", body),
        ):
            connection = http.client.HTTPConnection(
                str(where.hostname), where.port, timeout=HEALTH_S
            )
            try:
                connection.request(method, path, data, headers)
                reply = connection.getresponse()
                text = reply.read()
            finally:
                connection.close()
            if reply.status != 200:
                raise _unhealthy(f"{path} answered {reply.status}")
        if not json.loads(text).get("choices"):
            raise _unhealthy("a test reply was empty")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _unhealthy(type(error).__name__) from error


def _unhealthy(reason: str) -> ModelFailed:
    return ModelFailed(
        f"The local model started but does not work ({reason}).",
        remedy=LOG_REMEDY,
        code="local_model_failed",
    )


def close_quietly(pipe: "object") -> None:
    """Close a pipe whose other end may be gone."""
    try:
        pipe.close()  # type: ignore[attr-defined]
    except OSError:
        return
