"""A file that is made when its button is pressed → a button, and why it could not be made."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from assistant import AssistantError
from ui.boxes import problem_box, unexpected_box
from ui.scripts import watch_downloads

FAILED = "failed-downloads"


def download_button(
    text: str, make: Callable[[], str | bytes], name: str, mime: str, *, key: str, **look: Any
) -> None:
    """Draw a button for a file; whoever draws some also calls `tell_failures` with their keys."""
    # Made in a thread that cannot draw: what went wrong waits here until it is told. It is about
    # the button as it was pressed, and forgotten when it is drawn anew, for another file perhaps.
    failed: dict[str, Exception] = st.session_state.setdefault(FAILED, {})
    failed.pop(key, None)

    def made() -> str | bytes:
        failed.pop(key, None)
        try:
            return make()
        # Streamlit itself says only that there is no file, whatever it was.
        except Exception as error:
            failed[key] = error
            raise

    st.download_button(text, made, name, mime, key=key, on_click="ignore", **look)


@st.fragment
def tell_failures(*keys: str) -> None:
    """Say why the files of these buttons could not be made.

    The browser notes that one was not, or that one was when another is told of, and only this
    fragment is drawn anew: a button that is drawn anew gets another file, and a click meanwhile
    would be lost.
    """
    failed: dict[str, Exception] = st.session_state.get(FAILED, {})
    watch_downloads(keys, told=any(key in failed for key in keys), key=f"watch-{keys[0]}")
    for key in keys:
        error = failed.get(key)
        if isinstance(error, AssistantError):
            problem_box(error)
        elif error is not None:
            unexpected_box()
