"""A document → files to take along and text for the clipboard."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from assistant import Assistant, AssistantError, Document
from ui.boxes import problem_box
from ui.markup import label
from ui.scripts import copy_button
from ui.words import say

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "html": "text/html",
    "md": "text/markdown",
    "json": "application/json",
}
FAILURES = "export-failures"
# How often it is looked while the files are offered; each look draws nothing but what failed.
LOOK_S = 1.0


@st.fragment
def show_exports(
    assistant: Assistant, document: Document, kind: str, title: str, project: str, *, newest: bool
) -> None:
    """Draw a button for each format; a file is made when its button is pressed."""
    # Made in a thread that cannot draw: what went wrong waits here for `_tell_failures`.
    failures: dict[str, AssistantError] = st.session_state.setdefault(FAILURES, {})

    def made(ending: str) -> bytes:
        failures.clear()
        try:
            with tempfile.TemporaryDirectory() as folder:
                target = Path(folder) / f"{kind}.{ending}"
                assistant.export_document(
                    kind, target, version=None if newest else document.version, project=project
                )
                return target.read_bytes()
        except AssistantError as error:
            failures[ending] = error
            raise

    with st.container(horizontal=True, key="taking-along"):
        exporting = st.popover(
            say("export"), icon=":material/download:", key="export", on_change="rerun"
        )
        with exporting:
            st.caption(say("export.help"))
            for ending, mime in FORMATS.items():
                st.download_button(
                    say(f"export.{ending}"), _later(made, ending),
                    f"{kind}-v{document.version}.{ending}", mime, key=f"export-{ending}",
                    width="stretch", on_click="ignore",
                )  # fmt: skip
            if exporting.open:
                _tell_failures(failures)
            else:
                failures.clear()
        copying = st.popover(
            say("export.copy.head"), icon=":material/content_copy:", key="copying",
            on_change="rerun",
        )  # fmt: skip
        if copying.open:
            with copying:
                st.caption(say("export.copy.help", title=label(title)))
                with st.spinner(say("export.making")):
                    text = made("md").decode("utf-8")
                copy_button(text, key=f"copy-{kind}-{document.version}", words="export.copy")


@st.fragment(run_every=LOOK_S)
def _tell_failures(failures: dict[str, AssistantError]) -> None:
    """Say why a file could not be made; the button itself only says that."""
    for error in list(failures.values()):
        problem_box(error)


def _later(make: Callable[[str], bytes], ending: str) -> Callable[[], bytes]:
    return lambda: make(ending)
