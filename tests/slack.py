"""What tests of Slack share: the real app against the local Slack, and what people do there."""

import contextlib
import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from typing import Any

from faults.slack_server import (
    APP,
    APP_TOKEN,
    BOT_TOKEN,
    BOT_USER,
    CLOSES_S,
    SECRET,
    TEAM,
    SlackServer,
    within,
)

from assistant import Assistant, StatedFact, Turn
from assistant.channels.slack_bot.serving import Running, Secrets

BOT = f"<@{BOT_USER}>"
# What the channel C1 works in, and what somebody asks there.
PROJECT = "parcels"
QUESTION = f"{BOT} What is a quick baseline?"


class Workspace:
    """A running app and the people of its workspace."""

    def __init__(self, assistant: Assistant, slack: SlackServer, running: Running) -> None:
        self.assistant = assistant
        self.slack = slack
        self.running = running
        self._heard: list[Future[Any]] = []
        listeners = running.app.listener_runner.listener_executor
        begin = listeners.submit

        def submit(*work: Any, **given: Any) -> Future[Any]:
            self._heard.append(begin(*work, **given))
            return self._heard[-1]

        # What is acknowledged is still to be put into its lane, by these threads.
        listeners.submit = submit  # type: ignore[method-assign]

    # -- what people do

    def event(self, event: dict[str, Any], *, event_id: str = "", **more: Any) -> dict[str, Any]:
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": APP,
            "event_id": event_id or f"Ev{self.slack.number()}",
            "event": event,
            **more,
        }

    def message(
        self, user: str, text: str, channel: str = "C1", thread: str = "", **more: Any
    ) -> dict[str, Any]:
        event = {
            "type": "message",
            "user": user,
            "text": text,
            "channel": channel,
            "ts": self.slack.new_ts(),
            "team": TEAM,
            "channel_type": "im" if channel.startswith("D") else "channel",
            **more,
        }
        return {**event, "thread_ts": thread} if thread else event

    def say(self, user: str, text: str, channel: str = "C1", thread: str = "", **more: Any) -> str:
        """Somebody writes; return the thread, after everything was done."""
        event = self.message(user, text, channel, thread, **more)
        self.slack.messages.append({**event, "versions": [], "blocks": []})
        self.send("events_api", self.event(event))
        if BOT in text:
            twin = {**event, "type": "app_mention"}
            twin.pop("channel_type")
            self.send("events_api", self.event(twin))
        return thread or event["ts"]

    def command(self, user: str, text: str, channel: str = "C1", **more: Any) -> None:
        body = {
            "command": "/scopewright",
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": TEAM,
            "api_app_id": APP,
            "trigger_id": f"tr{self.slack.number()}",
            "response_url": f"{self.slack.base}/respond/1",
            **more,
        }
        self.send("slash_commands", body)

    def press(
        self,
        user: str,
        message: dict[str, Any],
        action_id: str,
        state: dict[str, Any] | None = None,
        **chosen: Any,
    ) -> str:
        """Somebody presses a button of a message or chooses in its menu."""
        block, element = element_of(message, action_id)
        action = {
            **{k: v for k, v in element.items() if k in ("type", "action_id", "value")},
            "block_id": block.get("block_id", "b"),
            **chosen,
        }
        trigger = f"tr{self.slack.number()}"
        self.send("interactive", self.pressed(user, message, action, trigger, state))
        return trigger

    def pressed(
        self,
        user: str,
        message: dict[str, Any],
        action: dict[str, Any],
        trigger: str,
        state: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        return {
            "type": "block_actions",
            "team": {"id": TEAM},
            "api_app_id": APP,
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": trigger,
            "channel": {"id": message["channel"]},
            "container": {"channel_id": message["channel"], "message_ts": message["ts"]},
            "message": message,
            "state": {"values": state or {}},
            "actions": [action],
        }

    def submit(self, user: str, view: dict[str, Any], values: dict[str, Any]) -> None:
        """Somebody saves a form."""
        body = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "api_app_id": APP,
            "user": {"id": user, "team_id": TEAM},
            "view": {**view, "id": f"V{self.slack.number()}", "state": {"values": values}},
        }
        self.send("interactive", body)

    def send(self, kind: str, body: dict[str, Any]) -> None:
        key = self.slack.send(kind, body)
        wait_for(lambda: key in self.slack.acks)
        self.settle()

    def settle(self) -> None:
        """Wait until all that came was worked on."""
        assert not wait(list(self._heard), 60).not_done, "a listener has not ended"
        self._heard.clear()
        assert self.running.lanes.wait(60), "a lane has not emptied"

    # -- what they see

    def bot_says(self, channel: str, thread: str | None = None) -> list[dict[str, Any]]:
        return [one for one in self.slack.posted(channel, thread) if one["user"] == BOT_USER]

    def last(self, channel: str, thread: str | None = None) -> dict[str, Any]:
        return self.bot_says(channel, thread)[-1]

    def everything(self, channel: str) -> str:
        """All that Slack was given for a channel."""
        calls = [given for _, given, _ in self.slack.calls]
        mine = [one for one in calls if channel in (one.get("channel"), one.get("channel_id"))]
        return json.dumps(mine, ensure_ascii=False)

    # -- what is stored of it

    def stated(self, fact_id: str) -> StatedFact | None:
        return self.assistant.facts(project=PROJECT).get(fact_id)

    def turns(self, project: str = PROJECT) -> list[Turn]:
        """The turns of the only conversation there is."""
        (conversation,) = self.assistant.conversations(project=project)
        return self.assistant.turns(conversation.id, project=project)


def words(message: dict[str, Any]) -> str:
    """Everything that a message says."""
    found = []
    for block in message["blocks"]:
        if "text" in block:
            found.append(block["text"]["text"])
        for one in block.get("elements", []):
            text = one.get("text")
            if text:
                found.append(text if isinstance(text, str) else text["text"])
    return "\n".join(found)


def element_of(message: dict[str, Any], action_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for block in message["blocks"]:
        inside = [
            *block.get("elements", []),
            *([block["accessory"]] if "accessory" in block else []),
        ]
        for element in inside:
            if element.get("action_id") == action_id:
                return block, element
    raise AssertionError(f"no {action_id} in {json.dumps(message['blocks'])[:1500]}")


def wait_for(done: Any, limit_s: float = 60.0) -> None:
    """Wait until it is so, with room for a busy machine."""
    end = time.monotonic() + limit_s
    while not done():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def bind(assistant: Assistant) -> None:
    """Make the project that the channel C1 works in."""
    assistant.new_project(PROJECT)
    assistant.bind_channel("slack/T1/C1", PROJECT)


@contextlib.contextmanager
def workspace(assistant: Assistant, *, socket: bool = True) -> Iterator[Workspace]:
    """Run the app against a Slack of its own until the block ends."""
    with SlackServer() as slack:
        running = Running(assistant, Secrets(BOT_TOKEN, APP_TOKEN, SECRET), api=slack.api)
        # Nobody waits for a busy Slack in a test.
        running.house.poster._pause = lambda _: None
        try:
            if socket:
                running.connect()
                assert slack.connected.wait(30)
            yield Workspace(assistant, slack, running)
        finally:
            with slack.chatter():
                within(2 * CLOSES_S, running.close)
        assert slack.refused == [], slack.refused
