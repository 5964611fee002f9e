"""Settings → the one service of this page, which makes its index ready in the background."""

import gc
import threading
import time
from contextlib import suppress

import streamlit as st

from assistant import Assistant, AssistantError, RungState
from ui.making import Makings

# Seconds after which it is looked again which model would answer.
LOOK_AGAIN_S = 300


class Running:
    """The service and how far its knowledge index is; shared by everyone who opens the page.

    The index is built in a thread of its own, so that a reload does not begin it anew.
    """

    def __init__(self) -> None:
        self.assistant = Assistant()
        self.makings = Makings()
        self.texts = 0
        self.failure: AssistantError | None = None
        self._done = threading.Event()
        self._rungs: list[RungState] = []
        self._looked = 0.0
        self._looking = threading.Lock()
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for the index; say if it is ready; raise what prevented it."""
        done = self._done.wait(seconds)
        if self.failure is not None:
            raise self.failure
        return done

    def answering_rung(self) -> RungState | None:
        """Return the first model that worked at the last look; look anew beside the page."""
        if time.monotonic() - self._looked > LOOK_AGAIN_S or not self._looked:
            self._looked = time.monotonic()
            threading.Thread(target=self._look, name="rungs", daemon=True).start()
        return next((state for state in self._rungs if state.ok), None)

    def rungs(self) -> list[RungState]:
        """Look at every model now."""
        with self._looking:
            self._rungs = self.assistant.rungs()
            self._looked = time.monotonic()
            return self._rungs

    def _look(self) -> None:
        try:
            self.rungs()
        except AssistantError:
            # The page of models looks again and says what is wrong.
            self._rungs = []

    def _prepare(self) -> None:
        try:
            self.assistant.prepare(self._count)
        except AssistantError as error:
            self.failure = error
        else:
            # A page that needs what could not be read says so itself.
            with suppress(AssistantError):
                self._warm()
        finally:
            self._done.set()

    def _warm(self) -> None:
        """Read beforehand what every page needs, so that nobody's first page waits for it."""
        self.assistant.examples()
        for kind in self.assistant.document_kinds():
            self.assistant.next_question(kind)
        self.assistant.verdict()
        self.assistant.check()
        # What is there now stays: looking through it again would hold every page up.
        gc.collect()
        gc.freeze()

    def _count(self, texts: int) -> None:
        self.texts = texts


@st.cache_resource(show_spinner=False)
def running() -> Running:
    """Return the one service of this server process."""
    return Running()
