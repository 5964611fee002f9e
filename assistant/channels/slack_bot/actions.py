"""Buttons, menus and forms → the service; each press counts once."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from assistant import ChatThread, InterviewStep, UserFixable
from assistant.channels.slack_bot import files, interview, reports
from assistant.channels.slack_bot.answers import problem
from assistant.channels.slack_bot.blocks import Block, context, section
from assistant.channels.slack_bot.forms import (
    OPEN_POINT,
    OpenPoint,
    form,
    form_answer,
    open_point_form,
    open_point_in,
)
from assistant.channels.slack_bot.house import House
from assistant.channels.slack_bot.markup import escape
from assistant.channels.slack_bot.poster import Place, SlackFailed
from assistant.channels.slack_bot.questions import Asked, asked_in, chosen

OLD = "This belongs to a thread that I no longer work in. Mention me to begin anew."
# What is ticked before it is saved needs no reaction.
ONLY_TICKED = {"several", "facts"}
SETTLED = {"skip": "skipped", "keep": "kept as it is"}
# A window must open at once, whatever the thread is busy with.
WINDOWS = {"form", "open_point"}


class Press:
    """One press of a button or choice in a menu, with where it happened and who did it."""

    def __init__(self, house: House, body: Mapping[str, Any]) -> None:
        self.house = house
        self.body = body
        self.action: Mapping[str, Any] = body["actions"][0]
        self.name = str(self.action["action_id"])
        self.user = str(body["user"]["id"])
        message = body.get("message") or {}
        container = body.get("container") or {}
        channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
        self.ts = str(message.get("ts") or container.get("message_ts") or "")
        self.place = Place(str(channel), str(message.get("thread_ts") or self.ts))
        self.state: Mapping[str, Any] = (body.get("state") or {}).get("values") or {}
        self.asked = asked_in(str(self.action.get("block_id", "")))

    @property
    def value(self) -> str:
        """What the button carries."""
        return str(self.action.get("value") or "")

    def settle(self, text: str) -> None:
        """Put a line in place of a question that has its answer."""
        self.put([section(text)])

    def put(self, blocks: list[Block]) -> None:
        """Put something in place of the message that was pressed."""
        try:
            self.house.poster.replace(self.place, self.ts, blocks)
        except SlackFailed:
            # The old buttons stay; a second press is refused by the event of the question.
            return


def on_action(house: House, body: Mapping[str, Any]) -> None:
    """Do what a press asks for, once."""
    press = Press(house, body)
    if press.name in ONLY_TICKED or not house.first_time(str(body.get("trigger_id") or "")):
        return
    thread = house.known_thread(press.place)
    if thread is None:
        house.poster.whisper(Place(press.place.channel), press.user, OLD)
        return
    try:
        _act(press, thread)
    except UserFixable as error:
        house.poster.say(press.place, problem(error))


def _act(press: Press, thread: ChatThread) -> None:
    house, asked = press.house, press.asked
    if press.name.startswith("rate/"):
        _rate(press, thread)
    elif press.name in ("file/add", "file/brief"):
        press.settle("_Reading the file …_")
        brief = press.name == "file/brief"
        files.take_in(house, press.place, thread, press.value, brief=brief)
    elif press.name in ("accept", "reject"):
        _decide(press, thread)
    elif press.name.startswith("document/"):
        reports.document(house, press.place, thread, press.user, press.value)
    elif press.name.partition("/")[0] == "edit":
        fact = str(chosen(press.action, press.state) or "")
        interview.edit(house, press.place, thread, press.user, fact)
    elif asked is not None:
        _on_question(press, thread, asked)


def _rate(press: Press, thread: ChatThread) -> None:
    helpful = press.name == "rate/up"
    press.house.assistant.rate(press.value, helpful=helpful, project=thread.project)
    words = "Thank you." if helpful else "Thank you. Tell me what is missing, and I look again."
    press.house.poster.whisper(press.place, press.user, words)


def _decide(press: Press, thread: ChatThread) -> None:
    """Accept what is ticked of a brief, and put the rest of the message away."""
    service = press.house.assistant
    shown = files.offered(press.body.get("message") or {})
    waiting = {one.id for one in service.proposals(project=thread.project)}
    wanted = files.ticked(dict(press.state)) if press.name == "accept" else []
    stated = service.accept(
        [one for one in wanted if one in waiting],
        project=thread.project,
        author=press.house.poster.name_of(press.user),
    )
    rest = [one for one in shown if one in waiting and one not in wanted]
    service.reject(rest, project=thread.project)
    labels = [service.catalogue()[one.fact_id].label for one in stated]
    text = f"Accepted {len(stated)}, discarded {len(rest)}."
    press.house.poster.replace(
        press.place,
        press.ts,
        [section(text), *context(escape("\n".join(f"• {label}" for label in labels)))],
    )


# -- the question of an interview


def _on_question(press: Press, thread: ChatThread, asked: Asked) -> None:
    house, service, place = press.house, press.house.assistant, press.place
    author = house.poster.name_of(press.user)
    if press.name == "why":
        interview.why(house, place, service.question_in_thread(thread, asked.fact))
    elif press.name == "hand_off":
        colleague = str(press.action.get("selected_user") or "")
        if interview.hand_off(house, place, thread, press.user, colleague, asked.fact):
            press.settle(_line(press, f"handed to {house.poster.name_of(colleague)}"))
    elif press.name == "stop":
        service.stop_interview(thread)
        house.poster.say(place, "Stopped. Everything you answered is saved.")
    elif press.name == "leave":
        interview.leave(house, place, thread, press.user)
        press.settle(_line(press, "left as it is"))
    elif press.name == "skip":
        _settled(
            press, thread, lambda: service.skip_in_thread(thread, author=author, fact=asked.fact)
        )
    elif press.name == "keep":
        _settled(press, thread, lambda: service.keep_in_thread(thread, author=author))
    else:
        _answer(press, thread, asked)


def _settled(press: Press, thread: ChatThread, act: Callable[[], InterviewStep]) -> None:
    if interview.steer(press.house, press.place, thread, act):
        press.settle(_line(press, SETTLED[press.name]))


def _answer(press: Press, thread: ChatThread, asked: Asked) -> None:
    """Store what was chosen: of the interview, or of a question that was handed over."""
    house, service, place = press.house, press.house.assistant, press.place
    handoff = service.handed_to(thread.id, house.person_id(press.user), asked.fact)
    # A question that was handed over may be of another project than the thread.
    raw = _raw(press, asked, handoff.project if handoff is not None else thread.project)
    if raw is None:
        house.poster.whisper(place, press.user, "Choose something first.")
    elif handoff is not None:
        if interview.take_handed(house, place, handoff, press.user, raw):
            press.settle(_line(press, "answered"))
    elif press.name == "unknown":
        interview.leave_open(house, place, thread, press.user, fact=asked.fact, show=press.put)
    elif interview.take(house, place, thread, press.user, raw, asked):
        press.settle(_line(press, "answered"))


def _raw(press: Press, asked: Asked, project: str) -> object:
    if press.name == "unknown":
        return "don't know"
    if press.name == "offer":
        return press.house.assistant.question(asked.fact, project=project).offered
    return chosen(press.action, press.state)


def _line(press: Press, what: str) -> str:
    asked = press.asked
    label = press.house.assistant.catalogue()[asked.fact].label if asked is not None else ""
    return f"*{escape(label)}*: {what} ({escape(press.house.poster.name_of(press.user))})"


# -- forms


def open_window(house: House, body: Mapping[str, Any]) -> None:
    """Open the window that a button is for; Slack waits three seconds for it."""
    press = Press(house, body)
    if press.name == "open_point":
        _open_point(press)
    else:
        _open_form(press)


def _open_point(press: Press) -> None:
    fact, _, event = press.value.partition("|")
    trigger = str(press.body.get("trigger_id") or "")
    if not event.isdigit() or not press.house.first_time(trigger):
        return
    point = OpenPoint(press.place, press.ts, fact, int(event))
    view = open_point_form(press.house.assistant.catalogue()[fact], point)
    press.house.poster.call("views.open", trigger_id=trigger, view=view)


def _open_form(press: Press) -> None:
    """The window for a table or long text."""
    house = press.house
    thread = house.known_thread(press.place)
    trigger = str(press.body.get("trigger_id") or "")
    if press.asked is None or not house.first_time(trigger):
        return
    handoff = house.assistant.handed_to(
        house.thread_id(press.place), house.person_id(press.user), press.asked.fact
    )
    if handoff is not None:
        question = house.assistant.question(press.asked.fact, project=handoff.project)
    elif thread is not None:
        question = house.assistant.question_in_thread(thread, press.asked.fact)
    else:
        house.poster.whisper(Place(press.place.channel), press.user, OLD)
        return
    house.poster.call("views.open", trigger_id=trigger, view=form(question, press.place))


def on_form(house: House, body: Mapping[str, Any]) -> None:
    """Store what was written into a form."""
    view = body["view"]
    if not house.first_time(f"form:{view['id']}"):
        return
    if view.get("callback_id") == OPEN_POINT:
        _save_open_point(house, view, str(body["user"]["id"]))
        return
    kept = json.loads(view["private_metadata"])
    place, user = Place(kept["channel"], kept["thread"]), str(body["user"]["id"])
    raw = form_answer(view["state"]["values"])
    handoff = house.assistant.handed_to(house.thread_id(place), house.person_id(user), kept["fact"])
    if handoff is not None:
        interview.take_handed(house, place, handoff, user, raw)
        return
    thread = house.known_thread(place)
    if thread is None:
        house.poster.whisper(Place(place.channel), user, OLD)
        return
    interview.take(house, place, thread, user, raw, Asked(kept["fact"], int(kept["event"])))


def _save_open_point(house: House, view: Mapping[str, Any], user: str) -> None:
    """Add who finds out and by when to what nobody knows, and show it where it was said."""
    point, owner, due = open_point_in(view)
    thread = house.known_thread(point.place)
    if thread is None:
        house.poster.whisper(Place(point.place.channel), user, OLD)
        return
    if not owner and not due:
        return
    try:
        stated = house.assistant.detail_open_point(
            thread,
            fact=point.fact,
            event=point.event,
            owner=house.poster.name_of(owner) if owner else "",
            due=due,
            author=house.poster.name_of(user),
        )
    except UserFixable as error:
        house.poster.say(point.place, problem(error))
        return
    house.poster.replace(point.place, point.ts, interview.open_point_blocks(house, stated))
