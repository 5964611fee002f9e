"""Jobs with keys → run in a few threads of their own; those of one key one after the other."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from assistant.errors import UserFixable

LOGGER = logging.getLogger(__name__)

Job = Callable[[], None]


class Lanes:
    """What Slack sends is answered at once and worked on here, in the order of each thread."""

    def __init__(self, workers: int) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="slack")
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Job]] = {}
        self._idle = threading.Condition(self._lock)

    def put(self, key: str, job: Job) -> None:
        """Do a job after those of the same key that came before."""
        with self._lock:
            lane = self._waiting.get(key)
            if lane is not None:
                lane.append(job)
                return
            self._waiting[key] = deque([job])
        self._pool.submit(self._run, key)

    def _run(self, key: str) -> None:
        """Do one job of a lane and queue for the next one, so that others get their turn."""
        with self._lock:
            job = self._waiting[key][0]
        try:
            job()
        except UserFixable as error:
            LOGGER.warning("a message was not answered: %s", error.code)
        # A seam: whatever goes wrong with one message must not stop the next ones.
        except Exception as error:
            # Its words may quote what people wrote.
            LOGGER.error("a message failed: %s", type(error).__name__)
            LOGGER.debug("the failure", exc_info=True)
        with self._lock:
            lane = self._waiting[key]
            lane.popleft()
            if not lane:
                del self._waiting[key]
                self._idle.notify_all()
                return
        self._pool.submit(self._run, key)

    def wait(self, limit_s: float) -> bool:
        """Wait until nothing is left to do; False when it takes longer."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._waiting, limit_s)

    def close(self, limit_s: float) -> None:
        """Let running answers end, for some seconds, and take no more."""
        self.wait(limit_s)
        self._pool.shutdown(wait=False, cancel_futures=True)
