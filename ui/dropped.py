"""Files dropped into the chat → files of the project, with a report, and proposals on wish."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from assistant import Assistant, AssistantError
from ui.boxes import problem_box, tell
from ui.files import report_of, show_report, take_in
from ui.markup import label
from ui.places import go, link
from ui.words import say

# The contents of the files of the report, for as long as it is shown: name → bytes.
CONTENTS = "dropped_contents"


def take_dropped(
    assistant: Assistant, project: str, files: Sequence[UploadedFile], place: DeltaGenerator
) -> None:
    """Add what was dropped to the project, with a bar in `place`."""
    st.session_state.pop(CONTENTS, None)
    if not take_in(assistant, project, files, place):
        return
    report = report_of(project) or {"rejected": []}
    refused = {one["path"] for one in report["rejected"]}
    st.session_state[CONTENTS] = {
        file.name: file.getvalue() for file in files if file.name not in refused
    }


def show_dropped(assistant: Assistant, project: str) -> None:
    """Show the report on what was dropped, and what can be done with it."""
    if report_of(project) is None:
        st.session_state.pop(CONTENTS, None)
        return
    with st.container(key="dropped", border=True):
        show_report(project)
        contents: dict[str, bytes] = st.session_state.get(CONTENTS, {})
        with st.container(horizontal=True, vertical_alignment="center"):
            if contents and st.button(
                say("dropped.brief"), key="dropped-brief", icon=":material/find_in_page:",
                help=say("dropped.brief.help"),
            ):  # fmt: skip
                _read(assistant, contents, project)
            link("knowledge", say("dropped.files"), icon=":material/folder_open:", v="files")


def _read(assistant: Assistant, contents: dict[str, bytes], project: str) -> None:
    """Read every file as a brief; what it states waits as proposals in the interview."""
    found = 0
    with st.spinner(say("brief.reading")):
        for name, content in contents.items():
            try:
                read = assistant.prefill_file(content, name=name, project=project)
            except AssistantError as error:
                problem_box(error)
                return
            found += len(read)
            for notice in read.notices:
                tell(label(notice))
    tell(say("brief.found", count=found) if found else say("brief.found.none"))
    if found:
        go("interview", v="proposals")
    st.rerun()
