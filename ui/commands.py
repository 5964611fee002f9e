"""A line that begins with a slash → a place of the page; everything else is a question."""

import streamlit as st

from assistant import Assistant
from ui.boxes import note_box
from ui.markup import safe_html
from ui.places import go
from ui.words import say

UNKNOWN = "unknown_command"


def run_command(typed: str, assistant: Assistant) -> bool:
    """Do what a slash command asks for; say whether it was one.

    A path ("/data/train.csv is empty, why?") is a question like any other.
    """
    name, _, rest = typed.strip().partition(" ")
    kinds = assistant.document_kinds()
    wanted = next((kind for kind in kinds if kind == rest.strip().casefold()), None)
    match name.casefold():
        case "/interview":
            go("interview", k=wanted)
        case "/document" | "/documents":
            go("documents", k=wanted)
        case "/verdict" | "/findings":
            go("readiness")
        case "/answers":
            go("interview", v="answers")
        case "/brief":
            go("home")
        case "/help":
            st.session_state[UNKNOWN] = ""
            return True
    if name.startswith("/") and name[1:].isalpha() and not rest:
        st.session_state[UNKNOWN] = name
        return True
    return False


def show_command_help(assistant: Assistant) -> None:
    """List the commands when they were asked for, or when one was not known."""
    name = st.session_state.pop(UNKNOWN, None)
    if name is None:
        return
    with st.container(key="commands", border=True):
        if name:
            note_box(say("commands.unknown", name=name), kind="warm")
        st.html(safe_html(say("commands.help", kinds=", ".join(assistant.document_kinds()))))
