"""Weights → a running child and its endpoint; started, watched, restarted and stopped here."""

import atexit
import logging
import os
import secrets
import subprocess
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from assistant.errors import ModelFailed, NotInstalled
from assistant.local_model.launch import (
    LOG_FILE,
    LOG_REMEDY,
    STOP_S,
    Endpoint,
    answers,
    ask_child,
    check_health,
    close_quietly,
    start_failure,
)
from assistant.local_model.weights import Weights, find_weights

logger = logging.getLogger(__name__)

CHILD = Path(__file__).with_name("child.py")
LOG_BYTES = 1_000_000
WATCH_S = 5.0
# A child that died this often within the window stays down until the window has passed.
RESTARTS = 3
RESTART_WINDOW_S = 600.0


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """How llama.cpp runs; `context` is in tokens per request."""

    threads: int = 2
    context: int = 4096
    parallel: int = 2
    cache_mib: int = 256
    idle_s: float = 600.0


class LocalModel:
    """The embedded model; the first `lease` starts it. Safe to use from many threads."""

    def __init__(
        self, chosen: Path | None, *, home: Path, options: LocalOptions | None = None
    ) -> None:
        self._chosen = chosen
        self._home = home
        self._options = options or LocalOptions()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._endpoint: Endpoint | None = None
        self._deaths: deque[float] = deque()
        self._leases = 0
        self._last_use = 0.0
        _close_at_exit(self)

    def weights(self) -> Weights:
        """The checked file; raise NotInstalled or ModelFailed with what to do."""
        if find_spec("xllamacpp") is None:
            raise NotInstalled("llama.cpp is not installed.", remedy="Run `pip install xllamacpp`.")
        weights = find_weights(self._chosen)
        weights.check(self._home)
        return weights

    @property
    def pid(self) -> int | None:
        """The running child's process id; None when it is not running."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    @contextmanager
    def lease(self) -> Iterator[Endpoint]:
        """Give the endpoint, starting the child when needed; it is not stopped while leased."""
        with self._lock:
            endpoint = self._running() or self._start()
            self._leases += 1
        try:
            yield endpoint
        finally:
            with self._lock:
                self._leases -= 1
                self._last_use = time.monotonic()

    def close(self) -> None:
        """Stop the child; a later `lease` starts it again."""
        child = self._child
        if child is not None and self._endpoint is None:
            # Still loading, under the lock that is wanted here.
            child.kill()
        with self._lock:
            self._stop()

    def _running(self) -> Endpoint | None:
        if self._child is None:
            return None
        # A child that is being killed listens no more before it counts as ended.
        if self._child.poll() is None and self._endpoint is not None and answers(self._endpoint):
            return self._endpoint
        code = self._stop()
        logger.warning("the local model ended, code=%s", code)
        self._deaths.append(time.monotonic())
        return None

    def _start(self) -> Endpoint:
        self._refuse_too_many_restarts()
        weights = self.weights()
        try:
            return self._launch(weights)
        except OSError as error:
            raise ModelFailed(
                f"The local model's process cannot be started ({error.strerror}).",
                remedy="Free some memory and try again.",
                code="local_model_failed",
            ) from error
        except ModelFailed:
            self._stop()
            self._deaths.append(time.monotonic())
            raise

    def _refuse_too_many_restarts(self) -> None:
        now = time.monotonic()
        while self._deaths and now - self._deaths[0] > RESTART_WINDOW_S:
            self._deaths.popleft()
        if len(self._deaths) > RESTARTS:
            wait_s = RESTART_WINDOW_S - (now - self._deaths[0])
            raise ModelFailed(
                f"The local model failed {len(self._deaths)} times in ten minutes; it is tried "
                f"again in {wait_s / 60:.0f} min.",
                remedy=f"It may need more memory, or another file. {LOG_REMEDY}",
                code="local_model_down",
            )

    def _launch(self, weights: Weights) -> Endpoint:
        began = time.monotonic()
        key = secrets.token_urlsafe(32)
        log = self._fresh_log()
        # -P keeps this folder off the child's path; a session of its own keeps Ctrl-C to us.
        self._child = subprocess.Popen(
            [sys.executable, "-P", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            start_new_session=True,
        )
        report = ask_child(
            self._child,
            {
                "model": str(weights.path),
                "key": key,
                "log": str(log),
                "threads": self._options.threads,
                "context": self._options.context,
                "parallel": self._options.parallel,
                "cache_mib": self._options.cache_mib,
            },
        )
        if "address" not in report:
            raise start_failure(weights, report.get("error"), self._child)
        endpoint = Endpoint(report["address"] + "/v1", key, self._child.pid)
        check_health(endpoint)
        self._endpoint = endpoint
        self._last_use = time.monotonic()
        threading.Thread(
            target=_watch, args=(weakref.ref(self), self._child, log), daemon=True
        ).start()
        logger.info("local model ready model=%s s=%.1f", weights.name, time.monotonic() - began)
        return endpoint

    def _fresh_log(self) -> Path:
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            log = self._home / LOG_FILE
            _bound(log)
            log.touch()
        except OSError as error:
            raise ModelFailed(
                f"The data folder cannot be written ({error.strerror}).",
                remedy="Check SCOPEWRIGHT_HOME.",
                code="local_model_failed",
            ) from error
        return log

    def _stop_if_idle(self, child: subprocess.Popen[str]) -> bool:
        """Stop an idle child; True when there is nothing left to watch."""
        with self._lock:
            if self._child is not child:
                return True
            idle_s = time.monotonic() - self._last_use
            if self._leases == 0 and idle_s >= self._options.idle_s:
                logger.info("local model stopped, idle_s=%.0f", idle_s)
                self._stop()
                return True
        return False

    def _stop(self) -> int | None:
        """Stop the child, if there is one, and return the code it ended with."""
        child, self._child, self._endpoint = self._child, None, None
        if child is None:
            return None
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                # Closing stdin is what tells the child to end.
                close_quietly(pipe)
        try:
            return child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait()


def _watch(model: "weakref.ref[LocalModel]", child: "subprocess.Popen[str]", log: Path) -> None:
    """Stop the child when idle and keep its log small, without keeping its owner alive."""
    while child.poll() is None:
        owner = model()
        if owner is None:
            if child.stdin is not None:
                close_quietly(child.stdin)
            return
        wait_s = min(WATCH_S, max(0.1, owner._options.idle_s / 4))
        if owner._stop_if_idle(child):
            return
        del owner
        _bound(log)
        time.sleep(wait_s)


def _bound(log: Path) -> None:
    try:
        if log.stat().st_size > LOG_BYTES:
            os.truncate(log, 0)
    except FileNotFoundError:
        return
    except OSError as error:
        logger.warning("cannot cut the local model's log: %s", error.strerror)


def _close_at_exit(model: LocalModel) -> None:
    weak = weakref.ref(model)

    def close() -> None:
        if (owner := weak()) is not None:
            owner.close()

    atexit.register(close)
    # Without this, every model ever made would leave an entry behind.
    weakref.finalize(model, atexit.unregister, close)
