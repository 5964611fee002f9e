"""Every answer of the project → a list to search, filter, mend in place and look back on."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from assistant import Assistant, AssistantError, Fact, ReviewItem, StatedFact, show_value
from ui.boxes import nothing_yet, problem_box, tell
from ui.drafts import draft_before, forget_draft, keep_rows
from ui.here import project_sign
from ui.markup import label, plain_html, sanitise
from ui.places import go
from ui.saving import answering_as
from ui.when import when
from ui.widgets import answer_fields
from ui.words import say

# More answers than this are folded, section by section.
UNFOLDED = 30
EDITED, EDIT_ROUND = "answer_edited", "answer_round"
# What was assumed is told from what was confirmed by its state.
ORIGINS = ("said", "inferred", "imported")
# States that say more than that there is an answer.
STATES = ("assumed", "unknown", "due", "not_applicable", "outdated", "left_out", "skipped")


def show_answers(assistant: Assistant, kind: str, project: str) -> None:
    """Draw the list."""
    items = assistant.review(kind, project=project)
    with st.container(horizontal=True, key="answers-bar", vertical_alignment="bottom"):
        words = st.text_input(
            say("answers.search"), key="answers-search", icon=":material/search:", max_chars=200,
        )  # fmt: skip
        chosen = st.selectbox(
            say("answers.filter"), [None, *ORIGINS, *STATES], key="answers-origin",
            format_func=lambda one: say("answers.filter.all") if one is None
            else say(f"origin.{one}" if one in ORIGINS else f"state.{one}"),
        )  # fmt: skip
        if st.button(say("answers.undo"), icon=":material/undo:", key="undo"):
            _undo(assistant, project)
    shown = [item for item in items if _fits(item, words, chosen)]
    if not items:
        nothing_yet(say("answers.none"))
    elif not shown:
        nothing_yet(say("answers.nothing"))
    folded = len(shown) > UNFOLDED
    sections: dict[str, list[ReviewItem]] = {}
    for item in shown:
        sections.setdefault(item.section or say("answers.elsewhere"), []).append(item)
    for number, (section, within) in enumerate(sections.items()):
        if not folded:
            st.html(sanitise(f'<h2 class="sw-part-head">{plain_html(section)}</h2>'))
            place = st.container(gap=None)
        else:
            place = st.expander(
                f"{label(section)} ({len(within)})", key=f"section-{kind}-{number}",
                expanded=number == 0, on_change="rerun",
            )  # fmt: skip
            if not place.open:
                # Drawn when it is opened: two hundred answers are slow to draw and to read.
                continue
        with place:
            for item in within:
                _item(assistant, item, kind, project)


def _fits(item: ReviewItem, words: str, chosen: str | None) -> bool:
    text = f"{item.fact.label} {item.fact.question} {item.shown} {item.typed}".casefold()
    if not all(word in text for word in words.casefold().split()):
        return False
    origin = item.stated.origin if item.stated is not None else ""
    return chosen is None or chosen in (origin, item.state)


def _item(assistant: Assistant, item: ReviewItem, kind: str, project: str) -> None:
    fact = item.fact
    key = fact.id.replace(".", "-")
    with st.container(horizontal=True, key=f"item-{key}", vertical_alignment="top"):
        st.html(item_html(item))
        open_now = st.session_state.get(EDITED) == fact.id
        if st.button(
            say("answers.close" if open_now else "answers.edit"), key=f"edit-{key}",
            type="tertiary", help=f"{say('answers.edit')}: {label(fact.label)}",
        ):  # fmt: skip
            st.session_state[EDITED] = None if open_now else fact.id
            st.rerun()
    if open_now:
        _editor(assistant, item, kind, project)


def item_html(item: ReviewItem) -> str:
    """Build one line of the list: what it is, what was answered, and by whom."""
    value = item.shown or item.typed or say("answers.no_value")
    badges = []
    if item.state in STATES:
        badges.append(f'<span class="sw-badge">{plain_html(say(f"state.{item.state}"))}</span>')
    if item.stated is not None:
        badges.append(plain_html(_about(item.stated)))
    if item.stated is not None and item.stated.note:
        badges.append(plain_html(item.stated.note))
    return sanitise(
        f'<div class="sw-item"><p class="sw-item-name">{plain_html(item.fact.label)}</p>'
        f'<p class="sw-item-value" dir="auto">{plain_html(value)}</p>'
        f'<p class="sw-item-about">{" · ".join(badges)}</p></div>'
    )


def _about(stated: StatedFact) -> str:
    parts = [say(f"origin.{stated.origin}"), stated.author, when(stated.at)]
    if stated.owner or stated.due:
        parts.append(say("answers.open_until", owner=stated.owner or "–", due=stated.due or "–"))
    if stated.source:
        parts.append(stated.source)
    return " · ".join(part for part in parts if part)


# -- mended in place


def _editor(assistant: Assistant, item: ReviewItem, kind: str, project: str) -> None:
    fact = item.fact
    number = st.session_state.setdefault(EDIT_ROUND, 0)
    form = f"edit-{fact.id.replace('.', '-')}-{number}-{project_sign()}"
    event = st.session_state.setdefault(
        f"event-{project}-{form}", item.stated.event if item.stated is not None else None
    )
    draft_before(project, fact, form)
    with st.container(border=True, key="answer-editor"):
        st.html(sanitise(f'<p class="sw-ask-small">{plain_html(fact.question)}</p>'))
        if fact.type == "table":
            raw = answer_fields(fact, item.stated, form)
            keep_rows(project, fact.id, form, raw)
            pressed = st.button(say("answers.save"), key=f"save-{form}", type="primary")
        else:
            with st.form(f"form-{form}", border=False):
                raw = answer_fields(fact, item.stated, form)
                pressed = st.form_submit_button(say("answers.save"), type="primary")
        with st.container(horizontal=True, gap="small"):
            cleared = st.button(say("answers.clear"), key=f"clear-{form}", type="tertiary")
            if st.button(say("answers.ask"), key=f"ask-{form}", type="tertiary"):
                go("interview", q=fact.id, k=kind)
        _history(assistant, fact, project)
    if pressed and raw is not None:
        _change(fact, project, lambda: assistant.answer(
            fact.id, raw, kind=kind, insist=True, expected_event=event, project=project,
            author=answering_as(),
        ))  # fmt: skip
    if cleared:
        _change(fact, project, lambda: assistant.unset_fact(
            fact.id, expected_event=event, project=project, author=answering_as()
        ))  # fmt: skip


def _change(fact: Fact, project: str, act: Callable[[], object]) -> None:
    try:
        act()
    except AssistantError as error:
        problem_box(error)
        return
    forget_draft(project, fact.id)
    st.session_state[EDIT_ROUND] += 1
    st.session_state.pop(EDITED, None)
    tell(say("answers.saved"))
    st.rerun()


def _undo(assistant: Assistant, project: str) -> None:
    try:
        undone = assistant.undo(project=project)
    except AssistantError as error:
        problem_box(error)
        return
    before, now = (_in_words(undone.fact, one) for one in (undone.before, undone.after))
    st.session_state[EDIT_ROUND] = st.session_state.get(EDIT_ROUND, 0) + 1
    tell(say("answers.undone", name=label(undone.fact.label), before=label(before),
                 now=label(now)))  # fmt: skip
    st.rerun()


def _history(assistant: Assistant, fact: Fact, project: str) -> None:
    events = assistant.fact_history(fact.id, project=project)
    if not events:
        return
    st.html(history_html(fact, events))


def history_html(fact: Fact, events: Sequence[Any]) -> str:
    """List the changes of an answer, the latest first."""
    rows = []
    for event in reversed(events):
        what = show_value(fact, event.value) if event.value is not None else ""
        what = what or say(f"action.{event.action}")
        about = " · ".join(
            part for part in (when(event.at), event.author, say(f"origin.{event.origin}")) if part
        )
        undone = f" ({say('answers.taken_back')})" if event.undone_at else ""
        rows.append(
            f'<li><span dir="auto">{plain_html(what)}</span> '
            f"<span>{plain_html(about + undone)}</span></li>"
        )
    return sanitise(
        f'<details class="sw-more"><summary>{say("answers.history")} ({len(events)})</summary>'
        f"<ul>{''.join(rows)}</ul></details>"
    )


def _in_words(fact: Fact, stated: StatedFact | None) -> str:
    if stated is None:
        return say("answers.no_value")
    return show_value(fact, stated.value) if stated.value is not None else say(
        f"state.{stated.status}"
    )  # fmt: skip
