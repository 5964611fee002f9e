"""What was said about team, time and money → one page, until the plans are worked out from it."""

import streamlit as st

from ui.boxes import nothing_yet, page_head, section_head
from ui.here import open_project
from ui.judgement import facts_html
from ui.markup import label
from ui.places import link
from ui.running import running
from ui.words import say

PARTS = {
    "plans.time": ("plan.deadline", "plan.deadline_reason", "team.start", "plan.milestones",
                   "plan.deliverables"),
    "plans.team": ("team.members", "team.missing", "team.experience", "team.product_owner",
                   "team.domain_expert", "team.capacity"),
    "plans.money": ("budget.total", "budget.labelling", "budget.running", "infra.cost_limit",
                    "value.benefit_year"),
}  # fmt: skip


def show() -> None:
    """Draw what is known, and lead to the questions that are open."""
    assistant = running().assistant
    project = open_project(assistant)
    facts, catalogue = assistant.facts(project=project), assistant.catalogue()
    page_head(say("page.plans"), say("plans.lead"))
    for head, keys in PARTS.items():
        section_head(say(head))
        known = tuple(key for key in keys if facts.known(key))
        if known:
            st.html(facts_html(catalogue, facts, known))
        else:
            nothing_yet(say("plans.none"))
        unsaid = [key for key in keys if key not in facts]
        if unsaid:
            with st.expander(f"{say('plans.ask')} ({len(unsaid)})", key=f"ask-{head}"):
                for key in unsaid:
                    link(
                        "interview", label(catalogue[key].question), icon=":material/quiz:",
                        q=key, k="all",
                    )  # fmt: skip


show()
