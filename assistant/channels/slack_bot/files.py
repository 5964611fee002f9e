"""Files dropped into a thread → files of the project, or a brief to prefill facts from."""

import tempfile
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from assistant import ChatThread, InputInvalid, Proposal, UserFixable
from assistant.channels.slack_bot.answers import problem
from assistant.channels.slack_bot.blocks import (
    MOST_CHECKBOXES,
    Block,
    actions,
    button,
    context,
    option,
    section,
)
from assistant.channels.slack_bot.house import House
from assistant.channels.slack_bot.markup import escape, plain
from assistant.channels.slack_bot.poster import Place

MOST_FILES = 20
MOST_BYTES = 50 * 1024 * 1024
MOST_PROPOSALS = 60
TIMEOUT_S = 60


class _NoRedirect(HTTPRedirectHandler):
    """The token goes to Slack and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def offer(house: House, place: Place, thread: ChatThread, files: Sequence[dict[str, Any]]) -> None:
    """Ask what each file is for; nothing is fetched before somebody says so."""
    for file in files[:MOST_FILES]:
        key = str(file.get("id", ""))
        name = escape(plain(str(file.get("name") or "a file"), 100))
        row = [
            button("Add to the project's files", "file/add", key),
            button("Read it as a brief", "file/brief", key),
        ]
        text = f"What shall I do with *{name}*? Project: {escape(thread.project)}."
        house.poster.post(place, [section(text), actions(row, "file")])
    if len(files) > MOST_FILES:
        house.poster.say(place, f"I take at most {MOST_FILES} files from one message.")


def take_in(house: House, place: Place, thread: ChatThread, key: str, *, brief: bool) -> None:
    """Fetch a file and do what was asked with it."""
    try:
        name, content = _fetch(house, key)
        if brief:
            found = house.assistant.prefill_file(content, name=name, project=thread.project)
            notices = [*found.notices]
            house.poster.post(place, proposal_blocks(name, [*found], notices))
        else:
            house.poster.say(place, _ingested(house, thread, name, content))
    except UserFixable as error:
        house.poster.say(place, problem(error))


def _ingested(house: House, thread: ChatThread, name: str, content: bytes) -> str:
    with tempfile.TemporaryDirectory(prefix="scopewright-") as folder:
        # The name that people see decides what a file should be, not where it lies.
        path = Path(folder, f"given{Path(name).suffix}")
        path.write_bytes(content)
        report = house.assistant.ingest([path], project=thread.project, names=[name])
    if report.rejected:
        refused = report.rejected[0]
        return escape(f"{refused.path}: {refused.problem} {refused.remedy}")
    return f"*{escape(name)}* is now part of {escape(thread.project)}; ask me about it."


def _fetch(house: House, key: str) -> tuple[str, bytes]:
    """A file's name and content; raise InputInvalid when it cannot be had."""
    file = house.poster.look_up("files.info", file=key)["file"]
    address = str(file.get("url_private_download") or file.get("url_private") or "")
    name = str(file.get("name") or "file")
    gone = InputInvalid(f"{name[:100]} cannot be fetched.", remedy="Upload it again, here.")
    if not _is_slacks(address, house.poster.client.base_url):
        raise gone
    request = Request(address, headers={"Authorization": f"Bearer {house.poster.client.token}"})
    try:
        with build_opener(_NoRedirect).open(request, timeout=TIMEOUT_S) as reply:
            content: bytes = reply.read(MOST_BYTES + 1)
    except (URLError, HTTPException, OSError):
        raise gone from None
    if len(content) > MOST_BYTES:
        raise InputInvalid(
            f"{name[:100]} is larger than {MOST_BYTES // 1024**2} MB.",
            remedy="Split it, or leave out what is not needed.",
        )
    return name, content


def _is_slacks(address: str, api: str) -> bool:
    """Whether an address is one that the token may be shown to: Slack's, or the API's own host."""
    parts, ours = urlsplit(address), urlsplit(api)
    if (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc):
        return True
    host = parts.hostname or ""
    return parts.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))


# -- what was found in a brief


def proposal_blocks(
    name: str, proposals: Sequence[Proposal], notices: Sequence[str] = ()
) -> list[Block]:
    """The facts found in a brief with their quotes, to tick and accept."""
    small = context("\n".join(f"_{escape(one)}_" for one in notices)) if notices else []
    if not proposals:
        return [section(f"I found no fact in *{escape(plain(name, 100))}*."), *small]
    shown = proposals[:MOST_PROPOSALS]
    head = f"I found {len(proposals)} facts in *{escape(plain(name, 100))}*. Untick what is wrong."
    blocks = [section(head)]
    for start in range(0, len(shown), MOST_CHECKBOXES):
        group = [_option(one) for one in shown[start : start + MOST_CHECKBOXES]]
        boxes = {
            "type": "checkboxes",
            "action_id": "facts",
            "options": group,
            "initial_options": group,
        }
        blocks.append(actions([boxes], f"facts|{start}"))
    if len(proposals) > len(shown):
        small += context(f"{len(proposals) - len(shown)} more wait in the page.")
    row = [
        button("Accept the ticked", "accept", "ticked", style="primary"),
        button("Discard all", "reject", "all"),
    ]
    return [*blocks, *small, actions(row, "proposals")]


def _option(proposal: Proposal) -> Block:
    made = option(f"{proposal.fact}: {proposal.shown}", proposal.id)
    quote = {"type": "plain_text", "text": plain(f"“{proposal.quote}”", 75), "emoji": False}
    return {**made, "description": quote}


def ticked(state: dict[str, Any]) -> list[str]:
    """The ids of the proposals whose boxes are ticked."""
    return [
        str(one["value"])
        for block in state.values()
        for one in (block.get("facts") or {}).get("selected_options") or ()
    ]


def offered(message: dict[str, Any]) -> list[str]:
    """The ids of every proposal that a message shows."""
    return [
        str(one["value"])
        for block in message.get("blocks", [])
        for element in block.get("elements", [])
        if element.get("action_id") == "facts"
        for one in element["options"]
    ]
