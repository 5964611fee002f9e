"""Texts and choices → blocks of Slack, each within its limits."""

from collections.abc import Sequence
from typing import Any

from assistant.channels.slack_bot.markup import SECTION_LIMIT, escape, plain, split

Block = dict[str, Any]

# Slack's limits, and how much text one message may hold before Slack cuts or refuses it.
MOST_BLOCKS = 50
MOST_TEXT = 12_000
BUTTON_TEXT = 75
OPTION_TEXT = 75
MOST_OPTIONS = 100
MOST_CHECKBOXES = 10
MODAL_TITLE = 24
VALUE_LIMIT = 2000


def section(text: str) -> Block:
    """A paragraph of Slack's markup, at most 3,000 characters; nothing in it becomes live."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def sections(text: str) -> list[Block]:
    """As many sections as the text needs."""
    return [section(piece) for piece in split(text, SECTION_LIMIT)]


def context(text: str) -> list[Block]:
    """Small print."""
    return [
        {
            "type": "context",
            "elements": [{"type": "mrkdwn", "text": piece, "verbatim": True}],
        }
        for piece in split(text, SECTION_LIMIT)
    ]


def button(text: str, action: str, value: str, *, style: str = "") -> Block:
    """A button that sends `value`."""
    made: Block = {
        "type": "button",
        "text": plain_text(text, BUTTON_TEXT),
        "action_id": action,
        "value": value[:VALUE_LIMIT],
    }
    return {**made, "style": style} if style else made


def actions(elements: Sequence[Block], block_id: str = "") -> Block:
    """A row of buttons and menus."""
    made: Block = {"type": "actions", "elements": list(elements)}
    return {**made, "block_id": block_id} if block_id else made


def option(text: str, value: str) -> Block:
    """An entry of a menu."""
    return {"text": plain_text(text, OPTION_TEXT), "value": value}


def plain_text(text: str, limit: int) -> Block:
    """Text without markup."""
    return {"type": "plain_text", "text": plain(text, limit), "emoji": False}


def link(address: str, text: str) -> str:
    """A link of ours; the address is one that the settings name."""
    safe = address.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")
    return f"<{safe.replace('&', '&amp;')}|{escape(text)}>"


def mention(person: str) -> str:
    """Address a person by the id that Slack gave."""
    return f"<@{person}>" if person.isalnum() else escape(person)


def messages(blocks: Sequence[Block]) -> list[list[Block]]:
    """Blocks in as many messages as Slack's limits ask for, in their order."""
    pages: list[list[Block]] = [[]]
    room = MOST_TEXT
    for block in blocks:
        size = len(text_of([block]))
        if pages[-1] and (len(pages[-1]) == MOST_BLOCKS or size > room):
            pages.append([])
            room = MOST_TEXT
        pages[-1].append(block)
        room -= size
    return pages


def text_of(blocks: Sequence[Block]) -> str:
    """The words of blocks, for notifications and screen readers."""
    words = []
    for block in blocks:
        if block["type"] in ("section", "header"):
            words.append(block["text"]["text"])
        elif block["type"] == "context":
            words += [one["text"] for one in block["elements"] if "text" in one]
    return "\n".join(words)
