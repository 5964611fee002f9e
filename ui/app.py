"""The shell of the page: look, navigation and side bar around whichever page is open."""

import sys
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).resolve().parent
# `streamlit run` puts this folder on the path, and the package `ui` is one above it.
if str(FOLDER.parent) not in sys.path:
    sys.path.insert(0, str(FOLDER.parent))

from assistant import AssistantError  # noqa: E402
from ui.boxes import problem_box, wait_until_ready  # noqa: E402
from ui.door import pass_the_door  # noqa: E402
from ui.sidebar import show_sidebar  # noqa: E402
from ui.words import say  # noqa: E402


def main() -> None:
    """Draw the shell, then the page; a problem that nothing else caught is a calm box."""
    st.set_page_config(page_title=say("title"), page_icon=str(FOLDER / "icon.svg"))
    st.html(FOLDER / "style.css")
    page = st.navigation([st.Page("screens/chat.py", title=say("page.chat"), default=True)])
    try:
        wait_until_ready()
        pass_the_door()
        show_sidebar()
        page.run()
    except AssistantError as error:
        problem_box(error)


main()
