"""A document's paragraphs → to be put in one's own words, or back into those made from answers."""

from collections.abc import Callable

import streamlit as st

from assistant import Assistant, AssistantError, Block, Document
from ui.boxes import note_box, problem_box
from ui.drafts import forget, take_text
from ui.markup import plain_html, sanitise
from ui.paper import Notes, block_html, section_head_html
from ui.saving import answering_as
from ui.words import say

# What is made of facts alone is changed by changing the facts.
FIXED = ("table", "picture")
CONFLICT = "/conflict"
# The block whose text was typed earlier and is not saved.
UNSAVED = "block_unsaved"


def show_mending(assistant: Assistant, document: Document, kind: str, project: str) -> None:
    """Draw each block with a button to edit it."""
    note_box(say("mend.lead"))
    notes, pictures = Notes(document), assistant.pictures(document)
    for section in document.sections:
        st.html(
            sanitise(
                '<div class="sw-paper">'
                f"{section_head_html(section.id, section.number, section.title)}</div>"
            )
        )
        for block in document.of(section.id):
            text = f'<div class="sw-paper">{block_html(block, notes, pictures)}</div>'
            if block.kind in FIXED or block.key.endswith(CONFLICT):
                st.html(text)
                continue
            key = block.key.replace("/", "-")
            with st.container(horizontal=True, key=f"block-{key}", vertical_alignment="top"):
                st.html(text)
                if st.button(
                    say("mend.edit"), key=f"mend-{key}", type="tertiary", icon=":material/edit:",
                    help=f"{say('mend.edit')}: {plain_html(section.title)}",
                ):  # fmt: skip
                    st.dialog(say("mend.edit"), width="large")(_editor)(
                        assistant, block, kind, project
                    )


def _editor(assistant: Assistant, block: Block, kind: str, project: str) -> None:
    st.caption(say("mend.help"))
    name, key = f"{project}:{kind}:{block.key}", f"text-{block.key}"
    if take_text(name, key, key=f"block-{block.key}"):
        st.session_state[UNSAVED] = block.key
    st.session_state.setdefault(key, block.text)
    if st.session_state.get(UNSAVED) == block.key:
        _unsaved(name, block, key)
    text = st.text_area(say("mend.text"), key=key, height=240, max_chars=20_000)
    if block.edit is not None and block.edit.conflict:
        st.html(
            sanitise(
                f'<div class="sw-box sw-box-warm"><p><strong>{say("mend.conflict")}</strong></p>'
                f"<p>{plain_html(block.edit.conflict)}</p></div>"
            )
        )
    with st.container(horizontal=True):
        if st.button(say("answers.save"), type="primary", key=f"save-{block.key}"):
            _do(name, lambda: assistant.edit_block(
                kind, block.key, text or "", project=project, author=answering_as()
            ))  # fmt: skip
        if block.edit is not None and st.button(say("mend.revert"), key=f"revert-{block.key}"):
            _do(name, lambda: assistant.revert_block(
                kind, block.key, project=project, author=answering_as()
            ))  # fmt: skip


def _unsaved(name: str, block: Block, key: str) -> None:
    """Say that these words were typed earlier and never saved, and offer to put them away."""
    with st.container(horizontal=True, key="unsaved", vertical_alignment="center"):
        note_box(say("mend.unsaved"), kind="warm")
        if st.button(say("mend.discard"), key=f"discard-{block.key}", type="tertiary"):
            forget(name)
            st.session_state.pop(UNSAVED)
            st.session_state[key] = block.text
            st.rerun(scope="fragment")


def _do(name: str, act: Callable[[], object]) -> None:
    try:
        act()
    except AssistantError as error:
        problem_box(error)
    else:
        forget(name)
        st.session_state.pop(UNSAVED, None)
        st.rerun()
