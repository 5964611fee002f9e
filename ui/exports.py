"""A document → files to take along and text for the clipboard."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from assistant import Assistant, Document
from ui.downloads import download_button, tell_failures
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


@st.fragment
def show_exports(
    assistant: Assistant, document: Document, kind: str, title: str, project: str, *, newest: bool
) -> None:
    """Draw a button for each format; a file is made when its button is pressed."""

    def made(ending: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / f"{kind}.{ending}"
            assistant.export_document(
                kind, target, version=None if newest else document.version, project=project
            )
            return target.read_bytes()

    with st.container(horizontal=True, key="taking-along"):
        with st.popover(say("export"), icon=":material/download:", key="export"):
            st.caption(say("export.help"))
            for ending, mime in FORMATS.items():
                download_button(
                    say(f"export.{ending}"), _later(made, ending),
                    f"{kind}-v{document.version}.{ending}", mime, key=f"export-{ending}",
                    width="stretch",
                )  # fmt: skip
            tell_failures(*(f"export-{ending}" for ending in FORMATS))
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


def _later(make: Callable[[str], bytes], ending: str) -> Callable[[], bytes]:
    return lambda: make(ending)
