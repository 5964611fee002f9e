"""An event of a message or mention → the service's reading of it → what is done in the thread."""

import re
from collections.abc import Mapping
from typing import Any

from assistant import ChatMessage, ChatThread, Meaning, UserFixable
from assistant.channels.slack_bot import answers, files, interview, judgement, reports, review
from assistant.channels.slack_bot.blocks import Block, section
from assistant.channels.slack_bot.house import House, is_direct, unbound
from assistant.channels.slack_bot.markup import escape, unescape
from assistant.channels.slack_bot.poster import Place

_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
SUBTYPES = {None, "file_share", "thread_broadcast"}


def is_for_us(house: House, event: Mapping[str, Any]) -> bool:
    """Whether an event is a new message of a person of this workspace."""
    user = event.get("user")
    if not user or user == house.bot_user or event.get("bot_id") or event.get("app_id"):
        return False
    teams = {event.get(name) for name in ("user_team", "source_team", "team")} - {None, ""}
    return event.get("subtype") in SUBTYPES and teams <= {house.team} and bool(event.get("channel"))


def on_message(house: House, event: Mapping[str, Any], event_id: str) -> None:
    """Handle a message once, however often and under whatever names it is sent."""
    channel, ts = str(event["channel"]), str(event["ts"])
    if not house.first_time(event_id, f"{channel}:{ts}"):
        return
    place = Place(channel, str(event.get("thread_ts") or ts))
    user = str(event["user"])
    attached = [one for one in event.get("files") or () if isinstance(one, dict)]
    message = _message(house, event, user, attached=bool(attached))
    meaning = house.assistant.understand_message(house.thread_id(place), message)
    if meaning.intent == "ignore":
        return
    try:
        thread = house.open_thread(place, user)
    except UserFixable as error:
        known = error.code == "channel_unbound"
        house.poster.say(place, unbound(house, channel) if known else answers.problem(error))
        return
    if attached:
        files.offer(house, place, thread, attached)
        if not message.text:
            return
    act(house, place, thread, user, meaning)


def _message(house: House, event: Mapping[str, Any], user: str, *, attached: bool) -> ChatMessage:
    text = str(event.get("text") or "")
    people = list(dict.fromkeys(_MENTION.findall(text)))
    others = [one for one in people if one != house.bot_user]
    text = text.replace(f"<@{house.bot_user}>", " ")
    # An answer may name people: they are called as the workspace calls them.
    text = _MENTION.sub(lambda found: house.poster.name_of(found[1]), text)
    new_to_us = is_direct(str(event["channel"])) and not event.get("thread_ts")
    return ChatMessage(
        person=house.person_id(user),
        text=unescape(text).strip(),
        mentioned=house.bot_user in people or new_to_us,
        others=tuple(others),
        attached=attached,
    )


def act(house: House, place: Place, thread: ChatThread, user: str, meaning: Meaning) -> None:
    """Do what a message asks for."""
    if meaning.intent in ("answer", "handed", "hand_off", "skip", "dont_know", "keep", "undo"):
        _in_interview(house, place, thread, user, meaning)
    elif meaning.intent in ("mute", "done", "stop"):
        _end(house, place, thread, meaning)
    elif meaning.intent == "question":
        answers.answer(house, place, thread, meaning.text)
    elif meaning.intent == "why":
        interview.why(house, place, house.assistant.question_in_thread(thread))
    elif meaning.intent == "help":
        house.poster.say(place, reports.HELP)
    else:
        report(house, place, thread, user, meaning)


def report(house: House, place: Place, thread: ChatThread, user: str, meaning: Meaning) -> None:
    """Begin an interview or change an answer, or show what is asked for; problems are told."""
    try:
        if meaning.intent == "interview":
            interview.begin(house, place, thread, user, meaning.text)
        elif meaning.intent == "edit":
            interview.edit(house, place, thread, user, meaning.text)
        elif meaning.intent == "document":
            reports.document(house, place, thread, user, meaning.text)
        else:
            house.poster.post(place, _shown(house, thread.project, meaning))
    except UserFixable as error:
        house.poster.say(place, answers.problem(error))


def _shown(house: House, project: str, meaning: Meaning) -> list[Block]:
    if meaning.intent == "verdict":
        return judgement.verdict_blocks(house, project)
    if meaning.intent == "checks":
        return judgement.checks_blocks(house, project)
    if meaning.intent == "gate":
        return judgement.gate_blocks(house, project, meaning.text)
    if meaning.intent == "review":
        return review.review_blocks(house, project, meaning.text)
    return reports.status_blocks(house, project)


def _in_interview(
    house: House, place: Place, thread: ChatThread, user: str, meaning: Meaning
) -> None:
    service, author = house.assistant, house.poster.name_of(user)
    if meaning.intent == "answer":
        interview.take(house, place, thread, user, meaning.text)
    elif meaning.intent == "handed":
        handoff = service.handed_to(thread.id, house.person_id(user))
        if handoff is not None:
            interview.take_handed(house, place, handoff, user, meaning.text)
    elif meaning.intent == "hand_off":
        colleague = meaning.person
        interview.hand_off(house, place, thread, user, colleague, thread.fact, due=meaning.due)
    elif meaning.intent == "dont_know":
        interview.leave_open(house, place, thread, user, owner=meaning.text, due=meaning.due)
    elif meaning.intent == "undo":
        try:
            label, step = service.undo_in_thread(thread)
        except UserFixable as error:
            house.poster.say(place, answers.problem(error))
            return
        house.poster.post(place, [section(f"Taken back: {escape(label)}.")])
        interview.go_on(house, place, thread, step)
    else:
        steps = {
            "skip": lambda: service.skip_in_thread(thread, author=author),
            "keep": lambda: service.keep_in_thread(thread, author=author),
        }
        interview.steer(house, place, thread, steps[meaning.intent])


def _end(house: House, place: Place, thread: ChatThread, meaning: Meaning) -> None:
    if meaning.intent == "mute":
        house.assistant.mute_thread(thread.id)
        words = "I keep silent here until somebody mentions me."
    elif meaning.intent == "done":
        house.assistant.close_thread(thread.id)
        words = "Done. Everything that was answered is saved; mention me to go on."
    else:
        house.assistant.stop_interview(thread)
        words = "Stopped. Everything you answered is saved; `interview` goes on with it."
    house.poster.say(place, words)
