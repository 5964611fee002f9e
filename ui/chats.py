"""The open project → its conversations beside the chat: to open, find, write out and delete."""

import streamlit as st

from assistant import Assistant, AssistantError, Conversation, Found
from ui.boxes import problem_box
from ui.downloads import download_button, tell_failures
from ui.here import (
    close_conversation,
    go_to_conversation,
    go_to_turn,
    open_conversation,
)
from ui.markup import label, sanitise
from ui.words import say

LISTED = 8


def show_chats(assistant: Assistant, project: str) -> None:
    """List the conversations of the project."""
    st.button(
        say("chats.new"), key="new-conversation", icon=":material/add:", width="stretch",
        on_click=close_conversation,
    )  # fmt: skip
    st.html(sanitise(f'<h2 class="sw-side-heading">{say("chats")}</h2>'))
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
    download_button(
        say("chats.export"), lambda: assistant.export_conversation(conversation, project=project),
        "conversation.md", "text/markdown", key="export-chat", type="tertiary",
    )  # fmt: skip
    tell_failures("export-chat")


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
