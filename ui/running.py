"""Settings → the one service of this page, which makes its index ready in the background."""

import threading

import streamlit as st

from assistant import Assistant, AssistantError
from ui.making import Makings


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
        threading.Thread(target=self._prepare, name="prepare", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` for the index; say if it is ready; raise what prevented it."""
        done = self._done.wait(seconds)
        if self.failure is not None:
            raise self.failure
        return done

    def _prepare(self) -> None:
        try:
            self.assistant.prepare(self._count)
        except AssistantError as error:
            self.failure = error
        finally:
            self._done.set()

    def _count(self, texts: int) -> None:
        self.texts = texts


@st.cache_resource(show_spinner=False)
def running() -> Running:
    """Return the one service of this server process."""
    return Running()
