"""A question → an answer whose every mark opens its passage; the conversation is kept."""

import streamlit as st

from assistant import AssistantError, Turn
from ui.asking import ask, begin, wanted
from ui.boxes import problem_box
from ui.citations import question_html
from ui.commands import run_command, show_command_help
from ui.drafts import forget, take_text
from ui.dropped import show_dropped, take_dropped
from ui.earlier import first_shown, fold_again, show_earlier
from ui.here import close_conversation, open_conversation, open_project, turn_to_raise
from ui.live import Live, live_places, watch
from ui.making import Making
from ui.markup import label, markdown_html, plain_html, sanitise
from ui.running import running
from ui.scripts import raise_turn
from ui.turn import LONGEST_QUESTION, show_answer, show_editor
from ui.words import say

UNSENT = "unsent"
FIELD = "question"


def show() -> None:
    """Draw the open conversation and answer what is asked."""
    assistant = running().assistant
    project = open_project(assistant)
    # In a container of its own, so that Streamlit does not scroll to the end of each answer.
    bar = st.bottom.container(key="ask-bar")
    dropped, reading = bar.container(), bar.empty()
    with bar:
        take_text(f"chat:{project}", FIELD, key="chat", mend=False)
    sent = bar.chat_input(
        say("ask.placeholder"), key=FIELD, max_chars=LONGEST_QUESTION, submit_mode="disable",
        accept_file="multiple",
    )  # fmt: skip
    typed = sent.text.strip() if sent else ""
    if sent:
        forget(f"chat:{project}")
    if sent and sent.files:
        take_dropped(assistant, project, sent.files, reading)
    elif typed and run_command(typed, assistant):
        typed = ""
    want = wanted(typed)
    failure = _begin(want, project) if want else None
    # Before and after: an answer may end, or another window may ask, while turns are read.
    on_their_way = running().makings.on_their_way()
    turns = _turns(project)
    on_their_way |= running().makings.on_their_way()
    with st.container(key="conversation"):
        # An empty place clears at once what stood there; what is left out lingers a while.
        welcome = st.empty()
        if not turns and UNSENT not in st.session_state:
            with welcome.container():
                _welcome(assistant.starters())
        live = _show_turns(turns, on_their_way, project)
        if UNSENT in st.session_state:
            _unsent(st.session_state[UNSENT], failure)
    with dropped:
        show_command_help(assistant)
        show_dropped(assistant, project)
    show_editor(turns)
    for one in live:
        watch(one)
    if live:
        st.rerun()


def _begin(want: dict[str, object], project: str) -> AssistantError | None:
    """Begin to answer; return what prevented it, and keep what was typed."""
    st.session_state.pop(UNSENT, None)
    if want["kind"] == "ask":
        fold_again()
    try:
        begin(want, project)
    except AssistantError as error:
        if "question" in want:
            st.session_state[UNSENT] = want["question"]
        else:
            problem_box(error)
        return error
    return None


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


def _show_turns(turns: list[Turn], makings: dict[str, Making], project: str) -> list[Live]:
    """Draw the newest turns, or more; return those whose answer was being made at reading."""
    busy = any(turn.id in makings for turn in turns)
    raised = turn_to_raise()
    live: list[Live] = []
    first = first_shown(turns, raised)
    show_earlier(turns, first)
    for place, turn in enumerate(turns[first:], first):
        with st.container(key=f"turn-{place}"):
            with st.chat_message("user"):
                st.html(question_html(turn.question))
            with st.chat_message("assistant"):
                making = makings.get(turn.id)
                if making is not None:
                    raise_turn(f"raise-{place}")
                    live.append(live_places(making, turn))
                    continue
                if turn.id == raised:
                    raise_turn(f"raise-{place}")
                # What to ask next goes as soon as something is asked, so that nothing shifts.
                show_answer(turn, project, last=not busy and turn is turns[-1])
    return live


def _welcome(starters: list[str]) -> None:
    st.html(
        sanitise(
            f'<div class="sw-welcome"><h1 class="sw-title">{say("page.chat")}</h1>'
            f"<p>{plain_html(say('lead'))}</p>"
            f'<div class="sw-hint">{markdown_html(say("ask.hint"))}</div>'
            f'<p class="sw-next">{say("ask.starters")}</p></div>'
        )
    )
    with st.container(key="starters"):
        for question in starters:
            st.button(
                label(question), key=f"start-{question}", on_click=ask, args=(question,),
                width="stretch",
            )  # fmt: skip


def _unsent(question: str, failure: AssistantError | None) -> None:
    with st.chat_message("user"):
        st.html(question_html(question))
    with st.chat_message("assistant"):
        if failure is not None:
            problem_box(failure)
        else:
            st.html(f'<p class="sw-notice">{say("ask.unsent")}</p>')
        st.button(say("ask.again"), key="unsent-again", on_click=ask, args=(question,))


show()
