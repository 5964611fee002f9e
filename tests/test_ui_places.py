"""The places of the page, run by Streamlit itself, and what they build of people's words."""

from pathlib import Path

import pytest
from test_ui import Seen, naughty, shown_html

from assistant import Assistant, InputInvalid
from ui.answers import item_html
from ui.card import question_card
from ui.judgement import facts_html, ladder_html, risks_html, verdict_html
from ui.markup import visible
from ui.paper import diff_html, paper_html
from ui.places import PLACES
from ui.proposals import proposal_html
from ui.words import say

UI = Path(__file__).parents[1] / "ui"
# Nothing that could act may come of what people write.
HARMLESS = {"script", "img", "svg", "iframe", "form", "input", "style", "object", "a"}


@pytest.fixture
def page(assistant):
    from streamlit.testing.v1 import AppTest

    from ui.running import running

    running.clear()
    yield AppTest.from_file(str(UI / "app.py"), default_timeout=60).run()
    running.clear()


@pytest.mark.parametrize("place", PLACES)
def test_every_place_has_one_heading_and_says_what_to_do_next(page, place):
    page.switch_page(f"screens/{place}.py").run()
    assert not page.exception
    assert shown_html(page).count("<h1") == 1
    assert page.button or page.get("page_link")


@pytest.mark.parametrize("place", PLACES)
def test_every_place_shows_a_rich_project(page, assistant, place):
    page.query_params["p"] = assistant.open_example("card-fraud").name
    page.switch_page(f"screens/{place}.py").run()
    assert not page.exception
    assert shown_html(page).count("<h1") == 1


@pytest.mark.parametrize(
    ("language", "word"), [("de", "Speichern und weiter"), ("fa", "ذخیره و ادامه")]
)
def test_the_interview_speaks_other_languages_and_says_that_the_question_does_not(
    page, language, word
):
    page.query_params["l"] = language
    page.switch_page("screens/interview.py").run()
    assert not page.exception
    assert word in [button.label for button in page.button]
    assert say("interview.in_english", language=language) in Seen(shown_html(page)).text


def test_a_command_leads_to_its_place_and_a_path_is_a_question(page, assistant):
    page.switch_page("screens/chat.py").run()
    page.chat_input[0].set_value("/nonsense").run()
    assert "There is no command /nonsense." in Seen(shown_html(page)).text
    page.chat_input[0].set_value("/help").run()
    assert "goes to the next question" in Seen(shown_html(page)).text
    assert not assistant.conversations()
    page.chat_input[0].set_value("/data/train.csv is empty. What is data drift?").run()
    assert len(assistant.conversations()) == 1


def test_a_fact_in_a_question_is_offered_and_saved_with_its_words(page, assistant):
    page.switch_page("screens/chat.py").run()
    asked = "We must be live by 1 June 2027. What is data drift?"
    assert assistant.notice(asked)
    page.chat_input[0].set_value(asked).run()
    chip = next(one for one in page.button if (one.key or "").startswith("notice-"))
    chip.click().run()
    assert not page.exception
    (fact,) = assistant.facts()
    assert fact.quote in asked
    assert not [one for one in page.button if (one.key or "").startswith("notice-")]


# -- what people wrote


@pytest.fixture(scope="module")
def hostile_lines(shared):
    return [line for line in naughty(shared) if visible(line).strip()][::7]


def test_hostile_answers_stay_text_in_every_view(assistant: Assistant, hostile_lines):
    for number, line in enumerate(hostile_lines):
        name = f"p{number}"
        assistant.new_project(name)
        words = f"x{line}"[:400]
        try:
            assistant.set_fact("project.summary", words, project=name, author=words[:60])
            assistant.set_fact("risks.biggest", words, project=name)
            assistant.set_fact("success.business_metric", words, project=name)
        except InputInvalid:
            # What is refused is not there to be shown.
            continue
        facts, catalogue = assistant.facts(project=name), assistant.catalogue()
        views = [
            ladder_html(catalogue, facts),
            risks_html(catalogue, facts),
            facts_html(catalogue, facts, ("project.summary",)),
            verdict_html(assistant.verdict_json(project=name)),
            question_card(assistant.question("project.summary", project=name)),
            *(item_html(item) for item in assistant.review(project=name)),
        ]
        if number % 5 == 0:
            document = assistant.document("requirements", project=name)
            views.append(paper_html(document, {}))
            assistant.set_fact("project.summary", "Other words.", project=name)
            assistant.document("requirements", project=name)
            diff = assistant.document_diff("requirements", 1, 2, project=name)
            views.append(diff_html(diff, {}))
        for view in views:
            seen = Seen(view)
            assert not seen.tags & HARMLESS, words
            assert not {one for one in seen.attributes if one.startswith("on")}, words
        assistant.delete_project(name)


def test_a_proposal_shows_the_words_it_came_from(assistant):
    text = "We must be live by 1 June 2027. Our budget is EUR 120,000."
    found = assistant.prefill(text)
    assert len(found) >= 2
    for proposal in found:
        shown = Seen(proposal_html(proposal, assistant.catalogue()[proposal.fact], None)).text
        assert proposal.quote in shown
        assert proposal.shown in shown
