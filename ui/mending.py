"""A document's paragraphs → to be put in one's own words, or back into those made from answers."""

from typing import Any

import streamlit as st

from assistant import Assistant, AssistantError, Block, Document
from ui.boxes import note_box, problem_box
from ui.markup import plain_html, sanitise
from ui.paper import Notes, block_html, section_head_html
from ui.question import answering_as
from ui.words import say

# What is made of facts alone is changed by changing the facts.
FIXED = ("table", "picture")
CONFLICT = "/conflict"


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
    text = st.text_area(
        say("mend.text"), block.text, key=f"text-{block.key}", height=240, max_chars=20_000
    )
    if block.edit is not None and block.edit.conflict:
        st.html(
            sanitise(
                f'<div class="sw-box sw-box-warm"><p><strong>{say("mend.conflict")}</strong></p>'
                f"<p>{plain_html(block.edit.conflict)}</p></div>"
            )
        )
    with st.container(horizontal=True):
        if st.button(say("answers.save"), type="primary", key=f"save-{block.key}"):
            _do(lambda: assistant.edit_block(
                kind, block.key, text or "", project=project, author=answering_as()
            ))  # fmt: skip
        if block.edit is not None and st.button(say("mend.revert"), key=f"revert-{block.key}"):
            _do(lambda: assistant.revert_block(
                kind, block.key, project=project, author=answering_as()
            ))  # fmt: skip


def _do(act: Any) -> None:
    try:
        act()
    except AssistantError as error:
        problem_box(error)
    else:
        st.rerun()
