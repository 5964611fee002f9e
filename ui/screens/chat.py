"""A question → an answer whose every mark opens its passage; the conversation is kept."""

import time
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import streamlit as st

from assistant import AssistantError, Turn
from ui.boxes import problem_box
from ui.citations import answer_html, partial_html, question_html
from ui.here import close_conversation, go_to_conversation, open_conversation, open_project
from ui.markup import label, plain_html, sanitise
from ui.running import running
from ui.scripts import copy_button, raise_turn
from ui.words import say

# The text of a finished answer is shown in this many steps, together about half a second.
STEPS = 11
STEP_S = 0.035
LONGEST_QUESTION = 32_000
ASK, UNSENT = "ask", "unsent"


def show() -> None:
    """Draw the open conversation and answer what is asked."""
    assistant = running().assistant
    project = open_project(assistant)
    # In a container of its own, so that Streamlit does not scroll to the end of each answer.
    typed = st.bottom.container(key="ask-bar").chat_input(
        say("ask.placeholder"), key="question", max_chars=LONGEST_QUESTION, submit_mode="disable"
    )
    question = typed or st.session_state.pop(ASK, None)
    turns = _turns(project)
    with st.container(key="conversation"):
        if not turns and not question and UNSENT not in st.session_state:
            _welcome(assistant.starters())
        for place, turn in enumerate(turns):
            # What to ask next goes as soon as something is asked, so that nothing shifts later.
            _turn(turn, place, project, last=not question and turn is turns[-1])
        if question:
            st.session_state.pop(UNSENT, None)
            _answer_now(question, len(turns), project)
        elif UNSENT in st.session_state:
            _unsent(st.session_state[UNSENT])


def _turns(project: str) -> list[Turn]:
    conversation = open_conversation()
    if conversation is None:
        return []
    try:
        return running().assistant.turns(conversation, project=project)
    except AssistantError as error:
        close_conversation()
        problem_box(error)
        return []


def _ask(question: str) -> None:
    st.session_state[ASK] = question


def _welcome(starters: list[str]) -> None:
    st.html(
        sanitise(
            f'<div class="sw-welcome"><p class="sw-title">{say("title")}</p>'
            f"<p>{plain_html(say('lead'))}</p>"
            f'<p class="sw-next">{say("ask.starters")}</p></div>'
        )
    )
    with st.container(key="starters"):
        for question in starters:
            st.button(
                label(question), key=f"start-{question}", on_click=_ask, args=(question,),
                width="stretch",
            )  # fmt: skip


# -- one turn


def _turn(turn: Turn, place: int, project: str, *, last: bool) -> None:
    with st.container(key=f"turn-{place}"):
        with st.chat_message("user"):
            st.html(question_html(turn.question))
        with st.chat_message("assistant"):
            if turn.answer is None:
                _interrupted(turn, project)
                return
            st.html(_shown(turn.id, turn.answer))
            _below(turn, project)
            # An empty place clears at once what stood there; what is left out lingers a while.
            after = st.empty()
            if last:
                with after.container():
                    _next(turn)


@st.cache_data(max_entries=500, show_spinner=False)
def _shown(turn: str, _answer: Mapping[str, Any]) -> str:
    """Build the HTML of an answer once: it never changes, and a long conversation holds many."""
    return answer_html(_answer, turn)


def _below(turn: Turn, project: str) -> None:
    assert turn.answer is not None
    key = f"thumb-{turn.id}"
    with st.container(horizontal=True, key=f"below-{turn.id}", vertical_alignment="center"):
        st.feedback(
            "thumbs",
            key=key,
            default=None if turn.helpful is None else int(turn.helpful),
            on_change=_rate,
            args=(key, turn.id, project),
        )
        copy_button(turn.answer["answer"], key=f"copy-{turn.id}")


def _rate(key: str, turn: str, project: str) -> None:
    thumb = st.session_state[key]
    if thumb is None:
        return
    try:
        running().assistant.rate(turn, helpful=bool(thumb), project=project)
    except AssistantError as error:
        problem_box(error)
    else:
        st.toast(say("answer.rated"))


def _next(turn: Turn) -> None:
    suggestions = (turn.answer or {}).get("suggestions", [])
    if not suggestions:
        return
    st.html(f'<p class="sw-next">{say("answer.next")}</p>')
    with st.container(key="suggestions", gap="xsmall"):
        for number, suggestion in enumerate(suggestions):
            question = suggestion["question"]
            st.button(
                label(question), key=f"next-{turn.id}-{number}", on_click=_ask, args=(question,)
            )


def _interrupted(turn: Turn, project: str) -> None:
    st.html(sanitise(f'<p class="sw-notice">{plain_html(say("ask.unanswered"))}</p>'))
    if st.button(say("ask.again"), key=f"again-{turn.id}"):
        try:
            running().assistant.answer_again(
                turn.id, conversation=turn.conversation, project=project
            )
        except AssistantError as error:
            problem_box(error)
        else:
            st.rerun()


# -- a new question


def _answer_now(question: str, place: int, project: str) -> None:
    with st.container(key=f"turn-{place}"):
        with st.chat_message("user"):
            st.html(question_html(question))
        with st.chat_message("assistant"):
            spot = st.empty()
            raise_turn(f"raise-{place}")
            spot.html(sanitise(f'<p class="sw-looking" role="status">{say("ask.looking")}</p>'))
            try:
                for turn in _conversing(question, project):
                    go_to_conversation(turn.conversation)
                    if turn.answer is not None:
                        _stream(spot, turn)
            except AssistantError as error:
                st.session_state[UNSENT] = question
                spot.empty()
                problem_box(error)
                _try_again(question)
                return
    st.rerun()


def _conversing(question: str, project: str) -> Iterator[Turn]:
    conversation = open_conversation()
    yield from running().assistant.converse(question, conversation=conversation, project=project)


def _stream(spot: "st.delta_generator.DeltaGenerator", turn: Turn) -> None:
    assert turn.answer is not None
    for step in count(1):
        if step >= STEPS:
            break
        spot.html(partial_html(turn.answer, turn.id, step / STEPS))
        time.sleep(STEP_S)
    spot.html(_shown(turn.id, turn.answer))


def _unsent(question: str) -> None:
    with st.chat_message("user"):
        st.html(question_html(question))
    with st.chat_message("assistant"):
        st.html(f'<p class="sw-notice">{say("ask.unsent")}</p>')
        _try_again(question)


def _try_again(question: str) -> None:
    st.button(say("ask.again"), key="unsent-again", on_click=_ask, args=(question,))


show()
