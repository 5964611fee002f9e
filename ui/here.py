"""The address of the page → which project, conversation and language are open; ids and names only.

The address survives a reload, a restart of the server and a copy into another window.
"""

from zlib import crc32

import streamlit as st

from assistant import Assistant, UserFixable
from ui.words import ENGLISH_CODE, LANGUAGE, LANGUAGES

DEFAULT = "default"
RAISED = "raised"
# The keys of the address: project, conversation, tongue.
PROJECT, CONVERSATION, TONGUE = "p", "c", "l"
# What belongs to one project and is not open in another.
OF_A_PROJECT = (CONVERSATION, "q", "v", "k", "n")
# The conversation that was open when the page was left.
LAST_CHAT = "last_chat"


def take_language() -> None:
    """Speak the language of the address from now on."""
    wanted = st.query_params.get(TONGUE, ENGLISH_CODE)
    st.session_state[LANGUAGE] = wanted if wanted in LANGUAGES else ENGLISH_CODE


def change_language(code: str) -> None:
    """Speak another language."""
    st.session_state[LANGUAGE] = code
    if code == ENGLISH_CODE:
        st.query_params.pop(TONGUE, None)
    else:
        st.query_params[TONGUE] = code


def open_project(assistant: Assistant) -> str:
    """Return the name of the open project; an unknown one falls back to the default."""
    name = st.query_params.get(PROJECT, DEFAULT)
    try:
        return assistant.project(name).name
    except UserFixable:
        go_to_project(DEFAULT)
        return assistant.project(DEFAULT).name


def project_sign() -> str:
    """Return a short sign of the project in the address: its fields are no other project's."""
    return f"{crc32(st.query_params.get(PROJECT, DEFAULT).encode()):x}"


def open_conversation() -> str | None:
    """Return the id of the open conversation, or None before the first question."""
    return st.query_params.get(CONVERSATION)


def go_to_project(name: str) -> None:
    """Open a project; its conversations are listed, none is open."""
    close_conversation()
    for key in OF_A_PROJECT:
        st.query_params.pop(key, None)
    if name == DEFAULT:
        st.query_params.pop(PROJECT, None)
    else:
        st.query_params[PROJECT] = name


def go_to_conversation(key: str) -> None:
    """Open a conversation of the present project."""
    st.query_params[CONVERSATION] = key
    st.session_state[LAST_CHAT] = key


def close_conversation() -> None:
    """Go back to the empty page, where a new conversation begins."""
    st.query_params.pop(CONVERSATION, None)
    st.session_state.pop(LAST_CHAT, None)


def go_to_turn(conversation: str, turn: str) -> None:
    """Open a conversation at one of its turns."""
    go_to_conversation(conversation)
    st.session_state[RAISED] = turn


def turn_to_raise() -> str | None:
    """Return the turn to bring to the top now, once."""
    turn: str | None = st.session_state.pop(RAISED, None)
    return turn
