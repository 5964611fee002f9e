"""The running page → docs/images/page.png: an answer with an open citation, 1280 by 800, light.

Run `python docs/make_screenshot.py`; needs a `chromium` on the path.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "evals"))

from bench_page import PLACEHOLDER, SWITCHES, prepare, start  # noqa: E402

QUESTION = "How do I know whether my idea suits ML?"
PICTURE = ROOT / "docs" / "images" / "page.png"


def main() -> None:
    """Ask, open a citation, take the picture."""
    import shutil

    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder) / "home"
        prepare(home, 1)
        process, address = start(home)
        try:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=SWITCHES
            )
            page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
            page.goto(address)
            box = page.get_by_label(PLACEHOLDER)
            box.fill(QUESTION, timeout=120_000)
            box.press("Enter")
            page.get_by_role("radio", name="Thumbs up").wait_for()
            page.mouse.move(700, 20)
            page.locator(".sw-answer .sw-mark").nth(3).click()
            page.wait_for_timeout(1500)
            PICTURE.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURE)
            browser.close()
        finally:
            process.terminate()
            process.wait(timeout=20)


if __name__ == "__main__":
    main()
