"""A channel and a project → the steps of a story, done there as its people do them.

Every driver has the same methods and gives back the same plain values; nothing is done behind a
channel's back.
"""

import html
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from anyio.from_thread import BlockingPortal
from faults.slack_server import BOT_USER
from mcp.client.client import Client
from slack import BOT, Workspace, element_of, wait_for, words

from assistant import document_to_data

AUTHOR = "Ana Lopez"
# How long one step may take on a busy machine.
PATIENCE_S = 120
Review = dict[str, list[str]]


def review_of(rows: list[dict[str, Any]]) -> Review:
    """Which facts are skipped and which unknown."""
    return {
        state: sorted(row["id"] for row in rows if row["state"] == state)
        for state in ("skipped", "unknown")
    }


def source_of(citation: dict[str, Any]) -> str:
    return " › ".join(part for part in (citation["title"], citation["heading"]) if part)


class Cli:
    """Each step is a process of its own, as typed in a terminal."""

    def __init__(self, env: dict[str, str], project: str) -> None:
        self._env = env
        self._project = project
        # What the last answer led to, which shows the next question.
        self._step: dict[str, Any] | None = None

    def run(self, *words: str, typed: str = "", fails: bool = False) -> str:
        """What a command prints."""
        self._step = None
        done = subprocess.run(
            [sys.executable, "-m", "assistant", *words, "--project", self._project],
            env=self._env, input=typed, capture_output=True, text=True, check=False,
            timeout=PATIENCE_S,
        )  # fmt: skip
        assert fails or done.returncode == 0, f"{words}: {done.stdout} {done.stderr}"
        return done.stdout

    def _json(self, *words: str, fails: bool = False) -> Any:
        return json.loads(self.run(*words, "--json", fails=fails))

    def next(self) -> str | None:
        return asked_by(self._step or self._json("next"))

    def answer(self, fact: str, value: str, *, insist: bool = False) -> bool:
        more = ["--insist"] if insist else []
        step = self._json("answer", fact, value, *more, "--author", AUTHOR)
        self._step = step
        return bool(step["challenge"])

    change = answer

    def unknown(self, fact: str, owner: str, due: str = "") -> None:
        self._json("facts", "unknown", fact, "--owner", owner, "--due", due)

    def skip(self, fact: str) -> None:
        self.run("interview", typed=f"edit {fact}\nskip\nstop\n")

    def undo(self) -> None:
        self._json("facts", "undo")

    def review(self) -> Review:
        lines = self.run("interview", typed="review\nstop\n").splitlines()
        found = [re.fullmatch(r" {6}(\S+) · (skipped|open)\b.*", line) for line in lines]
        states = {"skipped": "skipped", "open": "unknown"}
        return review_of([{"id": one[1], "state": states[one[2]]} for one in found if one])

    def prefill(self, file: Path) -> list[str]:
        found = self._json("prefill", str(file), "--accept", "--author", AUTHOR)
        return sorted(one["fact"] for one in found["proposals"])

    def verdict(self) -> str:
        return str(self._json("verdict")["label"])

    def checks(self) -> list[str]:
        return sorted(one["rule"] for one in self._json("check")["findings"])

    def gate(self, phase: str) -> str:
        return str(self._json("gate", phase, fails=True)["status"])

    def document(self, kind: str) -> dict[str, Any]:
        return dict(self._json("document", kind))

    def ask(self, question: str) -> list[str]:
        return [source_of(one) for one in self._json("ask", question)["citations"]]


class Api:
    """Requests to the real server."""

    def __init__(self, client: httpx.Client, project: str) -> None:
        self._client = client
        self._base = f"/v1/projects/{quote(project)}"

    def _call(self, method: str, path: str, given: Any = None) -> Any:
        reply = self._client.request(method, self._base + path, json=given)
        assert reply.is_success, f"{method} {path}: {reply.text}"
        return reply.json()

    def next(self) -> str | None:
        return asked_by(self._call("GET", "/interview/next"))

    def answer(self, fact: str, value: str, *, insist: bool = False) -> bool:
        given = {"fact": fact, "value": value, "insist": insist}
        return bool(self._call("POST", "/interview/answers", given)["challenge"])

    change = answer

    def unknown(self, fact: str, owner: str, due: str = "") -> None:
        self._call("POST", "/interview/unknown", {"fact": fact, "owner": owner, "due": due})

    def skip(self, fact: str) -> None:
        self._call("POST", "/interview/skip", {"fact": fact})

    def undo(self) -> None:
        self._call("POST", "/interview/undo")

    def review(self) -> Review:
        rows, after = [], ""
        while True:
            page = self._call("GET", f"/interview/review?limit=100{after}")
            rows += page["items"]
            if not page["next"]:
                return review_of(rows)
            after = f"&cursor={quote(page['next'])}"

    def prefill(self, file: Path) -> list[str]:
        given = {"text": file.read_text(encoding="utf-8"), "name": file.name}
        found = self._call("POST", "/proposals", given)["proposals"]
        self._call("POST", "/proposals/accept", {})
        return sorted(one["fact"] for one in found)

    def verdict(self) -> str:
        return str(self._call("GET", "/verdict")["label"])

    def checks(self) -> list[str]:
        return sorted(one["rule"] for one in self._call("GET", "/checks")["findings"])

    def gate(self, phase: str) -> str:
        return str(self._call("GET", f"/gates/{phase}")["status"])

    def document(self, kind: str) -> dict[str, Any]:
        return dict(self._call("POST", f"/documents/{kind}", {}))

    def ask(self, question: str) -> list[str]:
        turn = self._call("POST", "/conversations", {"question": question})
        return [source_of(one) for one in turn["answer"]["citations"]]


class Mcp:
    """Calls of tools by the official client."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self._portal = portal
        self._client = client

    def _call(self, tool: str, *, whole: bool = True, **given: Any) -> dict[str, Any]:
        result = self._portal.call(self._client.call_tool, tool, given)
        assert not result.is_error, f"{tool}: {result.content}"
        told = dict(result.structured_content)
        assert not whole or "cut" not in told, f"{tool} left out {told['cut']}"
        return told

    def next(self) -> str | None:
        return asked_by(self._call("next_question"))

    def answer(self, fact: str, value: str, *, insist: bool = False) -> bool:
        step = self._call("answer", fact_id=fact, value=value, insist=insist)
        return bool(step["challenge"])

    change = answer

    def unknown(self, fact: str, owner: str, due: str = "") -> None:
        self._call("dont_know", fact_id=fact, owner=owner, due=due)

    def skip(self, fact: str) -> None:
        self._call("skip", fact_id=fact)

    def undo(self) -> None:
        self._call("undo")

    def review(self) -> Review:
        rows: list[dict[str, Any]] = []
        while True:
            page = self._call("review", start=len(rows), whole=False)
            rows += page["answers"]
            if len(rows) == page["total"]:
                return review_of(rows)

    def prefill(self, file: Path) -> list[str]:
        text = file.read_text(encoding="utf-8")
        found = self._call("prefill", text=text, name=file.name)["proposals"]
        self._call("accept", ids=[one["id"] for one in found])
        return sorted(one["fact"] for one in found)

    def verdict(self) -> str:
        return str(self._call("verdict")["label"])

    def checks(self) -> list[str]:
        return sorted(one["rule"] for one in self._call("checks")["findings"])

    def gate(self, phase: str) -> str:
        return str(self._call("checks", phase=phase)["status"])

    def document(self, kind: str) -> dict[str, Any]:
        made = self._call("document", kind=kind)
        blocks = []
        for section in made["sections"]:
            blocks += self._call("document", kind=kind, section=section["id"])["blocks"]
        kept = ("kind", "title", "sections", "open", "assumptions")
        return {**{name: made[name] for name in kept}, "blocks": blocks}

    def ask(self, question: str) -> list[str]:
        return [source_of(one) for one in self._call("ask", question=question)["citations"]]


def after(at: Workspace, act: Callable[[], Any]) -> Any:
    """Do something in Slack and wait for what comes of it: an acknowledgement comes before that."""

    def answers() -> int:
        return len(at.slack.calls) + len(at.slack.replies)

    seen = answers()
    done = act()
    wait_for(lambda: answers() > seen)
    at.settle()
    return done


class Slack:
    """Messages, commands and presses of people in a channel of the workspace."""

    PEOPLE = {"Ben Okoro": "U2"}

    def __init__(self, workspace: Workspace, channel: str, project: str) -> None:
        workspace.slack.members[channel] = {"U1", "U2", BOT_USER}
        workspace.assistant.bind_channel(f"slack/T1/{channel}", project)
        self._at = workspace
        self._channel = channel
        self._project = project
        self._thread = ""

    def _last(self) -> dict[str, Any]:
        return self._at.last(self._channel, self._thread or None)

    def _say(self, text: str) -> None:
        after(self._at, lambda: self._at.say("U1", text, self._channel, self._thread))

    def _command(self, text: str) -> None:
        after(self._at, lambda: self._at.command("U1", text, self._channel))

    def _press(self, action: str, message: Any = None, state: Any = None, **chosen: Any) -> None:
        pressed = message or self._last()
        after(self._at, lambda: self._at.press("U1", pressed, action, state, **chosen))

    def _asked(self) -> str | None:
        """The question of the last message in the thread."""
        message = self._last()
        marks = [one.get("block_id", "") for one in message["blocks"]]
        asked = {mark.split("|")[1] for mark in marks if mark.startswith("q|")}
        if not asked:
            assert "That was the last question" in words(message), words(message)
            return None
        (fact,) = asked
        return fact

    def next(self) -> str | None:
        if not self._thread:
            self._command("interview")
            last = self._at.last(self._channel)
            self._thread = last["thread_ts"]
        return self._asked()

    def answer(self, fact: str, value: str, *, insist: bool = False) -> bool:
        assert self.next() == fact
        offered = {
            one.get("action_id")
            for block in self._last()["blocks"]
            for one in block.get("elements", [])
        }
        if insist:
            self._press("keep")
        elif f"answer/{value}" in offered:
            self._press(f"answer/{value}")
        elif "answer/one" in offered:
            self._press("answer/one", selected_option={"value": value})
        else:
            self._say(value)
        return "🤔" in words(self._last())

    def change(self, fact: str, value: str) -> bool:
        self._say(f"edit {fact}")
        return self.answer(fact, value)

    def unknown(self, fact: str, owner: str, due: str = "") -> None:
        assert self.next() == fact
        if not due:
            self._press("hand_off", selected_user=self.PEOPLE[owner])
            return
        asked = self._last()["ts"]
        self._press("unknown")
        (noted,) = (one for one in self._at.bot_says(self._channel) if one["ts"] == asked)
        self._press("open_point", noted)
        view = self._at.slack.views[-1]["view"]
        values = {
            "owner": {"owner": {"selected_user": self.PEOPLE[owner]}},
            "due": {"due": {"selected_date": due}},
        }
        after(self._at, lambda: self._at.submit("U1", view, values))

    def skip(self, fact: str) -> None:
        assert self.next() == fact
        self._press("skip")

    def undo(self) -> None:
        self._say("undo")

    def prefill(self, file: Path) -> list[str]:
        self._at.slack.files["FILE1"] = (file.name, file.read_bytes())
        attached = [{"id": "FILE1", "name": file.name}]
        thread = after(
            self._at,
            lambda: self._at.say("U1", BOT, self._channel, subtype="file_share", files=attached),
        )
        self._press("file/brief", self._at.last(self._channel, thread))
        message = self._at.last(self._channel, thread)
        block, boxes = element_of(message, "facts")
        state = {block["block_id"]: {"facts": {"selected_options": boxes["initial_options"]}}}
        self._press("accept", message, state)
        return sorted(one["text"]["text"].partition(":")[0] for one in boxes["options"])

    def _told(self, command: str) -> str:
        """All that a command's thread says."""
        self._command(command)
        thread = self._at.last(self._channel)["thread_ts"]
        return "\n".join(words(one) for one in self._at.bot_says(self._channel, thread))

    def review(self) -> Review:
        told = self._told("review")
        found = re.findall(r"^• .* \((skipped|open)\b[^()]*\) `(\S+)`$", told, re.MULTILINE)
        states = {"skipped": "skipped", "open": "unknown"}
        return review_of([{"id": fact, "state": states[state]} for state, fact in found])

    def verdict(self) -> str:
        return self._told("verdict").partition("\n")[0].strip("*")

    def checks(self) -> list[str]:
        told = self._told("checks")
        return sorted(re.findall(r"^\*[A-Z]+ \w+\* \(([\w-]+)\)$", told, re.MULTILINE))

    def gate(self, phase: str) -> str:
        found = re.match(rf"\*{phase}: (\w+)\*", self._told(f"gate {phase}"))
        assert found, phase
        return found[1]

    def document(self, kind: str) -> dict[str, Any]:
        self._command(f"document {kind}")
        files = self._at.slack.shared[-1]["files"]
        (word,) = (one for one in files if one["title"].endswith(".docx"))
        version = int(re.fullmatch(rf"{kind}-v(\d+)\.docx", word["title"])[1])
        made = self._at.assistant.document_version(kind, version, project=self._project)
        # What was uploaded is that version.
        with zipfile.ZipFile(BytesIO(self._at.slack.uploads[word["id"]])) as archive:
            text = html.unescape(archive.read("word/document.xml").decode("utf-8"))
        assert made.title in re.sub(r"<[^>]+>", "", text)
        return document_to_data(made)

    def ask(self, question: str) -> list[str]:
        self._command(f"ask {question}")
        shown = words(self._at.last(self._channel))
        _, _, sources = shown.partition("*Sources*\n")
        found = re.findall(r"^\[\d+\] (.*?)(?: \(page \d+\))?(?: — .*)?$", sources, re.MULTILINE)
        return [html.unescape(one) for one in found]


def asked_by(step: dict[str, Any]) -> str | None:
    """The fact that an interview asks for."""
    return step["question"] and str(step["question"]["id"])
