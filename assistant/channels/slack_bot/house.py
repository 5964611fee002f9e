"""What every handler needs: the service, a voice in Slack, and who we are in this workspace."""

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from assistant import Assistant, ChatThread, SettingsInvalid
from assistant.channels.slack_bot.blocks import link
from assistant.channels.slack_bot.poster import Place, Poster, SlackFailed

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class House:
    """One workspace: its id, our ids in it, and who may bind channels to projects."""

    assistant: Assistant
    poster: Poster
    team: str
    bot_user: str
    bot_id: str
    app_id: str
    admins: frozenset[str]

    # -- ids that no other workspace or program shares

    def channel_id(self, channel: str) -> str:
        """The channel as the service knows it."""
        return f"slack/{self.team}/{channel}"

    def thread_id(self, place: Place) -> str:
        """The thread as the service knows it."""
        return f"{self.channel_id(place.channel)}/{place.thread}"

    def person_id(self, user: str) -> str:
        """The person as the service knows them."""
        return f"slack/{self.team}/{user}"

    def place_of(self, thread_id: str) -> Place:
        """Where a thread is."""
        channel, thread = thread_id.split("/")[-2:]
        return Place(channel, thread)

    def first_time(self, *names: str) -> bool:
        """Claim an event: Slack sends some again, and mentions twice."""
        known = [f"slack/{self.team}/{name}" for name in names if name]
        return bool(known) and self.assistant.first_time(known)

    # -- threads

    def known_thread(self, place: Place) -> ChatThread | None:
        """The thread when we have been in it."""
        return self.assistant.chat_thread(self.thread_id(place))

    def open_thread(self, place: Place, user: str) -> ChatThread:
        """The thread, begun where it is new; raise NotFound when its channel has no project."""
        channel = self.channel_id(place.channel)
        if is_direct(place.channel):
            self.own_project(place.channel, user)
        found = self.known_thread(place)
        if found is not None:
            return found
        people = {user, *self._people_before(place)} if place.thread else {user}
        return self.assistant.open_thread(
            self.thread_id(place), channel=channel, people=map(self.person_id, people)
        )

    def own_project(self, channel: str, user: str, name: str = "") -> str:
        """The project of a direct conversation; with a name a new one takes its place."""
        return self.assistant.own_project(
            self.channel_id(channel),
            name or f"Slack {self.poster.name_of(user)} ({user})",
            by=self.person_id(user),
            anew=bool(name),
        )

    def _people_before(self, place: Place) -> set[str]:
        """Who has written in a thread before we were asked into it."""
        try:
            found = self.poster.look_up(
                "conversations.replies", channel=place.channel, ts=place.thread, limit=200
            )
        except SlackFailed:
            # Without it, nobody in the thread is answered unless they mention us.
            return {"somebody"}
        messages: list[dict[str, Any]] = found.get("messages", [])
        return {
            str(one["user"])
            for one in messages
            if one.get("user") and one["user"] != self.bot_user and not one.get("bot_id")
        }

    # -- the page

    def page_link(self, text: str, project: str, path: str = "", **query: str) -> str:
        """A link to the web page with the project open."""
        address = self.assistant.settings.page_address
        pairs = {**({} if project == DEFAULT else {"p": project}), **query}
        words = "&".join(f"{key}={quote(value, safe='')}" for key, value in pairs.items())
        return link(f"{address}/{path}{'?' + words if words else ''}", text)


def is_direct(channel: str) -> bool:
    """Whether a channel is a conversation with one person alone."""
    return channel.startswith("D")


def open_house(assistant: Assistant, client: WebClient) -> House:
    """Ask Slack who we are; raise SettingsInvalid for a token that is refused or of elsewhere."""
    settings = assistant.settings
    try:
        me = client.auth_test()
    except SlackApiError as error:
        raise SettingsInvalid(
            f"Slack refuses the bot token ({error.response.get('error', 'unknown')}).",
            remedy="Set SCOPEWRIGHT_SLACK_BOT_TOKEN to the bot token of the installed app.",
        ) from None
    except OSError as error:
        raise SettingsInvalid(
            f"Slack cannot be reached ({type(error).__name__}).",
            remedy="Check the connection of this machine.",
        ) from None
    team = str(me["team_id"])
    if settings.slack_team and settings.slack_team != team:
        raise SettingsInvalid(
            f"The bot token is of the workspace {team}, not {settings.slack_team}.",
            remedy="Set SCOPEWRIGHT_SLACK_TEAM to the workspace, or leave it out.",
        )
    try:
        app_id = str(client.bots_info(bot=str(me["bot_id"]))["bot"]["app_id"])
    except (SlackApiError, KeyError):
        # Without the scope for it; the secret and the tokens are of one app anyway.
        app_id = ""
    return House(
        assistant=assistant,
        poster=Poster(client, time.sleep),
        team=team,
        bot_user=str(me["user_id"]),
        bot_id=str(me["bot_id"]),
        app_id=app_id,
        admins=frozenset(one.strip() for one in settings.slack_admins.split(",") if one.strip()),
    )


def unbound(house: House, channel: str) -> str:
    """What to do about a channel without a project."""
    return (
        "This channel has no project yet. An administrator gives it one with "
        f"`scopewright slack bind {channel} PROJECT`, or here with `/scopewright bind PROJECT`. "
        "In a direct message to me you have a project of your own."
    )
