"""The running page → docs/images/*.png: five places with an example project, 1280 wide, light.

Run `python docs/make_screenshot.py`; needs a `chromium` on the path.
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "evals"))

from bench_page import EXAMPLE, PLACEHOLDER, prepare, start  # noqa: E402
from page_crowd import SWITCHES  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUESTION = "How do I know whether my idea suits ML?"
FOLDER = ROOT / "docs" / "images"
# Name → address, what is there once the place is drawn, and the height of the picture.
PLACES = {
    "interview": ("interview?k=tdd&q=metrics.error_costs", ".st-key-question", 900),
    "document": ("documents?k=tdd", ".sw-paper h2", 900),
    "readiness": ("readiness", ".sw-verdict", 900),
    # Last, since by then it is known which model answers.
    "home": ("", ".st-key-go-on", 900),
}
# Fewer colours than a photograph needs: text and flat areas look the same, in a third of the size.
COLOURS = 128


def main() -> None:
    """Take a picture of each place."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        prepare(home, 1)
        process, address = start(home)
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=SWITCHES
            )
            page = browser.new_page(color_scheme="light", reduced_motion="reduce")
            page.set_default_timeout(120_000)
            for name, (place, mark, height) in PLACES.items():
                page.set_viewport_size({"width": 1280, "height": height})
                joined = "&" if "?" in place else "?"
                page.goto(f"{address}/{place}{joined}p={quote(EXAMPLE)}")
                page.locator(mark).first.wait_for()
                keep(page, name)
            ask(page, address)
            keep(page, "page")
            browser.close()
        finally:
            process.terminate()
            process.wait(timeout=20)


def ask(page: "Page", address: str) -> None:
    """Ask, and open a citation."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{address}/chat")
    box = page.get_by_label(PLACEHOLDER)
    box.fill(QUESTION)
    box.press("Enter")
    page.get_by_role("radio", name="Thumbs up").wait_for()
    page.mouse.move(700, 20)
    page.locator(".sw-answer .sw-mark").nth(3).click()


def keep(page: "Page", name: str) -> None:
    """Write the picture once nothing moves any more."""
    from PIL import Image

    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(1500)
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        FOLDER.mkdir(parents=True, exist_ok=True)
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
            FOLDER / f"{name}.png", optimize=True
        )


if __name__ == "__main__":
    main()
