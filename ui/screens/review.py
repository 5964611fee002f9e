"""A document that somebody wrote → read for facts, and asked about; the rubric comes later."""

import streamlit as st

from ui.boxes import page_head, section_head
from ui.markup import safe_html
from ui.places import go
from ui.words import say

# What can be done with a document today: head, words, button, and where it is done.
WAYS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("review.facts", "review.facts.lead", "review.facts.do", "home", {}),
    ("review.ask", "review.ask.lead", "review.ask.do", "knowledge", {"v": "files"}),
    ("review.check", "review.check.lead", "review.check.do", "readiness", {}),
)


def show() -> None:
    """Say what can be done with a document today, and lead there."""
    page_head(say("page.review"), say("review.lead"))
    for head, words, button, place, more in WAYS:
        section_head(say(head))
        st.html(safe_html(say(words)))
        if st.button(say(button), key=head):
            go(place, **more)


show()
