"""The commands of Slack: which channel works in which project, and what is missing to start."""

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from assistant import Assistant
from assistant.channels.cli.app import app, close_session


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
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})
    assert done.returncode == 1
    assert "SCOPEWRIGHT_SLACK_BOT_TOKEN is not set" in done.stderr
    assert "Traceback" not in done.stderr
