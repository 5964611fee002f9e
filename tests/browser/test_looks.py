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
# Buttons and links that are drawn, but too narrow to be read.
SQUEEZED = """[...document.querySelectorAll(".stMain :is(.stButton, .stPopover, .stPageLink)")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().width < 20)
    .map((one) => one.innerText)"""


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
        assert page.evaluate(SQUEEZED) == [], f"{place} at {width}"
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_over_a_place_is_readable_too(open_page, axe, theme):
    page = drawn(open_page(f"/documents?p={EXAMPLE}&k=requirements", theme=theme))
    page.evaluate(axe)
    page.get_by_role("button", name="Delete project").click()
    page.get_by_role("button", name="Delete", exact=True).wait_for()
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Download").click()
    page.get_by_role("button", name="PDF").wait_for()
    assert serious(page) == []
    page.keyboard.press("Escape")
    page.get_by_text("Edit by hand").click()
    page.locator('[class*="st-key-mend-"]').get_by_role("button", name="Edit").first.click()
    page.get_by_label("Text", exact=True).fill("Half")
    page.keyboard.press("Escape")
    page.locator('[class*="st-key-mend-"]').get_by_role("button", name="Edit").first.click()
    page.get_by_text("You typed this earlier").wait_for()
    settle(page)
    assert serious(page) == []


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_a_note_of_a_document_stays_within_the_window(open_page, width):
    page = drawn(open_page(f"/documents?p={EXAMPLE}&k=tdd", width=width))
    signs = page.locator(".sw-of-guidance .sw-note")
    places = [one.bounding_box()["x"] for one in signs.all()]
    # The one furthest to the right, and the first.
    for nth in (places.index(max(places)), 0):
        signs.nth(nth).focus()
        box = page.locator(".sw-foot:focus-within .sw-tip").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 800


def test_what_is_open_stays_beside_a_document_and_comes_before_it_in_a_narrow_window(open_page):
    page = drawn(open_page(f"/documents?p={EXAMPLE}&k=tdd"))
    legend = page.locator(".sw-legend")
    page.locator(".sw-paper h2").last.scroll_into_view_if_needed()
    assert 0 <= legend.bounding_box()["y"] < 400
    page.set_viewport_size({"width": 390, "height": 800})
    page.locator(".stMain").evaluate("one => one.scrollTo(0, 0)")
    page.wait_for_timeout(200)
    assert legend.bounding_box()["y"] < page.locator(".sw-paper h2").first.bounding_box()["y"]
