"""Sessions without a browser, as the measurement of many people has them, hear every place."""

import asyncio

import pytest
from bench_page import EXAMPLE, WALK
from page_crowd import PATIENCE_S, Session, line_to

from assistant import Assistant, Settings

pytestmark = pytest.mark.browser


def test_a_session_without_a_browser_hears_every_place(page_server):
    with Assistant(Settings(home=page_server.home)) as assistant:
        assert assistant.open_example("card-fraud").name == EXAMPLE

    async def heard():
        async with line_to(page_server.address) as line:
            session = Session(line, [])
            await session.enter(page_server.address, EXAMPLE)
            texts = {}
            for name, mark in WALK:
                await asyncio.wait_for(session.go(name, mark), PATIENCE_S)
                texts[name] = session.heard
            return texts

    texts = asyncio.run(heard())
    for name, mark in (
        ("Documents", "ML technical design document"),
        ("Readiness", "sw-verdict"),
        ("Knowledge", "Search the articles"),
        ("Interview", "sw-progress"),
        ("Home", "sw-eyebrow"),
    ):
        assert mark in texts[name], name
