"""A problem, a notice or a wait → a calm box; never a traceback."""

import streamlit as st

from assistant import AssistantError
from ui.markup import plain_html, sanitise
from ui.running import running
from ui.words import say

GRACE_S = 0.4
STEP_S = 0.3
TOLD = "told"


def problem_box(error: AssistantError) -> None:
    """Say what is wrong and what to do about it."""
    text = (
        f'<div class="sw-problem" role="alert"><p><strong>{plain_html(error.problem)}</strong></p>'
        f"<p>{plain_html(error.remedy)}</p>"
        f'<p class="sw-code">{plain_html(say("error.code", code=error.code))}</p></div>'
    )
    st.html(sanitise(text))


def unexpected_box() -> None:
    """Say that something failed which should not have; what it was stands in the log."""
    text = (
        f'<div class="sw-problem" role="alert"><p><strong>{plain_html(say("error.unexpected"))}'
        f"</strong></p><p>{plain_html(say('error.unexpected.remedy'))}</p></div>"
    )
    st.html(sanitise(text))


def page_head(title: str, lead: str = "", *, wide: bool = False) -> None:
    """Open a page: its one heading and a sentence that says what it is for."""
    mark = '<span class="sw-wide"></span>' if wide else ""
    below = f'<p class="sw-lead">{plain_html(lead)}</p>' if lead else ""
    st.html(sanitise(f'<div class="sw-head"><h1>{plain_html(title)}</h1>{below}{mark}</div>'))


def section_head(title: str, lead: str = "") -> None:
    """Open a part of a page."""
    below = f'<p class="sw-lead">{plain_html(lead)}</p>' if lead else ""
    st.html(sanitise(f'<div class="sw-section"><h2>{plain_html(title)}</h2>{below}</div>'))


def note_box(text: str, *, kind: str = "calm") -> None:
    """Say something beside the matter; `kind` is calm, warm or good."""
    st.html(sanitise(f'<p class="sw-box sw-box-{kind}" role="note">{plain_html(text)}</p>'))


def nothing_yet(text: str) -> None:
    """Say that a place is empty, and what to do next."""
    st.html(sanitise(f'<p class="sw-nothing">{plain_html(text)}</p>'))


def tell(words: str) -> None:
    """Say something in passing once the page is next drawn: what is left now forgets it."""
    st.session_state.setdefault(TOLD, []).append(words)


def show_told() -> None:
    """Say what waits to be said."""
    for words in st.session_state.pop(TOLD, []):
        st.toast(words)


def wait_until_ready() -> None:
    """Show how far the index is until it is ready; stop this page when that failed."""
    try:
        place = st.empty()
        if not running().wait(GRACE_S):
            _show_progress(place)
        place.empty()
    except AssistantError as error:
        problem_box(error)
        st.button(say("start.again"), on_click=running.clear)
        st.stop()


def _show_progress(place: "st.delta_generator.DeltaGenerator") -> None:
    ready = False
    while not ready:
        count = plain_html(say("start.texts", count=f"{running().texts:,}"))
        place.html(
            sanitise(
                f'<div class="sw-welcome" role="status"><p class="sw-title">{say("title")}</p>'
                f"<p>{plain_html(say('start.first'))}</p>"
                f'<progress aria-label="{say("title")}"></progress><p>{count}</p></div>'
            )
        )
        ready = running().wait(STEP_S)
