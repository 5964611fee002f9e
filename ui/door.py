"""A page that others can reach → asks for the access key before it shows anything."""

import streamlit as st

from ui.running import running
from ui.words import say

UNLOCKED = "unlocked"


def pass_the_door() -> None:
    """Let the visitor in, or ask for the key and draw nothing else."""
    if not running().assistant.locked() or st.session_state.get(UNLOCKED):
        return
    st.title(say("title"))
    with st.form("door"):
        key = st.text_input(say("door.key"), type="password", help=say("door.help"))
        tried = st.form_submit_button(say("door.enter"))
    if tried and running().assistant.unlocks(key):
        st.session_state[UNLOCKED] = True
        st.rerun()
    if tried:
        st.error(say("door.wrong"))
    st.stop()
