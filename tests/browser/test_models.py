"""The page with a model: what is shown while it writes, what is kept of it, and what is not."""

import re
import shutil
import threading

import pytest

from tests.browser.conftest import Page, settle, visit
from tests.browser.test_page import answered, ask
from tests.faults.server import FAULTS, FaultServer

pytestmark = pytest.mark.browser

QUESTION = "When does active learning pay?"
INVENTED = "Active learning was invented at Stanford and saves 73 % of the labels."
PLACEHOLDER = "Ask about scoping an ML project"
LIFE_S = 20


class Model:
    """What the model does next; `go` lets a slow one speak."""

    def __init__(self):
        self.mood = "good"
        self.go = threading.Event()

    def reply(self, handler):
        if self.mood == "broken":
            handler.fail(503, "oops", "server_error")
            return
        handler.start_events()
        handler.event({"role": "assistant"})
        if self.mood == "slow":
            self.go.wait(LIFE_S)
        if self.mood == "endless":
            handler.for_ever(0.05, lambda: handler.event({"content": "<b>word</b> "}) or b"")
            return
        for piece in re.split("(?= )", f"{self.said(handler)} {INVENTED} [1]"):
            handler.event({"content": piece})
        handler.event({}, "stop")
        handler.send(b"data: [DONE]\n\n")

    @staticmethod
    def said(handler):
        """Sentences of the first passage in the prompt, which every gate must let through."""
        prompt = handler.faults.asked[-1]["messages"][-1]["content"]
        passage = re.search(r"begin passage \[1\]\n[^\n]*\n(.*?)\n=== end", prompt, re.DOTALL)[1]
        sentences = re.findall(r"[A-Z][^.!?:|\n*]+\.(?=\s)", f"{passage} ")
        return " ".join(f"{sentence} [1]" for sentence in sentences[:4])


@pytest.fixture(scope="module")
def model():
    return Model()


@pytest.fixture(autouse=True)
def _good_mood(model):
    model.mood = "good"
    model.go.clear()
    yield
    model.go.set()


@pytest.fixture(scope="module")
def page_server(prepared_home, tmp_path_factory, model):
    FAULTS["page"] = model.reply
    home = tmp_path_factory.mktemp("models") / "home"
    shutil.copytree(prepared_home, home)
    with FaultServer() as faults:
        server = Page(home)
        server.settings = {
            "SCOPEWRIGHT_LADDER": f"server:{faults.url}#page",
            "SCOPEWRIGHT_MODEL_RETRIES": "0",
        }
        server.start()
        yield server
        server.stop()
    del FAULTS["page"]


def begin(page, question=QUESTION):
    box = page.get_by_label(PLACEHOLDER)
    box.fill(question)
    box.press("Enter")


def rung(page):
    return page.locator(".sw-badge").first.inner_text()


def test_passages_stand_in_for_a_late_model_until_its_answer_is_verified(open_page, model):
    model.mood = "slow"
    page = open_page()
    begin(page)
    page.locator(".sw-found").first.wait_for()
    page.locator(".sw-answer .sw-mark").first.wait_for()
    assert rung(page) == "extractive"
    meanwhile = page.locator(".sw-answer").inner_text()
    # Nothing is lost when the window goes.
    page.reload()
    page.locator(".sw-answer .sw-mark").first.wait_for()
    model.go.set()
    verified = answered(page)
    page.locator(".sw-badge", has_text="server:").wait_for()
    assert verified.inner_text() != meanwhile
    assert page.locator(".sw-provisional").count() == 0

    assert "73 %" not in verified.inner_text()
    page.get_by_text("1 sentence was removed because no source supports it.").wait_for()
    page.get_by_text("What was removed, and why").click()
    assert INVENTED in page.locator(".sw-more s").all_inner_texts()

    page.get_by_role("button", name="Keep the passages' answer").click()
    page.get_by_role("button", name="Show the model's answer").wait_for()
    settle(page)
    assert rung(page) == "extractive"
    page.reload()
    page.get_by_role("button", name="Show the model's answer").click()
    page.get_by_role("button", name="Keep the passages' answer").wait_for()
    assert rung(page).startswith("server:")


def test_an_answer_goes_on_while_the_person_is_elsewhere(open_page, model):
    model.mood = "slow"
    page = open_page()
    begin(page)
    page.locator(".sw-found").first.wait_for()
    visit(page, "Knowledge")
    page.get_by_role("heading", name="Knowledge").wait_for()
    assert page.locator(".sw-question").count() == 0
    model.go.set()
    visit(page, "Chat")
    page.locator(".sw-question", has_text=QUESTION).wait_for()
    answered(page)
    page.locator(".sw-badge", has_text="server:").wait_for()


def test_an_endless_answer_is_visibly_provisional_and_can_be_stopped(open_page, model):
    model.mood = "endless"
    page = open_page()
    begin(page)
    words = page.locator(".sw-provisional .sw-words")
    words.get_by_text("<b>word</b> <b>word</b>").wait_for()
    assert page.get_by_text("Being checked against the sources").is_visible()
    page.get_by_role("button", name="Stop").click()
    answered(page)
    assert words.count() == 0
    assert page.get_by_role("button", name="Stop").count() == 0
    assert "word" not in page.locator(".sw-answer").inner_text().split()


def test_a_broken_server_leaves_the_passages_with_the_reason(open_page, model):
    model.mood = "broken"
    page = open_page()
    ask(page, QUESTION)
    assert rung(page) == "extractive"
    page.get_by_text("Why other models did not answer").click()
    assert page.locator(".sw-more li").first.inner_text().startswith("server:")


def test_an_answer_is_made_again_and_the_former_one_is_there_to_go_back_to(open_page, model):
    model.mood = "broken"
    page = open_page()
    ask(page, QUESTION)
    model.mood = "good"
    page.get_by_role("button", name="More").click()
    page.get_by_text("Answer again").click()
    page.locator(".sw-badge", has_text="server:").wait_for()
    page.get_by_role("radio", name="Version 1").click()
    page.locator(".sw-badge", has_text="extractive").wait_for()
    assert page.locator(".sw-question").count() == 1


def test_a_question_is_edited_in_a_branch_and_conversations_are_searched(open_page, tmp_path):
    page = open_page()
    ask(page, "What is label leakage?")
    ask(page, "What is data drift?", 1)
    page.get_by_role("button", name="More").nth(1).click()
    page.get_by_text("Edit the question").click()
    field = page.get_by_label("Question", exact=True)
    field.fill("How do I detect data drift?")
    # The button takes what has been typed once the field is left.
    field.press("Control+Enter")
    page.get_by_role("button", name="Ask in a branch").click()
    page.locator(".sw-question", has_text="How do I detect data drift?").wait_for()
    answered(page, 1)
    settle(page)
    assert page.locator(".sw-question").all_inner_texts() == [
        "What is label leakage?",
        "How do I detect data drift?",
    ]
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as Markdown").click()
    download.value.save_as(tmp_path / "c.md")
    text = (tmp_path / "c.md").read_text(encoding="utf-8")
    assert "> How do I detect data drift?" in text
    assert "### Sources" in text

    search = page.get_by_label("Search conversations")
    search.fill("WHAT is dätä drift")
    search.press("Enter")
    page.locator(".st-key-found button", has_text="What is data drift?").click()
    page.locator(".sw-question", has_text="What is data drift?").wait_for()
    assert page.locator(".sw-question").count() == 2


def test_the_models_are_listed_with_what_is_wrong(open_page):
    page = open_page("/settings")
    rungs = page.locator(".sw-rungs li")
    rungs.first.wait_for()
    assert rungs.count() == 2
    assert rungs.first.inner_text().startswith("server:http://127.0.0.1")
    assert "does not offer page" in rungs.first.inner_text()
    assert "extractive" in rungs.last.inner_text()
    page.get_by_role("button", name="Look again").click()
    rungs.first.wait_for()
