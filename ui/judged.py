"""What a project has stated → how far it is and what it is worth, once after each change."""

from typing import Any

import streamlit as st

from assistant import Assistant, ProjectFacts

PHASES = ("requirements", "data", "design", "launch")
# Seconds after which a project is judged again: what is due changes at midnight.
SOON_S = 600


def verdict_of(assistant: Assistant, project: str, facts: ProjectFacts) -> dict[str, Any]:
    """Return the verdict on what is known now, as programs read it."""
    return _verdict(assistant.project(project).id, facts.last_event, assistant, project)


def findings_of(
    assistant: Assistant, project: str, facts: ProjectFacts
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the findings and the gates of what is known now, as programs read them."""
    return _findings(assistant.project(project).id, facts.last_event, assistant, project)


def answered_of(assistant: Assistant, project: str, facts: ProjectFacts) -> tuple[int, int]:
    """Count the answered questions, and those that apply."""
    return _answered(assistant.project(project).id, facts.last_event, assistant, project)


@st.cache_data(max_entries=500, ttl=SOON_S, show_spinner=False)
def _answered(key: str, event: int, _assistant: Assistant, _project: str) -> tuple[int, int]:
    progress = _assistant.next_question("all", project=_project).progress
    return progress.answered, progress.applicable


@st.cache_data(max_entries=500, ttl=SOON_S, show_spinner=False)
def _verdict(key: str, event: int, _assistant: Assistant, _project: str) -> dict[str, Any]:
    return _assistant.verdict_json(project=_project)


@st.cache_data(max_entries=100, ttl=SOON_S, show_spinner=False)
def _findings(
    key: str, event: int, _assistant: Assistant, _project: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    found = _assistant.check(project=_project)
    gates = [
        _assistant.gate_json(_assistant.gate(phase, project=_project), project=_project)
        for phase in PHASES
    ]
    return _assistant.findings_json(found), gates
