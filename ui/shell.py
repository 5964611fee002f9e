"""The open project → the side bar: which project, where to go, and who would answer now."""

import streamlit as st

from assistant import Assistant, AssistantError
from ui.boxes import problem_box, tell
from ui.chats import show_chats
from ui.here import go_to_project, open_project
from ui.judged import answered_of
from ui.markup import label, plain_html, sanitise
from ui.places import go_in_project, link, show_navigation
from ui.progress import bar_html
from ui.running import running
from ui.words import say


def show_shell(place: str) -> None:
    """Draw the side bar around the place that is open."""
    assistant = running().assistant
    project = open_project(assistant)
    with st.sidebar:
        st.html(sanitise(f'<p class="sw-brand">{plain_html(say("title"))}</p>'))
        _projects(assistant, project, place)
        show_navigation()
        if place == "chat":
            show_chats(assistant, project)
        _rung()


def _projects(assistant: Assistant, project: str, place: str) -> None:
    names = [one.name for one in assistant.projects()]
    # The key carries the open project, so that the choice follows the address.
    key = f"project-{project}"
    with st.container(key="projects", gap="xsmall"):
        st.selectbox(
            say("project"), names, index=names.index(project), key=key,
            on_change=lambda: go_to_project(st.session_state[key]),
        )  # fmt: skip
        with st.container(horizontal=True, gap="small"):
            _new_project(assistant, project, place)
            _delete_project(assistant, project)
    facts = assistant.facts(project=project)
    if len(facts):
        st.html(shell_progress_html(*answered_of(assistant, project, facts)))
    # The way back to where people talk about it.
    for address in assistant.chat_addresses(project=project)[:1]:
        st.link_button(say("project.chat"), address, type="tertiary", icon=":material/forum:")


def shell_progress_html(answered: int, applicable: int) -> str:
    """Say in a line and a thin bar how far the open project is."""
    words = plain_html(say("progress.done", answered=answered, applicable=applicable))
    bar = bar_html(answered, applicable, say("progress.name"))
    return sanitise(f'<div class="sw-shell-progress"><p>{words}</p>{bar}</div>')


def _new_project(assistant: Assistant, project: str, place: str) -> None:
    with (
        # The key changes with the project, so that the form closes when it has done its work.
        st.popover(say("project.new"), type="tertiary", key=f"new-project-{project}"),
        st.form("project-form", border=False, clear_on_submit=True),
    ):
        name = st.text_input(say("project.name"), max_chars=200)
        if st.form_submit_button(say("project.create")):
            try:
                made = assistant.new_project(name).name
            except AssistantError as error:
                problem_box(error)
            else:
                go_in_project(made, place)


def _delete_project(assistant: Assistant, project: str) -> None:
    with st.popover(say("project.delete"), type="tertiary", key=f"delete-project-{project}"):
        st.write(say("project.delete.sure", name=label(project)))
        if st.button(say("delete"), key=f"delete-project-sure-{project}", type="primary"):
            try:
                assistant.delete_project(project)
            except AssistantError as error:
                problem_box(error)
            else:
                tell(say("project.deleted", name=label(project)))
                go_to_project("default")
                st.rerun()


def _rung() -> None:
    """Name the model that would answer now; the page of models says more."""
    state = running().answering_rung()
    words = _who_answers(state.name) if state else say("rung.unknown")
    with st.container(key="rung-now"):
        link("settings", words, icon=":material/memory:")


def _who_answers(rung: str) -> str:
    """Rungs of our own in words, others by the name that a person gave them."""
    if rung in ("extractive", "local"):
        return say(f"rung.now.{rung}")
    return say("rung.now", name=label(rung))
