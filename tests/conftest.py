"""Fixtures that every test file shares: a home of its own, and no network but this machine."""

import os
import socket

import pytest
from hypothesis import settings
from places import SHARED

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["ANONYMIZED_TELEMETRY"] = "False"
# How long an example takes says more about the machine than about the program.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _own_home(tmp_path, monkeypatch):
    """Every test starts with a data folder of its own and none of the developer's settings."""
    for name in list(os.environ):
        if name.startswith("SCOPEWRIGHT_") or name == "OPENAI_API_KEY":
            monkeypatch.delenv(name)
    monkeypatch.setenv("SCOPEWRIGHT_HOME", str(tmp_path / "home"))
    # A test that wants a model names its rungs; others must not depend on what is installed.
    monkeypatch.setenv("SCOPEWRIGHT_LADDER", "extractive")


@pytest.fixture(autouse=True)
def _this_machine_only(monkeypatch):
    """A connection to another machine is a failure, not a surprise."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            assert address[0] in ("127.0.0.1", "::1", "localhost"), f"connects to {address}"
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def shared():
    """The folder of samples beside the checkout, or a skip that names it."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared")
    return SHARED


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory, request):
    """A data folder whose knowledge index is ready; copy it, or read.

    The index carries the hash of what it holds, so runs over the same articles share one.
    """
    from assistant import Assistant, Settings

    kept = request.config.cache.mkdir("prepared")
    with Assistant(Settings(home=kept)) as assistant:
        assistant.prepare()
    home = tmp_path_factory.mktemp("prepared")
    (home / "indexes").mkdir()
    (home / "indexes" / "knowledge").symlink_to(kept / "indexes" / "knowledge")
    return home


@pytest.fixture
def assistant(prepared_home, tmp_path):
    """A service of this test alone, with the knowledge index ready."""
    from assistant import Assistant, Settings

    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    (home / "indexes").mkdir()
    (home / "indexes" / "knowledge").symlink_to(prepared_home / "indexes" / "knowledge")
    with Assistant(Settings(home=home)) as service:
        yield service


@pytest.fixture
def slack(assistant):
    """A running app in socket mode, in whose channel C1 a project is worked on."""
    from slack import bind, workspace

    bind(assistant)
    with workspace(assistant) as found:
        yield found
