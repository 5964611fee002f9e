"""The Home tab: the projects of a person's channels, how far they are, and what is open."""

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.channels.slack_bot import interview, reports
from assistant.channels.slack_bot.blocks import (
    Block,
    actions,
    button,
    context,
    mention,
    section,
    sections,
)
from assistant.channels.slack_bot.house import House, is_direct
from assistant.channels.slack_bot.markup import escape
from assistant.channels.slack_bot.poster import Place

# A Home tab holds 100 blocks, and a project takes up to six of them.
MOST_PROJECTS = 15
PAGE = 200
MOST_PAGES = 10


def show_home(house: House, user: str) -> None:
    """Publish the tab of a person."""
    blocks: list[Block] = [{"type": "header", "text": _plain("Your projects")}]
    own = house.poster.direct_channel(user)
    house.own_project(own, user)
    channels = [own, *_channels_of(house, user)]
    for channel in channels[:MOST_PROJECTS]:
        blocks += _project(house, channel)
    if len(channels) == 1:
        blocks += context("Projects of channels appear here when a channel of yours has one.")
    blocks += sections(reports.HELP)
    house.poster.call("views.publish", user_id=user, view={"type": "home", "blocks": blocks})


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _channels_of(house: House, user: str) -> list[str]:
    """The channels with a project that this person is a member of; nobody sees others."""
    bound = {
        one.channel.rpartition("/")[2]
        for one in house.assistant.channel_bindings()
        if one.channel.startswith(f"slack/{house.team}/")
    }
    return [one for one in _memberships(house, user) if one in bound and not is_direct(one)]


def _memberships(house: House, user: str) -> Iterator[str]:
    cursor = ""
    for _ in range(MOST_PAGES):
        more = {"cursor": cursor} if cursor else {}
        found = house.poster.look_up(
            "users.conversations",
            user=user,
            types="public_channel,private_channel",
            exclude_archived=True,
            limit=PAGE,
            **more,
        )
        yield from (str(one["id"]) for one in found["channels"])
        cursor = str((found.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            return


def _project(house: House, channel: str) -> list[Block]:
    project = house.assistant.channel_project(house.channel_id(channel))
    if project is None:
        return []
    step = house.assistant.next_question(project=project)
    where = "our direct messages" if is_direct(channel) else f"<#{channel}>"
    page = house.page_link("Open in the page", project)
    blocks = [{"type": "divider"}, section(f"*{escape(project)}* in {where}\n{page}")]
    blocks += context(escape(step.progress.line))
    lines = reports.open_points(house, project)
    if lines:
        blocks += sections("*Open points*\n" + "\n".join(lines))[:1]
    if step.question is not None:
        blocks += context(f"Next question: {escape(step.question.fact.question)}")
        blocks.append(
            actions([button("Go on with the interview", "go_on", channel)], f"home|{channel}")
        )
    return blocks


def go_on(house: House, body: Mapping[str, Any]) -> None:
    """Begin an interview from the tab, where the person may: their own, or a channel of theirs."""
    if not house.first_time(str(body.get("trigger_id") or "")):
        return
    user, channel = str(body["user"]["id"]), str(body["actions"][0].get("value") or "")
    own = house.poster.direct_channel(user)
    if channel != own and channel not in _channels_of(house, user):
        return
    ts = house.poster.say(Place(channel), f"{mention(user)} goes on with the interview")
    place = Place(channel, ts)
    interview.begin(house, place, house.open_thread(place, user), user, "")
