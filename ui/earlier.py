"""A long conversation → where its shown part begins; earlier turns come when they are asked for.

Every step draws what is shown anew, so that fifty turns would hold up each answer by a second.
"""

from collections.abc import Sequence

import streamlit as st

from assistant import Turn
from ui.here import RAISED
from ui.words import say

# How many of the newest turns are always shown, and how many come at a time.
KEPT, MORE = 6, 10
SHOWN_FROM = "shown_from"


def first_shown(turns: Sequence[Turn], wanted: str | None = None) -> int:
    """Return the place of the first turn to show; `wanted` is the id of a turn to be among them."""
    if len(turns) <= KEPT:
        return 0
    opened: dict[str, int] = st.session_state.setdefault(SHOWN_FROM, {})
    conversation, usual = turns[0].conversation, len(turns) - KEPT
    places = [place for place, turn in enumerate(turns) if turn.id == wanted]
    first = min([usual, opened.get(conversation, usual), *places])
    if first < usual:
        opened[conversation] = first
    return first


def fold_again() -> None:
    """Leave out earlier turns again: something new was asked."""
    st.session_state.pop(SHOWN_FROM, None)


def show_earlier(turns: Sequence[Turn], first: int) -> None:
    """Offer the turns before the shown part."""
    # Empty places clear at once what stood there; what is left out lingers a while.
    offer = st.empty()
    if first:
        offer.button(
            say("turns.earlier", count=first), key="turns-earlier", type="tertiary",
            icon=":material/expand_less:", on_click=_open, args=(turns, first),
        )  # fmt: skip
    for _ in range(first):
        st.empty()


def _open(turns: Sequence[Turn], first: int) -> None:
    """Show some more, from the newest of them on."""
    opened: dict[str, int] = st.session_state.setdefault(SHOWN_FROM, {})
    opened[turns[0].conversation] = max(0, first - MORE)
    st.session_state[RAISED] = turns[first - 1].id
