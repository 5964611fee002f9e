"""What a document still needs → one question at a time, the proposals to look at, every answer."""

from typing import Any

import streamlit as st

from assistant import Assistant, AssistantError, InterviewStep, Question
from ui.answers import show_answers
from ui.boxes import note_box, page_head, problem_box
from ui.drafts import take_text
from ui.here import open_project
from ui.markup import label, plain_html, sanitise
from ui.places import go
from ui.progress import documents_html, progress_html, sections_html
from ui.proposals import show_proposals
from ui.question import show_question
from ui.running import running
from ui.saving import NAME, open_question, question_to_open
from ui.words import ENGLISH_CODE, say, spoken

FIRST_KIND, EVERY = "requirements", "all"
# Seconds between two looks at what others have answered.
LOOK_S = 5
VIEWS = ("question", "proposals", "answers")


def show() -> None:
    """Draw the view that the address names."""
    assistant = running().assistant
    project = open_project(assistant)
    waiting = len(assistant.proposals(project=project))
    page_head(say("page.interview"), say("interview.lead"), wide=True)
    kind, view = _bar(assistant.document_kinds(), waiting)
    try:
        if view == "answers":
            show_answers(assistant, kind, project)
        elif view == "proposals":
            show_proposals(assistant, project)
        else:
            _ask(assistant, kind, project)
    except AssistantError as error:
        problem_box(error)
        st.button(say("interview.next"), on_click=open_question, args=(None,))


def _bar(kinds: dict[str, str], waiting: int) -> tuple[str, str]:
    """Offer the documents and the views; the address says which are open."""
    every = {**kinds, EVERY: say("interview.every")}
    kind = st.query_params.get("k", FIRST_KIND)
    kind = kind if kind in every else next(iter(every))
    view = st.query_params.get("v", VIEWS[0])
    view = view if view in VIEWS else VIEWS[0]
    names = {one: say(f"interview.{one}") for one in VIEWS}
    if waiting:
        names["proposals"] += f" ({waiting})"
    with st.container(horizontal=True, key="interview-bar", vertical_alignment="bottom"):
        _choose("v", say("interview.view"), names, view)
        # Proposals are not of one document.
        if view != "proposals":
            _choose("k", say("interview.kind"), every, kind)
    return kind, view


def _choose(entry: str, name: str, names: dict[str, str], chosen: str) -> None:
    key = f"interview-{entry}-{chosen}"

    def changed() -> None:
        st.query_params[entry] = st.session_state[key]
        if entry == "k":
            open_question(None)

    if entry == "k":
        st.selectbox(
            name, list(names), index=list(names).index(chosen), key=key,
            format_func=lambda one: label(names[one]), on_change=changed, width=240,
        )  # fmt: skip
    else:
        st.segmented_control(
            name, list(names), default=chosen, key=key, format_func=names.__getitem__,
            required=True, on_change=changed, label_visibility="collapsed",
        )  # fmt: skip


def _ask(assistant: Assistant, kind: str, project: str) -> None:
    step = assistant.next_question(kind, project=project)
    question = _question(assistant, step, kind, project)
    st.html(progress_html(step.progress))
    middle, side = st.columns([7, 3], gap="large")
    with middle:
        if question is None:
            _done(kind)
        else:
            if spoken() != ENGLISH_CODE:
                note_box(say("interview.in_english"))
            show_question(question, kind, project)
    with side:
        _others(project, assistant.facts(project=project).last_event)
        _side(assistant, step, kind, project)


def _question(
    assistant: Assistant, step: InterviewStep, kind: str, project: str
) -> Question | None:
    """Return the question of the address; the address keeps the one that comes next otherwise."""
    named = question_to_open()
    coming = step.question
    if named is not None and (coming is None or named != coming.fact.id):
        return assistant.question(named, kind=kind, project=project)
    if named is None and coming is not None:
        open_question(coming.fact.id)
    return coming


def _done(kind: str) -> None:
    st.html(
        sanitise(
            f'<div class="sw-done"><h2>{plain_html(say("interview.done"))}</h2>'
            f"<p>{plain_html(say('interview.done.lead'))}</p></div>"
        )
    )
    with st.container(horizontal=True):
        if st.button(say("interview.to_document"), type="primary", key="done-document"):
            go("documents", k=None if kind == EVERY else kind)
        if st.button(say("interview.to_answers"), key="done-answers"):
            go("interview", v="answers", k=kind)


@st.fragment(run_every=LOOK_S)
def _others(project: str, seen: int) -> None:
    """Tell when somebody else has answered meanwhile; what is being typed stays."""
    if running().assistant.facts(project=project).last_event > seen:
        note_box(say("interview.others"), kind="good")
        if st.button(say("interview.others.show"), key="show-others"):
            st.rerun()


def _side(assistant: Assistant, step: InterviewStep, kind: str, project: str) -> None:
    """Show how far each section is, or each document, and ask who is answering."""
    if kind == EVERY:
        kinds = assistant.document_kinds().items()
        st.html(
            documents_html(
                (title, assistant.next_question(one, project=project).progress)
                for one, title in kinds
            )
        )
    else:
        st.html(sections_html(step.progress))
    stored: dict[str, Any] = st.session_state.setdefault("me", {"name": ""})
    field = f"{NAME}-field"
    # The browser keeps it for the next visit too.
    take_text("name", field, key="name")
    st.session_state.setdefault(field, stored["name"])
    stored["name"] = st.text_input(
        say("interview.name"), key=field, max_chars=120, help=say("interview.name.help")
    )
    st.session_state[NAME] = stored["name"]


show()
