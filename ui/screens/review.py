"""A document that somebody wrote → read for facts, and asked about; the rubric comes later."""

import streamlit as st

from ui.boxes import page_head, section_head
from ui.markup import safe_html
from ui.places import go
from ui.words import say


def show() -> None:
    """Say what can be done with a document today, and lead there."""
    page_head(say("page.review"), say("review.lead"))
    for part, place, more in (
        ("review.facts", "home", {}),
        ("review.ask", "knowledge", {"v": "files"}),
        ("review.check", "readiness", {}),
    ):
        section_head(say(part))
        st.html(safe_html(say(f"{part}.lead")))
        if st.button(say(f"{part}.do"), key=part):
            go(place, **more)


show()
