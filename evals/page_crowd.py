"""Many people on the page at once → how long each waits.

A browser for each of them would take the machine that the server runs on, so that the browsers
would be measured. Most people here are therefore sessions without a browser: a connection that
says and hears what a browser would. A few are real windows, which also draw what they hear.
"""

import asyncio
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import quote

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

# People at once, how many of them have a real window, how often each does something, for how long.
PEOPLE, WINDOWS, EVERY_S, WHILE_S = 20, 2, 10.0, 60.0
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# The longest that is waited for one step.
PATIENCE_S = 60.0
MOST_BYTES = 64 * 2**20
Walk = Sequence[tuple[str, str]]


@dataclass
class Waits:
    """Seconds that steps took: for sessions to the last word sent, for windows to what is shown."""

    sessions: list[float] = field(default_factory=list)
    windows: list[float] = field(default_factory=list)


def crowd(chromium: str, address: str, project: str, walk: Walk) -> Waits:
    """Let people in, each of whom goes from place to place."""
    return asyncio.run(_crowd(chromium, address, project, walk))


async def _crowd(chromium: str, address: str, project: str, walk: Walk) -> Waits:
    from playwright.async_api import async_playwright

    waits = Waits()
    async with AsyncExitStack() as stack:
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        people: list[Session | Window] = []
        for _ in range(WINDOWS):
            page = await browser.new_page(viewport={"width": 1280, "height": 800})
            people.append(Window(page, waits.windows))
        for _ in range(PEOPLE - WINDOWS):
            people.append(
                Session(await stack.enter_async_context(line_to(address)), waits.sessions)
            )
        for one in people:
            await one.enter(address, project)
        over = time.perf_counter() + WHILE_S
        await asyncio.gather(
            *(
                _go_round(one, place * EVERY_S / PEOPLE, over, walk)
                for place, one in enumerate(people)
            )
        )
        await browser.close()
    return waits


async def _go_round(one: "Session | Window", late: float, over: float, walk: Walk) -> None:
    """Go on every ten seconds, each person at a moment of their own."""
    await asyncio.sleep(late)
    for name, mark in cycle(walk):
        began = time.perf_counter()
        if began > over:
            return
        await asyncio.wait_for(one.go(name, mark), PATIENCE_S)
        one.waits.append(time.perf_counter() - began)
        await asyncio.sleep(max(0.0, began + EVERY_S - time.perf_counter()))


def line_to(address: str) -> connect:
    """Connect as the page's own script does."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=10):
        pass
    return connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        origin=address,  # type: ignore[arg-type]
        max_size=MOST_BYTES,
    )


class Window:
    """A person with a real browser."""

    def __init__(self, page: Any, waits: list[float]) -> None:
        self.page, self.waits = page, waits

    async def enter(self, address: str, project: str) -> None:
        """Open the first place."""
        self.page.set_default_timeout(1e3 * PATIENCE_S)
        await self.page.goto(f"{address}/?p={quote(project)}")
        await self.page.locator(".st-key-go-on").wait_for()

    async def go(self, name: str, mark: str) -> None:
        """Press the link to a place and wait until `mark` of it is drawn."""
        links = self.page.locator(".stSidebar").get_by_role("link", name=name, exact=True)
        await links.click()
        await self.page.locator(mark).first.wait_for()


class Session:
    """A person without a browser: what the page sends is heard to its end, and not drawn."""

    def __init__(self, line: ClientConnection, waits: list[float]) -> None:
        self.line, self.waits = line, waits
        self._deltas: list[Delta] = []
        self._places: Mapping[str, str] = {}
        self._query = ""

    @property
    def heard(self) -> str:
        """All that the last step sent, as text."""
        return "\n".join(str(delta) for delta in self._deltas)

    async def enter(self, _address: str, project: str) -> None:
        """Open the first place; learn where the others are."""
        self._query = f"p={quote(project)}"
        await asyncio.wait_for(self._step(""), PATIENCE_S)

    async def go(self, name: str, _mark: str) -> None:
        """Ask for a place and hear all of it."""
        await self._step(self._places[name])

    async def _step(self, place: str) -> None:
        asked = BackMsg()
        asked.rerun_script.query_string = self._query
        asked.rerun_script.page_script_hash = place
        await self.line.send(asked.SerializeToString())
        deltas = []
        while True:
            heard = ForwardMsg.FromString(await self.line.recv(decode=False))
            kind = heard.WhichOneof("type")
            if kind == "navigation":
                self._places = {
                    page.page_name: page.page_script_hash for page in heard.navigation.app_pages
                }
            if kind == "delta":
                deltas.append(heard.delta)
            if kind == "script_finished" and heard.script_finished == (
                ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                break
        if any('class="sw-problem"' in one.new_element.html.body for one in deltas):
            raise RuntimeError("the page showed a problem in place of what was asked for")
        # Turned into words only when it is asked for: here it would be counted as waiting.
        self._deltas = deltas
