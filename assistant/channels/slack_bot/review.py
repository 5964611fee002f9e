"""The answers of a thread's project → a list by section, with menus to change one of them."""

from collections.abc import Sequence
from itertools import groupby

from assistant import ReviewItem, StatedFact
from assistant.channels.slack_bot.blocks import (
    BUTTON_TEXT,
    MOST_OPTIONS,
    Block,
    actions,
    context,
    option,
    plain_text,
    section,
    sections,
)
from assistant.channels.slack_bot.house import House
from assistant.channels.slack_bot.markup import escape, plain

SHOWN = 500


def review_blocks(house: House, project: str, kind: str) -> list[Block]:
    """Every answer in the order of a document, what is open or skipped, and menus to change one."""
    items = house.assistant.review(kind or None, project=project)
    page = context(house.page_link("Open in the page", project, "interview"))
    if not items:
        return [section("Nothing is answered yet."), *page]
    blocks: list[Block] = []
    for title, group in groupby(items, key=lambda item: item.section):
        lines = [f"*{escape(title or 'Not part of this document')}*", *map(_line, group)]
        blocks += sections("\n".join(lines))
    return [*blocks, *_menus(items), *page]


def _line(item: ReviewItem) -> str:
    """One answer: its label and value, how it stands and who gave it, and its id."""
    notes = [item.state_words, item.stated.author if item.stated is not None else ""]
    words = ", ".join(note for note in notes if note)
    said = escape(plain(_value(item), SHOWN))
    about = f" ({escape(words)})" if words else ""
    return f"• {escape(item.fact.label)}: {said}{about} `{item.fact.id}`"


def _value(item: ReviewItem) -> str:
    if item.state in ("unknown", "due") and item.stated is not None:
        return open_words(item.stated)
    return item.shown or item.typed


def open_words(stated: StatedFact) -> str:
    """Who finds out what nobody knows, and by when."""
    who = f"{stated.owner} finds out" if stated.owner else "nobody knows yet"
    return f"{who}, by {stated.due}" if stated.due else who


def _menus(items: Sequence[ReviewItem]) -> list[Block]:
    """As many menus as the answers need, since each has a limit."""
    menus: list[Block] = []
    for start in range(0, len(items), MOST_OPTIONS):
        some = items[start : start + MOST_OPTIONS]
        which = f", from “{some[0].fact.label}” on" if len(items) > MOST_OPTIONS else ""
        menu = {
            "type": "static_select",
            "action_id": f"edit/{start}",
            "placeholder": plain_text(f"Change an answer{which}", BUTTON_TEXT),
            "options": [option(one.fact.label, one.fact.id) for one in some],
        }
        menus.append(actions([menu]))
    return menus
