"""How much is taken at once, what happens to readers that leave or stall, and how it stops."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import islice
from typing import Any

import httpx
import pytest
from http_api import Served, served, wait_for

from assistant import Assistant, Settings
from assistant.ladder import Ladder, Piece

QUESTION = "How do I choose a first baseline?"
SUPPORTED = "Build the simplest approach that could work, end to end [1]. "


class Paced:
    """A model that speaks when it is told to."""

    name = "paced"

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.asked = 0
        self.ended = 0

    def stream(self, *_: Any, **__: Any) -> Any:
        self.asked += 1
        try:
            yield Piece(SUPPORTED)
            while not self.go_on.wait(0.02):
                yield Piece()
            yield Piece(finish_reason="stop")
        finally:
            self.ended += 1


def make(prepared_home: Any, home: Any, **given: Any) -> Assistant:
    (home / "indexes").mkdir(parents=True)
    (home / "indexes" / "knowledge").symlink_to(prepared_home / "indexes" / "knowledge")
    return Assistant(Settings(home=home, **given))


def body(**more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": QUESTION}]
    return {"model": "scopewright", "messages": messages, **more}


def read(api: Served, key: str = "") -> tuple[int, list[str], httpx.Headers]:
    with api.client(key).stream("POST", "/v1/chat/completions", json=body(stream=True)) as response:
        # A stream that only says that it waits would never run into the client's time limit.
        lines = [line for line in islice(response.iter_lines(), 2_000) if line]
    return response.status_code, lines, response.headers


def test_more_answers_than_there_is_room_for_are_refused_and_the_others_end(
    prepared_home, tmp_path
):
    with make(prepared_home, tmp_path / "few", api_streams=3) as assistant:
        model = Paced()
        assistant.answering.use(Ladder(assistant.settings, models=[model]))
        with served(assistant) as api:
            found: list[tuple[int, list[str], httpx.Headers]] = []
            threads = [
                threading.Thread(target=lambda: found.append(read(api)), daemon=True)
                for _ in range(12)
            ]
            for thread in threads:
                thread.start()
            wait_for(lambda: len(found) == 9 and model.asked == 3)
            assert {status for status, _, _ in found} == {503}
            assert all(int(headers["retry-after"]) >= 1 for _, _, headers in found)
            assert all("busy" in lines[0] for _, lines, _ in found)
            # Everything else goes on.
            assert api.client().get("/v1/projects").status_code == 200
            model.go_on.set()
            for thread in threads:
                thread.join(30)
            ended = [lines for status, lines, _ in found if status == 200]
            assert [lines[-1] for lines in ended] == ["data: [DONE]"] * 3
            assert read(api)[0] == 200
            # A place is free when its thread has ended, a moment after its reader has all.
            wait_for(lambda: api.house.answers.taken == 0)


def test_one_key_that_asks_too_often_is_slowed_down_alone(prepared_home, tmp_path):
    with (
        make(prepared_home, tmp_path / "slow", api_requests_per_minute=5) as assistant,
        served(assistant) as api,
    ):
        greedy, other = api.key("read", name="greedy"), api.key("read", name="other")
        client = api.client(greedy)
        statuses = [client.get("/v1/models").status_code for _ in range(8)]
        assert statuses == [200] * 5 + [429] * 3
        late = client.get("/v1/models")
        assert 1 <= int(late.headers["retry-after"]) <= 12
        assert late.json()["error"]["code"] == "too_many_requests"
        assert api.client(other).get("/v1/models").status_code == 200
        assert api.client().get("/healthz").status_code == 200


def test_a_stream_ends_when_its_key_is_revoked(prepared_home, tmp_path):
    with make(prepared_home, tmp_path / "revoked") as assistant:
        model = Paced()
        assistant.answering.use(Ladder(assistant.settings, models=[model]))
        with served(assistant) as api:
            key = api.key("read", name="leaver")
            client = api.client(key)
            with client.stream("POST", "/v1/chat/completions", json=body(stream=True)) as response:
                lines = response.iter_lines()
                next(lines)
                assistant.revoke_key("leaver")
                rest = [line for line in lines if line.startswith("data: ")]
            assert json.loads(rest[-1][6:])["error"]["code"] == "key_revoked"
            wait_for(lambda: model.ended == 1 and api.house.answers.taken == 0)


def test_hundred_readers_that_leave_free_what_they_held(prepared_home, tmp_path):
    with make(prepared_home, tmp_path / "leavers", api_streams=8) as assistant:
        model = Paced()
        assistant.answering.use(Ladder(assistant.settings, models=[model]))
        with served(assistant) as api:
            request = _raw(api)
            for _ in range(5):
                open_ones = []
                for _ in range(8):
                    reader = socket.create_connection(("127.0.0.1", api.port), timeout=20)
                    reader.sendall(request)
                    open_ones.append(reader)
                wait_for(lambda: api.house.answers.taken == 8)
                for reader in open_ones:
                    reader.close()
                wait_for(lambda: api.house.answers.taken == 0)
            assert model.ended == model.asked


def _raw(api: Served) -> bytes:
    content = json.dumps(body(stream=True)).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:{api.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def test_a_length_that_lies_is_not_believed(prepared_home, tmp_path):
    with make(prepared_home, tmp_path / "liar") as assistant, served(assistant) as api:
        head = (
            f"POST /v1/projects HTTP/1.1\r\nHost: 127.0.0.1:{api.port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", api.port), timeout=20) as sender:
            sender.sendall(head.encode() + b"x" * 1000)
            assert b" 413 " in sender.recv(4096)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("streaming", [False, True])
def test_told_to_stop_it_ends_well(prepared_home, tmp_path, streaming):
    home = tmp_path / "stopped"
    make(prepared_home, home).close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ, "SCOPEWRIGHT_HOME": str(home), "SCOPEWRIGHT_LADDER": "extractive",
        "SCOPEWRIGHT_API_PORT": str(port),
    }  # fmt: skip
    command = [sys.executable, "-m", "assistant", "api"]
    log = tmp_path / "log"
    with (
        log.open("wb") as written,
        ended(subprocess.Popen(command, env=environment, stderr=written)) as server,
    ):
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)
        wait_for(lambda: _ready(client))
        if streaming:
            with client.stream("POST", "/v1/chat/completions", json=body(stream=True)) as response:
                lines = response.iter_lines()
                next(lines)
                server.send_signal(signal.SIGTERM)
                assert [line for line in lines if line][-1] == "data: [DONE]"
        else:
            assert client.post("/v1/chat/completions", json=body()).status_code == 200
            server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
    logged = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert {"at", "level", "logger", "message"} <= logged[0].keys()
    assert any(one.get("route") == "/v1/chat/completions" for one in logged)
    assert QUESTION not in str(logged)


@contextlib.contextmanager
def ended(process: "subprocess.Popen[bytes]") -> Iterator["subprocess.Popen[bytes]"]:
    """A process that does not outlive its block, whatever goes wrong there."""
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def test_a_slow_reader_holds_up_nobody(prepared_home, tmp_path):
    with make(prepared_home, tmp_path / "stuck") as assistant, served(assistant) as api:
        half_open = [
            socket.create_connection(("127.0.0.1", api.port), timeout=20) for _ in range(50)
        ]
        for one in half_open:
            one.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        # The clients' own time limit is what these could run into.
        assert api.client().get("/v1/projects").status_code == 200
        assert read(api)[0] == 200
        for one in half_open:
            one.close()
