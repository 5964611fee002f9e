"""The address of the page → which project and conversation are open; ids and names only.

The address survives a reload, a restart of the server and a copy into another window.
"""

import streamlit as st

from assistant import Assistant, UserFixable

DEFAULT = "default"
RAISED = "raised"


def open_project(assistant: Assistant) -> str:
    """Return the name of the open project; an unknown one falls back to the default."""
    name = st.query_params.get("p", DEFAULT)
    try:
        return assistant.project(name).name
    except UserFixable:
        go_to_project(DEFAULT)
        return assistant.project(DEFAULT).name


def open_conversation() -> str | None:
    """Return the id of the open conversation, or None before the first question."""
    return st.query_params.get("c")


def go_to_project(name: str) -> None:
    """Open a project; its conversations are listed, none is open."""
    close_conversation()
    if name == DEFAULT:
        st.query_params.pop("p", None)
    else:
        st.query_params["p"] = name


def go_to_conversation(key: str) -> None:
    """Open a conversation of the present project."""
    st.query_params["c"] = key


def close_conversation() -> None:
    """Go back to the empty page, where a new conversation begins."""
    st.query_params.pop("c", None)


def go_to_turn(conversation: str, turn: str) -> None:
    """Open a conversation at one of its turns."""
    go_to_conversation(conversation)
    st.session_state[RAISED] = turn


def turn_to_raise() -> str | None:
    """Return the turn to bring to the top now, once."""
    turn: str | None = st.session_state.pop(RAISED, None)
    return turn
