"""What is said of a project is kept: set, undone, carried, contested, and killed on the way."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from places import SHARED

from assistant.channels.cli import facts as facts_cli
from assistant.channels.cli.session import run
from assistant.errors import InputInvalid, NotFound
from assistant.facts import (
    Amount,
    Conflict,
    FactEvent,
    cleaned,
    load_catalogue,
    parse_value,
    to_data,
)
from assistant.service.scoping import Scoping
from assistant.settings import Settings
from assistant.store import Project, Store
from assistant.store.database import DATABASE

CATALOGUE = load_catalogue()
WRITERS = Path(__file__).parent / "fact_writers.py"
KILLS = 200


class Scoped(Scoping):
    """The part of the service that is tested here, on a database of its own."""

    def __init__(self, home: Path) -> None:
        self.store = Store(Settings(home=home))

    def project(self, name: str) -> Project:
        try:
            return self.store.projects.named(name)
        except NotFound:
            return self.store.projects.create(name)


@pytest.fixture
def service(tmp_path) -> Iterator[Scoped]:
    made = Scoped(tmp_path / "store")
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory) -> Iterator[Scoped]:
    """One database for many examples."""
    made = Scoped(tmp_path_factory.mktemp("lasting"))
    yield made
    made.store.close()


def values(service: Scoped, project: str = "default") -> dict[str, Any]:
    return {one.fact_id: one.value for one in service.facts(project=project)}


# -- to set and to take back


def test_an_answer_is_kept_with_who_when_and_from_where(service):
    before = time.time()
    stated = service.set_fact(
        "labels.delay", "45 to 90 days, when chargebacks arrive", author="  Mira\n",
        origin="inferred", quote="after 45 to 90 days", source="brief.md",
    )  # fmt: skip
    assert stated == service.facts().get("labels.delay")
    assert stated.value == Amount(45, 90, "days")
    assert stated.note == "45 to 90 days, when chargebacks arrive"
    assert (stated.author, stated.origin) == ("Mira", "inferred")
    assert (stated.quote, stated.source) == ("after 45 to 90 days", "brief.md")
    assert before <= stated.at <= time.time()
    assert service.facts().last_event == stated.event
    assert service.set_fact("labels.delay", "1 day", note="measured").note == "measured"


def test_what_cannot_be_stored_changes_nothing(service):
    service.set_fact("labels.delay", "5 days")
    before = service.facts()
    for key, raw in (("labels.delay", "soon"), ("no.fact", "x"), ("labels.delay", None)):
        with pytest.raises((InputInvalid, NotFound)):
            service.set_fact(key, raw)
    with pytest.raises(InputInvalid):
        service.set_fact("labels.delay", "6 days", author="x" * 201)
    with pytest.raises(InputInvalid):
        service.mark_unknown("labels.delay", due="x" * 41)
    assert service.facts() == before
    assert service.facts().last_event == before.last_event


def test_unknown_and_not_applicable_are_kept_as_answers(service):
    stated = service.mark_unknown("labels.delay", owner="Tom", due="3 Dec 2026", note="asks Ann")
    assert (stated.status, stated.value) == ("unknown", None)
    assert (stated.owner, stated.due, stated.note) == ("Tom", "2026-12-03", "asks Ann")
    assert service.mark_not_applicable("users.skills").status == "not_applicable"
    assert service.set_fact("labels.amount", "don't know").status == "unknown"
    assert service.set_fact("labels.amount", "n/a").status == "not_applicable"
    assert not service.facts().known("labels.delay")


def test_undo_goes_back_step_by_step(service):
    service.set_fact("labels.delay", "5 days")
    service.set_fact("labels.delay", "6 days")
    service.mark_unknown("labels.amount", owner="Tom")
    service.unset_fact("labels.delay")
    assert list(values(service)) == ["labels.amount"]
    undone = service.undo()
    assert (undone.before, undone.after.value) == (None, Amount(6, 6, "days"))
    assert service.undo().before.owner == "Tom"
    undone = service.undo()
    assert (undone.before.value, undone.after.value) == (Amount(6, 6, "days"), Amount(5, 5, "days"))
    assert values(service) == {"labels.delay": Amount(5, 5, "days")}
    assert service.undo().after is None
    assert values(service) == {}
    with pytest.raises(InputInvalid) as caught:
        service.undo()
    assert caught.value.code == "nothing_to_undo"
    # Nothing of it is forgotten.
    history = service.fact_history("labels.delay")
    assert [one.action for one in history] == ["set", "set", "unset"]
    assert all(one.undone_at for one in history)


def test_removing_what_was_never_said_records_nothing(service):
    service.unset_fact("labels.delay")
    assert service.fact_history("labels.delay") == ()


def test_projects_share_nothing(service):
    service.set_fact("labels.delay", "5 days", project="a")
    service.set_fact("labels.delay", "6 days", project="b")
    service.undo(project="b")
    assert values(service, "a") == {"labels.delay": Amount(5, 5, "days")}
    assert values(service, "b") == {}
    assert service.fact_history("labels.delay", project="default") == ()


IDS = ("labels.delay", "users.skills", "scope.out")
ANSWERS = {"labels.delay": "{} days", "users.skills": "level {}", "scope.out": "one {}; two"}
STEPS = st.lists(
    st.tuples(st.sampled_from(["set", "set", "unknown", "unset", "undo"]),
              st.sampled_from(IDS), st.integers(1, 3)),
    min_size=1, max_size=9,
)  # fmt: skip
names = (f"project {number}" for number in range(10_000))


@effort(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_any_order_of_changes_and_undos_leaves_the_final_facts_alone(lasting, steps):
    project, plain = next(names), next(names)
    kept: list[tuple[str, str, int]] = []
    for action, key, number in steps:
        change(lasting, project, kept, (action, key, number))
    final: dict[str, tuple[str, str, int]] = {}
    for step in kept:
        final[step[1]] = step
    for step in final.values():
        change(lasting, plain, [], step)
    states = [
        {one.fact_id: (one.status, one.value) for one in lasting.facts(project=name)}
        for name in (project, plain)
    ]
    assert states[0] == states[1]


def change(service: Scoped, project: str, kept: list[Any], step: tuple[str, str, int]) -> None:
    """Make one change, and note in `kept` what was not taken back."""
    action, key, number = step
    if action == "undo":
        if kept:
            service.undo(project=project)
            kept.pop()
        return
    if action == "unset" and key not in service.facts(project=project):
        return
    if action == "set":
        service.set_fact(key, ANSWERS[key].format(number), project=project)
    elif action == "unknown":
        service.mark_unknown(key, owner=str(number), project=project)
    else:
        service.unset_fact(key, project=project)
    kept.append(step)


# -- two people


def test_two_people_do_not_overwrite_each_other_unseen(service):
    service.set_fact("labels.delay", "5 days", author="Ann")
    seen = service.facts().last_event
    service.set_fact("users.skills", "none", author="Tom", expected_event=seen)
    service.set_fact("labels.delay", "6 days", author="Tom", expected_event=seen)
    with pytest.raises(Conflict) as caught:
        service.set_fact("labels.delay", "7 days", author="Ann", expected_event=seen)
    conflict = caught.value
    assert (conflict.fact_id, conflict.yours, conflict.theirs) == (
        "labels.delay", "7 days", "6 days",
    )  # fmt: skip
    assert conflict.stated == service.facts().get("labels.delay")
    assert "by Tom" in conflict.problem
    assert conflict.code == "fact_conflict"
    assert values(service)["labels.delay"] == Amount(6, 6, "days")
    for mark in (service.mark_unknown, service.mark_not_applicable, service.unset_fact):
        with pytest.raises(Conflict):
            mark("labels.delay", expected_event=seen)
    # Who looks again may go on.
    again = service.facts().get("labels.delay").event
    assert service.set_fact("labels.delay", "7 days", expected_event=again)


def test_an_answer_sent_again_because_no_reply_came_is_stored_once(service):
    seen = service.facts().last_event
    first = service.set_fact("labels.amount", "4", expected_event=seen, author="Ana")
    # Once as it was sent, once by hand after the page has shown what is there.
    for event in (seen, first.event):
        assert service.set_fact("labels.amount", "4", expected_event=event, author="Ana") == first
    assert len(service.fact_history("labels.amount")) == 1
    with pytest.raises(Conflict):
        service.set_fact("labels.amount", "4", expected_event=seen, author="Bo")
    service.set_fact("labels.amount", "5", expected_event=first.event, author="Ana")
    again = service.facts().get("labels.amount")
    assert service.set_fact("labels.amount", "4", expected_event=again.event, author="Ana") != first
    assert len(service.fact_history("labels.amount")) == 3


def test_what_was_taken_back_in_the_meantime_is_a_conflict_too(service):
    service.set_fact("users.skills", "none")
    service.set_fact("labels.delay", "5 days")
    seen = service.facts().last_event
    service.undo()
    with pytest.raises(Conflict) as caught:
        service.set_fact("labels.delay", "6 days", expected_event=seen)
    assert (caught.value.theirs, caught.value.stated) == ("not answered", None)
    assert service.set_fact("users.skills", "some", expected_event=seen)


def test_what_was_taken_back_before_one_looked_is_none(service):
    service.set_fact("labels.delay", "5 days")
    service.undo()
    service.set_fact("users.skills", "none")
    seen = service.facts().last_event
    assert service.set_fact("labels.delay", "6 days", expected_event=seen)
    assert service.set_fact("labels.amount", "6", expected_event=0)
    with pytest.raises(Conflict):
        service.set_fact("users.skills", "some", expected_event=0)


# -- kills


@pytest.mark.parametrize("way", ["facts", "interview"])
def test_no_acknowledged_change_is_lost_to_a_kill(tmp_path, way):
    home = tmp_path / "store"
    made = Scoped(home)
    made.project("default")
    made.store.close()
    chance = random.Random(3)
    heard: list[list[str]] = []
    with subprocess.Popen(
        [sys.executable, str(WRITERS), str(home), way],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as nursery:  # fmt: skip
        for seed in range(KILLS):
            nursery.stdin.write(f"{seed}\n")
            nursery.stdin.flush()
            _, writer = nursery.stdout.readline().split()
            heard.append(nursery.stdout.readline().split())
            # Let it write for a while, then kill it wherever it happens to be.
            time.sleep(chance.uniform(0, 0.03))
            os.kill(int(writer), signal.SIGKILL)
            while (words := nursery.stdout.readline().split()) != ["ended"]:
                heard.append(words)
        nursery.stdin.close()
        assert nursery.stderr.read() == ""
    check_log(home, heard)


def check_log(home: Path, heard: list[list[str]]) -> None:
    """Every change that was said is there, and at most one more for each kill."""
    with sqlite3.connect(home / DATABASE) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = raw.execute("SELECT id, author, undone_at FROM fact_events").fetchall()
    authors = {key: author for key, author, _ in rows}
    undone = {key for key, _, at in rows if at is not None}
    made = {int(words[1]): " ".join(words[2:]) for words in heard if words[0] == "set"}
    taken = [int(words[1]) for words in heard if words[0] == "undone"]
    assert len(made) > KILLS
    assert made.items() <= authors.items()
    assert set(taken) <= undone
    assert len(taken) == len(set(taken)) > 0
    assert len(rows) - len(made) + len(undone) - len(taken) <= KILLS
    with_log = Scoped(home)
    facts = with_log.facts()
    with_log.store.close()
    assert facts.last_event == max(set(authors) - undone)
    latest: dict[str, int] = {}
    for one in with_log_history(home):
        if one.undone_at is None:
            latest[one.fact_id] = one.event
    assert {one.fact_id: one.event for one in facts} == latest


def with_log_history(home: Path) -> tuple[FactEvent, ...]:
    made = Scoped(home)
    events = made.store.facts.history(made.project("default").id, CATALOGUE)
    made.store.close()
    return events


# -- YAML


@pytest.fixture
def rich(service) -> Scoped:
    """An answer of every kind, edited, unknown, undone, with notes and quotes."""
    for fact in CATALOGUE:
        service.set_fact(fact.id, fact.example, author="Mira")
    service.set_fact(
        "labels.delay", "about 5 to 6 months", note="a\nb", quote="- x: {y}", author="Ö"
    )
    service.set_fact("labels.delay", "7 months")
    service.undo()
    service.mark_unknown("labels.amount", owner="Tom", due="2026-12-03")
    service.mark_not_applicable("users.skills", note="~")
    service.set_fact("project.summary", "no", origin="inferred", source="a: b.md")
    service.set_fact("problem.statement", "\t- {{ x }}\n\n# 'quoted' \"text\"\n  indented: yes")
    service.unset_fact("problem.evidence")
    return service


def test_a_sheet_loses_nothing(rich):
    sheet = rich.export_facts()
    assert "value: 85 EUR" in sheet
    ids = rich.import_facts(sheet, project="copy")
    assert ids == tuple(one.fact_id for one in rich.facts())
    assert without_numbers(rich, "copy") == without_numbers(rich, "default")
    assert rich.export_facts(project="copy") == sheet


def without_numbers(service: Scoped, project: str) -> list[dict[str, Any]]:
    rows = [one.as_json(CATALOGUE[one.fact_id]) for one in service.facts(project=project)]
    return [{**row, "event": 0} for row in rows]


def test_a_sheet_with_its_history_brings_every_change(rich):
    sheet = rich.export_facts(history=True)
    rich.import_facts(sheet, project="copy")
    assert rich.export_facts(history=True, project="copy") == sheet
    assert len(rich.fact_history("labels.delay", project="copy")) == 3
    rich.undo(project="copy")
    assert "problem.evidence" in rich.facts(project="copy")


def test_an_edited_sheet_goes_before_its_history(rich):
    sheet = yaml.safe_load(rich.export_facts(history=True))
    sheet["facts"]["labels.delay"] = "9 days"
    rich.import_facts(yaml.safe_dump(sheet), project="copy", author="Ann")
    stated = rich.facts(project="copy").get("labels.delay")
    assert (stated.value, stated.origin, stated.author) == (Amount(9, 9, "days"), "imported", "Ann")


def test_a_sheet_that_a_person_typed_is_read(service):
    text = """
    serving.latency_p95: 150 ms
    data.available: no
    data.time_ordered: yes
    plan.deadline: 2027-03-01
    problem.frequency: 400
    project.summary: 2027
    data.types: [text, image]
    approval.who: Mira (boss)
    data.sources:
      - {source: log, owner: Tom}
    labels.delay: don't know
    labels.amount: {status: unknown, owner: Tom}
    fit.human: {value: only_experts, note: two of them}
    """
    service.import_facts(text, author="Ann")
    found = service.facts()
    assert found.value("data.available") == "no"
    assert found.value("data.time_ordered") is True
    assert to_data(found.value("plan.deadline")) == "2027-03-01"
    assert found.value("project.summary") == "2027"
    assert found.get("labels.delay").status == "unknown"
    assert found.get("labels.amount").owner == "Tom"
    assert found.get("fit.human").note == "two of them"
    assert {one.origin for one in found} == {"imported"}
    assert {one.author for one in found} == {"Ann"}


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nfacts: {scope.out: *b}"
BAD_SHEETS = {
    "no mapping": "- a",
    "no YAML": "a: [",
    "text": "hello",
    "tag": "project.summary: !!python/object/apply:os.system [ls]",
    "references": BOMB,
    "deep": "[" * 20_000,
    "other format": "format: other\nfacts: {}",
    "unknown field": "facts: {}\nextra: 1",
    "unknown field of a fact": "facts: {labels.delay: {value: 5 days, color: red}}",
    "unknown status": "facts: {labels.delay: {status: lost}}",
    "no value": "facts: {labels.delay: {status: known}}",
    "value of an unknown": "facts: {labels.delay: {status: unknown, value: 5 days}}",
    "unreadable value": "facts: {labels.delay: soon}",
    "unreadable time": "facts: {labels.delay: {value: 5 days, at: soon}}",
    "time before time": "facts: {labels.delay: {value: 5 days, at: -5}}",
    "other origin": "facts: {labels.delay: {value: 5 days, origin: magic}}",
    "other action": "history: [{fact: labels.delay, action: drop}]",
    "late due": f"facts: {{labels.delay: {{status: unknown, due: {'x' * 41}}}}}",
    "nothing": "",
}  # fmt: skip


@pytest.mark.parametrize("text", BAD_SHEETS.values(), ids=BAD_SHEETS)
def test_what_is_no_sheet_is_refused_as_a_whole(service, text):
    good = "scope.out: [x]\n" if text.startswith("labels") else ""
    with pytest.raises(InputInvalid) as caught:
        service.import_facts(good + text)
    assert caught.value.problem
    assert values(service) == {}


def test_one_bad_fact_keeps_the_others_out_and_is_named(service):
    with pytest.raises(InputInvalid, match=r"labels\.delay"):
        service.import_facts("scope.out: [x]\nlabels.delay: soon")
    with pytest.raises(NotFound, match=r"no\.fact"):
        service.import_facts("scope.out: [x]\nno.fact: soon")
    assert values(service) == {}


@effort(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=80), st.lists(st.text(max_size=30), min_size=1, max_size=3))
def test_any_words_survive_a_sheet(lasting, text, items):
    source, copy = next(names), next(names)
    for key, raw in (("problem.statement", text), ("scope.out", items)):
        try:
            lasting.set_fact(key, raw, project=source, note="n")
        except InputInvalid:
            continue
    lasting.import_facts(lasting.export_facts(project=source) or "{}", project=copy)
    assert values(lasting, copy) == values(lasting, source)


# -- what attackers type


def naughty() -> list[str]:
    if not SHARED.is_dir():
        return []
    attacks = SHARED / "attacks"
    found = json.loads((attacks / "blns" / "blns.json").read_text(encoding="utf-8"))
    for path in sorted((attacks / "payloads").glob("*.txt")):
        found += path.read_text(encoding="utf-8").splitlines()
    lines = (attacks / "prompt_injections.jsonl").read_text(encoding="utf-8").splitlines()
    return found + [json.loads(line)["text"] for line in lines]


def test_naughty_words_are_stored_literally(shared, service):
    fact = CATALOGUE["problem.statement"]
    events, wanted = [], []
    for text in naughty():
        if not cleaned(text):
            continue
        value = parse_value(fact, text)
        printable = "".join(one for one in text.strip() if one >= " " or one in "\n\t")
        if printable == text:
            assert value == text
        events.append(FactEvent(fact.id, "set", value, note=value, quote=value))
        wanted.append(value)
    assert len(wanted) > 600
    owner = service.project("default").id
    service.store.facts.record(owner, events, CATALOGUE)
    assert [one.value for one in service.fact_history(fact.id)] == wanted
    assert [one.note for one in service.fact_history(fact.id)] == wanted
    service.import_facts(service.export_facts(history=True), project="copy")
    assert [one.value for one in service.fact_history(fact.id, project="copy")] == wanted


def test_naughty_words_break_no_kind_of_fact(shared, service):
    kinds = {fact.type: fact for fact in CATALOGUE}
    for text in naughty():
        for fact in kinds.values():
            # Refused kindly or read: nothing else is raised.
            with suppress(InputInvalid):
                parse_value(fact, text)


# -- the command line


@pytest.fixture
def cli(service, monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Run a command; give its exit code, stdout and stderr."""
    monkeypatch.setattr(facts_cli, "open_assistant", lambda: service)

    def called(*words: str) -> tuple[int, str, str]:
        app = typer.Typer()
        facts_cli.register(app)
        app.callback()(lambda: None)
        monkeypatch.setattr(sys, "argv", ["scopewright", "facts", *words])
        with pytest.raises(SystemExit) as ended:
            run(app)
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return called


def test_facts_in_a_terminal(cli, tmp_path):
    assert cli("set", "labels.delay", "5 days, about", "--author", "Mira")[:2] == (
        0, "Time until the truth is known: 5 days\n",
    )  # fmt: skip
    code, out, _ = cli("set", "labels.delay", "6 days", "--json")
    assert code == 0
    assert json.loads(out)["value"] == {"low": 6, "high": 6, "unit": "days"}
    assert cli("unknown", "labels.amount", "--owner", "Tom", "--due", "3 Dec 2026")[0] == 0
    code, out, _ = cli("show")
    assert "Number of labelled examples: not known yet" in out
    assert "owner: Tom" in out
    code, out, _ = cli("history", "labels.delay", "--json")
    assert [one["author"] for one in json.loads(out)["changes"]] == ["Mira", ""]
    assert cli("undo")[1].startswith("Number of labelled examples: now not answered")
    assert cli("unset", "labels.delay")[0] == 0
    assert json.loads(cli("show", "--json")[1])["facts"] == []
    assert cli("undo", "--json")[0] == 0
    sheet = tmp_path / "facts.yaml"
    assert cli("export", "-o", str(sheet), "--history")[0] == 0
    code, out, _ = cli("import", str(sheet), "--project", "copy", "--json")
    assert json.loads(out)["imported"] == ["labels.delay", "labels.amount"]
    assert cli("show", "labels.delay", "--project", "copy")[1].startswith("Time until the truth")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".yaml"] == ["store"]


def test_the_schema_says_all_that_a_program_needs(cli):
    rows = json.loads(cli("schema", "--json")[1])["facts"]
    assert len(rows) == len(CATALOGUE)
    needed = {"id", "label", "question", "type", "unit", "choices", "topic", "documents", "why"}
    assert all(needed <= row.keys() for row in rows)
    row = next(row for row in rows if row["id"] == "labels.exist")
    assert row["choices"][0] == {"value": "yes", "label": "Yes"}
    assert "tdd" in row["documents"]
    assert "Does it" not in cli("schema", "--topic", "labels")[1]


def test_problems_in_a_terminal(cli, tmp_path):
    code, out, err = cli("set", "labels.delay", "soon")
    assert (code, out) == (1, "")
    assert "For example" in err
    code, out, _ = cli("set", "labels.dely", "5 days", "--json")
    assert code == 1
    assert "labels.delay" in json.loads(out)["error"]["remedy"]
    assert cli("undo")[0] == 1
    assert cli("import", str(tmp_path / "none.yaml"))[0] == 1
    assert cli("export", "-o", str(tmp_path / "none" / "x.yaml"))[0] == 1
    assert cli("schema", "--topic", "teapot")[0] == 2
    assert cli("set", "labels.delay")[0] == 2
