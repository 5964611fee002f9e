"""The shell of the page: look, navigation and side bar around whichever place is open."""

import logging
import sys
from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).resolve().parent
# `streamlit run` puts this folder on the path, and the package `ui` is one above it.
if str(FOLDER.parent) not in sys.path:
    sys.path.insert(0, str(FOLDER.parent))

from assistant import AssistantError  # noqa: E402
from ui.boxes import problem_box, show_told, unexpected_box, wait_until_ready  # noqa: E402
from ui.door import pass_the_door  # noqa: E402
from ui.here import take_language  # noqa: E402
from ui.places import PLACES, page_of  # noqa: E402
from ui.scripts import revive, speak  # noqa: E402
from ui.shell import show_shell  # noqa: E402
from ui.words import RIGHT_TO_LEFT, say, spoken  # noqa: E402


def main() -> None:
    """Draw the shell, then the page; a problem that nothing else caught is a calm box."""
    take_language()
    page = st.navigation([page_of(place) for place in PLACES], position="hidden")
    st.set_page_config(
        page_title=f"{page.title} · {say('title')}", page_icon=str(FOLDER / "icon.svg")
    )
    st.html(FOLDER / "style.css")
    speak(spoken(), right_to_left=spoken() in RIGHT_TO_LEFT)
    revive()
    try:
        wait_until_ready()
        pass_the_door()
        show_shell(page.url_path or next(iter(PLACES)))
        show_told()
        page.run()
    except AssistantError as error:
        problem_box(error)
    # The last seam before a person: whatever went wrong is in the log, and said calmly here.
    # What Streamlit stops and reruns pages with is no Exception, and passes.
    except Exception:
        logging.getLogger("ui").exception("The page %s failed.", page.url_path or "home")
        unexpected_box()


main()
