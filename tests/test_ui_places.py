"""The places of the page, run by Streamlit itself, and what they build of people's words."""

import re
import time
from pathlib import Path

import pytest
from test_ui import Seen, naughty, shown_html

from assistant import Assistant, InputInvalid
from ui.answers import UNFOLDED, item_html
from ui.card import question_card
from ui.earlier import KEPT, MORE
from ui.judged import PHASES, answered_of, findings_of, verdict_of
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
def page(assistant, caplog):
    from streamlit.testing.v1 import AppTest

    from ui.running import running

    running.clear()
    # The page says calmly that it failed; here that is a failure.
    caplog.set_level("ERROR", logger="ui")
    yield AppTest.from_file(str(UI / "app.py"), default_timeout=60).run()
    running.clear()
    assert not [one for one in caplog.get_records("call") if one.name == "ui"]


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


def test_a_place_that_fails_says_so_calmly_and_the_log_says_why(page, monkeypatch, caplog):
    def fails(_self):
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(Assistant, "examples", fails)
    page.switch_page("screens/home.py").run()
    assert not page.exception
    assert say("error.unexpected.remedy") in Seen(shown_html(page)).text
    assert "secret" not in shown_html(page)
    assert "the secret reason" in caplog.text
    caplog.clear()


def test_a_project_is_judged_anew_after_every_change_and_only_then(assistant):
    name = assistant.open_example("clinic-no-show").name

    def judged():
        facts = assistant.facts(project=name)
        # What is worked out once is what the service says each time.
        assert verdict_of(assistant, name, facts) == assistant.verdict_json(project=name)
        findings, gates = findings_of(assistant, name, facts)
        assert findings == assistant.findings_json(assistant.check(project=name))
        assert [one["phase"] for one in gates] == list(PHASES)
        progress = assistant.next_question("all", project=name).progress
        assert answered_of(assistant, name, facts) == (progress.answered, progress.applicable)
        return answered_of(assistant, name, facts)

    before = judged()
    assistant.set_fact("risks.early_warning", "nobody opens the list", project=name)
    assert judged() != before
    assistant.undo(project=name)
    assert judged() == before


def test_many_answers_are_folded_by_section_and_found_by_their_words(page, assistant):
    page.query_params["p"] = name = assistant.open_example("card-fraud").name
    page.query_params["v"], page.query_params["k"] = "answers", "all"
    page.switch_page("screens/interview.py").run()

    def editable():
        return [one.key for one in page.button if (one.key or "").startswith("edit-")]

    folded = editable()
    sections = [one for one in page.expander if "(" in one.label]
    assert 0 < len(folded) < UNFOLDED < len(assistant.facts(project=name))
    assert len({one.label for one in sections}) == len(sections) > 5
    page.text_input(key="answers-search").set_value("chargebacks").run()
    assert editable()
    assert set(editable()) != set(folded)


def test_the_shell_says_how_far_the_open_project_is(page, assistant):
    assert 'class="sw-shell-progress"' not in shown_html(page)
    page.query_params["p"] = name = assistant.open_example("card-fraud").name
    page.switch_page("screens/knowledge.py").run()
    progress = assistant.next_question("all", project=name).progress
    words = say("progress.done", answered=progress.answered, applicable=progress.applicable)
    assert words in Seen(shown_html(page)).text


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


def test_an_answer_that_ends_while_the_turns_are_read_is_shown(page, assistant, monkeypatch):
    from ui.running import running

    read = assistant.turns

    def slowly(*which, **how):
        turns = read(*which, **how)
        until = time.monotonic() + 30
        while running().makings.on_their_way() and time.monotonic() < until:
            time.sleep(0.01)
        return turns

    monkeypatch.setattr(running().assistant, "turns", slowly)
    page.switch_page("screens/chat.py").run()
    page.chat_input(key="question").set_value("What is a quick baseline?").run()
    assert "sw-answer" in shown_html(page)
    assert "no answer yet" not in shown_html(page)


# -- what leads to a question


def test_what_has_to_be_answered_before_a_verdict_leads_to_its_question(page, assistant):
    assistant.set_fact("problem.statement", "Agents sort tickets by hand.")
    asked = [
        one["fact"] for one in assistant.verdict_json()["because"]
        if assistant.catalogue()[one["fact"]].question in one["text"]
    ]  # fmt: skip
    assert len(asked) >= 3
    page.switch_page("screens/readiness.py").run()
    verdict = Seen(shown_html(page)).text
    labels = [visible(link.label.replace("\\", "")) for link in page.get("page_link")]
    for fact in asked:
        question = assistant.catalogue()[fact].question
        assert question in labels
        assert question not in verdict


# -- a long conversation


def test_a_long_conversation_shows_its_newest_turns_and_the_others_when_asked(page, assistant):
    key = None
    for number in range(KEPT + 12):
        *_, step = assistant.stream(f"What is data drift, number {number}?", conversation=key)
        key = step.turn.conversation
    page.query_params["c"] = key
    page.switch_page("screens/chat.py").run()

    def numbers():
        found = re.findall(r'class="sw-question"[^>]*>[^<]*number (\d+)', shown_html(page))
        return list(map(int, found))

    assert numbers() == list(range(12, 12 + KEPT))
    page.button(key="turns-earlier").click().run()
    assert numbers() == list(range(12 - MORE, 12 + KEPT))
    page.chat_input(key="question").set_value("What is data drift, number 18?").run()
    assert numbers() == list(range(13, 13 + KEPT))
    # Whoever looks for an old question is brought to it.
    page.text_input(key="search-default").input("drift number 4").run()
    turn = assistant.turns(key)[4].id
    page.button(key=f"found-{turn}").click().run()
    assert not page.exception
    assert numbers() == list(range(4, 13 + KEPT))


# -- drafts that a browser kept


@pytest.mark.parametrize(
    ("fact", "parts", "answer"),
    [
        ("problem.statement", {"typed": "Half"}, "Half"),
        ("alternatives.rules_enough", {"chosen": 1}, "partly"),
        ("alternatives.rules_enough", {"chosen": 99}, None),
        ("data.types", {"chosen": [0, "x", 77]}, ["tabular"]),
        ("plan.deadline", {"chosen": {"year": "2027", "month": "6", "day": "1"}}, "2027-06-01"),
        ("plan.deadline", {"chosen": {"year": "2027", "month": "", "day": ""}}, None),
        ("problem.cost_today", {"typed": "40", "unit": "USD"}, "40 USD"),
        ("problem.cost_today", {"typed": "40", "unit": "<script>"}, "40 EUR"),
        ("problem.cost_today", {"typed": ["40"], "unit": 3}, None),
    ],
)
def test_what_a_browser_kept_fills_the_fields_and_what_does_not_fit_is_left_out(
    assistant, fact, parts, answer
):
    from streamlit.testing.v1 import AppTest

    def field():
        import streamlit as st

        from ui.widgets import answer_fields, restore_fields

        fact, parts = st.session_state.wanted
        if not st.session_state.get("filled"):
            restore_fields(fact, "f", parts)
            st.session_state.filled = True
        st.session_state.answer = answer_fields(fact, None, "f")

    page = AppTest.from_function(field)
    page.session_state.wanted = (assistant.catalogue()[fact], parts)
    for _ in range(2):
        page.run()
        assert not page.exception
        assert page.session_state.answer == answer
