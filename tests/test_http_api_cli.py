"""`scopewright keys` and `scopewright api` at the command line."""

import asyncio
import json

import pytest
from bench_saves import save_all
from http_api import served
from typer.testing import CliRunner

from assistant import Assistant, Settings
from assistant.channels.cli.app import app
from assistant.channels.cli.session import close_session
from assistant.errors import AssistantError, NotFound


@pytest.fixture
def run():
    def invoke(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, list(words))
        close_session()
        if isinstance(done.exception, AssistantError):
            raise done.exception
        return done.exit_code, done.stdout

    return invoke


def test_a_key_is_made_listed_and_revoked(run):
    run("project", "new", "churn")
    code, made = run("keys", "create", "--name", "ci", "--scope", "write", "--project", "churn")
    secret = made.strip()
    assert (code, len(secret)) == (0, 46)
    code, listed = run("keys", "list")
    assert f"{secret[:9]}…  ci: write, churn, made " in listed
    assert secret not in listed
    with Assistant(Settings()) as service:
        assert service.key_of(secret) is not None
    code, said = run("keys", "revoke", "ci")
    assert (code, said.strip()) == (0, f"Revoked ci ({secret[:9]}…).")
    with Assistant(Settings()) as service:
        assert service.key_of(secret) is None
    assert ", revoked " in run("keys", "list")[1]


def test_keys_as_json(run):
    assert json.loads(run("keys", "list", "--json")[1]) == {"keys": []}
    made = json.loads(run("keys", "create", "-n", "ci", "--json")[1])
    assert made.keys() == {
        "key", "id", "name", "start", "scope", "projects", "created_at", "revoked_at",
    }  # fmt: skip
    assert (made["scope"], made["projects"]) == ("read", None)
    (listed,) = json.loads(run("keys", "list", "--json")[1])["keys"]
    assert listed == {name: value for name, value in made.items() if name != "key"}


def test_wrong_usage_and_unknown_keys(run):
    assert run("keys", "create", "--name", "x", "--scope", "root")[0] == 2
    assert run("keys", "create")[0] == 2
    with pytest.raises(NotFound):
        run("keys", "revoke", "nobody's")
    with pytest.raises(NotFound):
        run("keys", "create", "--name", "x", "--project", "nowhere")


def test_a_measurement_that_could_save_nothing_says_why(assistant):
    with served(assistant) as api:
        # As a data folder does that people worked with: every request needs a key.
        api.key("read")
        people = asyncio.run(save_all(api.url, users=2, saves=1))
    with pytest.raises(SystemExit, match="nothing to measure: 2 times 401 key_needed: This needs"):
        people.must_have_saved()
