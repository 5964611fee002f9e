"""The MCP server, through the official client over both transports."""

import json
import os
import subprocess
import sys
import time

import anyio
import httpx
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from assistant.channels.mcp_server.bounds import MOST_LETTERS
from assistant.channels.mcp_server.serving import check_host, create_server
from assistant.errors import UserFixable

READING = {
    "search_guidance", "ask", "list_articles", "read_article", "next_question", "verdict", "checks",
    "document", "review",
}  # fmt: skip
WRITING = {"answer", "dont_know", "skip", "undo", "prefill", "accept"}
PROJECT = "agent work"


def run(work):
    return anyio.run(work)


async def called(client, name, **given):
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
            made = await called(client, "document", kind="requirements", section="problem")
            assert "Riders arrive late." in json.dumps(made["blocks"])
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
            assert (await called(client, "accept", ids=ids))["stored"] == ["budget.total"]
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
            await client.read_resource("scopewright://documents/tdd")

    run(work)
    assert assistant.export_facts(project=PROJECT) == before
    assert assistant.document_versions("tdd", project=PROJECT) == []
    assert assistant.proposals(project=PROJECT) == []


@pytest.mark.parametrize(
    ("tool", "given", "says"),
    [
        ("read_article", {"article_id": "../../etc/passwd"}, "no such article"),
        ("document", {"kind": "novel"}, "novel"),
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
                ("document", {"kind": "requirements", "section": "problem"}),
            ):
                result = await client.call_tool(name, given)
                told = json.dumps(result.structured_content)
                assert len(told) <= MOST_LETTERS * 1.1
                assert "of another project" not in told.replace('"query": "CANARY', "")[60:]

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
def served(home, unused_port):
    """The server over HTTP, as its own process."""
    command = parameters(home, "--http", "--port", str(unused_port), "--allow-writes")
    process = subprocess.Popen([command.command, *command.args], env=command.env)
    address = f"http://127.0.0.1:{unused_port}/mcp"
    try:
        for _ in range(300):
            try:
                httpx.get(address)
                break
            except httpx.ConnectError:
                time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture
def unused_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_over_http_a_key_is_needed_from_the_first_one_on(home, served, assistant_of):
    async def names(headers):
        async with httpx.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(served, http_client=http)
            async with Client(transport) as client:
                return {tool.name for tool in (await client.list_tools()).tools}

    assert run(lambda: names({})) == READING | WRITING
    foreign = httpx.post(served, headers={"host": "attacker.test"}, json={})
    assert foreign.status_code in (403, 421)
    assistant = assistant_of(home)
    good = assistant.create_key("agent", scope="write", projects=[PROJECT])
    wrong = [
        assistant.create_key("other", scope="admin", projects=["another"]).secret,
        assistant.create_key("reader", scope="read").secret,
        "nonsense",
    ]
    assert httpx.post(served, json={}).status_code == 401
    for secret in wrong:
        headers = {"authorization": f"Bearer {secret}"}
        assert httpx.post(served, headers=headers, json={}).status_code == 401
    bearer = {"authorization": f"Bearer {good.secret}"}
    assert run(lambda: names(bearer)) == READING | WRITING
    assistant.revoke_key(good.key.id)
    assert httpx.post(served, headers=bearer, json={}).status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.com", "::"])
def test_it_listens_on_this_machine_only(host):
    with pytest.raises(UserFixable):
        check_host(host)
