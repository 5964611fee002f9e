"""Measure the web page as people use it, through a real Chromium.

Prints the largest memory of the server with its children, the time from pressing Enter to the
first words of an answer, and how long it takes to open the page, to go to another place, and to
get the next question after an answer in the interview; and how long places take with twenty
people at once, two of them in real windows. Run `python evals/bench_page.py`; needs a `chromium`
on the path.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

# It has no type stubs of its own.
import psutil  # type: ignore[import-untyped]
from page_crowd import PEOPLE, SWITCHES, crowd

from assistant import Assistant, Settings

ROOT = Path(__file__).resolve().parents[1]
PLACEHOLDER = "Ask about scoping an ML project"
EXAMPLE = "Example: Ranking card payments by fraud risk"
WATCH_S = 0.05


@dataclass(frozen=True, slots=True)
class PageFigures:
    """What was measured; memory in MB (10^6 bytes), times in milliseconds.

    `crowd_*` is of `crowd` people at once, each of whom does something every ten seconds; most are
    sessions without a browser, and `crowd_window_*` is of those with one.
    """

    questions: int
    peak_rss_mb: float
    first_text_median_ms: float
    first_text_p95_ms: float
    whole_median_ms: float
    open_median_ms: float
    switch_median_ms: float
    switch_p95_ms: float
    next_question_median_ms: float
    next_question_p95_ms: float
    crowd: int
    crowd_steps: int
    crowd_median_ms: float
    crowd_p95_ms: float
    crowd_window_median_ms: float
    crowd_window_p95_ms: float
    crowd_peak_rss_mb: float


def measure_page(folder: Path, questions: int = 50) -> dict[str, float]:
    """Start the page on a data folder, ask, go round, and then let many in at once."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("needs a chromium on the path")
    asked = prepare(folder, questions)
    process, address = start(folder)
    peak = Peak(process.pid)
    try:
        first, whole = drive(chromium, address, asked)
        opened, switched, answered = walk(chromium, address)
        alone = peak.bytes
        together = crowd(chromium, address, EXAMPLE, WALK)
    finally:
        peak.stop()
        process.terminate()
        process.wait(timeout=20)
    figures = PageFigures(
        questions=len(first),
        peak_rss_mb=round(alone / 1e6, 1),
        first_text_median_ms=median_ms(first),
        first_text_p95_ms=p95_ms(first),
        whole_median_ms=median_ms(whole),
        open_median_ms=median_ms(opened),
        switch_median_ms=median_ms(switched),
        switch_p95_ms=p95_ms(switched),
        next_question_median_ms=median_ms(answered),
        next_question_p95_ms=p95_ms(answered),
        crowd=PEOPLE,
        crowd_steps=len(together.sessions) + len(together.windows),
        crowd_median_ms=median_ms(together.sessions),
        crowd_p95_ms=p95_ms(together.sessions),
        crowd_window_median_ms=median_ms(together.windows),
        crowd_window_p95_ms=p95_ms(together.windows),
        crowd_peak_rss_mb=round(peak.bytes / 1e6, 1),
    )
    return asdict(figures)


def median_ms(seconds: list[float]) -> float:
    """The median in milliseconds."""
    return round(1e3 * statistics.median(seconds), 1)


def p95_ms(seconds: list[float]) -> float:
    """The 95th percentile in milliseconds."""
    return round(1e3 * statistics.quantiles(seconds, n=20)[-1], 1)


def prepare(home: Path, questions: int) -> list[str]:
    """Build the index beforehand; return different questions: starters, and what each leads to."""
    with Assistant(Settings(home=home)) as assistant:
        assistant.prepare()
        assistant.open_example("card-fraud")
        found = dict.fromkeys(assistant.starters())
        for question in islice(cycle(list(found)), 10 * questions):
            if len(found) >= questions:
                break
            for waiting in [question, *found]:
                answer = assistant.ask(waiting)
                found.update(dict.fromkeys(one.question for one in answer.suggestions))
                if len(found) >= questions:
                    break
    return list(found)[:questions]


def start(home: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start the page on a free port; return its process and address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "ui" / "app.py")]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    # Without a language model, whose speed is measured elsewhere.
    rungs = {"SCOPEWRIGHT_LADDER": "extractive"}
    environment = {**rungs, **os.environ, "SCOPEWRIGHT_HOME": str(home)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return process, address
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the page did not start")


def drive(chromium: str, address: str, asked: list[str]) -> tuple[list[float], list[float]]:
    """Ask in one conversation; return seconds to the first words and to the whole answer."""
    from playwright.sync_api import sync_playwright

    first: list[float] = []
    whole: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}/chat")
        box = page.get_by_label(PLACEHOLDER)
        box.wait_for(timeout=120_000)
        for place, question in enumerate(asked):
            box.fill(question)
            began = time.perf_counter()
            box.press("Enter")
            # Earlier turns of a long conversation are left out, so each is found by its place.
            turn = page.locator(f".st-key-turn-{place}")
            turn.locator(".sw-answer").wait_for()
            first.append(time.perf_counter() - began)
            turn.get_by_role("radio", name="Thumbs up").wait_for()
            whole.append(time.perf_counter() - began)
        browser.close()
    return first, whole


# Where to go, and what is there once the place is drawn.
WALK = (
    ("Documents", ".st-key-document-tdd"),
    ("Readiness", ".sw-verdict"),
    ("Knowledge", ".st-key-topic-data"),
    ("Interview", ".st-key-question, .sw-done"),
    ("Home", ".st-key-go-on"),
)
ROUNDS, ANSWERS = 6, 20


def walk(chromium: str, address: str) -> tuple[list[float], list[float], list[float]]:
    """Open a rich project, go round, and answer; return seconds of each kind."""
    from playwright.sync_api import sync_playwright

    opened: list[float] = []
    switched: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=SWITCHES)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        for _ in range(ROUNDS):
            began = time.perf_counter()
            page.goto(f"{address}/?p={quote(EXAMPLE)}")
            page.locator(".stMain h1").wait_for()
            opened.append(time.perf_counter() - began)
        page.locator(".st-key-go-on").wait_for()
        for place, mark in WALK * ROUNDS:
            began = time.perf_counter()
            page.locator(".stSidebar").get_by_role("link", name=place, exact=True).click()
            page.locator(mark).first.wait_for()
            switched.append(time.perf_counter() - began)
        answered = answer(page, address)
        browser.close()
    return opened, switched, answered


def answer(page: Any, address: str) -> list[float]:
    """Answer questions of an empty project with words; return seconds to the next question."""
    from playwright.sync_api import TimeoutError as PlaywrightTimeout

    answered: list[float] = []
    page.goto(f"{address}/interview?k=requirements")
    asked = page.locator(".sw-ask")
    asked.wait_for()
    while len(answered) < ANSWERS:
        before = asked.inner_text()
        field = page.locator('.st-key-question [class*="-typed"] :is(textarea, input)').first
        began = time.perf_counter()
        if field.count():
            field.fill("In May 2027 about 40 depot managers lose EUR 30,000 in 2 weeks.")
            began = time.perf_counter()
            page.get_by_role("button", name="Save and go on").click()
        else:
            page.get_by_role("button", name="Skip").click()
        try:
            page.wait_for_function(
                "before => document.querySelector('.sw-ask').innerText !== before", arg=before,
                timeout=5_000,
            )  # fmt: skip
        except PlaywrightTimeout:
            # Asked back about, or refused: skipped, and not measured.
            page.get_by_role("button", name="Skip").click()
            page.wait_for_function(
                "before => document.querySelector('.sw-ask').innerText !== before", arg=before
            )
            continue
        answered.append(time.perf_counter() - began)
        page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()
    return answered


class Peak:
    """The largest resident memory of a process with its children, looked at 20 times a second."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._root = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(WATCH_S):
            try:
                every = [self._root, *self._root.children(recursive=True)]
                self.bytes = max(self.bytes, sum(one.memory_info().rss for one in every))
            except psutil.NoSuchProcess:
                # A child ended between being listed and being looked at.
                continue


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--home", type=Path, help="a data folder whose index is built already")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measured = measure_page(chosen.home or Path(scratch) / "home", chosen.questions)
    print(json.dumps(measured, indent=2))
