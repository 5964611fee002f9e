"""Blocks for a place → calls of Slack's Web API: patient with limits and faults, never live links.

The one layer that tries again; `Retry-After` is honoured up to a limit.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web import SlackResponse

from assistant.channels.slack_bot.blocks import Block, messages, section, text_of
from assistant.channels.slack_bot.markup import plain

LOGGER = logging.getLogger(__name__)

TRIES = 4
FIRST_PAUSE_S = 1.0
# A busy Slack may ask for this much patience; what is asked beyond it is a failure.
PATIENCE_S = 60.0
NOTIFICATION = 300
QUIET = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}
# Faults that a later call may not have.
PASSING = {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"}
GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}


class SlackFailed(Exception):
    """Slack did not take a call, even after trying again; `code` is Slack's own word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """A thread in a channel; without `thread` the channel itself."""

    channel: str
    thread: str = ""

    def as_arguments(self) -> dict[str, Any]:
        """For the Web API."""
        return {"channel": self.channel, **({"thread_ts": self.thread} if self.thread else {})}


class Poster:
    """Says things in Slack; `pause` waits for so many seconds."""

    def __init__(self, client: WebClient, pause: Callable[[float], None] = time.sleep) -> None:
        self.client = client
        self._pause = pause
        self._names: dict[str, str] = {}

    # -- to say

    def post(self, place: Place, blocks: Sequence[Block]) -> str:
        """Post blocks, in several messages where one cannot hold them; return the first's ts."""
        first = ""
        for page in messages(blocks):
            words = _notification(page)
            sent = self.call(
                "chat.postMessage", **place.as_arguments(), blocks=page, text=words, **QUIET
            )
            first = first or str(sent["ts"])
        return first

    def say(self, place: Place, text: str) -> str:
        """Post one paragraph of Slack's markup."""
        return self.post(place, [section(text)])

    def whisper(self, place: Place, person: str, text: str) -> None:
        """Tell one person something that nobody needs to keep."""
        self.call(
            "chat.postEphemeral", **place.as_arguments(), user=person, text=text,
            parse="none", link_names=False,
        )  # fmt: skip

    def replace(self, place: Place, ts: str, blocks: Sequence[Block]) -> None:
        """Put blocks in place of a message; what it cannot hold follows in further ones."""
        first, *others = messages(blocks)
        try:
            self.call(
                "chat.update", channel=place.channel, ts=ts, blocks=first,
                text=_notification(first), parse="none", link_names=False,
            )  # fmt: skip
        except SlackFailed as error:
            if error.code not in GONE:
                raise
            # Somebody deleted it; the answer must not be lost with it.
            self.post(place, first)
        for page in others:
            self.post(place, page)

    def glimpse(self, place: Place, ts: str, blocks: Sequence[Block]) -> float:
        """Show text on its way, once and without patience; return how long to leave Slack alone."""
        page = list(blocks)
        try:
            self.client.chat_update(
                channel=place.channel, ts=ts, blocks=page, text=_notification(page),
                parse="none", link_names=False,
            )  # fmt: skip
        except SlackApiError as error:
            return _retry_after(error.response) or FIRST_PAUSE_S
        except (URLError, OSError):
            return FIRST_PAUSE_S
        return 0.0

    def upload(self, place: Place, paths: Sequence[Path], comment: str) -> None:
        """Put files into a thread."""
        uploads = [{"file": str(path), "filename": path.name, "title": path.name} for path in paths]

        def send() -> SlackResponse:
            return self.client.files_upload_v2(
                file_uploads=uploads,
                channel=place.channel,
                thread_ts=place.thread or None,
                initial_comment=comment,
            )

        self._patiently("files.upload", send)

    # -- to ask Slack

    def call(self, method: str, **given: Any) -> SlackResponse:
        """Call a method that changes something; raise SlackFailed when it cannot be done."""
        return self._patiently(method, lambda: self.client.api_call(method, json=given))

    def look_up(self, method: str, **given: Any) -> SlackResponse:
        """Call a method that only reads, which takes no JSON; raise SlackFailed."""
        return self._patiently(method, lambda: self.client.api_call(method, params=given))

    def direct_channel(self, person: str) -> str:
        """The conversation with one person alone; raise SlackFailed."""
        return str(self.call("conversations.open", users=person)["channel"]["id"])

    def name_of(self, person: str) -> str:
        """How a person is called in the workspace; their id when Slack does not say."""
        if person not in self._names:
            try:
                user = self.look_up("users.info", user=person)["user"]
            except SlackFailed:
                return person
            profile = user.get("profile", {})
            names = (profile.get("real_name"), user.get("real_name"), user.get("name"), person)
            self._names[person] = plain(next(str(name) for name in names if name), 100)
        return self._names[person]

    def _patiently(self, method: str, send: Callable[[], SlackResponse]) -> SlackResponse:
        waited = 0.0
        for attempt in range(1, TRIES + 1):
            try:
                return send()
            except SlackApiError as error:
                code, pause = _code(error.response), _retry_after(error.response)
            except (URLError, OSError, SlackRequestError) as error:
                # It may have arrived: said twice is better than not at all.
                code, pause = type(error).__name__, 0.0
            pause = pause or FIRST_PAUSE_S * 2 ** (attempt - 1)
            waited += pause
            passing = code in PASSING or not code.islower()
            if not passing or attempt == TRIES or waited > PATIENCE_S:
                break
            self._pause(pause)
        LOGGER.warning("slack refused %s: %s", method, code)
        raise SlackFailed(code)


def _notification(blocks: Sequence[Block]) -> str:
    """The beginning of the words; what is cut ends with a whole word, so that no entity is torn."""
    text = text_of(blocks)
    return text if len(text) <= NOTIFICATION else text[:NOTIFICATION].rpartition(" ")[0]


def _code(response: Any) -> str:
    status = getattr(response, "status_code", 200)
    if status == 429:
        return "ratelimited"
    if status >= 500:
        return "internal_error"
    data = getattr(response, "data", None)
    return str(data.get("error", "unknown")) if isinstance(data, dict) else "internal_error"


def _retry_after(response: Any) -> float:
    """Seconds that Slack asks for; 0 when it does not say or says nonsense."""
    headers = {str(k).lower(): v for k, v in (getattr(response, "headers", None) or {}).items()}
    given = headers.get("retry-after", "")
    given = given[0] if isinstance(given, list) else given
    return float(given) if str(given).isdigit() else 0.0
