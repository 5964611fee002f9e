"""Proposals as channels use them: kept, accepted with their words, rejected, noticed in a chat."""

import json
import subprocess
import sys

import pytest
from sqlalchemy import event

from assistant import Assistant, Settings
from assistant.errors import FileRejected, InputInvalid, NotFound

TEXT = "Budget: 30k EUR\nDeadline: 1 June 2027\nWe have no GPU."


@pytest.fixture
def service(tmp_path):
    with Assistant(Settings(home=tmp_path / "home")) as found:
        yield found


def facts(service, project="default"):
    return {one.fact_id: one for one in service.facts(project=project)}


def test_proposals_are_kept_and_are_no_facts_yet(service):
    found = service.prefill(TEXT, name="mail")
    assert {one.fact for one in found} == {"budget.total", "plan.deadline", "infra.gpu"}
    assert all(one.id and one.source == "mail" for one in found)
    assert sorted(one.id for one in service.proposals()) == sorted(one.id for one in found)
    assert {one.fact: one.value for one in service.proposals()} == {
        one.fact: one.value for one in found
    }
    assert facts(service) == {}


def test_an_accepted_proposal_is_a_fact_with_its_words(service):
    found = {one.fact: one for one in service.prefill(TEXT, name="mail")}
    stated = service.accept([found["budget.total"].id], author="Ada")
    assert [one.fact_id for one in stated] == ["budget.total"]
    budget = facts(service)["budget.total"]
    assert budget.origin == "imported"
    assert (budget.quote, budget.source, budget.author) == ("Budget: 30k EUR", "mail", "Ada")
    assert budget.value == found["budget.total"].value
    assert {one.fact for one in service.proposals()} == {"plan.deadline", "infra.gpu"}


def test_all_are_accepted_together_and_can_be_taken_back(service):
    service.prefill(TEXT)
    assert len(service.accept()) == 3
    assert service.proposals() == []
    assert len(facts(service)) == 3
    service.undo()
    assert len(facts(service)) == 2


def test_rejected_ones_are_gone_and_unknown_ids_change_nothing(service):
    found = service.prefill(TEXT)
    assert service.reject([found[0].id]) == 1
    assert len(service.proposals()) == 2
    for act in (service.accept, service.reject):
        with pytest.raises(NotFound):
            act([found[1].id, found[0].id])
    assert len(service.proposals()) == 2
    assert facts(service) == {}
    assert service.reject() == 2


def test_the_same_source_again_replaces_its_open_proposals(service):
    service.prefill(TEXT, name="mail")
    service.prefill("Budget: 40k EUR", name="mail")
    service.prefill("Start: 1 March 2027", name="call")
    assert [(one.fact, one.shown) for one in service.proposals()] == [
        ("budget.total", "40,000 EUR"),
        ("team.start", "1 March 2027"),
    ]


def test_of_two_values_the_surer_one_counts(service):
    service.prefill("Budget: 40k EUR", name="form")
    service.prefill("We could spend 10,000 EUR on a first version.", name="mail")
    service.accept()
    assert facts(service)["budget.total"].source == "form"


def test_projects_do_not_see_each_other(service):
    service.new_project("other")
    found = service.prefill(TEXT)
    assert service.proposals(project="other") == []
    with pytest.raises(NotFound):
        service.accept([found[0].id], project="other")


@pytest.mark.parametrize("text", ["", " \n "])
def test_nothing_to_read_is_said(service, text):
    with pytest.raises(InputInvalid):
        service.prefill(text)


def test_half_a_character_is_no_reason_to_fail(service):
    assert service.prefill("Budget: 30k EUR.\nBye \ud83d")[0].fact == "budget.total"


def test_a_file_is_read_by_the_ingester(service, tmp_path):
    page = tmp_path / "brief.html"
    page.write_text("<h1>Brief</h1><p>Budget: 30k EUR</p><script>Deadline: 1 May 2027</script>")
    found = service.prefill_file(page)
    assert [(one.fact, one.source) for one in found] == [("budget.total", "brief.html")]
    dropped = service.prefill_file(b"Budget: 31k EUR", name="brief.txt")
    assert [(one.shown, one.source) for one in dropped] == [("31,000 EUR", "brief.txt")]
    for bad in (tmp_path / "missing.txt", b"\x00\x01\x02"):
        with pytest.raises(FileRejected):
            service.prefill_file(bad, name="x.txt")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Everything runs on Azure and we have no GPU. What now?", {"infra.platform", "infra.gpu"}),
        (
            "Our budget is 30k EUR and we have to be live by 1 June 2027.",
            {"budget.total", "plan.deadline"},
        ),
        ("What is a good budget for labelling 10,000 images?", set()),
        ("Is 200 ms a good latency?", set()),
        ("The paper reports 93 % F1 on 25,000 reviews.", set()),
        ("Thanks!", set()),
        ("", set()),
    ],
)
def test_a_chat_message_offers_what_it_surely_states(service, message, expected):
    assert {one.fact for one in service.notice(message)} == expected
    assert service.proposals() == []


def run(home, *words, text=""):
    import os

    done = subprocess.run(
        [sys.executable, "-m", "assistant", *words],
        input=text.encode(),
        capture_output=True,
        env={**os.environ, "SCOPEWRIGHT_HOME": str(home)},
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_command_proposes_and_stores(tmp_path):
    code, out, _ = run(tmp_path / "home", "prefill", "-", "--json", text=TEXT)
    assert code == 0
    said = json.loads(out)
    assert said["accepted"] == 0
    budget = next(one for one in said["proposals"] if one["fact"] == "budget.total")
    assert budget["quote"] == "Budget: 30k EUR" == TEXT[budget["start"] : budget["end"]]
    assert budget["value"] == {"low": 30000, "high": 30000, "unit": "EUR"}
    assert 0 < budget["confidence"] <= 1

    path = tmp_path / "brief.md"
    path.write_text(TEXT)
    code, out, _ = run(tmp_path / "home", "prefill", str(path), "--accept")
    assert code == 0
    assert "Stored 3 facts" in out
    code, out, _ = run(tmp_path / "home", "facts", "export")
    assert "Budget: 30k EUR" in out
    code, _, problem = run(tmp_path / "home", "prefill", str(tmp_path / "missing.txt"))
    assert code == 1
    assert len(problem.splitlines()) == 1


def test_the_command_line_accepts_and_rejects_one_by_one(tmp_path):
    home = tmp_path / "home"
    _, out, _ = run(home, "prefill", "-", "--json", text=TEXT)
    ids = {one["fact"]: one["id"] for one in json.loads(out)["proposals"]}
    assert len(ids) == 3
    code, out, _ = run(home, "proposals", "accept", ids.pop("budget.total"), "--json")
    assert (code, json.loads(out)) == (0, {"accepted": ["budget.total"]})
    first, other = ids
    code, out, _ = run(home, "proposals", "reject", ids[first])
    assert (code, out.strip()) == (0, "Rejected 1 proposal.")
    _, out, _ = run(home, "proposals", "list", "--json")
    assert [one["fact"] for one in json.loads(out)["proposals"]] == [other]
    assert run(home, "proposals", "accept", "0" * 32)[0] == 1
    assert run(home, "proposals", "accept")[0] == 2
    assert run(home, "proposals", "accept", "--all")[0] == 0
    _, out, _ = run(home, "facts", "show", "--json")
    assert {"budget.total", other} == {one["fact"] for one in json.loads(out)["facts"]}


def test_a_proposal_that_nobody_can_read_is_left_out(assistant):
    found = assistant.prefill("Our budget is 120,000 EUR in total.", name="mail")
    assert len(found) == 1
    with assistant.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE proposals SET value = '[[1]]'")
    assert assistant.proposals() == []
    assert assistant.reject() == 0


def test_what_is_accepted_together_is_stored_together(service):
    found = service.prefill(TEXT)
    assert len(found) > 1
    begun = []

    @event.listens_for(service.store.engine, "before_cursor_execute")
    def count(_connection, _cursor, statement, *_):
        begun.append(statement == "BEGIN IMMEDIATE")

    stated = service.accept()
    assert {one.fact_id for one in stated} == {one.fact for one in found}
    # All facts in one write; the other one says of the proposals that they are settled.
    assert sum(begun) == 2
