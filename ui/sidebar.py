"""The open project → its conversations and files beside the page, and the way to another one."""

import streamlit as st

from assistant import Assistant, AssistantError, Conversation, Found
from ui.boxes import problem_box
from ui.files import show_files
from ui.here import (
    close_conversation,
    go_to_conversation,
    go_to_project,
    go_to_turn,
    open_conversation,
    open_project,
)
from ui.markup import label, sanitise
from ui.models import show_models_button
from ui.running import running
from ui.words import say

LISTED = 8


def show_sidebar() -> None:
    """Draw the side bar."""
    assistant = running().assistant
    project = open_project(assistant)
    with st.sidebar:
        st.html(sanitise(f'<p class="sw-brand">{say("title")}</p>'))
        _projects(assistant, project)
        _conversations(assistant, project)
        show_files(assistant, project)
        show_models_button()


def _heading(text: str) -> None:
    st.html(sanitise(f'<h3 class="sw-side-heading">{text}</h3>'))


def _conversations(assistant: Assistant, project: str) -> None:
    st.button(
        say("chats.new"), key="new-conversation", icon=":material/add:", width="stretch",
        on_click=close_conversation,
    )  # fmt: skip
    _heading(say("chats"))
    kept = assistant.conversations(project=project)
    if not kept:
        st.caption(say("chats.none"))
        return
    words = st.text_input(
        say("chats.search"), key=f"search-{project}", placeholder=say("chats.search"),
        label_visibility="collapsed", icon=":material/search:", max_chars=200,
    )  # fmt: skip
    if words.strip():
        _found(assistant.find_turns(words, project=project))
        return
    with st.container(key="chats", gap=None):
        for conversation in kept[:LISTED]:
            _conversation(conversation)
    if kept[LISTED:]:
        with st.expander(say("chats.more")), st.container(key="older-chats", gap=None):
            for conversation in kept[LISTED:]:
                _conversation(conversation)
    if open_conversation() in {conversation.id for conversation in kept}:
        _export(assistant, project)
        _delete_conversation(assistant, project)


def _conversation(conversation: Conversation) -> None:
    key, title = conversation.id, label(conversation.title)
    st.button(
        say("chats.branch", title=title) if conversation.branch_of else title,
        key=f"chat-{key}", width="stretch", on_click=go_to_conversation, args=(key,),
        type="secondary" if key == open_conversation() else "tertiary",
    )  # fmt: skip


def _found(hits: list[Found]) -> None:
    if not hits:
        st.caption(say("chats.search.nothing"))
    with st.container(key="found", gap="xsmall"):
        for hit in hits:
            st.button(
                label(hit.question), key=f"found-{hit.turn}", width="stretch", type="tertiary",
                on_click=go_to_turn, args=(hit.conversation, hit.turn),
            )  # fmt: skip
            st.caption(label(hit.excerpt))


def _export(assistant: Assistant, project: str) -> None:
    conversation = open_conversation() or ""
    st.download_button(
        say("chats.export"), lambda: assistant.export_conversation(conversation, project=project),
        "conversation.md", "text/markdown", key="export-chat", type="tertiary", on_click="ignore",
    )  # fmt: skip


def _delete_conversation(assistant: Assistant, project: str) -> None:
    with st.popover(say("chats.delete"), type="tertiary", key="delete-chat"):
        st.write(say("chats.delete.sure"))
        if st.button(say("delete"), key="delete-chat-sure", type="primary"):
            conversation = open_conversation()
            try:
                if conversation is not None:
                    assistant.delete_conversation(conversation, project=project)
            except AssistantError as error:
                problem_box(error)
            else:
                close_conversation()
                st.rerun()


def _projects(assistant: Assistant, project: str) -> None:
    names = [one.name for one in assistant.projects()]
    # The key carries the open project, so that the choice follows the address.
    key = f"project-{project}"
    st.selectbox(
        say("project"), names, index=names.index(project), key=key,
        on_change=lambda: go_to_project(st.session_state[key]),
    )  # fmt: skip
    with (
        # The key changes with the project, so that the form closes when it has done its work.
        st.popover(say("project.new"), type="tertiary", key=f"new-project-{project}"),
        st.form("project-form", border=False, clear_on_submit=True),
    ):
        name = st.text_input(say("project.name"), max_chars=200)
        if st.form_submit_button(say("project.create")):
            try:
                go_to_project(assistant.new_project(name).name)
            except AssistantError as error:
                problem_box(error)
            else:
                st.rerun()
