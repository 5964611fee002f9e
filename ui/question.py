"""One question of the interview → its card: why it is asked, an example, fields, and ways on."""

from collections.abc import Mapping

import streamlit as st

from assistant import Assistant, InterviewStep, Question, to_data
from ui.boxes import tell
from ui.card import question_card
from ui.drafts import draft_before, forget_draft, keep_rows
from ui.markup import label, markdown_html, plain_html, sanitise, visible
from ui.places import go, link
from ui.running import running
from ui.saving import (
    ASKED,
    BACK_ASKED,
    CLASH,
    ROUND,
    answering_as,
    event_key,
    form_of,
    go_on,
    open_question,
    save_answer,
)
from ui.widgets import answer_fields
from ui.words import say


def show_question(question: Question, kind: str, project: str) -> None:
    """Draw the card of a question."""
    form = form_of(question.fact.id)
    # What was known when the question was put: an answer by somebody else since then is a clash.
    event: int = st.session_state.setdefault(event_key(project, form), question.event)
    draft_before(project, question.fact, form, {
        "note": _note_key(form), "owner": f"owner-{form}", "due": f"due-{form}"
    })  # fmt: skip
    with st.container(key="question", border=True):
        st.html(question_card(question))
        _why(question)
        _suggestion(question, kind, project, event)
        raw, note, pressed = _fields(question, project, form)
        _clash(question, kind, project)
        if pressed:
            save_answer(question, kind, project, raw, note=note, event=event)
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
            go_on(
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
            st.session_state.setdefault(_note_key(form), stated)
            note = st.text_input(say("answer.note"), key=_note_key(form), max_chars=2000) or ""
        return (
            raw,
            note,
            st.form_submit_button(
                say("answer.save"), key=f"save-{form}", type="primary", icon=":material/check:"
            ),
        )


def _note_key(form: str) -> str:
    return f"note-{form}"


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
        save_answer(question, kind, project, raw, note=note, event=None, insist=True)


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
            save_answer(question, kind, project, clash["raw"], note=clash["note"], event=None)
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
            go_on(
                lambda: assistant.skip(fact, kind=kind, project=project, author=answering_as()),
                question, project,
            )  # fmt: skip
        _unknown(assistant, question, kind, project, event)
        if st.button(say("way.not_applicable"), key=f"na-{fact}"):
            go_on(lambda: _not_applicable(assistant, fact, kind, project, event), question, project)
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
    fact, form = question.fact.id, form_of(question.fact.id)
    with st.popover(say("way.unknown"), icon=":material/help:", key=f"unknown-{fact}"):
        st.caption(say("way.unknown.help"))
        with st.form(f"unknown-form-{fact}", border=False):
            if question.stated is not None and question.stated.owner:
                st.session_state.setdefault(f"owner-{form}", question.stated.owner)
            owner = st.text_input(say("way.unknown.owner"), key=f"owner-{form}", max_chars=200)
            due = st.date_input(say("way.unknown.due"), None, key=f"due-{form}")
            pressed = st.form_submit_button(say("way.unknown.save"))
    if pressed:
        go_on(
            lambda: assistant.dont_know(
                fact, owner=visible(owner or ""), due=str(due or ""), kind=kind,
                expected_event=event, project=project, author=answering_as(),
            ),
            question, project,
        )  # fmt: skip
