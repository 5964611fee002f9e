"""The MCP server, through the official client over both transports."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import httpx
import pytest
from answering import Endless
from faults.slack_server import within
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from slack import wait_for

from assistant.channels.mcp_server.bounds import MOST_LETTERS, MOST_OF_A_RESOURCE
from assistant.channels.mcp_server.serving import check_host, create_server
from assistant.errors import UserFixable
from assistant.ladder import Ladder

READING = {
    "search_guidance", "ask", "list_articles", "read_article", "next_question", "verdict", "checks",
    "document", "review", "proposals",
}  # fmt: skip
WRITING = {"answer", "dont_know", "skip", "undo", "prefill", "accept", "reject"}
# Nothing here takes long; a busy machine may.
PATIENCE_S = 120
PROJECT = "agent work"


def run(work):
    """Do it, and fail rather than wait for ever."""

    async def within():
        with anyio.fail_after(PATIENCE_S):
            return await work()

    return anyio.run(within)


async def called(client, name, /, **given):
    result = await client.call_tool(name, given)
    assert not result.is_error, result.content
    return result.structured_content


@pytest.fixture
def home(prepared_home, tmp_path):
    """A data folder with the project in it."""
    from assistant import Assistant, Settings

    folder = tmp_path / "mcp-home"
    (folder / "indexes").mkdir(parents=True)
    (folder / "indexes" / "knowledge").symlink_to(prepared_home / "indexes" / "knowledge")
    with Assistant(Settings(home=folder)) as assistant:
        assistant.new_project(PROJECT)
        assistant.new_project("another")
        assistant.set_fact("problem.statement", "CANARY of another project", project="another")
    return folder


def parameters(home, *options):
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant", "mcp", "--project", PROJECT, *options],
        env={**os.environ, "SCOPEWRIGHT_HOME": str(home)},
    )


def test_a_project_is_scoped_over_standard_input(home):
    async def work():
        async with Client(stdio_client(parameters(home, "--allow-writes"))) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert tools.keys() == READING | WRITING
            assert all(len(tool.description) < 200 for tool in tools.values())
            assert all(tools[name].annotations.read_only_hint for name in READING)
            first = await called(client, "next_question")
            assert first["question"]["why"]
            step = await called(
                client, "answer", fact_id="problem.statement", value="Riders arrive late."
            )
            assert step["stored"]
            assert step["progress"]["answered"] == 1
            answers = (await called(client, "review"))["answers"]
            assert [one["author"] for one in answers] == ["MCP"]
            made = await called(client, "document", kind="requirements")
            assert made["section"] == made["sections"][0]["id"]
            sections = [
                await called(client, "document", kind="requirements", section=one["id"])
                for one in made["sections"]
            ]
            assert sections[0]["blocks"] == made["blocks"]
            assert "Riders arrive late." in json.dumps([one["blocks"] for one in sections])
            found = await called(client, "search_guidance", query="What is a baseline?", k=3)
            assert len(found["hits"]) == 3
            answer = await called(client, "ask", question="What is a quick baseline?")
            assert answer["citations"]
            text = await client.read_resource("scopewright://documents/requirements")
            assert "Riders arrive late." in text.contents[0].text
            article = await client.read_resource("scopewright://articles/ivo-test")
            assert article.contents[0].text.startswith("# ")
            assert (await client.list_prompts()).prompts
            found = await called(client, "prefill", text="Our budget is 30,000 EUR in total.")
            ids = [one["id"] for one in found["proposals"]]
            assert await called(client, "proposals") == {
                "proposals": found["proposals"], "total": 1,
            }  # fmt: skip
            assert (await called(client, "accept", ids=ids))["stored"] == ["budget.total"]
            assert (await called(client, "proposals"))["total"] == 0
            assert await called(client, "undo") == {"undone": "budget.total"}
            undone = await called(client, "undo")
            assert undone == {"undone": "problem.statement"}
            first = (await called(client, "next_question"))["question"]["id"]
            after = await called(client, "skip", fact_id=first)
            assert after["question"]["id"] != first
            reviewed = await called(client, "review")
            assert (first, "skipped") in {(one["id"], one["state"]) for one in reviewed["answers"]}
            rest = await called(client, "review", start=1)
            assert rest["answers"] == reviewed["answers"][1:]
            assert rest["total"] == len(reviewed["answers"])

    run(work)


def test_the_page_about_it_names_every_tool():
    page = (Path(__file__).parents[1] / "docs" / "mcp.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| (`[a-z_`, ]+`) \|", page)
    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == READING | WRITING


def test_proposals_are_rejected_one_by_one(home, assistant_of):
    assistant = assistant_of(home)
    server = create_server(assistant, project=PROJECT, allow_writes=True)
    brief = "Our budget is 30,000 EUR in total. The deadline is 1 March 2027."

    async def work():
        async with Client(server) as client:
            await called(client, "prefill", text=brief, name="mail")
            waiting = await called(client, "proposals")
            assert [one["source"] for one in waiting["proposals"]] == ["mail", "mail"]
            last = await called(client, "proposals", start=1)
            assert last == {"proposals": waiting["proposals"][1:], "total": 2}
            ids = [waiting["proposals"][0]["id"]]
            assert await called(client, "reject", ids=ids) == {"rejected": 1}
            assert (await called(client, "proposals"))["proposals"] == waiting["proposals"][1:]
            again = await client.call_tool("reject", {"ids": ids})
            assert "no open proposal" in again.content[0].text

    run(work)
    assert list(assistant.facts(project=PROJECT)) == []


def test_without_leave_to_write_nothing_changes(home, assistant_of):
    assistant = assistant_of(home)
    server = create_server(assistant, project=PROJECT, allow_writes=False)
    before = assistant.export_facts(project=PROJECT)

    async def work():
        async with Client(server) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            assert names == READING
            for name in sorted(WRITING):
                result = await client.call_tool(name, {"fact_id": "problem.statement"})
                assert result.is_error
            await called(client, "document", kind="tdd")
            await called(client, "ask", question="What is a quick baseline?")
            await called(client, "search_guidance", query="What is a quick baseline?")
            await called(client, "checks", phase="design")
            for name in ("verdict", "review", "proposals", "next_question"):
                await called(client, name)
            await client.read_resource("scopewright://documents/tdd")

    run(work)
    assert assistant.conversations(project=PROJECT) == []
    assert assistant.export_facts(project=PROJECT) == before
    assert assistant.document_versions("tdd", project=PROJECT) == []
    assert assistant.proposals(project=PROJECT) == []


@pytest.mark.parametrize(
    ("tool", "given", "says"),
    [
        ("read_article", {"article_id": "../../etc/passwd"}, "no such article"),
        ("document", {"kind": "novel"}, "novel"),
        ("document", {"kind": "cvp", "section": "novel"}, "Its sections are"),
        ("accept", {"ids": ["nothing"]}, "no open proposal"),
        ("prefill", {"text": "x" * 400_001}, "400000"),
        ("search_guidance", {"query": "   "}, "question"),
        ("search_guidance", {"query": "drift", "k": 1000}, "20"),
        ("next_question", {"kind": "novel"}, "novel"),
    ],
)
def test_a_problem_is_told_in_words(home, assistant_of, tool, given, says):
    server = create_server(assistant_of(home), project=PROJECT, allow_writes=True)

    async def work():
        async with Client(server) as client:
            result = await client.call_tool(tool, given)
            assert result.is_error
            assert says in result.content[0].text
            assert "Traceback" not in result.content[0].text

    run(work)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("scopewright://articles/novel", "no such article"),
        ("scopewright://articles/..%2F..%2Fetc", "Unknown resource"),
        ("scopewright://documents/novel", "novel"),
    ],
)
def test_what_cannot_be_opened_is_told_in_words(home, assistant_of, address, says):
    server = create_server(assistant_of(home), project=PROJECT, allow_writes=False)

    async def work():
        async with Client(server) as client:
            with pytest.raises(MCPError) as told:
                await client.read_resource(address)
            assert says in str(told.value)

    run(work)


def test_a_question_that_is_called_off_stops_the_model(home, assistant_of):
    assistant = assistant_of(home)
    server = create_server(assistant, project=PROJECT, allow_writes=False)
    model = Endless()
    assistant.answering.use(Ladder(assistant.settings, models=[model]))

    async def work():
        async with Client(server) as client:
            with anyio.move_on_after(PATIENCE_S) as call:
                async with anyio.create_task_group() as calls:
                    calls.start_soon(client.call_tool, "ask", {"question": "What is drift?"})
                    await anyio.to_thread.run_sync(model.began.wait, 30)
                    calls.cancel_scope.cancel()
            assert not call.cancelled_caught
            assert await anyio.to_thread.run_sync(model.stopped.wait, 10)
            # The client goes on with the same server.
            assert (await called(client, "verdict"))["verdict"]

    run(work)


def test_results_are_bounded_and_hold_nothing_of_another_project(home, assistant_of):
    assistant = assistant_of(home)
    server = create_server(assistant, project=PROJECT, allow_writes=True)

    async def work():
        async with Client(server) as client:
            for name, given in (
                ("list_articles", {}),
                ("search_guidance", {"query": "CANARY of another project", "k": 20}),
                ("review", {}),
                ("checks", {"phase": "launch"}),
                ("document", {"kind": "requirements"}),
            ):
                result = await client.call_tool(name, given)
                told = json.dumps(result.structured_content)
                assert len(told) <= MOST_LETTERS * 1.1
                assert "of another project" not in told.replace('"query": "CANARY', "")[60:]

    run(work)


def test_a_project_full_of_long_answers_is_told_in_bounded_pieces(home, assistant_of):
    assistant = assistant_of(home)
    server = create_server(assistant, project=PROJECT, allow_writes=False)
    long = [one for one in assistant.catalogue() if one.type in ("text", "long_text")][:30]
    for number, fact in enumerate(long):
        words = f"Answer {number}: " + "parcels arrive late " * 150
        assistant.set_fact(fact.id, words, project=PROJECT)

    async def work():
        async with Client(server) as client:
            seen = []
            while True:
                page = await called(client, "review", start=len(seen))
                assert len(json.dumps(page)) <= MOST_LETTERS * 1.1
                seen += [one["id"] for one in page["answers"]]
                if len(seen) == page["total"]:
                    break
                assert page["cut"]["answers"] == page["total"] - len(seen)
            assert set(seen) == {fact.id for fact in long}
            made = await called(client, "document", kind="tdd")
            for one in made["sections"]:
                made = await called(client, "document", kind="tdd", section=one["id"])
                assert len(json.dumps(made)) <= MOST_LETTERS * 1.1
            text = await client.read_resource("scopewright://documents/tdd")
            assert len(text.contents[0].text) <= MOST_OF_A_RESOURCE

    run(work)


@pytest.fixture
def assistant_of():
    from assistant import Assistant, Settings

    opened = []

    def open_it(home):
        opened.append(Assistant(Settings(home=home)))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


@pytest.fixture
def served(home, unused_port, tmp_path):
    """The server over HTTP, as its own process."""
    command = parameters(home, "--http", "--port", str(unused_port), "--allow-writes")
    said = tmp_path / "said"
    with said.open("w") as out:
        process = subprocess.Popen(
            [command.command, *command.args], env=command.env,
            stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip
    address = f"http://127.0.0.1:{unused_port}/mcp"
    try:
        wait_for(lambda: answers(address, process, said), PATIENCE_S)
        yield address, process
        process.terminate()
        process.wait(PATIENCE_S)
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def answers(address, process, said):
    assert process.poll() is None, said.read_text()
    try:
        httpx.get(address, trust_env=False)
    except httpx.TransportError:
        return False
    return True


@pytest.fixture
def unused_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_over_http_a_key_is_needed_from_the_first_one_on(home, served, assistant_of):
    address, _ = served

    async def names(headers):
        async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as http:
            transport = streamable_http_client(address, http_client=http)
            async with Client(transport) as client:
                return {tool.name for tool in (await client.list_tools()).tools}

    assert run(lambda: names({})) == READING | WRITING
    foreign = httpx.post(address, headers={"host": "attacker.test"}, json={})
    assert foreign.status_code in (403, 421)
    assistant = assistant_of(home)
    good = assistant.create_key("agent", scope="write", projects=[PROJECT])
    wrong = [
        assistant.create_key("other", scope="admin", projects=["another"]).secret,
        assistant.create_key("reader", scope="read").secret,
        "nonsense",
    ]
    assert httpx.post(address, json={}).status_code == 401
    for secret in wrong:
        headers = {"authorization": f"Bearer {secret}"}
        assert httpx.post(address, headers=headers, json={}).status_code == 401
    bearer = {"authorization": f"Bearer {good.secret}"}
    assert run(lambda: names(bearer)) == READING | WRITING
    assistant.revoke_key(good.key.id)
    assert httpx.post(address, headers=bearer, json={}).status_code == 401


HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}  # fmt: skip


def test_a_client_that_listens_does_not_keep_the_server_from_stopping(served):
    address, process = served
    accepts = {"accept": "application/json, text/event-stream"}
    with httpx.Client(headers=accepts, timeout=PATIENCE_S, trust_env=False) as client:
        begun = client.post(address, json=HELLO)
        session = {"mcp-session-id": begun.headers["mcp-session-id"]}
        with client.stream("GET", address, headers=session) as listening:
            assert listening.status_code == 200
            process.terminate()
            assert process.wait(PATIENCE_S) == -signal.SIGTERM


def test_ctrl_c_ends_it_while_it_waits_for_input(home, tmp_path):
    command = parameters(home)
    with (tmp_path / "said").open("w") as out:
        process = subprocess.Popen(
            [command.command, *command.args], env=command.env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out,
        )  # fmt: skip
    try:
        process.stdin.write(json.dumps(HELLO).encode() + b"\n")
        process.stdin.flush()
        assert within(PATIENCE_S, process.stdout.readline).startswith(b'{"jsonrpc"')
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == -signal.SIGINT
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.com", "::"])
def test_it_listens_on_this_machine_only(host):
    with pytest.raises(UserFixable):
        check_host(host)
