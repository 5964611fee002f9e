"""A newcomer or a returning person → three ways to begin, and the projects that there are."""

import streamlit as st

from assistant import Assistant, AssistantError, InterviewStep, Project
from ui.asking import ask
from ui.boxes import page_head, problem_box, section_head
from ui.brief import show_brief
from ui.card import REASONS
from ui.here import CONVERSATION, open_project
from ui.judged import answered_of, verdict_of
from ui.judgement import verdict_name
from ui.markup import label, plain_html, sanitise
from ui.places import go, go_in_project
from ui.progress import progress_html
from ui.running import running
from ui.when import when
from ui.words import say

LISTED = 8


def show() -> None:
    """Draw the ways to begin."""
    if CONVERSATION in st.query_params:
        # Addresses from when the chat was the first page.
        go("chat", c=st.query_params[CONVERSATION])
    assistant = running().assistant
    project = open_project(assistant)
    page_head(say("home.head"), say("home.lead"), wide=True)
    facts = assistant.facts(project=project)
    if len(facts):
        _go_on(assistant, project, verdict_name(verdict_of(assistant, project, facts)))
    section_head(say("home.begin.more" if len(facts) else "home.begin"))
    brief, rest = st.columns([3, 2], gap="medium")
    with brief, st.container(border=True, key="start-brief"):
        show_brief(assistant, project, empty=not len(facts))
    with rest:
        with st.container(border=True, key="start-question"):
            _question(assistant)
        with st.container(border=True, key="start-example"):
            _examples(assistant)
    _projects(assistant, project)


def _card_head(title: str, lead: str) -> None:
    st.html(sanitise(f"<h3>{plain_html(title)}</h3><p>{plain_html(lead)}</p>"))


# -- to go on


def _go_on(assistant: Assistant, project: str, verdict: str) -> None:
    step = assistant.next_question("all", project=project)
    with st.container(border=True, key="go-on"):
        st.html(go_on_html(project, step, verdict))
        with st.container(horizontal=True):
            if st.button(say("home.interview"), type="primary", icon=":material/quiz:"):
                go("interview")
            if st.button(say("home.documents"), icon=":material/description:"):
                go("documents")
            if st.button(say("home.readiness"), icon=":material/fact_check:"):
                go("readiness")


def go_on_html(project: str, step: InterviewStep, verdict: str) -> str:
    """Say how far the open project is, and what comes next."""
    parts = [
        f'<p class="sw-eyebrow">{plain_html(say("project"))}</p>',
        f"<h2>{plain_html(project)}</h2>",
        f'<p class="sw-lead">{plain_html(say("home.verdict", verdict=verdict))}</p>',
        progress_html(step.progress),
    ]
    if step.question is not None:
        asked = plain_html(step.question.fact.question)
        parts.append(
            f"<p><strong>{plain_html(say('home.next'))}</strong> "
            f'<span dir="auto">{asked}</span></p>'
        )
        if step.question.reason in REASONS:
            because = step.question.contradiction or say(REASONS[step.question.reason])
            parts.append(f'<p class="sw-reason" dir="auto">{plain_html(because)}</p>')
    return sanitise("".join(parts))


# -- to begin


def _question(assistant: Assistant) -> None:
    _card_head(say("home.question"), say("home.question.lead"))
    with st.form("first-question", border=False, clear_on_submit=True):
        asked = st.text_input(
            say("ask.placeholder"), max_chars=2000, placeholder=assistant.starters()[0]
        )
        pressed = st.form_submit_button(say("home.question.ask"), icon=":material/forum:")
    if pressed and asked and asked.strip():
        ask(asked)
        go("chat")


def _examples(assistant: Assistant) -> None:
    _card_head(say("home.example"), say("home.example.lead"))
    for example in assistant.examples():
        with st.container(horizontal=True, key=f"row-{example.id}", vertical_alignment="center"):
            st.html(
                sanitise(
                    f'<div class="sw-item"><p><strong>{plain_html(example.title)}</strong></p>'
                    f'<p class="sw-item-about">{plain_html(example.says)}</p></div>'
                )
            )
            pressed = st.button(
                say("home.example.open"), key=f"example-{example.id}",
                help=f"{say('home.example.open')}: {label(example.title)}",
            )  # fmt: skip
        if pressed:
            _open_example(assistant, example.id)


def _open_example(assistant: Assistant, example: str) -> None:
    try:
        made = assistant.open_example(example)
    except AssistantError as error:
        problem_box(error)
    else:
        go_in_project(made.name, "home")


# -- the projects that there are


def _projects(assistant: Assistant, project: str) -> None:
    every = assistant.projects()
    if len(every) < 2:
        return
    section_head(say("home.projects"))
    known = {one.name: assistant.facts(project=one.name) for one in every}
    latest = {name: max((fact.at for fact in facts), default=0.0) for name, facts in known.items()}
    for one in sorted(every, key=lambda each: -latest[each.name])[:LISTED]:
        state = say("home.project.empty")
        if at := latest[one.name]:
            verdict = verdict_name(verdict_of(assistant, one.name, known[one.name]))
            answered, applicable = answered_of(assistant, one.name, known[one.name])
            done = say("progress.done", answered=answered, applicable=applicable)
            state = f"{verdict} · {done} · {say('home.project.changed', when=when(at))}"
        _project(one, state, current=one.name == project)


def _project(project: Project, state: str, *, current: bool) -> None:
    with st.container(horizontal=True, key=f"project-{project.id}", vertical_alignment="center"):
        st.html(
            sanitise(
                f'<div class="sw-item"><p><strong>{plain_html(project.name)}</strong></p>'
                f'<p class="sw-item-about">{plain_html(state)}</p></div>'
            )
        )
        if current:
            badge = f'<span class="sw-badge">{plain_html(say("home.project.open_now"))}</span>'
            st.html(sanitise(badge), width="content")
        elif st.button(
            say("home.project.open"), key=f"open-{project.id}",
            help=f"{say('home.project.open')}: {label(project.name)}",
        ):  # fmt: skip
            go_in_project(project.name, "home")


show()
