"""What somebody wants answered → an answer that is being made; the page shows it as it comes."""

from typing import Any

import streamlit as st

from assistant import Turn
from ui.here import go_to_conversation, open_conversation
from ui.making import Making
from ui.running import running

WANTED = "wanted"


def ask(question: str) -> None:
    """Ask within the open conversation when the page is next drawn."""
    st.session_state[WANTED] = {"kind": "ask", "question": question}


def resume(turn: Turn) -> None:
    """Answer an interrupted question when the page is next drawn."""
    st.session_state[WANTED] = {"kind": "resume", "turn": turn}


def answer_anew(turn: Turn) -> None:
    """Answer a turn anew when the page is next drawn."""
    st.session_state[WANTED] = {"kind": "retry", "turn": turn}


def ask_in_branch(turn: Turn, question: str) -> None:
    """Ask in other words when the page is next drawn."""
    st.session_state[WANTED] = {"kind": "edit", "turn": turn, "question": question}


def wanted(typed: str | None) -> dict[str, Any] | None:
    """Return what is to be answered now, if anything: what was typed, or what was pressed."""
    pressed: dict[str, Any] | None = st.session_state.pop(WANTED, None)
    return {"kind": "ask", "question": typed} if typed else pressed


def begin(want: dict[str, Any], project: str) -> None:
    """Begin to make the answer, and open its conversation; raise what prevents it."""
    making = _begin(want, project)
    go_to_conversation(making.begun().conversation)


def _begin(want: dict[str, Any], project: str) -> Making:
    assistant, makings = running().assistant, running().makings
    if want["kind"] == "ask":
        question, conversation = want["question"], open_conversation()
        return makings.begin(
            lambda stop: assistant.stream(
                question, conversation=conversation, project=project, cancelled=stop
            )
        )
    turn: Turn = want["turn"]
    place = {"conversation": turn.conversation, "project": project}
    if want["kind"] == "edit":
        question = want["question"]
        return makings.begin(
            lambda stop: assistant.edit(turn.id, question, **place, cancelled=stop)
        )
    answer = assistant.resume if want["kind"] == "resume" else assistant.retry
    return makings.begin(lambda stop: answer(turn.id, **place, cancelled=stop), turn.id)
