"""Facts that somebody states in a question → chips that save them as answers of the project."""

import streamlit as st

from assistant import Assistant, AssistantError, Proposal, Turn, show_value, to_data
from ui.boxes import problem_box, tell
from ui.markup import label, plain_html, sanitise
from ui.running import running
from ui.saving import answering_as
from ui.words import say

MOST = 4
SHORT = 60


def show_noticed(turn: Turn, project: str) -> None:
    """Offer the facts of a question that the project does not have yet."""
    assistant = running().assistant
    facts = assistant.facts(project=project)
    fresh = [
        one for one in _noticed(turn.id, turn.question, assistant)
        if facts.value(one.fact) != one.value
    ]  # fmt: skip
    if not fresh:
        return
    st.html(sanitise(f'<p class="sw-next">{plain_html(say("noticed"))}</p>'))
    catalogue = assistant.catalogue()
    with st.container(key=f"noticed-{turn.id}", horizontal=True, gap="small"):
        for one in fresh[:MOST]:
            fact = catalogue[one.fact]
            value = show_value(fact, one.value)
            value = value if len(value) <= SHORT else f"{value[:SHORT]} …"
            if st.button(
                label(say("noticed.save", name=fact.label, value=value)),
                key=f"notice-{turn.id}-{one.fact}", icon=":material/bookmark_add:",
                help=label(one.quote),
            ):  # fmt: skip
                _save(one, project)


@st.cache_data(max_entries=500, show_spinner=False)
def _noticed(turn: str, question: str, _assistant: Assistant) -> list[Proposal]:
    """Read a question once; what it states does not change."""
    return _assistant.notice(question)


def _save(one: Proposal, project: str) -> None:
    try:
        running().assistant.set_fact(
            one.fact, to_data(one.value), quote=one.quote, source=say("noticed.source"),
            project=project, author=answering_as(),
        )  # fmt: skip
    except AssistantError as error:
        problem_box(error)
    else:
        tell(say("answers.saved"))
        st.rerun()
