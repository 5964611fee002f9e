"""A House → the Bolt app: everything is acknowledged at once and worked on afterwards."""

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from slack_bolt import App, BoltResponse
from slack_sdk import WebClient

from assistant.channels.slack_bot import actions, commands, forms, home, messages
from assistant.channels.slack_bot.house import House
from assistant.channels.slack_bot.lanes import Lanes

LOGGER = logging.getLogger(__name__)
WORKERS = 16
# Bolt's own threads only acknowledge; the service works in lanes.
ANY = re.compile(r".*", re.DOTALL)


def create_app(house: House, lanes: Lanes, *, signing_secret: str = "") -> App:
    """The app of one workspace; over HTTP it also checks signatures with the secret."""
    app = App(
        name="scopewright",
        logger=logging.getLogger("slack_bolt"),
        client=house.poster.client,
        signing_secret=signing_secret,
        ssl_check_enabled=False,
    )
    app.middleware(_only_ours(house))
    _events(app, house, lanes)
    _interactions(app, house, lanes)
    return app


def _only_ours(house: House) -> Callable[..., BoltResponse | None]:
    """Let requests of the installed workspace pass; others are acknowledged and forgotten."""

    def check(body: dict[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse | None:
        if is_ours(house, body):
            return next()
        LOGGER.info("ignored a request of another workspace or app")
        return BoltResponse(status=200, body="")

    return check


def is_ours(house: House, body: Mapping[str, Any]) -> bool:
    """Whether a request is of our workspace, our app, and no bot's doing."""
    user = body.get("user")
    person: Mapping[str, Any] = user if isinstance(user, Mapping) else {}
    team = body.get("team")
    named = team.get("id") if isinstance(team, Mapping) else body.get("team_id")
    teams = {named, person.get("team_id") or named}
    app_id = body.get("api_app_id") or house.app_id
    return teams == {house.team} and (not house.app_id or app_id == house.app_id)


def _events(app: App, house: House, lanes: Lanes) -> None:
    def message(event: dict[str, Any], body: dict[str, Any]) -> None:
        if not messages.is_for_us(house, event):
            return
        lane = f"{event['channel']}/{event.get('thread_ts') or event['ts']}"
        event_id = str(body.get("event_id") or "")
        lanes.put(lane, lambda: messages.on_message(house, event, event_id))

    def opened(event: dict[str, Any], body: dict[str, Any]) -> None:
        user, event_id = str(event["user"]), str(body.get("event_id") or "")

        def show() -> None:
            if house.first_time(event_id):
                home.show_home(house, user)

        if event.get("tab", "home") == "home":
            lanes.put(f"home/{user}", show)

    app.event("message")(message)
    app.event("app_mention")(message)
    app.event("app_home_opened")(opened)


def _interactions(app: App, house: House, lanes: Lanes) -> None:
    def command(ack: Any, body: dict[str, Any], respond: Any) -> None:
        ack()

        def reply(text: str) -> None:
            respond(text=text, response_type="ephemeral", unfurl_links=False, unfurl_media=False)

        lanes.put(
            f"command/{body.get('trigger_id')}", lambda: commands.on_command(house, body, reply)
        )

    def action(ack: Any, body: dict[str, Any]) -> None:
        ack()
        name = body["actions"][0]["action_id"]
        trigger = f"action/{body.get('trigger_id')}"
        if name in actions.WINDOWS:
            lanes.put(trigger, lambda: actions.open_window(house, body))
        elif name == "go_on":
            lanes.put(trigger, lambda: home.go_on(house, body))
        else:
            press = actions.Press(house, body)
            lane = f"{press.place.channel}/{press.place.thread}"
            lanes.put(lane, lambda: actions.on_action(house, body))

    def submitted(ack: Any, body: dict[str, Any]) -> None:
        ack()
        lanes.put(f"form/{body['view']['id']}", lambda: actions.on_form(house, body))

    app.command(commands.COMMAND)(command)
    app.action(ANY)(action)
    for name in (forms.ANSWER, forms.OPEN_POINT):
        app.view(name)(submitted)


def new_client(token: str, *, api: str = "") -> WebClient:
    """A client that tries nothing again by itself: the poster does."""
    made = WebClient(token=token, timeout=30, retry_handlers=[])
    if api:
        made.base_url = api
    return made
