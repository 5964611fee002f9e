"""One question of the interview → its card: why it is asked, an example, fields, and ways on."""

from collections.abc import Callable, Mapping
from typing import NoReturn

import streamlit as st

from assistant import Assistant, AssistantError, InterviewStep, Question, to_data
from ui.boxes import note_box, problem_box, tell
from ui.card import question_card
from ui.drafts import draft_before, forget_draft, keep_rows
from ui.markup import label, markdown_html, plain_html, sanitise, visible
from ui.places import go, link
from ui.running import running
from ui.widgets import answer_fields
from ui.words import say

ROUND, ASKED, BACK_ASKED = "round", "asked", "challenge"
CLASH, LEFT = "clash", "left"
NAME = "answering-as"


def show_question(question: Question, kind: str, project: str) -> None:
    """Draw the card of a question."""
    form = _form(question.fact.id)
    # What was known when the question was put: an answer by somebody else since then is a clash.
    event: int = st.session_state.setdefault(_event_key(project, form), question.event)
    draft_before(project, question.fact.id, form)
    with st.container(key="question", border=True):
        st.html(question_card(question))
        _why(question)
        _suggestion(question, kind, project, event)
        raw, note, pressed = _fields(question, project, form)
        _clash(question, kind, project)
        if pressed:
            _save(question, kind, project, raw, note=note, event=event)
        _asked_back(question, kind, project, raw, note)
    _ways_on(question, kind, project, event)


def _why(question: Question) -> None:
    if not question.why:
        return
    with st.expander(say("answer.why"), key=f"why-{question.fact.id}"):
        for why in question.why:
            st.html(sanitise(f'<div class="sw-why">{markdown_html(why.text)}</div>'))
            link(
                "knowledge", label(why.title), icon=":material/menu_book:", a=why.article_id,
                s=why.source_id,
            )  # fmt: skip


def _suggestion(question: Question, kind: str, project: str, event: int) -> None:
    found = question.suggestion
    if found is None or (question.stated is not None and question.stated.status == "known"
                         and question.stated.origin != "default"):  # fmt: skip
        return
    with st.container(key="suggestion", horizontal=True, vertical_alignment="center"):
        st.html(
            sanitise(
                f'<p class="sw-suggested"><strong>{plain_html(say("answer.suggested"))}</strong> '
                f"{plain_html(found.text)} <span>{plain_html(found.because)}</span></p>"
            )
        )
        if st.button(say("answer.suggested.take"), key=f"take-{question.fact.id}"):
            _go_on(
                lambda: running().assistant.answer(
                    question.fact.id, to_data(found.value), kind=kind, expected_event=event,
                    project=project, author=answering_as(),
                ),
                question, project,
            )  # fmt: skip


# -- the answer


def _fields(question: Question, project: str, form: str) -> tuple[object, str, bool]:
    """Draw the fields; return the answer so far, the note beside it, and whether to save it."""
    fact = question.fact
    note = ""
    if fact.type == "table":
        # Outside of a form, so that every cell is known as soon as it is left.
        raw = answer_fields(fact, question.stated, form)
        keep_rows(project, fact.id, form, raw)
        return (
            raw,
            note,
            st.button(
                say("answer.save"), key=f"save-{form}", type="primary", icon=":material/check:"
            ),
        )
    with st.form(f"form-{form}", border=False):
        raw = answer_fields(fact, question.stated, form)
        if fact.note:
            stated = question.stated.note if question.stated is not None else ""
            note = st.text_input(
                say("answer.note"), stated, key=f"note-{form}", max_chars=2000
            ) or ""  # fmt: skip
        return (
            raw,
            note,
            st.form_submit_button(
                say("answer.save"), key=f"save-{form}", type="primary", icon=":material/check:"
            ),
        )


def _save(
    question: Question, kind: str, project: str, raw: object, *, note: str, event: int | None,
    insist: bool = False,
) -> None:  # fmt: skip
    if raw is None:
        note_box(say("answer.empty"), kind="warm")
        return
    _go_on(
        lambda: running().assistant.answer(
            question.fact.id, raw, kind=kind, insist=insist, note=note, expected_event=event,
            project=project, author=answering_as(),
        ),
        question, project, raw=raw, note=note,
    )  # fmt: skip


def _go_on(
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
        st.session_state[_event_key(project, _form(fact))] = step.question.event
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


def _form(fact: str) -> str:
    """Name the fields of a question; after each answer they are others."""
    return f"{fact.replace('.', '-')}-{st.session_state.setdefault(ROUND, 0)}"


def _event_key(project: str, form: str) -> str:
    return f"event-{project}-{form}"


def open_question(fact: str | None) -> None:
    """Open a question; none opens the one that is worth most."""
    if fact is None:
        st.query_params.pop("q", None)
    else:
        st.query_params["q"] = fact


def _asked_back(question: Question, kind: str, project: str, raw: object, note: str) -> None:
    """Show kindly that an answer was vague; it is kept, and may stay as it is."""
    asked: Mapping[str, str] = st.session_state.get(BACK_ASKED, {})
    if asked.get("fact") != question.fact.id:
        return
    st.html(
        sanitise(
            f'<div class="sw-box sw-box-warm" role="status"><p><strong>'
            f"{plain_html(say('answer.challenge'))}</strong></p>"
            f"<p>{plain_html(asked['text'])}</p></div>"
        )
    )
    if st.button(say("answer.insist"), key=f"insist-{question.fact.id}"):
        _save(question, kind, project, raw, note=note, event=None, insist=True)


def _clash(question: Question, kind: str, project: str) -> None:
    """Show both answers where somebody else has answered meanwhile."""
    clash = st.session_state.get(CLASH)
    if clash is None or clash["fact"] != question.fact.id:
        return
    st.html(
        sanitise(
            f'<div class="sw-box sw-box-warm" role="alert"><p><strong>{say("clash")}</strong></p>'
            f'<dl class="sw-both"><dt>{say("clash.theirs")}</dt>'
            f"<dd>{plain_html(clash['theirs'])}</dd><dt>{say('clash.yours')}</dt>"
            f"<dd>{plain_html(clash['yours'])}</dd></dl></div>"
        )
    )
    with st.container(horizontal=True):
        if st.button(say("clash.use.yours"), key="clash-yours", type="primary"):
            _save(question, kind, project, clash["raw"], note=clash["note"], event=None)
        if st.button(say("clash.keep.theirs"), key="clash-theirs"):
            st.session_state.pop(CLASH)
            forget_draft(project, question.fact.id)
            st.session_state[ROUND] += 1
            open_question(None)
            st.rerun()


# -- other ways on


def _ways_on(question: Question, kind: str, project: str, event: int) -> None:
    assistant, fact = running().assistant, question.fact.id
    with st.container(horizontal=True, key="ways-on", vertical_alignment="center"):
        before = st.session_state.get(ASKED, [])
        if st.button(say("way.back"), icon=":material/arrow_back:", disabled=not before):
            open_question(before.pop())
            st.rerun()
        if st.button(say("way.skip"), icon=":material/skip_next:"):
            _go_on(
                lambda: assistant.skip(fact, kind=kind, project=project, author=answering_as()),
                question, project,
            )  # fmt: skip
        _unknown(assistant, question, kind, project, event)
        if st.button(say("way.not_applicable"), key=f"na-{fact}"):
            _go_on(
                lambda: _not_applicable(assistant, fact, kind, project, event), question, project
            )
    with st.container(horizontal=True, key="ways-out", vertical_alignment="center"):
        if st.button(say("way.generate"), icon=":material/description:", key="generate-now",
                     type="tertiary"):  # fmt: skip
            go("documents", k=None if kind == "all" else kind)
        if st.button(say("way.stop"), icon=":material/pause_circle:", key="stop-now",
                     type="tertiary"):  # fmt: skip
            tell(say("way.stopped"))
            go("home")


def _not_applicable(
    assistant: Assistant, fact: str, kind: str, project: str, event: int
) -> InterviewStep:
    assistant.mark_not_applicable(
        fact, expected_event=event, project=project, author=answering_as()
    )
    return assistant.next_question(kind, project=project)


def _unknown(assistant: Assistant, question: Question, kind: str, project: str, event: int) -> None:
    fact = question.fact.id
    with st.popover(say("way.unknown"), icon=":material/help:", key=f"unknown-{fact}"):
        st.caption(say("way.unknown.help"))
        with st.form(f"unknown-form-{fact}", border=False):
            owner = st.text_input(say("way.unknown.owner"), max_chars=200)
            due = st.date_input(say("way.unknown.due"), None)
            pressed = st.form_submit_button(say("way.unknown.save"))
    if pressed:
        _go_on(
            lambda: assistant.dont_know(
                fact, owner=visible(owner or ""), due=str(due or ""), kind=kind,
                expected_event=event, project=project, author=answering_as(),
            ),
            question, project,
        )  # fmt: skip


def answering_as() -> str:
    """Return the name that answers are kept under; empty when none was given."""
    return visible(st.session_state.get(NAME, "")).strip()
