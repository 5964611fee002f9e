"""Two projects that are alike but for one word: no channel says the word of the other."""

import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from conformance.drivers import PATIENCE_S, Cli, after
from conformance.houses import env_of, new_home, service_in
from http_api import Served, served
from mcp.client.client import Client
from slack import BOT, Workspace, workspace

from assistant import Assistant
from assistant.channels.mcp_server.serving import create_server

QUESTION = "What is the code word of the depot?"
KIND = "requirements"


@dataclass(frozen=True)
class Side:
    """A project, its word, and the ids of everything in it."""

    project: str
    word: str
    channel: str
    person: str
    key: str
    ids: dict[str, str]
    proposals: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        return self.word.casefold() in text.casefold()


@dataclass(frozen=True)
class Pair:
    home: Path
    assistant: Assistant
    sides: tuple[Side, Side]


@pytest.fixture(scope="module")
def pair(prepared_home, tmp_path_factory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("mirrored")
    home = new_home(folder / "home", prepared_home)
    with service_in(home) as assistant:
        north = fill(assistant, folder, "north", "Zephyrquill", "C1", "U1")
        south = fill(assistant, folder, "south", "Marblefinch", "C2", "U3")
        yield Pair(home, assistant, (north, south))


def fill(
    service: Assistant, folder: Path, project: str, word: str, channel: str, person: str
) -> Side:
    """Make a project that says its word wherever a project can say something."""
    service.new_project(project)
    told = f"{word} shows dispatchers which parcels arrive late, the latest first."
    service.answer("project.summary", told, note=f"by {word}", project=project, author=word)
    service.answer("problem.why_now", f"{word} was", project=project)
    service.undo(project=project)
    service.dont_know("problem.statement", owner=f"Ana {word}", project=project)
    note = folder / f"{word}.md"
    note.write_text(f"# Depot\n\nThe code word of the depot is {word}; it changes in May.\n")
    file = service.ingest([note], project=project).taken[0].file
    *_, turn = service.converse(QUESTION, project=project)
    proposals = service.prefill(
        f"The budget of {word} is 30,000 EUR in total.", name=word, project=project
    )
    made = service.document(KIND, project=project, author=word)
    block = next(one for one in made.blocks if one.kind == "paragraph")
    service.edit_block(KIND, block.key, f"{word} is written here.", project=project, author=word)
    service.bind_channel(f"slack/T1/{channel}", project)
    (hit,) = service.search(QUESTION, project=project, origin="project").hits
    ids = {
        "fact": "project.summary", "kind": KIND, "number": "1", "phase": KIND, "key": block.key,
        "section": block.section,
        "model": "scopewright", "file_id": file.id, "conversation": turn.conversation,
        "turn": turn.id, "passage_id": hit.passage.id,
    }  # fmt: skip
    key = service.create_key(project, scope="admin", projects=[project]).secret
    found = tuple(one.id for one in proposals)
    return Side(project, word, channel, person, key, ids, found)


@pytest.fixture(params=[0, 1], ids=["north", "south"])
def sides(pair, request) -> tuple[Side, Side]:
    """A side, and the other one."""
    return pair.sides[request.param], pair.sides[1 - request.param]


def check(told: dict[str, str], own: Side, other: Side, *, says: set[str]) -> None:
    """Nothing tells the other's word; what names in `says` tells its own, so there was a chance."""
    assert {name for name, text in told.items() if other.is_in(text)} == set()
    silent = {name for name in says if not own.is_in(told[name])}
    assert silent == set()


# -- HTTP API

PROJECT = "/v1/projects/{project}"
QUERY = {
    "q": QUESTION, "words": "depot", "before": 1, "after": 1, "format": "md", "history": "true",
}  # fmt: skip
IDS = {"file_id", "conversation", "turn", "passage_id"}
SAYS = {
    "/facts", "/facts.yaml", "/facts/{fact}", "/facts/{fact}/history", "/interview/review",
    "/proposals", "/documents/{kind}", "/documents/{kind}/versions", "/documents/{kind}/export",
    "/documents/{kind}/versions/{number}", "/documents/{kind}/blocks/{key}", "/files",
    "/files/{file_id}", "/passages/{passage_id}", "/search", "/turns",
    "/conversations/{conversation}", "/conversations/{conversation}/markdown",
}  # fmt: skip


@pytest.fixture(scope="module")
def api(pair) -> Iterator[Served]:
    with served(pair.assistant) as server:
        server.house.keyring._looked_at = -1.0
        yield server


def reads(api: Served, key: str) -> list[str]:
    """Every path below a project that can be read."""
    described = api.client(key).get("/openapi.json").json()["paths"]
    return [path for path, how in described.items() if path.startswith(PROJECT) and "get" in how]


def path_of(path: str, project: str, ids: dict[str, str]) -> str:
    for name, text in {"project": project, **ids}.items():
        path = path.replace(f"{{{name}}}", quote(text, safe="/"))
    assert "{" not in path, f"say an id for {path}"
    return path


def test_no_route_tells_of_the_other(api, sides):
    own, other = sides
    client = api.client(own.key)
    told = {}
    for path in reads(api, own.key):
        reply = client.get(path_of(path, own.project, own.ids), params=QUERY)
        assert reply.status_code == 200, f"{path}: {reply.text}"
        told[path.removeprefix(PROJECT)] = reply.text
    told["projects"] = client.get("/v1/projects").text
    asked = {"model": "scopewright", "messages": [{"role": "user", "content": QUESTION}]}
    told["chat"] = client.post("/v1/chat/completions", json=asked).text
    turn = client.post(f"/v1/projects/{own.project}/conversations", json={"question": QUESTION})
    told["conversation"] = turn.text
    check(told, own, other, says={*SAYS, "chat", "conversation"})


def test_no_route_opens_the_other_or_takes_its_ids(api, sides):
    own, other = sides
    client = api.client(own.key)
    for path in reads(api, own.key):
        foreign = client.get(path_of(path, other.project, other.ids), params=QUERY)
        assert foreign.status_code == 404, path
        assert not other.is_in(foreign.text), path
        if any(f"{{{name}}}" in path for name in IDS):
            mixed = client.get(path_of(path, own.project, other.ids), params=QUERY)
            assert mixed.status_code == 404, path
            assert not other.is_in(mixed.text), path
    found = client.get(f"/v1/projects/{own.project}/search", params={"q": other.word}).json()
    assert found["hits"]
    assert not other.is_in(json.dumps(found["hits"]))
    before = api.assistant.export_facts(project=own.project)
    client.post(f"/v1/projects/{own.project}/proposals/accept", json={"ids": list(other.proposals)})
    assert api.assistant.export_facts(project=own.project) == before
    waiting = {one.id for one in api.assistant.proposals(project=other.project)}
    assert waiting == set(other.proposals)


# -- MCP


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as opened:
        yield opened


def test_no_tool_and_no_resource_tells_of_the_other(pair, portal, sides):
    own, other = sides
    server = create_server(pair.assistant, project=own.project, allow_writes=True)
    fact = "users.count"
    calls: dict[str, dict[str, Any]] = {
        "search_guidance": {"query": QUESTION, "k": 20},
        "ask": {"question": QUESTION},
        "list_articles": {},
        "read_article": {"article_id": "ivo-test"},
        "next_question": {},
        "review": {},
        "verdict": {},
        "checks": {"phase": KIND},
        "document": {"kind": KIND, "section": own.ids["section"]},
        "answer": {"fact_id": fact, "value": "34"},
        "dont_know": {"fact_id": fact},
        "skip": {"fact_id": "problem.today"},
        "prefill": {"text": f"The budget of {own.word} is 20,000 EUR in total."},
        "accept": {"ids": list(other.proposals)},
        "reject": {"ids": list(other.proposals)},
        "proposals": {},
        "undo": {},
    }
    told = {}
    with portal.wrap_async_context_manager(
        Client(server, read_timeout_seconds=PATIENCE_S)
    ) as client:
        tools = {tool.name for tool in portal.call(client.list_tools).tools}
        assert tools == calls.keys(), "say how the tool is called here"
        for name, given in calls.items():
            told[name] = portal.call(client.call_tool, name, given).model_dump_json()
        given = {"query": other.word, "k": 20}
        found = portal.call(client.call_tool, "search_guidance", given).structured_content
        told["search for the other"] = json.dumps(found["hits"])
        addresses = [str(one.uri) for one in portal.call(client.list_resources).resources]
        for template in portal.call(client.list_resource_templates).resource_templates:
            address = str(template.uri_template).replace("{article_id}", "ivo-test")
            addresses.append(address.replace("{kind}", KIND))
        assert f"scopewright://documents/{KIND}" in addresses
        for address in addresses:
            told[address] = portal.call(client.read_resource, address).model_dump_json()
    says = {
        "search_guidance",
        "ask",
        "review",
        "document",
        "proposals",
        f"scopewright://documents/{KIND}",
    }
    check(told, own, other, says=says)
    assert pair.assistant.proposals(project=other.project)
    assert "budget.total" not in pair.assistant.facts(project=own.project)


# -- the command line


def test_no_command_and_no_export_tells_of_the_other(pair, tmp_path):
    own, other = pair.sides
    cli = Cli(env_of(pair.home), own.project)
    archive = tmp_path / "north.zip"
    brief = tmp_path / "brief.txt"
    brief.write_text(f"The deadline of {own.word} is 1 March 2027.")
    commands = [
        ["search", QUESTION, "--json"], ["ask", QUESTION, "--json"],
        ["facts", "export", "--history"], ["interview"], ["document", KIND, "--json"],
        ["files", "list"], ["prefill", str(brief), "--json"], ["search", other.word, "--json"],
    ]  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        printed = pool.map(lambda one: cli.run(*one, typed="review\nstop\n"), commands)
        told = {" ".join(command): text for command, text in zip(commands, printed, strict=True)}
    # It repeats what it was asked for.
    repeated = f"search {other.word} --json"
    told[repeated] = json.dumps(json.loads(told[repeated])["hits"])
    pair.assistant.export_project(own.project, archive)
    with zipfile.ZipFile(archive) as opened:
        inside = b"\n".join(opened.read(name) for name in opened.namelist())
        told["export"] = " ".join(opened.namelist()) + inside.decode("utf-8", "replace")
    check(told, own, other, says=told.keys() - {repeated})


# -- Slack


def words_in(content: bytes) -> str:
    """The words of an uploaded document; those of a pdf are drawn and stand for nothing here."""
    if b"PK" not in content[:200]:
        return ""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist()).decode("latin-1")


def test_no_channel_of_slack_tells_of_the_other(pair):
    with workspace(pair.assistant) as at:
        for own, other in (pair.sides, pair.sides[::-1]):
            check(told_in(at, own, other), own, other, says={"channel", "upload", "home"})
        # A person's own project knows neither of them.
        after(at, lambda: at.say("U1", QUESTION, "DU1"))
        assert at.bot_says("DU1")
        assert not any(side.is_in(at.everything("DU1")) for side in pair.sides)


def told_in(at: Workspace, own: Side, other: Side) -> dict[str, str]:
    """What Slack is told in a channel, whatever is asked for there."""
    calls, replies, uploads = len(at.slack.calls), len(at.slack.replies), set(at.slack.uploads)
    # Whoever names the other project is not let in by it.
    foreign = f"bind {other.project}"
    for text in (
        "status", f"ask {QUESTION}", "verdict", f"document {KIND}", "interview", foreign, "review",
        "checks", f"gate {KIND}", "edit project.summary",
    ):  # fmt: skip
        after(at, lambda text=text: at.command(own.person, text, own.channel))
    message = f"{BOT} in {other.project}: {QUESTION}"
    thread = after(at, lambda: at.say(own.person, message, own.channel))
    assert at.bot_says(own.channel, thread)
    event = {"type": "app_home_opened", "user": own.person, "tab": "home"}
    after(at, lambda: at.send("events_api", at.event(event)))
    new = at.slack.uploads.keys() - uploads
    return {
        "channel": json.dumps([given for _, given, _ in at.slack.calls[calls:]]),
        "replies": json.dumps(at.slack.replies[replies:]),
        "upload": " ".join(words_in(at.slack.uploads[name]) for name in new),
        "home": json.dumps(at.slack.homes[own.person]),
    }
