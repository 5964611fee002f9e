"""The projects that are written out: their verdicts, what is planted in them, their documents."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import projects
import pytest
import yaml

from assistant.checks import check, load_rules
from assistant.document import Basis, Guidance, compose, load_kind
from assistant.facts import ProjectFacts, StatedFact, load_catalogue, parse_value
from assistant.ingest.articles import read_knowledge
from assistant.verdict import VERDICT_NAMES, decide, load_verdict_rules

KNOWLEDGE = Path(__file__).parents[1] / "knowledge"
CASES = {case.id: case for case in projects.read_projects()}
MOST_FALSE_ALARMS, LEAST_FOUND = 1, 0.9


@cache
def facts_of(name):
    catalogue = load_catalogue()
    return ProjectFacts(
        StatedFact(key, value=parse_value(catalogue[key], raw), author="Ana", at=1.0)
        for key, raw in CASES[name].facts.items()
    )


@cache
def guidance():
    return {
        passage.id: Guidance(passage.id, passage.title, passage.heading, passage.text)
        for passage in read_knowledge(KNOWLEDGE).passages()
    }


def passage_text(key):
    found = guidance()[key]
    return f"{found.article} {found.heading} {found.text}"


@cache
def written(name, kind):
    facts = facts_of(name)
    verdict, findings = decide(load_verdict_rules(), facts), check(load_rules(), facts)
    return compose(
        Basis(
            kind=kind,
            catalogue=load_catalogue(),
            facts=facts,
            guidance=guidance(),
            verdict=verdict,
            findings=findings,
            project=name,
        )
    )


def faults(document, name):
    facts = facts_of(name)
    findings = check(load_rules(), facts)
    kind = load_kind(document.kind)
    return [
        (one.kind, one.detail)
        for one in projects.faults_of(document, kind, facts, findings, passage_text)
    ]


# -- the cases


def test_there_is_a_project_for_each_verdict_from_a_short_idea_to_a_rich_brief():
    assert {case.verdict for case in CASES.values()} == set(VERDICT_NAMES)
    sizes = sorted(len(case.facts) for case in CASES.values())
    assert sizes[0] <= 20
    assert sizes[-1] >= 100
    assert all(len(case.idea.split()) >= 30 for case in CASES.values())


def test_what_is_planted_are_rules_that_exist_and_enough_contradictions():
    kinds = {rule.id: rule.kind for rule in load_rules()}
    planted = [rule for case in CASES.values() for rule in case.planted]
    assert set(planted) <= kinds.keys()
    assert sum(kinds[rule] == "contradiction" for rule in planted) >= 15


# -- judgement


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_what_a_senior_lead_would_say(name):
    assert decide(load_verdict_rules(), facts_of(name)).verdict == CASES[name].verdict


@pytest.mark.parametrize("name", CASES)
def test_what_is_planted_is_found_and_hardly_anything_else(name):
    found = {finding.rule for finding in check(load_rules(), facts_of(name))}
    planted = CASES[name].planted
    assert len(found & planted) >= LEAST_FOUND * len(planted), planted - found
    assert len(found - planted) <= MOST_FALSE_ALARMS, found - planted


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.planted])
def test_settling_what_is_asked_about_removes_the_finding(name):
    """Taking back the answer in question must silence a contradiction that rests on it."""
    facts = facts_of(name)
    rules = load_rules()
    for finding in check(rules, facts):
        if finding.kind != "contradiction" or finding.ask not in facts:
            continue
        left = {one.rule for one in check(rules, facts.without(finding.ask))}
        assert finding.rule not in left, finding.rule


# -- documents


@pytest.mark.parametrize("kind", projects.KINDS)
@pytest.mark.parametrize("name", CASES)
def test_documents_state_everything_once_and_nothing_without_provenance(name, kind):
    assert faults(written(name, kind), name) == []


def tampered(document, change):
    """The document with its first block of several sentences, said by somebody, changed."""
    at, block = next(
        (at, block)
        for at, block in enumerate(document.blocks)
        if block.kind == "paragraph"
        and len(block.sentences) > 1
        and all(part.origin == "said" and not part.refers for part in block.sentences)
    )
    new = change(block)
    blocks = (*document.blocks[:at], *new, *document.blocks[at + 1 :])
    return replace(document, blocks=blocks)


def with_sentence(block, **fields):
    first, *rest = block.sentences
    return (replace(block, sentences=(replace(first, **fields), *rest)),)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda block: (), "not stated"),
        (lambda block: (replace(block, section="metrics"),), "elsewhere"),
        (lambda block: (block, replace(block, key="again")), "stated twice"),
        (lambda block: with_sentence(block, facts=()), "no provenance"),
        (lambda block: with_sentence(block, text="About 4,711 of them."), "invented number"),
        (
            lambda block: with_sentence(block, note="Calculated: 4,711 × 2 = 9,422."),
            "invented number",
        ),
    ],
)
def test_a_document_that_is_tampered_with_is_caught(change, kind):
    document = tampered(written("card-fraud", "tdd"), change)
    assert kind in {fault for fault, _ in faults(document, "card-fraud")}


def test_a_section_that_is_left_out_is_caught():
    document = written("card-fraud", "tdd")
    kept = tuple(section for section in document.sections if section.id != "metrics")
    found = faults(replace(document, sections=kept), "card-fraud")
    assert ("missing", "section metrics") in found


# -- through the service


def test_the_suite_reaches_what_is_promised(assistant):
    result = projects.projects(assistant, "all")
    scores = result["scores"]
    assert scores["projects"] == len(CASES) >= 6
    assert scores["verdicts right"] == 1
    assert scores["planted and found"] >= LEAST_FOUND
    assert scores["most false alarms in a project"] <= MOST_FALSE_ALARMS
    for fault in projects.FAULTS:
        assert scores[f"documents: {fault}"] == 0, result["failed"]


def test_judgement_through_the_service_names_its_sources(assistant):
    case = CASES["hiring-screening"]
    projects.open_case(assistant, case)
    verdict = assistant.verdict_json(project=case.id)
    assert verdict["verdict"] == "not_yet"
    for reason in (*verdict["because"], *verdict["against"]):
        assert reason["source"]["title"]
        assert reason["source"]["references"]
    findings = assistant.findings_json(assistant.check(project=case.id))
    assert {finding["rule"] for finding in findings} == case.planted
    assert all(finding["question"] and finding["source"]["title"] for finding in findings)
    gate = assistant.gate_json(assistant.gate("data", project=case.id), project=case.id)
    assert gate["status"] == "FAIL"
    assert {
        "fact": "fit.human",
        "question": assistant.catalogue()["fit.human"].question,
    } not in gate["missing"]


def test_the_command_line_judges(assistant, capsys, monkeypatch):
    """`gate` is an exit code, `--json` is the contract of DESIGN.md §4."""
    from typer.testing import CliRunner

    from assistant.channels.cli import judgement
    from assistant.channels.cli.app import app

    monkeypatch.setattr(judgement, "open_assistant", lambda: assistant)
    projects.open_case(assistant, CASES["hiring-screening"])
    projects.open_case(assistant, CASES["store-sales"])
    run = CliRunner().invoke

    def asked(*words):
        return run(app, [*words, "--json", "--project", "hiring-screening"])

    verdict = yaml.safe_load(asked("verdict").stdout)
    assert {"verdict", "because", "against", "would_change_if", "first_baseline"} <= verdict.keys()
    (first, *_) = yaml.safe_load(asked("check").stdout)["findings"]
    assert {"rule", "severity", "message", "facts", "source_id", "ask"} <= first.keys()
    failing = asked("gate", "design")
    assert failing.exit_code == 1
    assert yaml.safe_load(failing.stdout)["status"] == "FAIL"
    assert run(app, ["gate", "sometime"]).exit_code == 2
    assert run(app, ["check", "--project", "store-sales"]).stdout.startswith("Nothing found")
