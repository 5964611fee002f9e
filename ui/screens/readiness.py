"""What the project has stated → verdict, findings, gates, the metric ladder and the risks."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from assistant import Assistant
from ui.boxes import nothing_yet, page_head, section_head
from ui.here import open_project
from ui.judged import PHASES, findings_of, verdict_of
from ui.judgement import finding_html, gate_html, ladder_html, risks_html, verdict_html
from ui.markup import label
from ui.places import go, link
from ui.running import running
from ui.words import say

SEVERITIES = ("high", "medium", "low")
CHANGES = 5


def show() -> None:
    """Draw the judgement of the open project."""
    assistant = running().assistant
    project = open_project(assistant)
    page_head(say("page.readiness"), say("readiness.lead"), wide=True)
    facts = assistant.facts(project=project)
    if not len(facts):
        nothing_yet(say("readiness.empty"))
        with st.container(horizontal=True):
            if st.button(say("readiness.to_brief"), type="primary", key="to-brief"):
                go("home")
            if st.button(say("readiness.to_interview"), key="to-interview"):
                go("interview")
        return
    _verdict(verdict_of(assistant, project, facts), assistant)
    findings, gates = findings_of(assistant, project, facts)
    _findings(findings)
    _gates(gates)
    section_head(say("readiness.ladder"), say("readiness.ladder.lead"))
    st.html(ladder_html(assistant.catalogue(), facts))
    _asks([key for key in LADDER_NEEDS if not facts.known(key)], assistant)
    section_head(say("readiness.risks"), say("readiness.risks.lead"))
    st.html(risks_html(assistant.catalogue(), facts))
    if not facts.known("risks.list"):
        _asks(["risks.list"], assistant)


# What the ladder is made of, one question for each rung.
LADDER_NEEDS = ("success.business_metric", "success.product_metric", "metrics.primary")


def _verdict(found: Mapping[str, Any], assistant: Assistant) -> None:
    reasons: list[Mapping[str, Any]] = []
    asked: list[Mapping[str, Any]] = []
    for one in found["because"]:
        # A reason that is a question leads to it.
        question = assistant.catalogue()[one["fact"]].question
        (asked if question in one["text"] else reasons).append(one)
    with st.container(border=True, key="verdict"):
        st.html(verdict_html({**found, "because": reasons}))
        if asked:
            st.html(f'<h3 class="sw-changes">{say("verdict.answer")}</h3>')
            with st.container(key="to-answer", gap=None):
                _asks([one["fact"] for one in asked], assistant)
        changes: Sequence[Mapping[str, Any]] = found["would_change_if"][:CHANGES]
        if changes:
            st.html(f'<h3 class="sw-changes">{say("verdict.change")}</h3>')
            with st.container(key="changes", gap=None):
                for change in changes:
                    link("interview", label(change["text"]), icon=":material/quiz:",
                         q=change["fact"], k="all")  # fmt: skip
        _sources([*found["because"], *found["against"]])


def _sources(reasons: Sequence[Mapping[str, Any]]) -> None:
    """Lead to the articles behind the reasons, each once."""
    cited = {one["source_id"]: one["source"] for one in reasons if one["source"]}
    if not cited:
        return
    with st.expander(say("verdict.sources"), key="verdict-sources"):
        for source_id, source in cited.items():
            link(
                "knowledge", label(f"{source['title']} › {source['heading']}"),
                icon=":material/article:", a=source_id.split("#")[0], s=source_id,
            )  # fmt: skip


def _findings(found: Sequence[Mapping[str, Any]]) -> None:
    section_head(say("findings"), say("findings.lead"))
    if not found:
        nothing_yet(say("findings.none"))
    for severity in SEVERITIES:
        among = [one for one in found if one["severity"] == severity]
        if not among:
            continue
        with st.expander(
            f"{say(f'severity.{severity}')} ({len(among)})", key=f"severity-{severity}",
            expanded=severity != "low",
        ):  # fmt: skip
            for one in among:
                _finding(one)


def _finding(one: Mapping[str, Any]) -> None:
    with st.container(key=f"finding-{one['rule']}", gap="xsmall"):
        st.html(finding_html(one))
        with st.container(horizontal=True, gap="small"):
            link("interview", say("findings.settle"), icon=":material/quiz:", q=one["ask"], k="all")
            if one["source"]:
                link(
                    "knowledge", label(one["source"]["title"].split(": ", 1)[0]),
                    icon=":material/article:", a=one["source_id"].split("#")[0],
                    s=one["source_id"],
                )  # fmt: skip


def _gates(gates: Sequence[Mapping[str, Any]]) -> None:
    section_head(say("gates"), say("gates.lead"))
    columns = st.columns(len(PHASES))
    for place, gate in zip(columns, gates, strict=True):
        with place, st.container(border=True, key=f"gate-{gate['phase']}"):
            st.html(gate_html(gate))
            if gate["missing"]:
                with st.popover(say("gates.missing", count=len(gate["missing"]))):
                    for one in gate["missing"]:
                        link(
                            "interview", label(one["question"]), icon=":material/quiz:",
                            q=one["fact"], k="all",
                        )  # fmt: skip


def _asks(keys: Sequence[str], assistant: Assistant) -> None:
    """Lead to the questions that would fill what is empty."""
    for key in keys:
        question = assistant.catalogue()[key].question
        link("interview", label(question), icon=":material/quiz:", q=key, k="all")


show()
