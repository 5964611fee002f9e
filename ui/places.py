"""The places of the page and the ways between them; an address says all that is open."""

from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from ui.here import CONVERSATION, DEFAULT, LAST_CHAT, PROJECT, TONGUE
from ui.words import say

if TYPE_CHECKING:
    from streamlit.navigation.page import Page

# In the order of the navigation: address → icon. The first is the page that opens by itself.
PLACES: dict[str, str] = {
    "home": ":material/home:",
    "chat": ":material/forum:",
    "interview": ":material/quiz:",
    "documents": ":material/description:",
    "readiness": ":material/fact_check:",
    "plans": ":material/calendar_month:",
    "review": ":material/rate_review:",
    "knowledge": ":material/menu_book:",
    "settings": ":material/tune:",
}
FIRST = "home"
# What a newcomer needs for one project, and what is the same for all.
SECTIONS = {
    "nav.project": ("home", "chat", "interview", "documents", "readiness", "plans", "review"),
    "nav.shared": ("knowledge", "settings"),
}


def page_of(place: str) -> "Page":
    """Return the page of a place; without an icon, which would be fetched from elsewhere."""
    return st.Page(
        f"screens/{place}.py", title=say(f"page.{place}"), url_path=place,
        default=place == FIRST,
    )  # fmt: skip


@lru_cache(maxsize=len(PLACES))
def target_of(place: str) -> "Page":
    """Return the page that links to a place lead to: made once, since each looks at the disk."""
    return page_of(place)


def address(**more: str | None) -> dict[str, str]:
    """Return the address of a place in the open project; entries that are None are left out."""
    kept = {key: st.query_params[key] for key in (PROJECT, TONGUE) if key in st.query_params}
    return {key: value for key, value in {**kept, **more}.items() if value is not None}


def project_address(project: str, **more: str | None) -> dict[str, str]:
    """Return the address of a place in another project."""
    return address(p=None if project == DEFAULT else project, **more)


def go(place: str, **more: str | None) -> NoReturn:
    """Leave for another place of the open project."""
    st.switch_page(target_of(place), query_params=address(**more))


def go_in_project(project: str, place: str, **more: str | None) -> NoReturn:
    """Leave for a place of another project."""
    st.switch_page(target_of(place), query_params=project_address(project, **more))


def link(place: str, text: str, *, icon: str | None = None, **more: str | None) -> None:
    """Show a link to a place of the open project; `text` may be Markdown of ours."""
    st.page_link(target_of(place), label=text, icon=icon, query_params=address(**more))


def show_navigation() -> None:
    """Show the way to every place; the conversation that was open is opened again."""
    for heading, places in SECTIONS.items():
        with st.container(key=f"nav-{heading.split('.')[1]}", gap=None):
            for place in places:
                more = {CONVERSATION: st.session_state.get(LAST_CHAT)} if place == "chat" else {}
                st.page_link(
                    target_of(place), label=say(f"page.{place}"), icon=PLACES[place],
                    query_params=address(**more), width="stretch",
                )  # fmt: skip
