"""From the page back to Slack: the project's channel is a link away, and no other project's."""

from pathlib import Path

import pytest

UI = Path(__file__).parents[1] / "ui"


@pytest.fixture
def page(assistant):
    from streamlit.testing.v1 import AppTest

    from ui.running import running

    running.clear()
    yield AppTest.from_file(str(UI / "app.py"), default_timeout=60).run()
    running.clear()


def addresses(page):
    return [one.proto.url for one in page.get("link_button") if one.proto.label == "Open in Slack"]


def test_the_page_leads_back_to_the_channel_of_its_project(page, assistant):
    assistant.new_project("parcels")
    assistant.bind_channel("slack/T1/C1", "parcels")
    assert addresses(page.run()) == []
    page.query_params["p"] = "parcels"
    assert addresses(page.run()) == ["https://slack.com/app_redirect?team=T1&channel=C1"]
    assert not page.exception
