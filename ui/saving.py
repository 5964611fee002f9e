"""An answer → stored, and the question that comes next opened; what stands against it is kept."""

from collections.abc import Callable
from typing import NoReturn

import streamlit as st

from assistant import AssistantError, InterviewStep, Question
from ui.boxes import note_box, problem_box, tell
from ui.drafts import forget_draft
from ui.here import project_sign
from ui.markup import label, visible
from ui.running import running
from ui.words import say

ROUND, ASKED, BACK_ASKED = "round", "asked", "challenge"
CLASH, LEFT = "clash", "left"
NAME = "answering-as"


def save_answer(
    question: Question, kind: str, project: str, raw: object, *, note: str, event: int | None,
    insist: bool = False,
) -> None:  # fmt: skip
    """Store what was given as the answer, unless nothing was."""
    if raw is None:
        note_box(say("answer.empty"), kind="warm")
        return
    go_on(
        lambda: running().assistant.answer(
            question.fact.id, raw, kind=kind, insist=insist, note=note, expected_event=event,
            project=project, author=answering_as(),
        ),
        question, project, raw=raw, note=note,
    )  # fmt: skip


def go_on(
    act: Callable[[], InterviewStep], question: Question, project: str, *, raw: object = None,
    note: str = "",
) -> None:  # fmt: skip
    """Do what was asked for and open the question that comes next."""
    fact = question.fact.id
    try:
        step = act()
    except AssistantError as error:
        if error.code != "fact_conflict":
            problem_box(error)
            return
        yours, theirs = getattr(error, "yours", ""), getattr(error, "theirs", "")
        if yours == theirs:
            # Pressed twice, or both said the same: it is there.
            _leave(fact, project, None)
        st.session_state[CLASH] = {
            "fact": fact, "raw": raw, "note": note, "yours": yours, "theirs": theirs
        }  # fmt: skip
        st.rerun()
    st.session_state.pop(CLASH, None)
    for notice in step.notices:
        tell(label(notice))
    if step.challenge is not None and step.question is not None:
        # What was typed stays in its field; this person's own change is no clash.
        st.session_state[BACK_ASKED] = {"fact": fact, "text": step.challenge}
        st.session_state[event_key(project, form_of(fact))] = step.question.event
        st.rerun()
    _leave(fact, project, step.question.fact.id if step.question else None)


def _leave(fact: str, project: str, following: str | None) -> NoReturn:
    """Go on from a question that was dealt with."""
    forget_draft(project, fact)
    st.session_state[ROUND] += 1
    st.session_state.pop(BACK_ASKED, None)
    st.session_state.setdefault(ASKED, []).append(fact)
    # A second press may end this run before the new address has reached the browser.
    st.session_state[LEFT] = (fact, following)
    open_question(following)
    st.rerun()


def question_to_open() -> str | None:
    """Return the question that the address names, or the one that came after it just now."""
    named: str | None = st.query_params.get("q")
    left: str | None
    following: str | None
    left, following = st.session_state.pop(LEFT, (None, None))
    if left is not None and named == left:
        open_question(following)
        return following
    return named


def form_of(fact: str) -> str:
    """Name the fields of a question; after each answer they are others."""
    return f"{fact.replace('.', '-')}-{st.session_state.setdefault(ROUND, 0)}-{project_sign()}"


def event_key(project: str, form: str) -> str:
    """Name where it is kept what was known when the fields of that name were drawn."""
    return f"event-{project}-{form}"


def open_question(fact: str | None) -> None:
    """Open a question; none opens the one that is worth most."""
    if fact is None:
        st.query_params.pop("q", None)
    else:
        st.query_params["q"] = fact


def answering_as() -> str:
    """Return the name that answers are kept under; empty when none was given."""
    return visible(st.session_state.get(NAME, "")).strip()
