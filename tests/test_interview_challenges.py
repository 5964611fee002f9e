"""Vague answers are asked back about; answers that say enough are not."""

import pytest

from assistant.errors import InputInvalid
from assistant.facts import Fact, load_catalogue, parse_value
from assistant.interview import challenge, challenge_kinds

CATALOGUE = load_catalogue()


def fact(key, kind="long_text", *challenges):
    return Fact(
        id=key,
        label=key,
        question=f"{key}?",
        type=kind,
        topic=key.split(".")[0],
        phase="requirements",
        why=(),
        example="Chargebacks pass 0.9 % in March.",
        challenge=challenges,
    )


def row(one, answer, *words, id):
    return pytest.param(one, answer, *words, id=id)


PERSON = fact("success.owner", "people", "names_a_person")
LATENCY = fact("serving.latency_p95", "duration", "needs_number")
WHY_NOW = fact("problem.why_now", "long_text", "names_a_consequence")


def heard(one, answer):
    try:
        value = parse_value(one, answer)
    except InputInvalid:
        value = None
    return challenge(one, answer, value)


@pytest.mark.parametrize(
    ("one", "answer", "words"),
    [
        row(LATENCY, "fast", "“fast”", id="fast"),
        row(LATENCY, "as quickly as possible", "“quickly”", id="quickly"),
        row(LATENCY, "real time", "“real time”", id="real time"),
        row(LATENCY, "what the users expect", "number", id="no amount"),
        row(fact("product.output"), "It has to be accurate.", "“accurate”", id="accurate"),
        row(fact("success.guardrails", "list"), "better service", "“better”", id="better"),
        row(fact("users.primary", "text"), "many analysts", "“many”", id="many"),
        row(fact("users.primary", "text"), "the users", "Which of them", id="users"),
        row(fact("users.primary", "text"), "All our customers", "Which of", id="customers"),
        row(fact("problem.why_now"), "It should be done soon", "“soon”", id="soon"),
        row(fact("problem.today"), "AI will fix it", "“AI will fix it”", id="AI"),
        row(fact("problem.today"), "We will use AI.", "“use AI”", id="means"),
        row(fact("scope.in", "list"), "tbd", "“tbd”", id="tbd"),
        row(fact("product.decision"), "User satisfaction!", "“User satis", id="satisfied"),
        row(fact("operations.audit"), "Every now", "very short", id="short"),
        row(fact("problem.why_now"), "2", "very short", id="a bare number"),
        row(WHY_NOW, "It would be a pity for our department.", "to whom", id="consequence"),
        row(PERSON, "the team", "by name", id="team"),
        row(
            fact("fit.why_ml", "long_text", "needs_number"),
            "A better result than what we have had in all the time since we began with this here.",
            "number",
            id="a number is asked for however long it is",
        ),
    ],
)  # fmt: skip
def test_vague_answers_are_asked_back_about(one, answer, words):
    found = heard(one, answer)
    assert found is not None
    assert words in found
    assert "For example: “" in found


@pytest.mark.parametrize(
    ("one", "answer"),
    [
        row(LATENCY, "150 ms", id="an amount"),
        row(LATENCY, "fast, say 2 s", id="a word beside an amount"),
        row(fact("product.output"), "Accurate: 60 of 100 alarms are right.", id="measured"),
        row(fact("users.primary", "text"), "Users of the night shift", id="which users"),
        row(fact("users.primary", "text"), "Fraud analysts", id="a role"),
        row(fact("scope.out", "list"), "fast payments; gift cards", id="not about speed"),
        row(fact("risks.biggest"), "The labels arrive late and the team is small.", id="risk"),
        row(WHY_NOW, "We lose the contract with the card scheme.", id="a consequence"),
        row(WHY_NOW, "Nothing.", id="nothing is a consequence too"),
        row(fact("problem.evidence"), "none", id="complete"),
        row(fact("fit.why_ml"), "45 days", id="short and measured"),
        row(PERSON, "Ana Ruiz", id="a name"),
        row(PERSON, "head of fraud", id="a head"),
        row(
            fact("success.product_metric", "text"),
            "The share of claims that are closed without a call, which is lower for leasing than "
            "for cards and has been so since the merger.",
            id="a long answer carries its meaning",
        ),
        row(fact("llm.provider", "text"), "A large language model on premises", id="large"),
        row(fact("privacy.dpia", "choice"), "fast", id="choices are not judged"),
        row(fact("data.sources", "long_text"), "", id="nothing typed"),
        row(fact("team.members", "text"), "Persian: خیلی سریع", id="other languages"),
    ],
)  # fmt: skip
def test_answers_that_say_enough_are_left_alone(one, answer):
    assert heard(one, answer) is None


@pytest.mark.parametrize("one", list(CATALOGUE), ids=lambda one: one.id)
def test_a_fact_asks_for_what_there_is_and_its_own_example_is_good_enough(one):
    assert set(one.challenge) <= challenge_kinds()
    assert heard(one, one.example) is None


def test_braces_in_a_persons_words_are_harmless():
    one = fact("problem.today", "long_text", "names_an_action")
    assert challenge(one, "{example} {word}", "{example} {word}") is not None
