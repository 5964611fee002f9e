"""`/scopewright …` → a thread with the answer, an interview, or a report."""

from collections.abc import Callable, Mapping
from typing import Any

from assistant import Meaning, UserFixable
from assistant.channels.slack_bot import messages, reports
from assistant.channels.slack_bot.answers import problem
from assistant.channels.slack_bot.blocks import mention, sections, text_of
from assistant.channels.slack_bot.house import House, is_direct, unbound
from assistant.channels.slack_bot.markup import escape, unescape
from assistant.channels.slack_bot.poster import Place, SlackFailed

# Tells the person who typed the command, and nobody else.
Reply = Callable[[str], None]

COMMAND = "/scopewright"
ALSO = {"check": "checks"}
OUTSIDE = {"not_in_channel", "channel_not_found", "is_archived"}
INVITE = "I am not in this channel: invite me with `/invite @Scopewright`, or write to me directly."
TITLES = {
    "interview": "begins an interview",
    "document": "asks for a document",
    "verdict": "asks whether this should be machine learning",
    "review": "looks through the answers",
    "edit": "changes an answer",
    "checks": "asks for contradictions, gaps and risks",
    "gate": "asks whether a phase may begin",
}


def on_command(house: House, body: Mapping[str, Any], reply: Reply) -> None:
    """Do what was typed after the command, once."""
    if not house.first_time(str(body.get("trigger_id") or "")):
        return
    word, _, rest = unescape(str(body.get("text") or "")).strip().partition(" ")
    name = ALSO.get(word.lower(), word.lower()) or "help"
    rest, user = rest.strip(), str(body["user_id"])
    channel = str(body["channel_id"])
    try:
        if name == "help":
            reply(reports.HELP)
        elif name == "new":
            reply(_new(house, channel, user, rest))
        elif name == "bind":
            reply(_bind(house, channel, user, rest))
        elif name in ("ask", "status", *TITLES):
            _in_project(house, _channel(house, channel, user), user, name, rest, reply)
        else:
            reply(f"I do not know `{escape(name)}`.\n{reports.HELP}")
    except UserFixable as error:
        known = error.code == "channel_unbound"
        reply(unbound(house, channel) if known else problem(error))
    except SlackFailed as error:
        reply(INVITE if error.code in OUTSIDE else f"Slack refused: {escape(error.code)}.")


def _channel(house: House, channel: str, user: str) -> str:
    """Where to work: a conversation of two other people becomes the one with us."""
    return house.poster.direct_channel(user) if is_direct(channel) else channel


def _in_project(house: House, channel: str, user: str, name: str, rest: str, reply: Reply) -> None:
    if is_direct(channel):
        house.own_project(channel, user)
    project = house.assistant.channel_project(house.channel_id(channel))
    if project is None:
        reply(unbound(house, channel))
    elif name == "status":
        reply(text_of(reports.status_blocks(house, project)))
    elif name == "ask" and not rest:
        reply(f"Write the question after it: `{COMMAND} ask …`")
    else:
        place = _begin_thread(house, channel, user, name, rest)
        thread = house.open_thread(place, user)
        kind = rest if name == "ask" else rest.lower()
        intent = "question" if name == "ask" else name
        messages.act(house, place, thread, user, Meaning(intent, kind))  # type: ignore[arg-type]


def _begin_thread(house: House, channel: str, user: str, name: str, rest: str) -> Place:
    """Say in the channel what was asked; the thread of that message has the answer."""
    said = f"asks: {escape(rest)}" if name == "ask" else TITLES[name]
    ts = house.poster.post(Place(channel), sections(f"{mention(user)} {said}"))
    return Place(channel, ts)


def _new(house: House, channel: str, user: str, name: str) -> str:
    """A new project for the direct conversation; in a channel only an administrator may."""
    if not name:
        return f"Give it a name: `{COMMAND} new NAME`"
    if is_direct(channel):
        made = house.own_project(house.poster.direct_channel(user), user, name)
        return f"Our direct messages work in the new project *{escape(made)}* now."
    if user not in house.admins:
        return (
            "Only an administrator gives a channel a project. In a direct message to me, "
            f"`{COMMAND} new NAME` makes one of your own."
        )
    project = house.assistant.new_project(name)
    return _bound(house, channel, user, project.name)


def _bind(house: House, channel: str, user: str, name: str) -> str:
    if user not in house.admins:
        return "Only an administrator gives a channel a project."
    if is_direct(channel) or not name:
        return f"In the channel: `{COMMAND} bind PROJECT`"
    return _bound(house, channel, user, name)


def _bound(house: House, channel: str, user: str, project: str) -> str:
    house.assistant.bind_channel(house.channel_id(channel), project, by=house.person_id(user))
    return f"This channel works in the project *{escape(project)}* now."
