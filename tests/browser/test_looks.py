"""Every place at every width and in both themes: usable, readable, and without a request outside.

Screenshots are kept in `.artifacts/`, for people to look at.
"""

from pathlib import Path

import pytest

from tests.browser.conftest import settle, wait_until_ready, watched

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / ".artifacts"
AXE = Path(__file__).parent / "axe" / "axe.min.js"
EXAMPLE = "Example: Ranking card payments by fraud risk"
PLACES = {
    "home": "/",
    "home-project": "/?p={p}",
    "chat": "/chat?p={p}",
    "interview": "/interview?p={p}&q=metrics.error_costs&k=tdd",
    "interview-choice": "/interview?q=fit.validation&k=all",
    "proposals": "/interview?v=proposals",
    "answers": "/interview?p={p}&v=answers&k=cvp",
    "documents": "/documents?p={p}",
    "document": "/documents?p={p}&k=tdd",
    "readiness": "/readiness?p={p}",
    "readiness-empty": "/readiness",
    "plans": "/plans?p={p}",
    "review": "/review",
    "knowledge": "/knowledge",
    "article": "/knowledge?a=ivo-test",
    "files": "/knowledge?v=files",
    "settings": "/settings",
    "interview-fa": "/interview?l=fa&p={p}&q=metrics.error_costs&k=tdd",
    "home-fa": "/?l=fa&p={p}",
    "readiness-fa": "/readiness?l=fa&p={p}",
    "home-de": "/?l=de&p={p}",
}
WIDTHS = (390, 768, 1280, 1920)


@pytest.fixture(scope="module")
def page_server(page_server):
    from assistant import Assistant, Settings

    with Assistant(Settings(home=page_server.home)) as assistant:
        assert assistant.open_example("card-fraud").name == EXAMPLE
        for _ in assistant.converse("What is data drift?", project=EXAMPLE):
            pass
        assistant.prefill("We must be live by 1 June 2027. Our budget is EUR 120,000.")
    return page_server


@pytest.fixture(scope="module")
def window(chromium, page_server):
    """One window for all places, so that each has the page's own scripts at hand."""
    faults: list[str] = []
    context = chromium.new_context(reduced_motion="reduce")
    yield watched(context, page_server.address, faults), faults
    context.close()


def drawn(page):
    page.locator(".stMain h1").first.wait_for()
    settle(page)
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    return page


def keep(page, name):
    """Keep a screenshot, for people to look at."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


@pytest.fixture(scope="module")
def axe():
    """The accessibility checker, as a script."""
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize("place", PLACES)
def test_every_place_fits_every_width_and_axe_finds_nothing_serious(
    window, page_server, axe, place
):
    page, faults = window
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(page_server.address + PLACES[place].format(p=EXAMPLE.replace(" ", "%20")))
    wait_until_ready(page)
    drawn(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 1400})
        page.wait_for_timeout(150)
        wide = page.evaluate("""[document.documentElement, document.querySelector(".stMain")]
            .map((one) => one.scrollWidth - window.innerWidth)""")
        assert max(wide) <= 0, f"{place} at {width}"
        keep(page, f"{place}-{width}")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate(axe)
    assert serious(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'"
    )
    page.wait_for_timeout(500)
    settle(page)
    assert serious(page) == []
    keep(page, f"{place}-dark")
    assert page.locator(".sw-problem").count() == 0
    assert faults == []


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_read_from_the_right_has_its_side_bar_there(open_page, width):
    page = drawn(open_page("/interview?l=fa", width=width))
    opener = page.get_by_test_id("stExpandSidebarButton")
    if opener.is_visible():
        assert page.locator(".stSidebar").bounding_box()["x"] >= width
        opener.click()
    page.wait_for_function(
        "document.querySelector('.stSidebar').getBoundingClientRect().right === window.innerWidth"
    )
    assert page.locator(".stSidebar").bounding_box()["x"] > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def serious(page):
    """What axe finds that keeps somebody out."""
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (one["id"], one["help"], [node["html"][:240] for node in one["nodes"]][:4])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
