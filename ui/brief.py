"""A pasted or dropped brief → proposals that wait in the interview."""

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from assistant import Assistant, AssistantError
from ui.boxes import note_box, problem_box, tell
from ui.drafts import forget, take_text
from ui.markup import label, plain_html, sanitise
from ui.places import go_in_project
from ui.words import say

BRIEF = "brief-text"
LONGEST = 200_000
SUFFIXES = ["txt", "md", "pdf", "docx", "pptx", "html"]


def show_brief(assistant: Assistant, project: str, *, empty: bool) -> None:
    """Draw the place for a brief; a project that is not empty may stay apart from it."""
    head, lead = plain_html(say("brief.head")), plain_html(say("brief.lead"))
    st.html(sanitise(f"<h3>{head}</h3><p>{lead}</p>"))
    take_text("brief", BRIEF, key="brief")
    with st.form("brief", border=False):
        text = st.text_area(
            say("brief.text"), key=BRIEF, height=220, max_chars=LONGEST,
            placeholder=say("brief.example"),
        )  # fmt: skip
        dropped = st.file_uploader(say("brief.file"), type=SUFFIXES, help=say("files.kinds"))
        name = st.text_input(
            say("brief.project"), project if empty else "", max_chars=200,
            placeholder=project, help=say("brief.project.help", name=label(project)),
        )  # fmt: skip
        pressed = st.form_submit_button(
            say("brief.read"), type="primary", icon=":material/find_in_page:"
        )
    if not pressed:
        return
    if not (text and text.strip()) and dropped is None:
        note_box(say("brief.empty"), kind="warm")
        return
    try:
        with st.spinner(say("brief.reading")):
            target = _target(assistant, name or "", project)
            found, notices = _read(assistant, text or "", dropped, target)
    except AssistantError as error:
        problem_box(error)
        return
    if found:
        # What nothing was read from stays in its field, to be put in other words.
        forget("brief")
    for notice in notices:
        tell(label(notice))
    tell(say("brief.found", count=found) if found else say("brief.found.none"))
    if found:
        go_in_project(target, "interview", v="proposals")
    go_in_project(target, "interview")


def _target(assistant: Assistant, name: str, project: str) -> str:
    """Return the project to read into; a name that is not taken makes a new one."""
    wanted = name.strip() or project
    if wanted in {one.name for one in assistant.projects()}:
        return wanted
    return assistant.new_project(wanted).name


def _read(
    assistant: Assistant, text: str, dropped: UploadedFile | None, project: str
) -> tuple[int, list[str]]:
    """Return how many proposals were found, and what has to be known about them."""
    read = []
    if text.strip():
        read.append(assistant.prefill(text, name=say("brief.pasted"), project=project))
    if dropped is not None:
        content = dropped.getvalue()
        read.append(assistant.prefill_file(content, name=dropped.name, project=project))
    return sum(map(len, read)), [notice for one in read for notice in one.notices]
