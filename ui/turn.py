"""A stored turn → question, answer, and the few things that can be done with it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant import AssistantError, Turn
from ui.asking import answer_anew, ask, ask_in_branch, resume
from ui.boxes import problem_box
from ui.citations import answer_html
from ui.here import go_to_conversation
from ui.markup import label, plain_html, sanitise
from ui.noticed import show_noticed
from ui.running import running
from ui.scripts import copy_button
from ui.words import say, spoken

LONGEST_QUESTION = 32_000
EDITED = "edited"
EXTRACTIVE = "extractive"


def show_answer(turn: Turn, project: str, *, last: bool) -> None:
    """Draw the answer of a turn, or the way to one."""
    if turn.answer is None:
        _interrupted(turn, project)
        return
    st.html(_shown(turn.id, _mark_of(turn.answer), spoken(), turn.answer))
    if turn.answer.get("incomplete"):
        st.button(say("ask.again"), key=f"again-{turn.id}", on_click=answer_anew, args=(turn,))
    _below(turn, project)
    # An empty place clears at once what stood there; what is left out lingers a while.
    after = st.empty()
    if last:
        with after.container():
            show_noticed(turn, project)
            _next(turn)


def _mark_of(answer: Mapping[str, Any]) -> str:
    return f"{answer['rung']} {answer['rung_reason']} {answer['answer']}"


@st.cache_data(max_entries=500, show_spinner=False)
def _shown(turn: str, mark: str, language: str, _answer: Mapping[str, Any]) -> str:
    """Build the HTML of an answer once: a long conversation holds many."""
    return answer_html(_answer, turn)


# -- below an answer


def _below(turn: Turn, project: str) -> None:
    assert turn.answer is not None
    # The key has the version: each answer has a thumb of its own.
    key = f"thumb-{turn.id}-{turn.version}"
    with st.container(horizontal=True, key=f"below-{turn.id}", vertical_alignment="center"):
        st.feedback(
            "thumbs",
            key=key,
            default=None if turn.helpful is None else int(turn.helpful),
            on_change=_rate,
            args=(key, turn.id, project),
        )
        copy_button(turn.answer["answer"], key=f"copy-{turn.id}")
        _menu(turn, project)
        _swap(turn, project)
        _versions(turn, project)


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


def _menu(turn: Turn, project: str) -> None:
    key = f"menu-{turn.id}"
    st.menu_button(
        say("turn.more"), ["turn.again", "turn.edit", "turn.branch"], key=key, type="tertiary",
        format_func=say, on_click=_chosen, args=(key, turn, project),
    )  # fmt: skip


def _chosen(key: str, turn: Turn, project: str) -> None:
    choice = st.session_state[key]
    if choice == "turn.again":
        answer_anew(turn)
    elif choice == "turn.edit":
        st.session_state[EDITED] = turn.id
    elif choice == "turn.branch":
        _branch(turn, project)


def _branch(turn: Turn, project: str) -> None:
    try:
        key = running().assistant.branch(turn.id, conversation=turn.conversation, project=project)
    except AssistantError as error:
        problem_box(error)
    else:
        go_to_conversation(key)
        st.toast(say("turn.branched"))


def _swap(turn: Turn, project: str) -> None:
    answer = turn.answer or {}
    if not answer.get("alternative"):
        return
    to_model = answer["rung"] == EXTRACTIVE
    st.button(
        say("answer.show_model" if to_model else "answer.keep_passages"), key=f"swap-{turn.id}",
        type="tertiary", on_click=_try,
        args=(lambda: running().assistant.swap_answer(turn.id, project=project),),
    )  # fmt: skip


def _versions(turn: Turn, project: str) -> None:
    if len(turn.versions) < 2:
        return
    key = f"version-{turn.id}-{turn.version}"
    st.segmented_control(
        say("answer.versions"), turn.versions, default=turn.version, key=key,
        label_visibility="collapsed", required=True, on_change=_choose, args=(key, turn, project),
        format_func=lambda number: say("answer.version", number=number),
    )  # fmt: skip


def _choose(key: str, turn: Turn, project: str) -> None:
    version = st.session_state[key]
    _try(lambda: running().assistant.choose_version(turn.id, version, project=project))


def _try(act: Any) -> None:
    try:
        act()
    except AssistantError as error:
        problem_box(error)


def _next(turn: Turn) -> None:
    suggestions = (turn.answer or {}).get("suggestions", [])
    if not suggestions:
        return
    st.html(f'<p class="sw-next">{say("answer.next")}</p>')
    with st.container(key="suggestions", gap="xsmall"):
        for number, suggestion in enumerate(suggestions):
            question = suggestion["question"]
            st.button(
                label(question), key=f"next-{turn.id}-{number}", on_click=ask, args=(question,)
            )


# -- a question without an answer, and one in other words


def _interrupted(turn: Turn, project: str) -> None:
    making = running().makings.of(turn.id)
    if making is not None and making.failure is not None:
        problem_box(making.failure)
    else:
        st.html(sanitise(f'<p class="sw-notice">{plain_html(say("ask.unanswered"))}</p>'))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(say("ask.again"), key=f"again-{turn.id}", on_click=resume, args=(turn,))
        _versions(turn, project)


def show_editor(turns: list[Turn]) -> None:
    """Open the field for a question in other words when somebody asked for it."""
    wanted = st.session_state.pop(EDITED, None)
    for turn in turns:
        if turn.id == wanted:
            st.dialog(say("turn.edit"))(_editor)(turn)


def _editor(turn: Turn) -> None:
    st.caption(say("turn.edit.help"))
    question = st.text_area(
        say("turn.edit.field"), turn.question, key=f"edit-{turn.id}", max_chars=LONGEST_QUESTION,
        height="content",
    )  # fmt: skip
    if st.button(say("turn.edit.ask"), type="primary", disabled=not question.strip()):
        ask_in_branch(turn, question)
        st.rerun()
