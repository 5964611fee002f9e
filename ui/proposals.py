"""What was read from a brief → proposals to accept, change or reject, each with its words."""

from collections.abc import Callable, Sequence

import streamlit as st

from assistant import Assistant, AssistantError, Fact, Proposal, StatedFact, show_value
from ui.boxes import nothing_yet, problem_box, tell
from ui.drafts import draft_before, forget_draft, keep_rows
from ui.markup import label, plain_html, sanitise
from ui.places import go, link
from ui.saving import answering_as
from ui.widgets import answer_fields
from ui.words import say, say_or

CHANGED = "proposal_changed"


def show_proposals(assistant: Assistant, project: str) -> None:
    """Draw the proposals that wait for somebody to look at them."""
    waiting = assistant.proposals(project=project)
    if not waiting:
        nothing_yet(say("proposals.none"))
        link("home", say("proposals.to_brief"), icon=":material/upload_file:")
        link("interview", say("interview.next"), icon=":material/arrow_forward:")
        return
    _every(assistant, waiting, project)
    facts, catalogue = assistant.facts(project=project), assistant.catalogue()
    for proposal in waiting:
        _proposal(assistant, proposal, catalogue[proposal.fact], facts.get(proposal.fact), project)


def _every(assistant: Assistant, waiting: Sequence[Proposal], project: str) -> None:
    count = len(waiting)
    st.html(sanitise(f'<p class="sw-lead">{plain_html(say("proposals.lead", count=count))}</p>'))
    with st.container(horizontal=True, key="proposals-bar"):
        if st.button(
            say("proposals.accept_all", count=count), type="primary", icon=":material/done_all:",
            key="accept-all",
        ):  # fmt: skip
            _act(
                lambda: assistant.accept(None, project=project, author=answering_as()),
                say("proposals.accepted", count=count), leave=True,
            )  # fmt: skip
        with st.popover(say("proposals.reject_all"), key="reject-all"):
            st.write(say("proposals.reject_all.sure", count=count))
            if st.button(say("proposals.reject_all.do"), key="reject-all-sure", type="primary"):
                _act(
                    lambda: assistant.reject([one.id for one in waiting], project=project),
                    say("proposals.rejected"), leave=True,
                )  # fmt: skip


def _proposal(
    assistant: Assistant, proposal: Proposal, fact: Fact, stated: StatedFact | None, project: str
) -> None:
    with st.container(border=True, key=f"proposal-{proposal.id}"):
        st.html(proposal_html(proposal, fact, stated))
        with st.container(horizontal=True, gap="small"):
            name = label(fact.label)
            if st.button(
                say("proposals.accept"), key=f"accept-{proposal.id}", icon=":material/check:",
                help=f"{say('proposals.accept')}: {name}",
            ):  # fmt: skip
                _act(
                    lambda: assistant.accept([proposal.id], project=project,
                                             author=answering_as()),
                    say("proposals.accepted.one", name=name),
                )  # fmt: skip
            if st.button(say("proposals.change"), key=f"change-{proposal.id}", type="tertiary",
                         help=f"{say('proposals.change')}: {name}"):  # fmt: skip
                now = st.session_state.get(CHANGED)
                st.session_state[CHANGED] = None if now == proposal.id else proposal.id
                st.rerun()
            if st.button(say("proposals.reject"), key=f"reject-{proposal.id}", type="tertiary",
                         help=f"{say('proposals.reject')}: {name}"):  # fmt: skip
                _act(lambda: assistant.reject([proposal.id], project=project),
                     say("proposals.rejected.one", name=name))  # fmt: skip
        if st.session_state.get(CHANGED) == proposal.id:
            _changed(assistant, proposal, fact, project)


def proposal_html(proposal: Proposal, fact: Fact, stated: StatedFact | None) -> str:
    """Build a proposal: what it is about, the value, the words it came from, who found it."""
    about = [say("proposals.confidence", percent=round(100 * proposal.confidence))]
    rung = say_or(f"proposals.by.{proposal.rung}", proposal.rung) if proposal.rung else ""
    about += [part for part in (rung, proposal.source) if part]
    parts = [
        f'<p class="sw-item-name">{plain_html(fact.label)}</p>',
        f'<p class="sw-item-value" dir="auto">{plain_html(proposal.shown)}</p>',
    ]
    if stated is not None and stated.value is not None:
        now = say("proposals.now", value=show_value(fact, stated.value))
        parts.append(f'<p class="sw-reason">{plain_html(now)}</p>')
    parts.append(
        f'<blockquote class="sw-quote" dir="auto">{plain_html(proposal.quote)}</blockquote>'
    )
    parts.append(f'<p class="sw-item-about">{plain_html(" · ".join(about))}</p>')
    return sanitise("".join(parts))


def _changed(assistant: Assistant, proposal: Proposal, fact: Fact, project: str) -> None:
    """Take another value in place of the proposed one; the words it came from stay with it."""
    form = f"proposal-{proposal.id}"
    guess = StatedFact(fact.id, value=proposal.value)
    draft_before(project, fact, form)
    if fact.type == "table":
        raw = answer_fields(fact, guess, form)
        keep_rows(project, fact.id, form, raw)
        pressed = st.button(say("answers.save"), key=f"save-{form}", type="primary")
    else:
        with st.form(f"form-{form}", border=False):
            raw = answer_fields(fact, guess, form)
            pressed = st.form_submit_button(say("answers.save"), type="primary")
    if pressed and raw is not None:

        def keep() -> None:
            assistant.set_fact(
                fact.id, raw, quote=proposal.quote, source=proposal.source, project=project,
                author=answering_as(),
            )  # fmt: skip
            assistant.reject([proposal.id], project=project)
            forget_draft(project, fact.id)

        _act(keep, say("answers.saved"))


def _act(act: Callable[[], object], done: str, *, leave: bool = False) -> None:
    try:
        act()
    except AssistantError as error:
        problem_box(error)
        return
    tell(done)
    if leave:
        go("interview")
    st.rerun()
