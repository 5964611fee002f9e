"""The commands of Slack: which channel works in which project, and what is missing to start."""

import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import urlencode

import httpx
import pytest
from faults.slack_server import APP, APP_TOKEN, BOT_TOKEN, SECRET, TEAM, SlackServer
from slack import wait_for
from test_slack_safety import signed
from typer.testing import CliRunner

from assistant import Assistant
from assistant.channels.cli.app import app, close_session

PATIENCE_S = 120


@pytest.fixture
def cli():
    def call(*words):
        try:
            return CliRunner().invoke(app, ["slack", *words])
        finally:
            close_session()

    with Assistant() as assistant:
        assistant.new_project("parcels")
    return call


def test_a_channel_is_bound_listed_and_unbound(cli, monkeypatch):
    assert "No channel" in cli("bindings").stdout
    monkeypatch.setenv("SCOPEWRIGHT_SLACK_TEAM", "T1")
    assert "works in the project parcels" in cli("bind", "C1", "parcels").stdout
    assert cli("bind", "C2", "parcels", "--team", "T9").exit_code == 0
    found = json.loads(cli("bindings", "--json").stdout)["bindings"]
    assert found == [
        {"channel": "slack/T1/C1", "project": "parcels"},
        {"channel": "slack/T9/C2", "project": "parcels"},
    ]
    assert cli("unbind", "C1").exit_code == 0
    assert "C1" not in cli("bindings").stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["bind", "C1", "parcels"], "--team"),
        (["bind", "C1", "nowhere", "--team", "T1"], "nowhere"),
        (["bind", "C1/x", "parcels", "--team", "T1"], "ids"),
        (["unbind", "C1", "--team", "T1"], "has no project"),
    ],
)
def test_what_cannot_be_bound_is_told(cli, words, says):
    found = cli(*words)
    assert found.exit_code != 0
    assert says in str(found.exception)


def test_without_tokens_it_says_what_to_set():
    command = [sys.executable, "-m", "assistant", "slack"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ}, timeout=PATIENCE_S
    )
    assert done.returncode == 1
    assert "SCOPEWRIGHT_SLACK_BOT_TOKEN is not set" in done.stderr
    assert "Traceback" not in done.stderr


# -- the program itself

# Where Slack is does not stand in the settings; the rest is the program as it is started.
PROGRAM = """
import sys
from assistant.channels.slack_bot import serving
serving.Running.__init__.__kwdefaults__["api"] = sys.argv.pop(1)
serving.main()
"""
ASKED = {
    "command": "/scopewright", "text": "help", "user_id": "U1", "channel_id": "C1",
    "team_id": TEAM, "api_app_id": APP, "trigger_id": "t1",
}  # fmt: skip


@pytest.fixture
def program(prepared_home, tmp_path):
    """Start the program with options against a Slack; it is ended in any case."""
    home = tmp_path / "program"
    (home / "indexes").mkdir(parents=True)
    (home / "indexes" / "knowledge").symlink_to(prepared_home / "indexes" / "knowledge")
    secrets = {"BOT_TOKEN": BOT_TOKEN, "APP_TOKEN": APP_TOKEN, "SIGNING_SECRET": SECRET}
    env = {**os.environ, "SCOPEWRIGHT_HOME": str(home)}
    env |= {f"SCOPEWRIGHT_SLACK_{name}": text for name, text in secrets.items()}
    started = []

    def start(slack, *options):
        command = [sys.executable, "-c", PROGRAM, slack.api, *options]
        with (tmp_path / "said").open("w") as said:
            process = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(PATIENCE_S)


def test_the_program_connects_answers_and_ends_when_it_is_told(program):
    with SlackServer() as slack:
        process = program(slack)
        wait_for(lambda: slack.connected.is_set() or process.poll() is not None, PATIENCE_S)
        slack.send("slash_commands", {**ASKED, "response_url": f"{slack.base}/respond/1"})
        wait_for(lambda: slack.replies or process.poll() is not None, PATIENCE_S)
        assert "What I can do" in slack.replies[0]["text"]
        with slack.chatter():
            process.terminate()
            assert process.wait(PATIENCE_S) == 0


def test_the_program_takes_signed_requests_and_ends_when_it_is_told(program):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with SlackServer() as slack, httpx.Client(base_url=address, trust_env=False) as client:
        process = program(slack, "--http", "--port", str(port))

        def listens():
            assert process.poll() is None
            try:
                return client.get("/healthz").is_success
            except httpx.TransportError:
                return False

        wait_for(listens, PATIENCE_S)
        form = urlencode({**ASKED, "response_url": f"{slack.base}/respond/1"}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        headers = signed(form, stamp=str(int(time.time())), **kind)
        assert client.post("/slack/events", content=form, headers=headers).status_code == 200
        wait_for(lambda: slack.replies, PATIENCE_S)
        assert "What I can do" in slack.replies[0]["text"]
        process.terminate()
        assert process.wait(PATIENCE_S) == 0
