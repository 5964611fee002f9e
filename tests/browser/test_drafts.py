"""What is half given in the browser: there again after a reload, elsewhere and on the way back."""

import json

import pytest

from tests.browser.conftest import settle, visit
from tests.browser.test_page import PLACEHOLDER, ask
from tests.browser.test_scoping import at_question, facts_of, field, shown_of

pytestmark = pytest.mark.browser


def kept(page, name, part):
    """Wait until the browser has kept something of a part; return what."""
    script = """([name, part]) => {
      const found = Object.entries(localStorage).find(([key]) => key.endsWith(name));
      return found && JSON.stringify(JSON.parse(found[1]).parts?.[part]);
    }"""
    return json.loads(page.wait_for_function(script, arg=[name, part]).json_value())


def opened_at(open_page, project, fact):
    """Open a question, and wait until what is typed there is listened to."""
    page = at_question(open_page, project, fact)
    page.wait_for_function(
        "fact => [...(window.scopewrightKeeps ?? [])].some(key => key.endsWith(fact))", arg=fact
    )
    return page


def loaded_again(page):
    """Load the page anew, as a browser does that was closed; wait until drafts came back."""
    page.reload()
    page.locator(".st-key-question, .sw-item, .sw-paper").first.wait_for()
    settle(page)


def save(page, fact):
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_function(
        "fact => !document.querySelector(`[class*=answer-${fact}]`)", arg=fact.replace(".", "-")
    )


def test_a_choice_survives_a_reload(open_page, page_server):
    page = opened_at(open_page, "default", "alternatives.rules_enough")
    page.locator(".st-key-question").get_by_role("radio").nth(1).check(force=True)
    assert kept(page, "alternatives.rules_enough", "chosen") == 1
    loaded_again(page)
    page.locator(".st-key-question input[type=radio]:checked").wait_for(state="attached")
    save(page, "alternatives.rules_enough")
    assert shown_of(page_server, "alternatives.rules_enough").startswith("Partly")


def test_several_choices_survive_a_reload(open_page, page_server):
    page = opened_at(open_page, "default", "testing.kinds")
    pills = page.locator(".st-key-question [data-testid=stButtonGroup] button")
    pills.nth(0).click()
    pills.nth(2).click()
    page.wait_for_function("Object.values(localStorage).some(one => one.includes('[0,2]'))")
    loaded_again(page)
    page.wait_for_function(
        "document.querySelectorAll('.st-key-question button[aria-pressed=true]').length === 2"
    )
    save(page, "testing.kinds")
    assert len(facts_of(page_server, "default").value("testing.kinds")) == 2


def test_an_amount_its_unit_and_its_reason_survive_a_reload(open_page, page_server):
    page = opened_at(open_page, "default", "value.benefit_year")
    field(page).fill("250")
    page.get_by_role("textbox", name="Reason or detail").fill("from the invoices")
    page.get_by_role("combobox", name="Currency").click()
    page.get_by_role("option", name="CHF").click()
    assert kept(page, "value.benefit_year", "unit") == "CHF"
    loaded_again(page)
    page.wait_for_function(
        "[...document.querySelectorAll('.st-key-question input')].some(one => one.value === '250')"
    )
    settle(page)
    save(page, "value.benefit_year")
    assert shown_of(page_server, "value.benefit_year") == "250 CHF a year"
    assert facts_of(page_server, "default").get("value.benefit_year").note == "from the invoices"


def test_a_day_survives_a_reload(open_page, page_server):
    page = opened_at(open_page, "default", "team.start")
    page.locator(".st-key-question").get_by_role("spinbutton").first.click()
    page.keyboard.type("20270601")
    page.keyboard.press("Escape")
    assert kept(page, "team.start", "chosen") == {"year": "2027", "month": "6", "day": "1"}
    loaded_again(page)
    page.locator('.st-key-question [role=spinbutton][aria-valuenow="2027"]').wait_for()
    save(page, "team.start")
    assert facts_of(page_server, "default").value("team.start").code == "2027-06-01"


def test_who_finds_out_survives_a_reload(open_page, page_server):
    page = opened_at(open_page, "default", "data.growth")
    page.get_by_role("button", name="Don't know").click()
    page.get_by_label("Who finds out?").fill("Tom")
    assert kept(page, "data.growth", "owner") == "Tom"
    loaded_again(page)
    page.get_by_role("button", name="Don't know").click()
    page.wait_for_function(
        "[...document.querySelectorAll('input')].some(one => one.value === 'Tom')"
    )
    page.get_by_role("button", name="Note it and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-data-growth]')")
    assert facts_of(page_server, "default").get("data.growth").owner == "Tom"


def test_half_an_answer_is_there_on_the_way_back_and_in_another_tab(open_page):
    page = opened_at(open_page, "default", "problem.motivation")
    field(page).fill("Half of the first")
    assert kept(page, "problem.motivation", "typed") == "Half of the first"
    visit(page, "Documents")
    page.goto(page.url.split("/documents")[0] + "/interview?q=problem.why_now&k=all")
    page.locator(".st-key-question").wait_for()
    settle(page)
    field(page).fill("Half of the second")
    assert kept(page, "problem.why_now", "typed") == "Half of the second"
    page.go_back()
    page.locator(".st-key-document-tdd").wait_for()
    page.go_back()
    shows = "text => document.querySelector('.st-key-question textarea')?.value === text"
    page.wait_for_function(shows, arg="Half of the first")
    other = page.context.new_page()
    other.goto(page.url.split("/interview")[0] + "/interview?q=problem.why_now&k=all")
    other.wait_for_function(shows, arg="Half of the second", timeout=60_000)


def test_an_answer_mended_in_place_survives_a_reload(open_page, page_server):
    page = opened_at(open_page, "default", "users.primary")
    field(page).fill("depot managers")
    save(page, "users.primary")
    page.goto(page_server.address + "/interview?v=answers&k=all")
    item = page.locator(".st-key-item-users-primary")
    item.get_by_role("button", name="Edit").click()
    page.locator(".st-key-answer-editor").get_by_label("Your answer").fill("van driv")
    assert kept(page, "users.primary", "typed") == "van driv"
    loaded_again(page)
    item.get_by_role("button", name="Edit").click()
    page.wait_for_function(
        "document.querySelector('.st-key-answer-editor input')?.value === 'van driv'"
    )
    settle(page)
    page.locator(".st-key-answer-editor").get_by_role("button", name="Save").click()
    page.locator(".sw-item-value", has_text="van driv").wait_for()


def test_a_table_that_was_only_looked_at_is_no_draft(open_page, page_server):
    from assistant import Assistant, Settings

    with Assistant(Settings(home=page_server.home)) as assistant:
        assistant.set_fact("stakeholders.list", [{"name": "Mira"}])
    page = opened_at(open_page, "default", "stakeholders.list")
    page.locator(".st-key-question canvas").first.wait_for()
    page.wait_for_timeout(500)
    assert page.evaluate("Object.keys(localStorage).filter(one => one.includes('stakeh'))") == []


def test_words_for_a_document_survive_a_reload_and_are_put_away_on_wish(open_page):
    page = open_page("/documents?k=requirements")

    def editor():
        page.get_by_text("Edit by hand").click()
        page.locator('[class*="st-key-mend-"]').get_by_role("button", name="Edit").first.click()
        return page.get_by_label("Text", exact=True)

    text = editor()
    text.wait_for()
    before = text.input_value()
    text.fill("Half of our own words")
    page.wait_for_function("Object.values(localStorage).some(one => one.includes('own words'))")
    loaded_again(page)
    text = editor()
    page.get_by_text("You typed this earlier and did not save it.").wait_for()
    assert text.input_value() == "Half of our own words"
    page.get_by_role("button", name="Discard it").click()
    page.get_by_text("You typed this earlier").wait_for(state="detached")
    assert text.input_value() == before
    page.wait_for_function("!Object.values(localStorage).some(one => one.includes('own words'))")


def test_a_question_not_sent_yet_waits_in_its_field_and_goes_when_it_is_sent(open_page):
    page = open_page()
    box = page.get_by_label(PLACEHOLDER)
    box.fill("What is data dri")
    page.wait_for_function("Object.values(localStorage).some(one => one.includes('data dri'))")
    visit(page, "Home")
    visit(page, "Chat")
    filled = "text => document.querySelector('.st-key-ask-bar textarea')?.value === text"
    page.wait_for_function(filled, arg="What is data dri")
    settle(page)
    ask(page, "What is data drift?")
    page.wait_for_function("!Object.values(localStorage).some(one => one.includes('data dri'))")
    assert box.input_value() == ""
    visit(page, "Home")
    visit(page, "Chat")
    page.wait_for_timeout(800)
    assert box.input_value() == ""


def test_a_text_that_nothing_was_read_from_stays_in_its_field(open_page):
    page = open_page("/")
    page.get_by_label("Your text").fill("Could something clever help us?")
    page.get_by_role("button", name="Read it").click()
    page.locator(".st-key-question").wait_for()
    settle(page)
    visit(page, "Home")
    page.wait_for_function(
        "document.querySelector('.st-key-brief-text textarea').value.includes('clever')"
    )


def test_who_answers_is_asked_once(open_page, page_server):
    page = opened_at(open_page, "default", "problem.today")
    name = page.get_by_role("textbox", name="Your name")
    name.fill("Mira")
    name.press("Enter")
    settle(page)
    loaded_again(page)
    page.wait_for_function(
        "document.querySelector('[class*=answering-as] input')?.value === 'Mira'"
    )
    settle(page)
    field(page).fill("Two people look through a list.")
    save(page, "problem.today")
    assert facts_of(page_server, "default").get("problem.today").author == "Mira"


def test_half_an_answer_stays_in_its_own_project(open_page, page_server):
    from assistant import Assistant, Settings

    with Assistant(Settings(home=page_server.home)) as assistant:
        assistant.new_project("Aside")
        assert assistant.next_question("requirements", project="Aside").question is not None
    page = open_page("/interview?p=Aside")
    page.locator(".st-key-question").wait_for()
    settle(page)
    asked = page.locator(".sw-ask").inner_text()
    field(page).fill("Only of the project aside")

    def switch(name):
        new = page.get_by_role("button", name="New project")
        if name == "Fresh":
            new.click()
            page.get_by_label("Name of the project").fill(name)
            page.get_by_role("button", name="Create").click()
        else:
            page.locator(".st-key-projects").get_by_role("combobox").click()
            page.get_by_role("option", name=name, exact=True).click()
        page.wait_for_url(f"**p={name}*")
        settle(page)

    switch("Fresh")
    assert page.locator(".sw-ask").inner_text() == asked
    page.wait_for_timeout(700)
    assert field(page).input_value() == ""
    switch("Aside")
    page.wait_for_function(
        "document.querySelector('.st-key-question textarea').value === 'Only of the project aside'"
    )
