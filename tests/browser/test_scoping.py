"""A project from first idea to documents, in a real browser: nothing typed is lost on the way."""

import io
import re
import socket
import threading
import time
import zipfile
from contextlib import suppress

import pytest

from assistant import Assistant, Settings
from tests.browser.conftest import settle, visit

pytestmark = pytest.mark.browser

IDEA = """We sort 48,000 parcels a day in our depot in Utrecht, and 3 % of them go to the wrong van.
Every wrong parcel costs us EUR 4.20. The depot managers want to see the risky ones before loading.
We have 2 years of scans, and we must be live by 1 June 2027. Our budget is EUR 120,000.
"""


def new_project(page, name):
    page.get_by_role("button", name="New project").click()
    page.get_by_label("Name of the project").fill(name)
    page.get_by_role("button", name="Create").click()
    page.locator(f".st-key-new-project-{name}").wait_for()
    settle(page)


def field(page):
    return page.locator('[class*="st-key-answer-"] :is(textarea, input)').first


def answer(page, text):
    """Answer the open question by typing; return the question that comes next."""
    before = page.locator(".sw-ask").inner_text()
    field(page).fill(text)
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_function(
        "before => document.querySelector('.sw-ask')?.innerText !== before", arg=before
    )
    settle(page)
    return page.locator(".sw-ask").inner_text()


def at_question(open_page, project, fact, **more):
    page = open_page(f"/interview?p={project}&q={fact}&k=all", **more)
    page.locator(".st-key-question").wait_for()
    settle(page)
    return page


def facts_of(page_server, project):
    from assistant import Assistant, Settings

    with Assistant(Settings(home=page_server.home)) as assistant:
        return assistant.facts(project=project)


def shown_of(page_server, fact):
    """The stored answer to a question, in words."""
    from assistant import Assistant, Settings, show_value

    with Assistant(Settings(home=page_server.home)) as assistant:
        return show_value(assistant.catalogue()[fact], assistant.facts().value(fact))


# -- from an idea to documents


def test_an_idea_becomes_answers_and_three_documents(open_page, page_server):
    page = open_page("/")
    page.get_by_label("Your text").fill(IDEA)
    page.locator(".st-key-start-brief").get_by_role("textbox", name="Project").fill("Parcels")
    page.get_by_role("button", name="Read it").click()
    page.get_by_text("facts were read from your text").wait_for()
    # Each proposal shows the words it came from, and they stand in the text.
    quotes = [" ".join(quote.split()) for quote in page.locator(".sw-quote").all_inner_texts()]
    assert len(quotes) >= 3
    assert all(quote in " ".join(IDEA.split()) for quote in quotes)
    page.get_by_role("button", name="Accept all").click()
    page.locator(".st-key-question").wait_for()
    stated = facts_of(page_server, "Parcels")
    assert len(stated) >= 3
    assert all(fact.quote for fact in stated)

    page.goto(page_server.address + "/interview?p=Parcels&k=all&q=project.summary")
    page.locator(".st-key-question").wait_for()
    answer(page, "A model marks parcels that are likely to be loaded into the wrong van.")
    for kind in ("requirements", "cvp", "tdd"):
        visit(page, "Documents")
        page.locator(f".st-key-document-{kind}").get_by_role("button", name="Read").click()
        page.locator(".sw-paper h2").first.wait_for()
        assert page.locator(".sw-s-said").count() >= 1
        assert page.locator(".sw-s-open").count() >= 1
    assert "A model marks parcels" in page.locator(".sw-paper").inner_text()

    for ending, opens in (("Word (docx)", b"PK"), ("PDF", b"%PDF")):
        page.get_by_role("button", name="Download").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=ending).click()
        content = download.value.path().read_bytes()
        assert content.startswith(opens)
        if opens == b"PK":
            text = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
            assert "A model marks parcels" in text
        page.keyboard.press("Escape")


def test_a_file_that_cannot_be_made_says_why(open_page, page_server):
    name, gone = "Short lived", "There is no project 'Short lived'."
    with Assistant(Settings(home=page_server.home)) as assistant:
        assistant.new_project(name)
        assistant.set_fact("project.summary", "It ends soon.", project=name)
        document = open_page("/documents?p=Short+lived&k=tdd")
        document.locator(".sw-paper h2").first.wait_for()
        document.get_by_role("button", name="Download").click()
        for ending in ("PDF", "Word (docx)"):
            with document.expect_download():
                document.get_by_role("button", name=ending).click()
        settings = open_page("/settings?p=Short+lived")
        settings.get_by_role("button", name="Download “Short lived”").wait_for()
        assistant.delete_project(name)
        document.get_by_role("button", name="PDF").click()
        document.get_by_role("alert").get_by_text(gone).wait_for()
        document.get_by_role("button", name="Word (docx)").click()
        document.get_by_role("alert").get_by_text(gone).nth(1).wait_for()
        settings.get_by_role("button", name="Download “Short lived”").click()
        settings.get_by_role("alert").get_by_text(gone).wait_for()

        # What is told is about the last try, and about this document.
        assistant.new_project(name)
        assistant.set_fact("project.summary", "It begins again.", project=name)
        with document.expect_download():
            document.get_by_role("button", name="PDF").click()
        document.get_by_role("alert").get_by_text(gone).nth(1).wait_for(state="detached")
        assert document.get_by_role("alert").get_by_text(gone).count() == 1
    document.keyboard.press("Escape")
    visit(document, "Documents")
    document.locator(".st-key-document-cvp").get_by_role("button", name="Read").click()
    document.locator(".sw-paper h2").first.wait_for()
    document.get_by_role("button", name="Download").click()
    document.get_by_role("button", name="PDF").wait_for()
    assert document.get_by_role("alert").get_by_text(gone).count() == 0


def test_an_example_is_opened_judged_and_deleted(open_page):
    page = open_page("/")
    page.locator(".st-key-row-card-fraud").get_by_role("button", name="Open").click()
    page.get_by_text("As it stands:").wait_for()
    visit(page, "Readiness")
    assert page.locator(".sw-verdict").inner_text() == "Machine learning"
    settled = page.get_by_role("link", name="Settle it").first
    settled.click()
    page.locator(".st-key-question").wait_for()
    assert page.get_by_text("This does not fit together:").is_visible()
    page.get_by_role("button", name="Delete project").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("was deleted").wait_for()
    settle(page)
    assert "p=" not in page.url


# -- one question


@pytest.mark.parametrize(
    ("fact", "typed", "kept"),
    [
        ("problem.statement", "Drivers reload the van for 20 minutes.", "Drivers reload"),
        ("users.count", "about 40", "about 40"),
        ("problem.cost_today", "30000-50000", "30,000 to 50,000 EUR"),
        ("labels.delay", "2-3 weeks", "2 to 3 weeks"),
        ("scope.in", "parcels\nletters", "parcels; letters"),
        ("success.owner", "Mira Novak (head of depot)", "Mira Novak (head of depot)"),
        ("data.positives_share", "3", "3 %"),
    ],
)
def test_what_is_typed_is_understood_and_shown_in_all_answers(open_page, fact, typed, kept):
    page = at_question(open_page, "default", fact)
    answer(page, typed)
    page.get_by_role("radio", name="All answers").click()
    page.locator(".sw-item-value", has_text=kept).first.wait_for()


def test_choices_dates_and_tables_have_fields_of_their_own(open_page, page_server):
    page = at_question(open_page, "default", "project.stage")
    page.locator(".st-key-question").get_by_role("radio").nth(1).check(force=True)
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-project-stage]')")

    page = at_question(open_page, "default", "plan.deadline")
    answer_to = page.get_by_label("Or less exactly")
    answer_to.fill("Q3 2027")
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-plan-deadline]')")

    page = at_question(open_page, "default", "data.types")
    page.locator(".st-key-question [data-testid=stButtonGroup] button").first.click()
    settle(page)
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-data-types]')")

    stated = facts_of(page_server, "default")
    assert stated.value("project.stage") == "prototype"
    assert stated.value("plan.deadline").code == "2027-Q3"
    assert stated.value("data.types") == ("tabular",)


def test_a_vague_answer_is_asked_back_about_once_and_may_stay(open_page, page_server):
    page = at_question(open_page, "default", "serving.latency_p95")
    field(page).fill("fast")
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_text("Could you make it measurable?").wait_for()
    page.get_by_role("button", name="Keep it as it is and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-serving-latency]')")
    assert facts_of(page_server, "default").get("serving.latency_p95") is not None


def test_what_cannot_be_used_is_refused_kindly_and_stays_in_the_field(open_page):
    page = at_question(open_page, "default", "success.business_target")
    field(page).fill("somewhere over there")
    page.get_by_role("button", name="Save and go on").click()
    page.locator(".sw-problem, .sw-box-warm").first.wait_for()
    assert field(page).input_value() == "somewhere over there"


def test_nobody_knows_yet_is_an_answer_with_an_owner(open_page, page_server):
    page = at_question(open_page, "default", "data.amount")
    page.get_by_role("button", name="Don't know").click()
    page.get_by_label("Who finds out?").fill("Tom")
    page.get_by_role("button", name="Note it and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-data-amount]')")
    stated = facts_of(page_server, "default").get("data.amount")
    assert (stated.status, stated.owner) == ("unknown", "Tom")


def test_an_answer_is_edited_in_place_looked_back_on_and_undone(open_page, page_server):
    page = at_question(open_page, "default", "users.primary")
    answer(page, "depot managers")
    page.goto(page_server.address + "/interview?v=answers&k=all")
    item = page.locator(".st-key-item-users-primary")
    item.get_by_role("button", name="Edit").click()
    editor = page.locator(".st-key-answer-editor")
    editor.get_by_label("Your answer").fill("van drivers")
    editor.get_by_role("button", name="Save").click()
    page.locator(".sw-item-value", has_text="van drivers").wait_for()
    item.get_by_role("button", name="Edit").click()
    editor.get_by_text("History (2)").click()
    assert "depot managers" in editor.locator(".sw-more").inner_text()
    page.get_by_role("button", name="Undo the last change").click()
    page.locator(".sw-item-value", has_text="depot managers").wait_for()


def tab_to(page, selector):
    """Press Tab until the focus is within what a selector names."""
    for _ in range(60):
        if page.evaluate("selector => !!document.activeElement?.closest(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {selector}")


def test_a_question_is_reached_answered_and_left_by_keyboard_alone(open_page, page_server):
    from assistant import Assistant, Settings

    with Assistant(Settings(home=page_server.home)) as assistant:
        assistant.new_project("Keys")
    page = open_page("/?p=Keys")
    tab_to(page, '.stSidebar a[href*="interview"]')
    page.keyboard.press("Enter")
    page.locator(".st-key-question").wait_for()
    settle(page)
    asked = page.locator(".sw-ask").inner_text()
    tab_to(page, '[class*="st-key-answer-"]')
    page.keyboard.type("Depot managers see the risky parcels before loading.")
    tab_to(page, '[class*="st-key-save-"]')
    page.keyboard.press("Enter")
    page.wait_for_function("asked => document.querySelector('.sw-ask').innerText !== asked",
                           arg=asked)  # fmt: skip
    assert len(facts_of(page_server, "Keys")) == 1
    tab_to(page, '[class*="st-key-stop-now"]')
    page.keyboard.press("Enter")
    page.locator(".st-key-go-on").wait_for()


def test_whoever_stops_is_told_that_all_is_kept_and_goes_on_from_home(open_page):
    page = at_question(open_page, "default", "problem.why_now")
    page.get_by_role("button", name="Stop for now").click()
    page.get_by_text("Every answer is kept.").wait_for()
    page.locator(".st-key-start-brief").wait_for()


# -- nothing is lost


def test_half_an_answer_survives_a_reload(open_page, page_server):
    page = at_question(open_page, "default", "problem.motivation")
    field(page).click()
    page.keyboard.type("Half of an answ")
    page.reload()
    page.locator(".st-key-question").wait_for()
    page.wait_for_function(
        "[...document.querySelectorAll('textarea')].some(one => one.value === 'Half of an answ')"
    )
    settle(page)
    answer(page, "Half of an answer, and now the whole.")
    # What was saved is no draft any more.
    page.goto(page_server.address + "/interview?q=problem.motivation&k=all")
    page.locator(".st-key-question").wait_for()
    page.wait_for_timeout(500)
    settle(page)
    assert field(page).input_value() == "Half of an answer, and now the whole."


def test_a_table_survives_a_reload(open_page):
    page = at_question(open_page, "default", "stakeholders.list")
    table = page.locator(".st-key-question canvas").first
    table.wait_for()
    box = table.bounding_box()
    page.mouse.dblclick(box["x"] + 120, box["y"] + 52)
    page.locator("#portal textarea").wait_for()
    page.keyboard.type("Mira", delay=30)
    page.keyboard.press("Enter")
    page.wait_for_function("Object.values(localStorage).some(one => one.includes('Mira'))")
    page.reload()
    page.locator(".st-key-question").wait_for()
    page.wait_for_timeout(800)
    settle(page)
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-stakeholders]')")


def test_back_leads_to_the_question_before(open_page):
    page = at_question(open_page, "default", "problem.why_now")
    first = page.locator(".sw-ask").inner_text()
    answer(page, "The contract with the carrier ends in June.")
    page.get_by_role("button", name="Back", exact=True).click()
    page.locator(".sw-ask", has_text=first).wait_for()
    settle(page)
    assert field(page).input_value() == "The contract with the carrier ends in June."
    page.go_back()
    page.wait_for_function("first => document.querySelector('.sw-ask').innerText !== first",
                           arg=first)  # fmt: skip


def test_two_presses_save_one_answer(open_page, page_server):
    page = at_question(open_page, "default", "problem.evidence")
    field(page).fill("Complaints of 41 shops.")
    page.get_by_role("button", name="Save and go on").dblclick()
    page.wait_for_function("!document.querySelector('[class*=answer-problem-evidence]')")
    settle(page)
    from assistant import Assistant, Settings

    with Assistant(Settings(home=page_server.home)) as assistant:
        assert len(assistant.fact_history("problem.evidence")) == 1


def test_two_people_see_each_others_answers_and_a_clash_shows_both(open_page, page_server):
    one = at_question(open_page, "default", "users.skills")
    two = at_question(open_page, "default", "users.skills")
    answer(one, "They read scores every day.")
    two.get_by_text("Somebody else has answered meanwhile.").wait_for()
    field(two).fill("They have never seen a score.")
    two.get_by_role("button", name="Save and go on").click()
    two.get_by_text("Somebody else answered this while you were writing.").wait_for()
    both = two.locator(".sw-both").inner_text()
    assert "They read scores every day." in both
    assert "They have never seen a score." in both
    assert facts_of(page_server, "default").value("users.skills") == "They read scores every day."
    two.get_by_role("button", name="Use mine").click()
    two.wait_for_function("!document.querySelector('[class*=answer-users-skills]')")
    mine = facts_of(page_server, "default").value("users.skills")
    assert mine == "They have never seen a score."


class Line:
    """A TCP line to the server that can be cut in the middle of anything."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.up = True
        self.open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                if not self.up:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", self.target))
                self.open += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    @staticmethod
    def _carry(source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        self.up = False
        for end in self.open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.open.clear()


@pytest.fixture
def cut_line(chromium, page_server):
    """A page behind a line that the test can cut, and a way to cut and mend it."""
    line = Line(page_server.port)
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(60_000)

    def opened(fact):
        page.goto(f"http://127.0.0.1:{line.port}/interview?q={fact}&k=all")
        page.locator(".st-key-question").wait_for()
        settle(page)
        return page

    def cut_and_mend():
        line.cut()
        page.locator('.stApp[data-test-connection-state="CONNECTED"]').wait_for(state="detached")
        line.up = True
        page.locator('.stApp[data-test-connection-state="CONNECTED"]').wait_for()
        settle(page)

    yield opened, line, cut_and_mend
    context.close()
    line.listener.close()


def test_a_cut_line_loses_nothing_that_was_typed(cut_line, page_server):
    opened, line, _ = cut_line
    page = opened("problem.root_cause")
    field(page).click()
    page.keyboard.type("The rules see one ")
    line.cut()
    # The fields rest until the line is there again.
    page.wait_for_function("document.querySelector('.st-key-question textarea').disabled")
    line.up = True
    page.wait_for_function("!document.querySelector('.st-key-question textarea').disabled")
    settle(page)
    field(page).press("End")
    page.keyboard.type("payment at a time.")
    assert field(page).input_value() == "The rules see one payment at a time."
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-problem-root]')")
    stated = facts_of(page_server, "default")
    assert stated.value("problem.root_cause") == "The rules see one payment at a time."


def choose(page):
    page.locator(".st-key-question").get_by_role("radio").nth(1).check(force=True)


def press_some(page):
    page.locator(".st-key-question [data-testid=stButtonGroup] button").nth(1).click()


def amount_and_reason(page):
    field(page).fill("250")
    page.get_by_role("textbox", name="Reason or detail").fill("from the invoices")


def a_row(page):
    table = page.locator(".st-key-question canvas").first
    table.wait_for()
    box = table.bounding_box()
    page.mouse.dblclick(box["x"] + 120, box["y"] + 52)
    page.locator("#portal textarea").fill("Mira")
    page.keyboard.press("Enter")
    page.wait_for_function("Object.values(localStorage).some(one => one.includes('Mira'))")


@pytest.mark.parametrize(
    ("fact", "half", "shown"),
    [
        ("alternatives.rules_enough", choose, "Partly"),
        ("testing.kinds", press_some, "Unit"),
        ("value.benefit_year", amount_and_reason, "250 EUR"),
        ("team.members", a_row, "Mira"),
    ],
)
def test_a_line_cut_before_saving_keeps_every_kind_of_answer(
    cut_line, page_server, fact, half, shown
):
    opened, _, cut_and_mend = cut_line
    page = opened(fact)
    half(page)
    settle(page)
    cut_and_mend()
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_function(
        "fact => !document.querySelector(`[class*=answer-${fact}]`)", arg=fact.replace(".", "-")
    )
    assert shown.casefold() in shown_of(page_server, fact).casefold()
    note = facts_of(page_server, "default").get(fact).note
    assert note == ("from the invoices" if half is amount_and_reason else "")


SHOWN = "document.querySelector('[class*=answer-problem-today] textarea')?.value"


def test_a_line_cut_while_saving_stores_the_answer_once(cut_line, page_server):
    from assistant import Assistant, Settings

    opened, _, cut_and_mend = cut_line
    typed = "Two people look through a list."

    def stored():
        with Assistant(Settings(home=page_server.home)) as assistant:
            return [event.value for event in assistant.fact_history("problem.today")]

    page = opened("problem.today")
    field(page).fill(typed)
    page.get_by_role("button", name="Save and go on").click(no_wait_after=True)
    cut_and_mend()
    until = time.monotonic() + 60
    while page.locator("[class*=answer-problem-today]").count() or not stored():
        assert time.monotonic() < until, f"not saved: {page.locator('.stApp').inner_text()}"
        # The press did not arrive, or no reply to it: what was typed is there, and saved again.
        if page.evaluate(SHOWN) == typed:
            page.get_by_role("button", name="Save and go on").click(no_wait_after=True)
        page.wait_for_timeout(1_000)
    assert stored() == [typed]


def test_a_line_cut_in_an_open_point_keeps_its_owner(cut_line, page_server):
    opened, _, cut_and_mend = cut_line
    page = opened("data.growth")
    page.get_by_role("button", name="Don't know").click()
    page.get_by_label("Who finds out?").fill("Tom")
    cut_and_mend()
    if not page.get_by_label("Who finds out?").is_visible():
        page.get_by_role("button", name="Don't know").click()
    assert page.get_by_label("Who finds out?").input_value() == "Tom"
    page.get_by_role("button", name="Note it and go on").click()
    page.wait_for_function("!document.querySelector('[class*=answer-data-growth]')")
    assert facts_of(page_server, "default").get("data.growth").owner == "Tom"


# -- documents


def test_a_sentence_tells_where_it_comes_from_and_may_be_put_in_own_words(open_page):
    page = open_page("/")
    page.locator(".st-key-row-clinic-no-show").get_by_role("button", name="Open").click()
    page.get_by_text("As it stands:").wait_for()
    visit(page, "Documents")
    page.locator(".st-key-document-requirements").get_by_role("button", name="Read").click()
    note = page.locator(".sw-of-guidance .sw-note").first
    note.hover()
    tip = page.locator(".sw-of-guidance .sw-tip").first
    assert tip.is_visible()
    assert "Best practice" in tip.inner_text()
    page.mouse.move(0, 0)
    note.focus()
    assert tip.is_visible()
    item = page.locator(".st-key-open-items a").first
    asked = item.inner_text().splitlines()[-1]

    page.get_by_role("button", name="Copy as Markdown").click()
    page.get_by_role("button", name="Copy Markdown").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").lstrip().startswith("# ")
    page.keyboard.press("Escape")
    page.get_by_text("Show where sentences come from").click()
    page.locator(".sw-plain").wait_for()
    page.get_by_text("Edit by hand").click()
    page.locator('[class*="st-key-mend-"]').get_by_role("button", name="Edit").first.click()
    page.get_by_label("Text", exact=True).fill("Our own words <b>stay</b>.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Our own words <b>stay</b>.").first.wait_for()
    page.get_by_text("Edit by hand").click()
    compare = page.get_by_label("Compare")
    compare.click()
    page.get_by_role("option", name="with version 1").click()
    page.locator(".sw-change ins", has_text="Our own words").first.wait_for()
    compare.click()
    page.get_by_role("option", name="with none").click()
    page.locator(".sw-change").first.wait_for(state="detached")
    settle(page)

    page.locator(".st-key-open-items a", has_text=asked).click()
    page.locator(".st-key-question").wait_for()
    page.wait_for_url(re.compile(r"[?&]q="))
