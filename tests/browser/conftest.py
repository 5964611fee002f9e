"""A real page on a free port, and a real Chromium to look at it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Nothing of the browser's own may go out either.
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Page:
    """The page as a process of its own, which can be stopped and started on the same home."""

    home: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "ui" / "app.py")]
        command += ["--server.address", "127.0.0.1", "--server.port", str(self.port)]
        kept = {
            k: v for k, v in os.environ.items() if not k.startswith(("SCOPEWRIGHT_", "OPENAI_"))
        }
        # A test that wants a model names its rungs.
        environment = {
            "SCOPEWRIGHT_LADDER": "extractive",
            **kept,
            "SCOPEWRIGHT_HOME": str(self.home),
            **self.settings,
        }
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        self._wait()

    def _wait(self, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.address}/_stcore/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise TimeoutError(f"no page at {self.address} after {seconds} s")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            finally:
                # A server that stays would keep the whole run waiting for its output to end.
                self.process.kill()
                self.process = None


@pytest.fixture(scope="module")
def page_server(prepared_home, tmp_path_factory):
    home = tmp_path_factory.mktemp("page") / "home"
    shutil.copytree(prepared_home, home)
    server = Page(home)
    server.start()
    yield server
    server.stop()


# Closed after each module: while it is open, nothing else in the process may run a loop.
@pytest.fixture(scope="module")
def chromium():
    """Debian's Chromium; without one a skip that says so, in CI a failure."""
    path = shutil.which("chromium")
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("CI needs a chromium: apt-get install chromium")
    if path is None:
        pytest.skip("needs a chromium on the path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
        yield browser
        browser.close()


def wait_until_ready(page):
    """Wait for the shell; long, since the index is built when an article has changed."""
    page.locator(".st-key-rung-now").wait_for(state="attached", timeout=160_000)
    settle(page)


def settle(page):
    """Wait until the page is drawn as a whole: a file chosen before would go to the old field."""
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()


def visit(page, name):
    """Go to another place by the navigation, which a narrow window hides behind a button."""
    opener = page.get_by_test_id("stExpandSidebarButton")
    if opener.is_visible():
        opener.click()
    page.locator(".stSidebar").get_by_role("link", name=name, exact=True).click()
    page.wait_for_function("title => document.title.startsWith(title)", arg=f"{name} ·")
    settle(page)


def watched(context, address, faults):
    """Return a new page whose errors, and requests to anywhere else, are added to `faults`."""

    def note_request(request):
        if not request.url.startswith((address, "blob:", "data:")):
            faults.append(f"request to {request.url}")

    def note_console(message):
        # Below an address with a path, Streamlit first looks there for its own server.
        if message.type == "error" and "/_stcore/" not in message.location.get("url", ""):
            faults.append(f"console: {message.text} {message.location}")

    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("request", note_request)
    page.on("console", note_console)
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    page.on("dialog", lambda dialog: (faults.append("an alert"), dialog.dismiss()))
    return page


@pytest.fixture
def open_page(chromium, page_server):
    """Open the page in a window of its own; at the end nothing may have gone wrong or out."""
    faults: list[str] = []
    contexts = []

    def opened(path="/chat", *, width=1280, height=800, theme="light", ready=True):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=theme,
            # Nothing is half on its way when it is looked at.
            reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = watched(context, page_server.address, faults)
        page.goto(page_server.address + path)
        if ready:
            wait_until_ready(page)
        return page

    opened.faults = faults
    yield opened
    for context in contexts:
        context.close()
    assert not faults
