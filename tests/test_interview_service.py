"""The interview as channels use it: answers are kept, asked back about, shared and reviewed."""

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from assistant import Assistant, Settings
from assistant.errors import InputInvalid, NotFound
from assistant.facts import Conflict

ROOT = Path(__file__).parents[1]
VAGUE = "The system should be accurate."


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def service(home):
    with Assistant(Settings(home=home), clock=lambda: date(2027, 3, 1)) as found:
        yield found


def value(service, key):
    return service.facts().value(key)


def test_a_question_says_why_with_a_source(service):
    step = service.next_question("tdd")
    assert step.question.fact.id == "project.summary"
    assert step.question.section == "Overview"
    asked = step.as_json()
    assert asked.keys() >= {"question", "progress", "challenge"}
    assert asked["progress"]["answered"] == 0
    assert asked["progress"]["to_first_draft"] > 3
    assert asked["challenge"] is None
    why = asked["question"]["why"][0]
    assert why["source_id"] in step.question.fact.why
    assert why["title"]
    assert 20 < len(why["text"]) < 330
    assert why["references"][0]["authors"]
    assert json.loads(json.dumps(asked)) == asked


def test_every_question_can_be_explained(service):
    for fact in service.catalogue():
        asked = service.question(fact.id)
        assert [one.source_id for one in asked.why] == list(fact.why)
        assert all(one.text and one.title for one in asked.why)
        for one in asked.why:
            # A reason stands by itself: it points at no table that is not shown.
            assert len(one.text) > 100, (fact.id, one.text)
            assert not re.search(
                r"^Suppose|\b(?:table|column|row) (?:below|shows|gives)|:$", one.text
            )


def test_an_answer_is_stored_and_leads_on(service):
    first = service.next_question("tdd").question
    step = service.answer(first.fact.id, "Analysts get the 50 riskiest payments.", kind="tdd")
    assert step.stored.value == "Analysts get the 50 riskiest payments."
    assert step.question.fact.id != first.fact.id
    assert step.progress.answered == 1


@pytest.mark.parametrize("again", ["same", "insist", "other", "better"])
def test_a_vague_answer_is_kept_and_asked_back_about_once(service, again):
    step = service.answer("product.output", VAGUE, kind="tdd")
    assert "“accurate”" in step.challenge
    assert "For example" in step.challenge
    assert step.question.fact.id == "product.output"
    assert value(service, "product.output") == VAGUE
    answers = {"other": "An accurate list.", "better": "60 of 100 alarms are right."}
    step = service.answer(
        "product.output", answers.get(again, VAGUE), kind="tdd", insist=again == "insist"
    )
    assert step.challenge is None
    assert step.question.fact.id != "product.output"
    assert ("Kept as it was said" in step.stored.note) == (again in ("same", "insist"))
    assert value(service, "product.output") == answers.get(again, VAGUE)


def test_who_insists_at_once_is_not_asked_back(service):
    step = service.answer("product.output", VAGUE, insist=True)
    assert step.challenge is None
    assert "Kept as it was said" in step.stored.note
    assert service.answer("product.output", "Still accurate").challenge is None


def test_a_vague_word_for_an_amount_is_kept_and_becomes_an_open_point(service):
    step = service.answer("serving.latency_p95", "fast", kind="tdd")
    assert "“fast”" in step.challenge
    assert step.stored is None
    assert service.facts().get("serving.latency_p95") is None
    with pytest.raises(InputInvalid):
        service.answer("serving.latency_p95", "very fast", kind="tdd")
    step = service.answer("serving.latency_p95", "fast", kind="tdd")
    assert (step.challenge, step.stored.status) == (None, "unknown")
    assert "fast" in step.stored.note


def test_what_cannot_be_read_is_refused_with_an_example(service):
    with pytest.raises(InputInvalid, match="For example"):
        service.answer("problem.cost_today", "1.000.000.000.0 quid")
    assert service.facts().get("problem.cost_today") is None


def test_what_was_typed_in_place_of_an_amount_is_on_the_review(service):
    service.answer("serving.mode", "online")
    service.answer("serving.latency_p95", "fast")
    (item,) = [one for one in service.review("tdd") if one.fact.id == "serving.latency_p95"]
    assert (item.state, item.typed, item.shown) == ("unread", "fast", "")


def test_undo_takes_back_the_answer_and_what_was_asked_back_about_it(service):
    assert service.answer("product.output", VAGUE).challenge
    service.undo()
    assert service.review("tdd") == ()
    assert service.answer("product.output", VAGUE).challenge, "it is vague as it was before"
    assert "Kept as it was said" not in service.facts().get("product.output").note
    service.unset_fact("product.output")
    assert service.review("tdd") == ()


def test_undo_goes_back_to_what_was_typed_before_in_vain(service):
    def unread():
        service.answer("serving.mode", "online")
        return [one.typed for one in service.review("tdd") if one.state == "unread"]

    service.answer("serving.mode", "online")
    service.answer("serving.latency_p95", "fast")
    service.answer("serving.latency_p95", "150 ms")
    assert unread() == []
    service.undo()
    service.undo()
    assert unread() == ["fast"]
    service.unset_fact("serving.latency_p95")
    assert unread() == []


@pytest.mark.parametrize(
    ("raw", "status"), [("don't know", "unknown"), ("n/a", "not_applicable"), ("?", "unknown")]
)
def test_no_value_is_an_answer_too(service, raw, status):
    before = service.next_question("tdd").progress
    step = service.answer("users.primary", raw, kind="tdd")
    assert (step.stored.status, step.challenge) == (status, None)
    assert step.progress.answered == before.answered + 1
    assert step.progress.to_first_draft == before.to_first_draft - 1


def test_unknown_has_an_owner_and_comes_back_on_its_day(service, home):
    step = service.dont_know("users.primary", owner="Ana Ruiz", due="2027-03-15", kind="tdd")
    assert (step.stored.owner, step.stored.due) == ("Ana Ruiz", "2027-03-15")
    (item,) = service.review("tdd")
    assert (item.state, item.stated.owner) == ("unknown", "Ana Ruiz")
    with Assistant(Settings(home=home), clock=lambda: date(2027, 3, 15)) as later:
        (item,) = later.review("tdd")
        assert item.state == "due"
        assert later.next_question("tdd").progress.unknown == 1


def test_skipped_ones_wait_and_can_be_taken_up(service):
    first = service.next_question("requirements").question.fact.id
    step = service.skip(first, kind="requirements")
    assert step.question.fact.id != first
    assert step.progress.skipped == 1
    assert [one.state for one in service.review("requirements")] == ["skipped"]
    assert service.unskip(first, kind="requirements").question.fact.id == first
    service.skip(first, kind="requirements")
    step = service.answer(first, "A list of 50 payments an hour.", kind="requirements")
    assert step.progress.skipped == 0
    service.unset_fact(first)
    assert service.next_question("requirements").progress.skipped == 0


def test_a_changed_answer_takes_others_along_and_loses_nothing(service):
    service.answer("ml.task", "classification")
    service.answer("data.positives_share", "2 %")
    step = service.answer("ml.task", "forecasting")
    label = service.catalogue()["data.positives_share"].label
    assert any("stays in the documents" in one and label in one for one in step.notices)
    (item,) = [one for one in service.review() if one.fact.id == "data.positives_share"]
    assert (item.state, item.shown) == ("left_out", "2 %")
    # What was said is shown until somebody takes it back: nobody forgets it without knowing.
    shown = [one for block in service.document("tdd", save=False).blocks for one in block.parts]
    assert any("data.positives_share" in one.facts and "2 %" in one.text for one in shown)
    step = service.answer("ml.task", "classification")
    assert any("Asked for again" in one and label in one for one in step.notices)
    assert value(service, "data.positives_share").middle == 2


def test_an_accepted_suggestion_is_asked_again_when_its_reason_changes(service):
    service.answer("data.time_ordered", "yes")
    service.answer("data.repeated_entities", "no")
    asked = service.question("evaluation.split", kind="tdd")
    assert asked.suggestion.text
    step = service.answer("evaluation.split", asked.suggestion.data, kind="tdd")
    assert value(service, "evaluation.split") == "time"
    step = service.answer("data.time_ordered", "no", kind="tdd")
    assert any("asked again" in one for one in step.notices)
    assert (step.question.fact.id, step.question.reason) == ("evaluation.split", "outdated")
    step = service.answer("evaluation.split", "time", kind="tdd")
    assert step.question.fact.id != "evaluation.split"


def test_a_contradiction_is_put_first_and_only_until_it_is_answered(service):
    service.answer("data.time_ordered", "yes")
    service.answer("evaluation.split", "random")
    step = service.next_question("tdd")
    assert (step.question.fact.id, step.question.reason) == ("evaluation.split", "contradiction")
    assert step.question.contradiction
    assert step.question.known_text
    step = service.answer("evaluation.split", "random", kind="tdd")
    assert step.question.fact.id != "evaluation.split"
    # Another answer can bring it back.
    service.answer("evaluation.split", "time")
    assert service.next_question("tdd").question.reason != "contradiction"


def test_an_answer_that_is_not_asked_any_more_still_contradicts(service):
    """A limit of 150 ms is asked of services only, and still rules a nightly batch out."""
    service.answer("serving.mode", "online")
    service.answer("serving.latency_p95", "150 ms")
    step = service.answer("serving.mode", "batch", kind="tdd")
    assert any("stays in the documents" in one for one in step.notices)
    assert (step.question.fact.id, step.question.reason) == ("serving.mode", "contradiction")
    assert "150 ms" in step.question.contradiction
    shown = " ".join(block.text for block in service.document("tdd", save=False).blocks)
    assert "150 ms" in shown
    assert "batch" in shown


def test_a_contradiction_can_be_put_off(service):
    service.answer("data.time_ordered", "yes")
    service.answer("evaluation.split", "random")
    step = service.skip("evaluation.split", kind="tdd")
    assert step.question.fact.id != "evaluation.split"
    assert value(service, "evaluation.split") == "random"


def test_two_people_see_each_other_and_a_conflict_shows_both(service, home):
    with Assistant(Settings(home=home)) as other:
        mine = service.question("users.primary")
        other.answer("users.primary", "Dispatchers of the night shift", author="Bo")
        with pytest.raises(Conflict) as refused:
            service.answer("users.primary", "Fraud analysts", expected_event=mine.event)
        assert refused.value.yours == "Fraud analysts"
        assert refused.value.theirs == "Dispatchers of the night shift"
        assert value(service, "users.primary") == "Dispatchers of the night shift"
        # What others answered elsewhere is no conflict.
        mine = service.question("users.skills")
        other.answer("project.sector", "Railways")
        service.answer("users.skills", "They know SQL.", expected_event=mine.event)
        assert other.next_question("tdd").progress.answered == 3
        assert {one.stated.author for one in service.review("tdd")} == {"Bo", ""}


def test_two_processes_answer_one_project(service, home):
    script = (
        "import sys; from pathlib import Path; from assistant import Assistant, Settings\n"
        "with Assistant(Settings(home=Path(sys.argv[1]))) as one:\n"
        "    for key in sys.argv[2:]:\n"
        "        one.answer(key, 'Said by ' + sys.argv[2] + ' at 5 pm.')\n"
    )
    halves = [
        ["problem.statement", "problem.motivation", "problem.today", "problem.evidence"],
        ["users.skills", "users.walkthrough", "success.link", "alternatives.manual"],
    ]
    service.next_question("tdd")
    processes = [
        subprocess.Popen([sys.executable, "-c", script, str(home), *keys], cwd=ROOT)
        for keys in halves
    ]
    assert [process.wait(60) for process in processes] == [0, 0]
    for keys in halves:
        assert {value(service, key) for key in keys} == {f"Said by {keys[0]} at 5 pm."}


def test_an_interview_goes_on_where_it_stopped(service, home):
    service.answer("project.summary", "A list of the 50 riskiest payments.", kind="cvp")
    there = service.next_question("cvp").as_json()
    with Assistant(Settings(home=home), clock=lambda: date(2027, 3, 1)) as again:
        assert again.next_question("cvp").as_json() == there


def test_review_has_every_answer_in_the_documents_order(service):
    service.answer("users.primary", "Fraud analysts", author="Ana", kind="tdd")
    service.answer("project.summary", "A list of 50 payments.", kind="tdd")
    service.answer("users.primary", "Twelve fraud analysts", author="Bo", kind="tdd")
    service.set_fact("ml.task", "ranking", origin="inferred")
    items = [one.as_json() for one in service.review("tdd")]
    assert [one["id"] for one in items] == ["project.summary", "users.primary", "ml.task"]
    assert [one["changes"] for one in items] == [1, 2, 1]
    assert [one["state"] for one in items] == ["answered", "answered", "assumed"]
    assert (items[1]["shown"], items[1]["author"]) == ("Twelve fraud analysts", "Bo")
    assert items[1]["section"] == "Users"
    service.answer("cvp.wants", "Fewer calls at night: 3 a week")
    assert [one.fact.id for one in service.review("requirements")] != []
    assert "cvp.wants" not in {one.fact.id for one in service.review("tdd")}
    assert "cvp.wants" in {one.fact.id for one in service.review()}


@pytest.mark.parametrize(
    "call",
    [
        lambda service: service.next_question("poem"),
        lambda service: service.answer("users.primry", "x"),
        lambda service: service.skip("users.primry"),
        lambda service: service.question("users.primry"),
        lambda service: service.next_question("tdd", project="nowhere"),
    ],
)
def test_what_is_not_there(service, call):
    with pytest.raises(NotFound):
        call(service)


def test_projects_are_apart(service):
    service.new_project("other")
    service.answer("users.primary", VAGUE, project="other")
    service.skip("project.summary", project="other")
    assert service.next_question("tdd").progress.answered == 0
    assert service.review() == ()
    service.delete_project("other")
    service.new_project("other")
    assert service.review(project="other") == ()
