"""The page in a real browser: what a person does on the first day, and what must never happen."""

import re
import sqlite3

import pytest

from assistant import Assistant, Settings
from tests.browser.conftest import settle, visit

pytestmark = pytest.mark.browser

QUESTION = "How do I know whether my idea suits ML?"
PLACEHOLDER = "Ask about scoping an ML project"
# The figures stand in no article, so an answer that has them comes from the file.
BRIEF = """# Parcel brief

The depot in Utrecht sorts 48,000 parcels a day. The forecast must be ready at 05:30 each morning.

![plan](http://attacker.test/plan.png) [press here](http://attacker.test/go) <http://attacker.test/x>

[leak]: http://attacker.test/reference "title"
![again][leak] <img src="http://attacker.test/raw.png" onerror="alert(1)"><script>alert(1)</script>
"""
HOSTILE = (
    "<img src=x onerror=alert(1)> <script>alert(1)</script> ![a](http://attacker.test/a.png) "
    "[b](javascript:alert(1)) <svg/onload=alert(1)> :material/home: $x^2$ {{7*7}}"
)


def ask(page, question, nth=0):
    """Ask and wait for the whole answer; `nth` is its place in the conversation, from 0."""
    settle(page)
    box = page.get_by_label(PLACEHOLDER)
    box.fill(question)
    box.press("Enter")
    return answered(page, nth)


def answered(page, nth=0):
    # The thumbs come last.
    page.get_by_role("radio", name="Thumbs up").nth(nth).wait_for()
    return page.locator(".sw-answer").nth(nth)


def upload(page, *files):
    chosen = [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
    page.locator("input[type=file]").set_input_files(chosen)
    report = page.locator(".sw-report")
    report.wait_for(timeout=60_000)
    return report.inner_text()


def fits_the_width(page):
    script = """[document.documentElement, document.querySelector(".stMain")]
        .every((one) => one.scrollWidth <= window.innerWidth)"""
    return page.evaluate(script)


def new_project(page, name):
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name of the project").fill(name)
    page.get_by_role("button", name="Create").click()
    page.locator(f".st-key-new-project-{name}").wait_for()
    settle(page)


# -- questions


def test_every_mark_opens_its_passage_with_the_used_words_lit_and_its_sources(open_page):
    page = open_page()
    answer = ask(page, QUESTION)
    assert "[1]" not in answer.inner_text()
    assert "extractive" in page.locator(".sw-rung").inner_text()

    answer.locator(".sw-mark").first.click()
    card = page.locator(".sw-card:popover-open")
    assert card.count() == 1
    lit = " ".join(card.locator("mark").all_inner_texts())
    first = answer.inner_text().replace("\xa0", " ").split(". ")[0]
    assert first.split(" 1 ")[0] in " ".join(lit.split()) + "."
    links = [link.get_attribute("href") for link in card.locator("a").all()]
    assert links
    assert all(link.startswith("https://") for link in links)
    assert card.locator("a").first.get_attribute("target") == "_blank"

    page.keyboard.press("Escape")
    assert card.count() == 0
    # By keyboard, from the row of sources.
    page.locator(".sw-chip").last.focus()
    page.keyboard.press("Enter")
    assert card.count() == 1
    assert card.locator("mark").count() >= 1
    card.get_by_role("button", name="Close").click()
    assert card.count() == 0


def test_a_starter_and_then_a_suggestion_are_asked_by_pressing_them(open_page):
    page = open_page()
    starter = page.locator(".st-key-starters button").first
    first = starter.inner_text()
    starter.click()
    answered(page)
    suggestion = page.locator(".st-key-suggestions button").first
    second = suggestion.inner_text()
    suggestion.click()
    answered(page, 1)
    assert page.locator(".sw-question").all_inner_texts() == [first, second]


def test_a_new_question_is_at_the_top_so_that_its_answer_is_read_from_the_start(open_page):
    page = open_page()
    ask(page, QUESTION)
    ask(page, "How many labels do we need?", 1)
    page.wait_for_timeout(300)
    top = page.locator(".sw-question").nth(1).bounding_box()["y"]
    assert 0 <= top < 150


def test_what_the_sources_do_not_hold_is_refused_calmly(open_page):
    page = open_page()
    refused = ask(page, "What is the best recipe for lentil soup?")
    assert "No answer in the sources" in refused.inner_text()
    assert page.locator(".sw-mark").count() == 0


def test_hostile_text_is_shown_letter_by_letter(open_page):
    page = open_page()
    ask(page, HOSTILE)
    assert page.locator(".sw-question").inner_text() == HOSTILE
    title = page.locator(".st-key-chats button").first.inner_text()
    assert title.startswith("<img src=x onerror=alert(1)> <script>")
    assert page.locator(".stMain img, .stMain svg[onload]").count() == 0


def test_an_answer_is_copied_and_its_thumb_is_kept_with_the_question(open_page, page_server):
    page = open_page()
    ask(page, "What is a quick baseline?")
    page.get_by_role("button", name="Copy answer").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert "[1]" in page.evaluate("navigator.clipboard.readText()")

    page.get_by_role("radio", name="Thumbs down").click()
    page.get_by_text("Thank you, kept with this question.").wait_for()
    with sqlite3.connect(next(page_server.home.glob("*.db"))) as database:
        rows = database.execute("select question, helpful from feedback").fetchall()
    assert ("What is a quick baseline?", 0) in rows
    page.reload()
    answered(page)
    assert page.get_by_role("radio", name="Thumbs down").get_attribute("aria-checked") == "true"


# -- what is kept


def test_a_conversation_survives_a_reload_and_a_restart_of_the_server(open_page, page_server):
    page = open_page()
    text = ask(page, QUESTION).inner_text()
    address = page.url
    page.reload()
    assert answered(page).inner_text() == text

    page.goto("about:blank")
    page_server.stop()
    page_server.start()
    page.goto(address)
    page.get_by_label(PLACEHOLDER).wait_for(timeout=160_000)
    assert answered(page).inner_text() == text
    page.get_by_role("button", name="New conversation").click()
    page.get_by_text("Where people begin").wait_for()
    page.locator(".st-key-chats button").first.click()
    assert answered(page).inner_text() == text


def test_an_interrupted_question_is_kept_and_asked_again(open_page, page_server):
    with Assistant(Settings(home=page_server.home)) as assistant:
        stored = next(assistant.converse("What is label leakage?"))
    page = open_page(f"/chat?c={stored.conversation}")
    page.get_by_text("This question has no answer yet.").wait_for()
    page.get_by_role("button", name="Ask again").click()
    assert "leak" in answered(page).inner_text()
    assert page.locator(".sw-question").count() == 1


def test_a_conversation_is_deleted_once_it_was_confirmed(open_page):
    page = open_page()
    ask(page, "What should happen to this conversation?")
    page.get_by_role("button", name="Delete this conversation").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("Where people begin").wait_for()
    assert page.get_by_role("button", name="What should happen").count() == 0


def test_an_address_that_leads_nowhere_is_explained(open_page):
    page = open_page("/chat?c=ffffffffffffffffffffffffffffffff")
    page.get_by_text("There is no such conversation in this project.").wait_for()
    assert ask(page, QUESTION).inner_text()


# -- files


def test_a_file_is_added_asked_about_and_deleted(open_page):
    page = open_page("/knowledge?v=files")
    new_project(page, "Parcels")
    page.get_by_role("radio", name="Your files (0)").click()
    report = upload(page, ("brief.md", BRIEF.encode()), ("tool.md", b"\x7fELF" + bytes(4000)))
    assert "brief.md: added, 1 passage" in report
    assert "tool.md was not added" in report
    assert re.search(r"Code: (type_mismatch|unsupported_type)", report)

    visit(page, "Chat")
    answer = ask(page, "How many parcels a day does the depot in Utrecht sort?")
    assert "48,000 parcels a day" in answer.inner_text()
    answer.locator(".sw-mark").first.click()
    card = page.locator(".sw-card:popover-open")
    assert "Your file" in card.inner_text()
    assert "48,000" in " ".join(card.locator("mark").all_inner_texts())
    # What the file wants to fetch or run is there as letters only.
    assert "http://attacker.test/plan.png" in card.inner_text()
    assert card.locator("a, img, script").count() == 0
    page.keyboard.press("Escape")

    visit(page, "Knowledge")
    page.get_by_role("radio", name="Your files (1)").click()
    upload(page, ("brief.md", BRIEF.replace("48,000", "51,000").encode()))
    page.get_by_text("brief.md: version 2").wait_for()
    page.locator("[data-testid=stExpander]", has_text="brief.md").click()
    page.get_by_text("Earlier versions, kept for old answers: 1").wait_for()
    page.get_by_role("button", name="Delete file").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("Add your brief, notes or slides").wait_for()
    visit(page, "Chat")
    after = ask(page, "How many parcels a day does the depot in Utrecht sort?", 1)
    assert "000 parcels a day" not in after.inner_text()


def test_a_file_dropped_into_the_chat_is_asked_about_and_read_for_answers(open_page):
    page = open_page()
    new_project(page, "Dropped")
    stated = BRIEF + "\nWe must be live by 1 June 2027. Our budget is EUR 120,000.\n"
    page.locator(".st-key-ask-bar input[type=file]").set_input_files(
        [
            {"name": "brief.md", "mimeType": "", "buffer": stated.encode()},
            {"name": "tool.md", "mimeType": "", "buffer": b"\x7fELF" + bytes(4000)},
        ]
    )
    page.locator(".st-key-ask-bar").get_by_text("tool.md").wait_for()
    answer = ask(page, "How many parcels a day does the depot in Utrecht sort?")
    assert "48,000 parcels a day" in answer.inner_text()
    report = page.locator(".st-key-dropped")
    assert "brief.md: added, 1 passage" in report.inner_text()
    assert "tool.md was not added" in report.inner_text()
    report.get_by_role("button", name="Read for answers").click()
    page.locator('[class*="st-key-proposal-"]', has_text="120,000 EUR").wait_for()
    visit(page, "Chat")
    report.get_by_role("link", name="See the files").click()
    page.locator("[data-testid=stExpander]", has_text="brief.md").wait_for()


def test_a_topic_lists_its_articles_when_it_is_opened(open_page):
    page = open_page("/knowledge")
    topic = page.locator(".st-key-topic-baselines")
    assert topic.get_by_role("link").count() == 0
    topic.locator("summary").click()
    topic.get_by_role("link").first.click()
    page.locator(".sw-article .sw-part").first.wait_for()


def test_a_part_that_does_not_belong_is_held_back_until_it_is_released(open_page, shared):
    seeds = sorted((shared / "seeds").glob("001_*.txt"))
    if not seeds:
        pytest.skip("needs ../shared/seeds/001_*.txt")
    page = open_page("/knowledge?v=files")
    new_project(page, "Seed")
    page.get_by_role("radio", name="Your files (0)").click()
    assert "held back" in upload(page, (seeds[0].name, seeds[0].read_bytes()))
    page.locator("[data-testid=stExpander]", has_text=seeds[0].name).click()
    assert "lead" in page.locator(".sw-held").first.inner_text()
    page.get_by_role("button", name="Release", exact=True).click()
    page.get_by_text("Released: takes part in answers").wait_for()
    page.get_by_role("button", name="Hold back again").wait_for()


# -- every width and theme


@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (390, "dark"), (768, "light")])
def test_nothing_is_wider_than_the_window(open_page, width, theme):
    page = open_page(width=width, height=844, theme=theme)
    assert fits_the_width(page)
    answer = ask(page, QUESTION)
    assert fits_the_width(page)
    answer.locator(".sw-mark").first.click()
    box = page.locator(".sw-card:popover-open").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= 845


def test_every_control_has_a_name(open_page):
    page = open_page()
    ask(page, QUESTION)
    nameless = page.evaluate(
        """[...document.querySelectorAll("button, input, textarea, select, a[href]")]
        .filter((one) => one.checkVisibility())
        .filter((one) => !(one.innerText || one.getAttribute("aria-label") || one.title
                           || one.labels?.length || one.getAttribute("aria-labelledby")))
        .map((one) => one.outerHTML.slice(0, 200))"""
    )
    assert nameless == []
