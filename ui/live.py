"""An answer being made → its sources, its words as they come, and the button that stops it.

What no source was held against yet is set apart, and shown letter by letter.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from assistant import Hit, Turn
from ui.citations import answer_html, partial_html, place_name
from ui.making import Making
from ui.markup import plain_html, sanitise
from ui.words import say

# How often what has come is shown, and after how long an answer is worth a button to stop it.
TICK_S = 0.1
STOP_AFTER_S = 0.4
# The text of an answer that is there at once is shown in this many steps, in about half a second.
STEPS = 11
STEP_S = 0.035


@dataclass
class Live:
    """The places of the page that an answer being made is shown in."""

    making: Making
    turn: Turn
    body: DeltaGenerator
    words: DeltaGenerator
    stop: DeltaGenerator


def live_places(making: Making, turn: Turn) -> Live:
    """Lay out an answer that is being made; `watch` fills it."""
    live = Live(making, turn, st.empty(), st.empty(), st.empty())
    live.body.html(_looking())
    return live


def watch(live: Live) -> None:
    """Show what comes until there is no more."""
    making = live.making
    begun = time.monotonic()
    seen = 0
    drawn = ("", "")
    stoppable = False
    while not making.done:
        if not stoppable and time.monotonic() - begun > STOP_AFTER_S:
            stoppable = True
            live.stop.button(
                say("live.stop"), key=f"stop-{live.turn.id}", icon=":material/stop_circle:",
                on_click=making.cancelled.set,
            )  # fmt: skip
        seen = making.wait(seen, TICK_S)
        drawn = _draw(live, drawn)
        if making.words:
            # A fast model has a step for every word: more often than this nobody reads.
            time.sleep(TICK_S)
    live.stop.empty()
    _end(live, shown=drawn != ("", ""))


def _draw(live: Live, drawn: tuple[str, str]) -> tuple[str, str]:
    """Draw what has changed: what stays the same keeps its open cards."""
    making = live.making
    body = answer_html(making.extract, live.turn.id) if making.extract else _before(making)
    words = provisional_html(making.words) if making.words else ""
    if body != drawn[0]:
        live.body.html(body)
    if words != drawn[1]:
        live.words.html(words)
    return (body, words) if making.extract or making.words else ("", "")


def _before(making: Making) -> str:
    chips = sources_html(making.hits)
    return chips if making.words else chips + _looking()


def _end(live: Live, *, shown: bool) -> None:
    turn = live.making.turn
    if shown or live.making.failure or turn is None or turn.answer is None:
        return
    for step in count(1):
        if step >= STEPS:
            break
        live.body.html(partial_html(turn.answer, turn.id, step / STEPS))
        time.sleep(STEP_S)
    live.body.html(answer_html(turn.answer, turn.id))


def _looking() -> str:
    return sanitise(f'<p class="sw-looking" role="status">{say("ask.looking")}</p>')


def sources_html(hits: Sequence[Hit]) -> str:
    """Name the passages that an answer is made from."""
    names = dict.fromkeys(place_name(hit.passage.title, hit.passage.heading) for hit in hits)
    chips = "".join(
        f'<span class="sw-chip sw-found"><span>{plain_html(name)}</span></span>' for name in names
    )
    if not chips:
        return ""
    return sanitise(
        f'<div class="sw-sources" role="group" aria-label="{say("live.sources")}">{chips}</div>'
    )


def provisional_html(words: str) -> str:
    """Show words that nothing was held against yet, letter by letter and set apart."""
    return sanitise(
        f'<section class="sw-provisional" aria-label="{say("live.checking")}">'
        f'<p class="sw-checking">{say("live.checking")}</p>'
        f'<div class="sw-words" dir="auto">{plain_html(words)}</div></section>'
    )
