"""A question or an open point → a window of Slack; what was written into it → an answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant import Fact, Question
from assistant.channels.slack_bot.blocks import (
    BUTTON_TEXT,
    MODAL_TITLE,
    Block,
    plain_text,
    section,
)
from assistant.channels.slack_bot.markup import escape
from assistant.channels.slack_bot.poster import Place

LEAST_ROWS = 3
MOST_INPUTS = 80
INPUT_LIMIT = 3000
ANSWER, OPEN_POINT = "answer_form", "open_point_form"


def form(question: Question, place: Place) -> Block:
    """A window for a table or a long text, with what is known already."""
    fact = question.fact
    kept = {
        "channel": place.channel,
        "thread": place.thread,
        "fact": fact.id,
        "event": question.event,
    }
    inputs = _table_inputs(question) if fact.type == "table" else [_text_input(question)]
    return _window(ANSWER, fact, kept, inputs)


def _window(name: str, fact: Fact, kept: Mapping[str, Any], inputs: list[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": name,
        "private_metadata": json.dumps(kept),
        "title": plain_text(fact.label, MODAL_TITLE),
        "submit": plain_text("Save", MODAL_TITLE),
        "close": plain_text("Cancel", MODAL_TITLE),
        "blocks": [section(f"*{escape(fact.question)}*"), *inputs],
    }


def _text_input(question: Question) -> Block:
    known = question.stated.value if question.stated is not None else None
    text = "\n".join(map(str, known)) if isinstance(known, tuple) else question.known_text
    element: Block = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "max_length": INPUT_LIMIT,
    }
    if 0 < len(text) <= INPUT_LIMIT:
        element["initial_value"] = text
    hint = "One per line." if question.fact.type == "list" else question.fact.example
    made: Block = {
        "type": "input",
        "block_id": "text",
        "label": plain_text(question.fact.label, BUTTON_TEXT),
        "element": element,
    }
    return {**made, "hint": plain_text(hint, 150)} if hint else made


def _table_inputs(question: Question) -> list[Block]:
    fact = question.fact
    value = question.stated.value if question.stated is not None else None
    known = [row for row in value if isinstance(row, Mapping)] if isinstance(value, tuple) else []
    rows = min(max(LEAST_ROWS, len(known) + 1), MOST_INPUTS // max(1, len(fact.columns)))
    blocks: list[Block] = []
    for row in range(rows):
        for column in fact.columns:
            text = str(known[row].get(column.name, "")) if row < len(known) else ""
            element: Block = {"type": "plain_text_input", "action_id": "cell"}
            if text:
                element["initial_value"] = text[:INPUT_LIMIT]
            blocks.append(
                {
                    "type": "input",
                    "block_id": f"{row}|{column.name}",
                    "optional": True,
                    "label": plain_text(f"{row + 1}. {column.label}", BUTTON_TEXT),
                    "element": element,
                }
            )
    return blocks


def form_answer(values: Mapping[str, Any]) -> object:
    """What was written into a form: a text, or the rows of a table that are not empty.

    >>> form_answer({"0|risk": {"cell": {"value": "x"}}, "1|risk": {"cell": {"value": None}}})
    [{'risk': 'x'}]
    """
    if "text" in values:
        return values["text"]["text"].get("value") or ""
    rows: dict[int, dict[str, str]] = {}
    for key, block in values.items():
        number, _, column = key.partition("|")
        text = (block["cell"].get("value") or "").strip()
        if text:
            rows.setdefault(int(number), {})[column] = text
    return [rows[number] for number in sorted(rows)]


# -- who finds out, and by when


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """What nobody knows yet: its fact and event, and the message `ts` that says so."""

    place: Place
    ts: str
    fact: str
    event: int


def open_point_form(fact: Fact, point: OpenPoint) -> Block:
    """A window for who finds out and by when; both may be left out."""
    kept = {
        "channel": point.place.channel,
        "thread": point.place.thread,
        "ts": point.ts,
        "fact": point.fact,
        "event": point.event,
    }
    people = {"type": "users_select", "action_id": "owner"}
    day = {"type": "datepicker", "action_id": "due"}
    inputs = [_optional("owner", "Who finds out?", people), _optional("due", "By when?", day)]
    return _window(OPEN_POINT, fact, kept, inputs)


def _optional(name: str, label: str, element: Block) -> Block:
    return {
        "type": "input",
        "block_id": name,
        "optional": True,
        "label": plain_text(label, BUTTON_TEXT),
        "element": element,
    }


def open_point_in(view: Mapping[str, Any]) -> tuple[OpenPoint, str, str]:
    """The open point of a saved window, the id of who finds out, and the day; either may be ""."""
    kept, values = json.loads(view["private_metadata"]), view["state"]["values"]
    place = Place(kept["channel"], kept["thread"])
    point = OpenPoint(place, kept["ts"], kept["fact"], int(kept["event"]))
    owner = values["owner"]["owner"].get("selected_user") or ""
    return point, str(owner), str(values["due"]["due"].get("selected_date") or "")
