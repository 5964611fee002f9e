"""Answers that other answers imply: which, why, and that the data holds together."""

from pathlib import Path

import pytest

from assistant.facts import ProjectFacts, StatedFact, load_catalogue, read_answer, to_data
from assistant.ingest import read_knowledge
from assistant.interview import implied_by, suggest
from assistant.interview.suggestions import FILE, reasons, suggestion_rules

CATALOGUE = load_catalogue()
RULES = [rule for rules in suggestion_rules(CATALOGUE).values() for rule in rules]


def stated(answers, **more):
    return ProjectFacts(
        [
            StatedFact(key, value=read_answer(CATALOGUE[key], raw).value, **more)
            for key, raw in answers.items()
        ],
        catalogue=CATALOGUE,
    )


@pytest.mark.parametrize(
    ("answers", "key", "expected"),
    [
        ({"product.output": "A forecast of next week's parcels"}, "ml.task", "forecasting"),
        ({"product.output": "How many vans we need tomorrow"}, "ml.task", "forecasting"),
        ({"product.output": "A ranked list of claims"}, "ml.task", "ranking"),
        ({"product.output": "The fields of an invoice"}, "ml.task", "extraction"),
        ({"product.output": "A draft of the reply"}, "ml.task", "generation"),
        ({"product.output": "Whether a payment is fraud"}, "ml.task", "classification"),
        ({"product.output": "The price of a used car"}, "ml.task", "regression"),
        ({"product.output": "Something for Frank"}, "ml.task", None),
        ({"product.output": "Unusual readings of a pump"}, "ml.task", "anomaly"),
        (
            {"product.output": "Boxes around cracks", "data.types": ["image"]},
            "ml.task",
            "detection",
        ),
        ({"data.time_ordered": True}, "evaluation.split", "time"),
        (
            {"data.time_ordered": True, "data.repeated_entities": True},
            "evaluation.split",
            "time_and_group",
        ),
        ({"data.time_ordered": False}, "evaluation.split", None),
        (
            {"data.time_ordered": False, "data.repeated_entities": False},
            "evaluation.split",
            "random",
        ),
        (
            {"ml.task": "classification", "data.positives_share": "1 %"},
            "metrics.offline",
            ["precision", "recall", "pr_auc"],
        ),
        (
            {"ml.task": "classification", "data.positives_share": "40 %"},
            "metrics.offline",
            ["f1", "log_loss"],
        ),
        (
            {"metrics.false_alarm_cost": "12 EUR", "metrics.miss_cost": "85 EUR"},
            "metrics.worse_error",
            "miss",
        ),
        (
            {"metrics.false_alarm_cost": "12 EUR", "metrics.miss_cost": "85 USD"},
            "metrics.worse_error",
            None,
        ),
        ({"ml.approach": "trees"}, "infra.gpu", "not_needed"),
        ({"ml.approach": "deep"}, "infra.gpu", None),
        ({"fit.error_tolerance": "dangerous"}, "deployment.strategy", "shadow"),
        ({"labels.delay": "60 days"}, "retraining.interval", None),
        (
            {"team.product_owner": "Ana Ruiz (head of fraud)"},
            "success.owner",
            [{"name": "Ana Ruiz", "role": "head of fraud"}],
        ),
    ],
)
def test_what_follows(answers, key, expected):
    found = implied_by(CATALOGUE, stated(answers), key)
    data = found and to_data(found.value)
    assert (sorted(data) if key == "metrics.offline" else data) == (
        sorted(expected) if key == "metrics.offline" else expected
    )
    assert found is None or (found.text and found.because and found.why)


def test_nothing_follows_from_what_is_only_assumed():
    assert implied_by(CATALOGUE, stated({"data.time_ordered": True}), "evaluation.split")
    guess = stated({"data.time_ordered": True}, origin="inferred")
    assert implied_by(CATALOGUE, guess, "evaluation.split") is None


def test_what_is_assumed_is_offered_for_confirmation():
    guess = stated({"ml.task": "ranking"}, origin="default", note="")
    found = suggest(CATALOGUE, guess, "ml.task")
    assert (found.value, found.rule, found.why) == ("ranking", "stored", "")


def test_every_entry_is_about_facts_of_the_catalogue():
    import yaml

    entries = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    assert [entry["id"] for entry in entries if entry["id"] not in {one.id for one in RULES}] == []
    assert len({entry["id"] for entry in entries}) == len(entries)


def test_every_source_exists(knowledge_passages):
    assert [rule.why for rule in RULES if rule.why not in knowledge_passages] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_an_entry_says_why_in_a_sentence(rule):
    assert rule.because.endswith(".")
    assert rule.fact not in rule.sources


def test_no_question_waits_for_itself():
    waits = {fact.id: reasons(CATALOGUE, fact.id) for fact in CATALOGUE}
    while ready := {key for key, others in waits.items() if others.isdisjoint(waits)}:
        waits = {key: others for key, others in waits.items() if key not in ready}
    assert waits == {}


@pytest.fixture(scope="module")
def knowledge_passages():
    folder = Path(__file__).parents[1] / "knowledge"
    return {passage.id for passage in read_knowledge(folder).passages()}
