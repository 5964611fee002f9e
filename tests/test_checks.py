"""Rules, findings and gates: every rule fires and stays silent, and cites what exists."""

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from assistant.checks import (
    FOLDER,
    check,
    fill,
    gate,
    load_needs,
    load_rules,
    placeholders,
    read_rules,
)
from assistant.errors import DataInvalid
from assistant.facts import PHASES, ProjectFacts, StatedFact, load_catalogue, parse_value
from assistant.ingest.articles import read_knowledge

KNOWLEDGE = Path(__file__).parents[1] / "knowledge"
RULES = {rule.id: rule for rule in load_rules()}
NUMBER = re.compile(r"\d[\d.,]*")


def stating(answers, **others):
    """Facts with these raw answers; `others` are more StatedFact fields for all of them."""
    catalogue = load_catalogue()
    return ProjectFacts(
        StatedFact(key, value=parse_value(catalogue[key], raw), **others)
        for key, raw in answers.items()
    )


@cache
def passages():
    return {passage.id: passage.text for passage in read_knowledge(KNOWLEDGE).passages()}


def found_by(rule, answers):
    return [finding.rule for finding in check([rule], stating(answers))]


# -- the shipped rules


def test_there_are_enough_rules_of_every_kind_and_phase():
    assert len(RULES) >= 75
    assert {rule.kind for rule in RULES.values()} == {"contradiction", "gap", "risk"}
    assert {rule.phase for rule in RULES.values()} == set(PHASES)


@pytest.mark.parametrize("name", RULES)
def test_a_rule_fires_on_its_example_and_is_silent_on_its_counter_example(name):
    rule = RULES[name]
    assert found_by(rule, rule.fires) == [name]
    assert found_by(rule, rule.silent) == []


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_fires_says_so_in_a_whole_sentence(name):
    rule = RULES[name]
    (finding,) = check([rule], stating(rule.fires))
    assert "{" not in finding.message
    assert "not answered" not in finding.message
    assert finding.message[0].isupper() or finding.message[0].isdigit()
    assert finding.message.endswith(".")
    assert "about about" not in finding.message
    assert set(finding.facts) <= rule.facts
    assert finding.ask == rule.ask


@pytest.mark.parametrize("name", RULES)
def test_a_counter_example_differs_from_the_example_in_little(name):
    """Otherwise it would not show what the rule turns on."""
    fires, silent = RULES[name].fires, RULES[name].silent
    keys = fires.keys() | silent.keys()
    assert sum(fires.get(key) != silent.get(key) for key in keys) <= 2


@pytest.mark.parametrize("name", RULES)
def test_a_rule_cites_a_passage_that_has_its_numbers(name):
    rule = RULES[name]
    assert rule.source in passages()
    bare = rule.message
    for key in placeholders(rule.message):
        bare = bare.replace("{" + key + "}", "")
    # "95th" is the name of the percentile that the fact asks for.
    for number in NUMBER.findall(bare.replace("95th", "")):
        assert number.rstrip(".,") in passages()[rule.source]


def test_no_two_rules_say_the_same():
    messages = [rule.message for rule in RULES.values()]
    assert len(set(messages)) == len(messages)


# -- findings


def test_findings_come_severest_first_and_contradictions_before_the_rest():
    facts = stating(
        {
            "serving.mode": "batch",
            "serving.latency_p95": "1 s",
            "privacy.ai_act": "prohibited",
            "deployment.automation": "manual",
            "retraining.interval": "1 week",
            "success.business_target": "10 days",
        }
    )
    found = check(load_rules(), facts)
    assert [(one.severity, one.kind) for one in found] == [
        ("high", "contradiction"),
        ("high", "gap"),
        ("high", "risk"),
        ("medium", "gap"),
        ("low", "risk"),
    ]


def test_nothing_is_found_where_nothing_is_stated():
    assert check(load_rules(), ProjectFacts()) == []


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (
            {
                "labels.amount": "6,000",
                "labels.cost_each": "4 EUR",
                "budget.labelling": "9,000 EUR",
            },
            "6,000 labelled examples at 4 EUR each cost 24,000 EUR, "
            "but 9,000 EUR are planned for labelling.",
        ),
        # A rate is converted: 2,800 a week are 400 a day.
        (
            {
                "llm.cost_per_request": "0.04 EUR",
                "problem.frequency": "2,800 per week",
                "infra.cost_limit": "300 EUR",
            },
            "At 2,800 decisions per week and 0.04 EUR, the model costs 487 EUR a month; "
            "the limit is 300 EUR a month.",
        ),
    ],
)
def test_arithmetic_is_shown_and_converted(answers, message):
    found = check(load_rules(), stating(answers))
    assert message in [one.message for one in found]


@pytest.mark.parametrize(
    "answers",
    [
        # Other currencies, missing factors: no verdict on what cannot be compared.
        {"labels.amount": "6,000", "labels.cost_each": "4 USD", "budget.labelling": "9,000 EUR"},
        {"labels.amount": "6,000", "budget.labelling": "9,000 EUR"},
    ],
)
def test_arithmetic_that_cannot_be_done_finds_nothing(answers):
    assert "labelling-over-budget" not in [
        one.rule for one in check(load_rules(), stating(answers))
    ]


@pytest.mark.parametrize(
    "naughty",
    [
        "{problem.statement}",
        "{0.__class__}",
        "{calculated} {metrics.primary}",
        "{{ 7 * 7 }} {% raw %}",
        r"\g<1> \1 %s $x",
    ],
)
def test_an_answer_with_placeholders_stays_literal(naughty):
    facts = stating(
        {
            "success.business_metric": naughty,
            "metrics.primary": "recall",
            "problem.statement": "A secret.",
        }
    )
    (finding,) = [one for one in check(load_rules(), facts) if one.rule == "metrics-not-linked"]
    assert finding.message == (
        f"How the deciding metric, recall, moves the business metric, {naughty}, has not been said."
    )


def test_a_placeholder_without_an_answer_names_the_question():
    text = fill("Within {serving.latency_p95}.", ProjectFacts())
    assert load_catalogue()["serving.latency_p95"].label in text
    assert "{" not in text


def test_an_answer_of_several_lines_is_shown_on_one():
    facts = stating({"problem.statement": "One.\n\nTwo."})
    assert fill("So: {problem.statement}", facts) == "So: One. Two."


# -- gates


def judged(phase, facts):
    return gate(phase, check(load_rules(), facts), facts, load_needs())


def answered(phase):
    """Harmless answers to everything that the phase and earlier ones need."""
    phases = PHASES[: PHASES.index(phase) + 1]
    needs = yaml.safe_load((FOLDER / "gates.yaml").read_text(encoding="utf-8"))
    wanted = [entry["fact"] for one in phases for entry in needs[one]]
    return {key: HARMLESS[key] for key in wanted if key in HARMLESS}


HARMLESS = {
    "problem.statement": "Invoices wait.",
    "users.primary": "clerks",
    "product.output": "A list",
    "product.automation": "suggests",
    "success.business_metric": "days until posted",
    "success.owner": "Ada Stone (accounting)",
    "alternatives.rules_enough": "partly",
    "fit.human": "yes_quickly",
    "fit.validation": "yes_within_seconds",
    "fit.error_tolerance": "harmless",
    "ml.task": "classification",
    "data.available": "yes",
    "data.types": ["tabular"],
    "data.access": "granted",
    "data.amount": "40,000",
    "labels.exist": "yes",
    "privacy.personal_data": "none",
    "metrics.offline": ["f1"],
    "metrics.worse_error": "miss",
    "evaluation.split": "time",
}


def test_a_gate_without_answers_fails_and_lists_what_is_missing():
    found = judged("requirements", ProjectFacts())
    assert found.status == "FAIL"
    assert found.missing[0] == "problem.statement"
    assert not found.findings


def test_a_gate_asks_for_all_earlier_phases():
    missing = [set(judged(phase, ProjectFacts()).missing) for phase in PHASES]
    assert all(earlier < later for earlier, later in pairwise(missing))


def test_a_gate_with_every_answer_passes():
    assert judged("requirements", stating(answered("requirements"))).status == "PASS"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"product.automation": "decides_alone", "fit.error_tolerance": "dangerous"}, "FAIL"),
        ({"success.business_target": "2 days"}, "CONCERNS"),
        # Only the launch is concerned by how secrets are kept.
        ({"security.secrets": "in_code"}, "PASS"),
    ],
)
def test_a_gate_follows_the_severity_of_findings_of_its_phase(change, status):
    facts = stating({**answered("requirements"), **change})
    assert judged("requirements", facts).status == status


def test_an_unknown_with_an_owner_is_a_concern_and_without_one_is_missing():
    facts = stating(answered("requirements"))
    asked = facts.with_stated(StatedFact("fit.human", "unknown", owner="Ada"))
    assert judged("requirements", asked).status == "CONCERNS"
    assert judged("requirements", asked).open == ("fit.human",)
    assert not judged("requirements", asked).missing
    nobody = facts.with_stated(StatedFact("fit.human", "unknown"))
    assert judged("requirements", nobody).status == "FAIL"
    assert judged("requirements", nobody).missing == ("fit.human",)


def test_what_does_not_apply_is_not_missing():
    facts = stating(answered("requirements")).with_stated(
        StatedFact("success.owner", "not_applicable")
    )
    assert judged("requirements", facts).status == "PASS"


@pytest.mark.parametrize(
    ("change", "levels"),
    [
        ({}, {"high": False, "medium": False, "low": False}),
        ({"plan.deadline": "1 June 2027"}, {"high": False, "medium": False, "low": True}),
        ({"success.business_target": "2 d"}, {"high": False, "medium": True, "low": True}),
        ({"fit.validation": "only_later"}, {"high": False, "medium": False, "low": False}),
        ({"privacy.ai_act": "prohibited"}, {"high": True, "medium": True, "low": True}),
    ],
)
def test_how_strict_a_gate_is(change, levels):
    found = judged("requirements", stating({**answered("requirements"), **change}))
    assert {level: found.fails(level) for level in levels} == levels


# -- files that break the format


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ask": "no.such"}, "no.such"),
        ({"message": "Within {no.such}."}, "no.such"),
        ({"when": {"no.such": "x"}}, "no.such"),
        ({"when": {"serving.mode": "sometimes"}}, "sometimes"),
        ({"severity": "fatal"}, "severity"),
        ({"source": "nowhere"}, "source"),
        ({"surprise": 1}, "surprise"),
        ({"message": "It is {calculated}."}, "calculation"),
        ({"calculated": {"product": ["labels.amount"]}}, "above"),
    ],
)
def test_a_broken_rule_is_named(tmp_path, change, words):
    entry = {
        "id": "one",
        "kind": "risk",
        "severity": "low",
        "phase": "data",
        "when": {"serving.mode": "batch"},
        "message": "A message.",
        "source": "a#b",
        "ask": "serving.mode",
        "fires": {"serving.mode": "batch"},
        "silent": {"serving.mode": "online"},
    }
    for name in ("gaps", "risks"):
        (tmp_path / f"{name}.yaml").write_text("[]", encoding="utf-8")
    path = tmp_path / "contradictions.yaml"
    path.write_text(yaml.safe_dump([entry]), encoding="utf-8")
    assert len(read_rules(tmp_path, load_catalogue())) == 1
    path.write_text(yaml.safe_dump([{**entry, **change}]), encoding="utf-8")
    with pytest.raises(DataInvalid, match=r"contradictions\.yaml: one") as caught:
        read_rules(tmp_path, load_catalogue())
    assert words in str(caught.value)
