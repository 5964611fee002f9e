"""The verdict: evidence adds up, vetoes hold, and what would change it really does."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.checks import FOLDER, placeholders
from assistant.errors import DataInvalid
from assistant.facts import ProjectFacts, StatedFact, applicable, load_catalogue, parse_value
from assistant.ingest.articles import read_knowledge
from assistant.verdict import VERDICT_NAMES, decide, load_verdict_rules, read_verdict_rules

KNOWLEDGE = Path(__file__).parents[1] / "knowledge"
RULES = load_verdict_rules()
NUMBER = re.compile(r"\d[\d.,]*")

ML = {
    "fit.human": "yes_with_effort",
    "fit.validation": "yes_within_seconds",
    "fit.bottleneck": "volume",
    "fit.error_tolerance": "costly",
    "fit.open_language": False,
    "alternatives.rules_enough": "no",
    "alternatives.analytics": "no",
    "alternatives.buy": "none_found",
    "data.available": "yes",
    "labels.exist": "yes",
    "ml.task": "classification",
    "data.types": ["tabular"],
}


def stating(answers):
    catalogue = load_catalogue()
    return ProjectFacts(
        StatedFact(key, value=parse_value(catalogue[key], raw)) for key, raw in answers.items()
    )


def decided(**changes):
    changed = {key.replace("__", "."): value for key, value in changes.items()}
    answers = {key: value for key, value in {**ML, **changed}.items() if value is not None}
    return decide(RULES, stating(answers))


@cache
def passages():
    return {passage.id: passage.text for passage in read_knowledge(KNOWLEDGE).passages()}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "ml"),
        ({"alternatives__rules_enough": "yes"}, "rules_first"),
        ({"alternatives__analytics": "yes"}, "analytics"),
        ({"alternatives__buy": "fits"}, "buy"),
        ({"fit__open_language": True, "ml__task": "generation"}, "llm"),
        ({"fit__bottleneck": "process"}, "not_yet"),
        ({"data__available": "no", "labels__exist": "no"}, "not_yet"),
        # The data that is missing can be collected, by rules that earn their keep meanwhile.
        (
            {
                "data__available": "can_be_collected",
                "labels__exist": "no",
                "alternatives__rules_enough": "partly",
            },
            "rules_first",
        ),
        # A report that settles the decision is cheaper than rules that would do as well.
        ({"alternatives__analytics": "yes", "alternatives__rules_enough": "yes"}, "analytics"),
    ],
)
def test_the_verdict_follows_the_evidence(changes, verdict):
    assert decided(**changes).verdict == verdict


@pytest.mark.parametrize(
    "changes",
    [
        {"privacy__ai_act": "prohibited"},
        {"data__access": "refused"},
        {"fit__validation": "never", "fit__way_out": "none"},
        {
            "fit__error_tolerance": "dangerous",
            "product__automation": "decides_alone",
            "fit__validation": "only_later",
        },
    ],
)
def test_a_veto_holds_whatever_speaks_for_it(changes):
    found = decided(**changes)
    assert found.verdict == "not_yet"
    vetoes = {veto.text for veto in RULES.vetoes}
    assert found.because[0].text in vetoes
    # What spoke for the project stands on the other side.
    assert {reason.favours for reason in found.against} == {"ml"}


def test_validation_and_the_human_test_weigh_more_than_any_other_property_of_the_idea():
    strength = {
        one.fact: max(abs(weight) for weight in one.counts.values())
        for one in RULES.evidence
        if one.fact in ("fit.human", "fit.validation", "fit.pattern", "labels.exist")
    }
    heaviest = {
        key: max(
            abs(weight)
            for one in RULES.evidence
            if one.fact == key
            for weight in one.counts.values()
        )
        for key in strength
    }
    assert min(heaviest["fit.human"], heaviest["fit.validation"]) > max(
        heaviest["fit.pattern"], heaviest["labels.exist"]
    )


@pytest.mark.parametrize("answers", [{}, {"fit.human": "yes_quickly"}, dict(list(ML.items())[:4])])
def test_with_too_few_answers_it_says_what_to_answer_first(answers):
    found = decide(RULES, stating(answers))
    assert found.verdict == "not_yet"
    asked = [reason.fact for reason in found.because if reason.text.startswith("Answer this first")]
    assert asked
    assert set(asked) <= set(found.unanswered)
    assert not set(answers) & set(found.unanswered)
    assert bool(found.against) == bool(answers)


def test_an_answer_of_not_known_does_not_count_as_one():
    answers = stating(dict(list(ML.items())[:5]))
    assert decide(RULES, answers).verdict != "not_yet"
    unknown = answers.with_stated(StatedFact("fit.human", "unknown", owner="Ada"))
    assert decide(RULES, unknown).verdict == "not_yet"
    assert "fit.human" in decide(RULES, unknown).unanswered


CHANGES = [{}, {"alternatives__rules_enough": "yes"}, {"fit__bottleneck": "process"}]


@pytest.mark.parametrize("changes", CHANGES)
def test_each_listed_change_flips_the_verdict_and_every_other_answer_does_not(changes):
    found = decided(**changes)
    answers = {**ML, **{key.replace("__", "."): value for key, value in changes.items()}}
    listed = {(change.fact, change.to): change.verdict for change in found.would_change_if}
    assert listed
    for key in RULES.facts:
        fact = load_catalogue()[key]
        if not applicable(load_catalogue(), stating(answers), key):
            continue
        options = [option.value for option in fact.options] if fact.type == "choice" else []
        options += [True, False] if fact.type == "yes_no" else []
        for value in options:
            then = decide(RULES, stating({**answers, key: value})).verdict
            assert then == listed.get((key, value), found.verdict), (key, value)


def test_changes_to_given_answers_come_before_answers_that_are_missing():
    found = decided()
    given = [change.fact in ML for change in found.would_change_if]
    assert given == sorted(given, reverse=True)
    assert all(found_text.text.endswith(".") for found_text in found.would_change_if)


@pytest.mark.parametrize("changes", CHANGES)
def test_every_verdict_has_reasons_and_something_against_it(changes):
    found = decided(**changes)
    assert found.because
    assert found.against
    sources = [reason.source_id for reason in (*found.because, *found.against)]
    assert {*sources, found.baseline_source} <= passages().keys()
    assert {reason.favours for reason in found.because} == {found.verdict}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ml__task": "forecasting"}, "seasonal naive"),
        ({"data__types": ["image"]}, "pretrained network"),
        ({"data__types": ["text"]}, "TF-IDF"),
        ({"ml__task": "anomaly"}, "fixed limits"),
        ({"ml__task": "recommendation"}, "most popular"),
        ({}, "average per group"),
        ({"alternatives__buy": "fits"}, "two services"),
        ({"alternatives__analytics": "yes"}, "one page"),
        ({"alternatives__rules_enough": "yes"}, "rules that you have"),
        ({"data__available": "no", "labels__exist": "no"}, "a person answer"),
        (
            {"fit__open_language": True, "ml__task": "generation", "data__types": ["text"]},
            "BM25",
        ),
    ],
)
def test_the_first_baseline_fits_the_task_and_the_verdict(changes, words):
    assert words.casefold() in decided(**changes).first_baseline.casefold()


def test_an_answer_with_placeholders_stays_literal():
    found = decided(problem__frequency="2 per week")
    reasons = [*found.because, *found.against]
    assert any("2 decisions per week" in reason.text for reason in reasons)
    naughty = stating({**ML, "problem.statement": "{fit.human} {0.__class__}"})
    assert all("__class__" not in reason.text for reason in decide(RULES, naughty).because)


def answers_to_choices():
    """Any answers to any of the choices that a verdict may hang on."""
    catalogue = load_catalogue()
    options = {
        key: [option.value for option in catalogue[key].options] or [True, False]
        for key in sorted(RULES.facts)
        if catalogue[key].type in ("choice", "yes_no")
    }
    return st.fixed_dictionaries(
        {}, optional={key: st.sampled_from(values) for key, values in options.items()}
    )


@settings(max_examples=60, deadline=None)
@given(answers=answers_to_choices())
def test_whatever_is_answered_the_verdict_has_reasons_and_its_changes_are_real(answers):
    found = decide(RULES, stated(answers))
    assert found.because
    assert bool(found.against) == bool(answers)
    for reason in (*found.because, *found.against):
        assert "{" not in reason.text
    for change in found.would_change_if[:3]:
        then = decide(RULES, stated({**answers, change.fact: change.to}))
        assert then.verdict == change.verdict != found.verdict


def stated(values):
    return ProjectFacts(StatedFact(key, value=value) for key, value in values.items())


# -- the shipped data


def remarks():
    return [
        *((one.id, one.text, one.source) for one in (*RULES.vetoes, *RULES.evidence)),
        *((name, one.doubt.text, one.doubt.source) for name, one in RULES.outcomes.items()),
        ("undecided", RULES.undecided.text, RULES.undecided.source),
        *((f"baseline {place}", one.text, one.source) for place, one in enumerate(RULES.baselines)),
    ]


@pytest.mark.parametrize(("name", "text", "source"), remarks())
def test_every_reason_cites_a_passage_that_has_its_numbers(name, text, source):
    assert source in passages()
    bare = text
    for key in placeholders(text):
        bare = bare.replace("{" + key + "}", "")
    for number in NUMBER.findall(bare):
        assert number.rstrip(".,") in passages()[source], name


def test_every_verdict_can_be_reached_and_doubted():
    assert set(RULES.outcomes) == set(VERDICT_NAMES)
    assert {name for one in RULES.evidence for name in one.counts} == set(VERDICT_NAMES)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"least_support": 0}, "least_support"),
        ({"verdicts": []}, "verdicts"),
        ({"minimum": {"answers": 1, "of": ["no.such"], "source": "a#b"}}, "no.such"),
    ],
)
def test_a_broken_file_is_named(tmp_path, change, words):
    whole = yaml.safe_load((FOLDER / "verdict.yaml").read_text(encoding="utf-8"))
    baselines = (FOLDER / "baselines.yaml").read_text(encoding="utf-8")
    (tmp_path / "baselines.yaml").write_text(baselines, encoding="utf-8")
    (tmp_path / "verdict.yaml").write_text(yaml.safe_dump({**whole, **change}), encoding="utf-8")
    with pytest.raises(DataInvalid, match=r"verdict\.yaml") as caught:
        read_verdict_rules(tmp_path, load_catalogue())
    assert words in str(caught.value)
