"""The rungs of the ladder → a list that says which answer now, and what to set for the others."""

import streamlit as st

from assistant import AssistantError, RungState
from ui.boxes import problem_box
from ui.markup import plain_html, sanitise
from ui.running import running
from ui.words import say


def show_models() -> None:
    """Ask every model and list what was found."""
    place = st.empty()
    place.html(sanitise(f'<p class="sw-looking" role="status">{say("models.looking")}</p>'))
    try:
        place.html(rungs_html(running().rungs()))
    except AssistantError as error:
        place.empty()
        problem_box(error)
    # Pressing it draws the page anew, which asks every model again.
    st.button(say("models.refresh"), key="models-refresh", icon=":material/refresh:")


def rungs_html(states: list[RungState]) -> str:
    """List the rungs in the order they are asked; the first that works writes the answers."""
    first = next((state.name for state in states if state.ok), "")
    return sanitise(
        f'<ol class="sw-rungs">{"".join(_rung(one, one.name == first) for one in states)}</ol>'
    )


def _rung(state: RungState, first: bool) -> str:
    verdict = say("models.answers" if first else "models.ready" if state.ok else "models.off")
    kind = "sw-on" if state.ok else "sw-off"
    remedy = f"<p>{plain_html(state.remedy)}</p>" if state.remedy else ""
    return (
        f'<li class="{kind}"><p><strong>{plain_html(state.name)}</strong> '
        f'<span class="sw-badge">{verdict}</span></p>'
        f"<p>{plain_html(state.detail)}</p>{remedy}</li>"
    )
