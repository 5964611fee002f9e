"""Which question comes next, how far the interview is, and that any order leads to the same end."""

import random
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import DataInvalid, NotFound
from assistant.facts import (
    Catalogue,
    Fact,
    Option,
    ProjectFacts,
    StatedFact,
    load_catalogue,
    parse_condition,
    read_answer,
)
from assistant.interview import (
    DocumentNeeds,
    Marks,
    Section,
    consequences,
    dependents,
    document_kinds,
    in_force,
    load_needs,
    next_question,
    progress,
    question_of,
    survey,
    upcoming,
)
from assistant.interview.needs import load_opening

KINDS = ("requirements", "cvp", "tdd", "all")


def fact(key, *, weight=3, phase="requirements", options=(), **more):
    return Fact(
        id=key,
        label=key,
        question=f"{key}?",
        type="choice" if options else "text",
        topic=key.split(".")[0],
        phase=phase,
        why=(),
        example="An example.",
        options=tuple(Option(one, one) for one in options),
        weight=weight,
        **more,
    )


def house(*facts, when=None):
    """A catalogue of a few facts; `when` maps ids to conditions."""
    bare = Catalogue(facts, ())
    conditions = {key: parse_condition(data, bare) for key, data in (when or {}).items()}
    return Catalogue([replace(one, when=conditions.get(one.id)) for one in facts], ())


def paper(*sections, needed=()):
    return DocumentNeeds(
        "paper",
        "Paper",
        tuple(
            Section(f"s{place}", f"Section {place}", keys, tuple(k for k in keys if k in needed))
            for place, keys in enumerate(sections)
        ),
    )


def said(catalogue, *keys, **values):
    """Facts in the order they were said; a plain id has some value."""
    pairs = [(key, "something") for key in keys] + list(values.items())
    return ProjectFacts(
        [
            StatedFact(key.replace("__", "."), value=value, event=place)
            for place, (key, value) in enumerate(pairs, start=1)
        ],
        last_event=len(pairs),
        catalogue=catalogue,
    )


ABC = house(fact("a.one"), fact("a.two", weight=5), fact("b.one", weight=4), fact("c.one"))
FLAT = paper(("a.one",), ("a.two",), ("b.one",), ("c.one",))


@pytest.mark.parametrize(
    ("needs", "known", "expected"),
    [
        pytest.param(FLAT, (), "a.two", id="the heaviest"),
        pytest.param(paper(("c.one", "a.two"), needed=("c.one",)), (), "c.one", id="needed first"),
        pytest.param(
            paper(("c.one",), ("a.two",), needed=("c.one", "a.two")), (), "c.one", id="the opening"
        ),
        pytest.param(
            paper(("c.one",), ("a.one",), ("b.one",), needed=("a.one", "b.one")),
            ("c.one",),
            "b.one",
            id="the heavier of the needed",
        ),
        pytest.param(FLAT, ("a.two",), "a.one", id="stays on the topic"),
        pytest.param(FLAT, ("a.two", "c.one"), "b.one", id="leaves a topic that is done"),
        pytest.param(
            paper(("a.two",), ("c.one",), ("c.one",), ("c.one",)), (), "c.one", id="more sections"
        ),
        pytest.param(paper(("c.one",), ("a.one",)), (), "c.one", id="the document's order"),
        pytest.param(FLAT, ("a.one", "a.two", "b.one", "c.one"), None, id="nothing left"),
        pytest.param(paper(("no.such", "c.one")), (), "c.one", id="a fact that does not exist"),
        pytest.param(paper(), (), None, id="an empty document"),
    ],
)
def test_the_most_valuable_question(needs, known, expected):
    found = next_question(ABC, said(ABC, *known), needs)
    assert (found and found.fact.id) == expected


def test_a_topic_is_left_for_much_more_value():
    catalogue = house(fact("a.one"), fact("a.two", weight=1), fact("b.one", weight=5))
    needs = paper(("a.one",), ("a.two",), ("b.one",))
    assert next_question(catalogue, said(catalogue, "a.one"), needs).fact.id == "b.one"


def test_what_others_wait_for_gains():
    facts = [fact("a.gate", weight=3), fact("b.heavy", weight=4)]
    others = [fact(f"c.f{place}") for place in range(4)]
    waits = {one.id: {"a.gate": "present"} for one in others}
    keys = ("b.heavy", "a.gate", *(one.id for one in others))
    needs = paper(*[(key,) for key in keys])
    free, tied = house(*facts, *others), house(*facts, *others, when=waits)
    assert next_question(free, said(free), needs).fact.id == "b.heavy"
    assert next_question(tied, said(tied), needs).fact.id == "a.gate"


def test_what_another_answer_may_rule_out_waits_for_it():
    catalogue = house(
        fact("a.heavy", weight=5),
        fact("b.gate", weight=1, options=("yes", "no")),
        when={"a.heavy": {"not": {"b.gate": "no"}}},
    )
    needs = paper(("a.heavy",), ("b.gate",))
    assert next_question(catalogue, said(catalogue), needs).fact.id == "b.gate"
    assert next_question(catalogue, said(catalogue, b__gate="no"), needs) is None
    # Put off, it does not hold the others up.
    marks = Marks([("b.gate", "skipped", "")])
    assert next_question(catalogue, said(catalogue), needs, marks).fact.id == "a.heavy"


def test_what_can_be_suggested_waits_for_its_reason():
    catalogue = house(fact("b.task", weight=5, suggest_from=("a.output",)), fact("a.output"))
    needs = paper(("b.task",), ("a.output",))
    assert next_question(catalogue, said(catalogue), needs).fact.id == "a.output"
    assert next_question(catalogue, said(catalogue, "a.output"), needs).fact.id == "b.task"


CHOICE = house(
    fact("a.kind", options=("red", "blue"), weight=5),
    fact("b.red", weight=5),
    fact("b.deep"),
    fact("c.one"),
    when={"b.red": {"a.kind": "red"}, "b.deep": {"b.red": "present"}},
)
CHOICES = paper(("c.one",), ("a.kind", "b.red", "b.deep"))


def walk(catalogue, facts, needs, answers, **more):
    """Ask to the end; every question gets its answer. Returns the ids in the order asked."""
    asked = []
    while (found := next_question(catalogue, facts, needs, **more)) is not None:
        key = found.fact.id
        asked.append(key)
        assert len(asked) < 1_000, asked[-10:]
        stated = StatedFact(key, value=answers.get(key, "x"), event=facts.last_event + 1)
        facts = facts.with_stated(stated)
    return asked, facts


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("red", {"a.kind", "b.red", "b.deep", "c.one"}),
        ("blue", {"a.kind", "c.one"}),
    ],
)
def test_what_does_not_apply_is_never_asked(kind, expected):
    asked, _ = walk(CHOICE, said(CHOICE), CHOICES, {"a.kind": kind})
    assert set(asked) == expected
    assert len(asked) == len(expected)


def test_what_decides_is_asked_though_the_document_has_no_place_for_it():
    needs = paper(("b.red",), needed=("b.red",))
    found = next_question(CHOICE, said(CHOICE), needs)
    assert (found.fact.id, found.reason, found.section) == ("a.kind", "first_draft", "")
    assert progress(CHOICE, said(CHOICE), needs).to_first_draft == 1


def test_a_chain_of_conditions_falls_together():
    facts = said(CHOICE, a__kind="red", b__red="x", b__deep="y", c__one="z")
    changed = facts.with_stated(StatedFact("a.kind", value="blue", event=9))
    assert set(in_force(CHOICE, changed).stated) == {"a.kind", "c.one"}
    assert set(changed.stated) == {"a.kind", "b.red", "b.deep", "c.one"}
    moved = consequences(CHOICE, facts, changed, "a.kind")
    assert (moved.left, moved.back) == (("b.red", "b.deep"), ())
    back = consequences(CHOICE, changed, facts, "a.kind")
    assert (back.left, back.back) == ((), ("b.red", "b.deep"))
    assert next_question(CHOICE, changed, CHOICES) is None


def test_dependents_over_several_steps():
    assert dependents(CHOICE, "a.kind").conditional == ("b.red", "b.deep")
    assert dependents(CHOICE, "c.one").conditional == ()


CLASH = ("b.one", "high", "One says {b},\nthe other does not.")


@pytest.mark.parametrize(
    ("findings", "marks", "expected"),
    [
        pytest.param([CLASH], Marks(), ("b.one", "contradiction"), id="answered, asked again"),
        pytest.param(
            [("a.one", "medium", "M"), CLASH], Marks(), ("b.one", "contradiction"), id="heaviest"
        ),
        pytest.param(
            [("a.one", "medium", "M"), ("b.one", "low", "L")],
            Marks(),
            ("a.one", "contradiction"),
            id="before a low one",
        ),
        pytest.param(
            [CLASH],
            Marks([("b.one", "settled", "One says {b}, the other does not.")]),
            ("c.one", "more"),
            id="settled",
        ),
        pytest.param(
            [CLASH],
            Marks([("b.one", "settled", "Something else.")]),
            ("b.one", "contradiction"),
            id="another one was settled",
        ),
        pytest.param([("z.z", "high", "M")], Marks(), ("c.one", "more"), id="not in this document"),
        pytest.param(
            [("c.one", "high", "M")],
            Marks([("c.one", "skipped", "")]),
            ("c.one", "contradiction"),
            id="skipped before it was known",
        ),
    ],
)
def test_contradictions_come_first(findings, marks, expected):
    facts = said(ABC, "a.one", "a.two", "b.one")
    found = next_question(ABC, facts, FLAT, marks, findings)
    assert (found.fact.id, found.reason) == expected
    assert (found.contradiction is not None) == (expected[1] == "contradiction")


def test_skipped_ones_come_last_the_longest_ago_first():
    marks = Marks([("b.one", "skipped", ""), ("a.two", "skipped", "")])
    facts = said(ABC)
    asked = []
    while (found := next_question(ABC, facts, FLAT, marks)) is not None:
        asked.append((found.fact.id, found.reason))
        facts = facts.with_stated(StatedFact(found.fact.id, value="x", event=len(asked)))
    assert asked == [
        ("a.one", "more"), ("c.one", "more"), ("b.one", "skipped"), ("a.two", "skipped"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("due", "today", "expected"),
    [
        ("2027-03-01", None, None),
        ("2027-03-01", date(2027, 2, 28), None),
        ("2027-03-01", date(2027, 3, 1), ("a.one", "due")),
        ("", date(2027, 3, 1), None),
        ("when Ana is back", date(2027, 3, 1), None),
    ],
)
def test_unknown_ones_rest_until_their_day(due, today, expected):
    facts = ProjectFacts([StatedFact("a.one", "unknown", due=due, event=1)], catalogue=ABC)
    needs = paper(("a.one",), needed=("a.one",))
    found = next_question(ABC, facts, needs, today=today)
    assert (found and (found.fact.id, found.reason)) == expected
    known = progress(ABC, facts, needs, today=today)
    assert (known.unknown, known.to_first_draft) == (1, 0)


def test_what_is_assumed_is_confirmed_after_the_draft():
    needs = paper(("a.one",), ("a.two",), ("b.one",), needed=("a.one", "b.one"))
    facts = ProjectFacts(
        [StatedFact("a.one", value="guess", origin="inferred", note="Read it in a mail.")],
        catalogue=ABC,
    )
    assert progress(ABC, facts, needs).to_first_draft == 1
    asked, _ = walk(ABC, facts, needs, {})
    assert asked == ["b.one", "a.two", "a.one"]
    found = question_of(ABC, facts, needs, "a.one")
    assert (found.suggestion.text, found.suggestion.because) == ("guess", "Read it in a mail.")


def test_a_suggestion_is_asked_again_when_its_reason_changes():
    catalogue = load_catalogue()
    needs = paper(("data.time_ordered", "data.repeated_entities", "evaluation.split"))
    facts = said(
        catalogue,
        data__time_ordered=True,
        data__repeated_entities=False,
        evaluation__split="time",
    )
    marks = Marks([("evaluation.split", "suggested", '"time"')])
    assert next_question(catalogue, facts, needs, marks) is None
    changed = facts.with_stated(StatedFact("data.time_ordered", value=False, event=4))
    found = next_question(catalogue, changed, needs, marks)
    assert (found.fact.id, found.reason) == ("evaluation.split", "outdated")
    assert (found.suggestion.value, found.known_text != "") == ("random", True)
    assert found.offered == "random"
    # An answer that was not a suggestion stays.
    assert next_question(catalogue, changed, needs) is None
    # So does one that has replaced it.
    again = changed.with_stated(StatedFact("evaluation.split", value="group", event=5))
    assert next_question(catalogue, again, needs, marks) is None


def test_progress_counts_what_applies():
    needs = paper(("a.kind", "b.red"), ("c.one",), needed=("b.red", "c.one"))
    first = progress(CHOICE, said(CHOICE), needs)
    assert (first.answered, first.applicable, first.to_first_draft) == (0, 2, 2)
    assert first.line == "0 of 2 answered · 2 more answers complete the first draft"
    more = progress(CHOICE, said(CHOICE, a__kind="red"), needs)
    assert (more.answered, more.applicable, more.to_first_draft) == (1, 3, 2)
    done = said(CHOICE, a__kind="blue", c__one="x")
    last = progress(CHOICE, done, needs, Marks([("c.one", "skipped", "")]))
    assert (last.answered, last.applicable, last.to_first_draft, last.skipped) == (2, 2, 0, 0)
    assert [(one.id, one.answered, one.applicable) for one in last.sections] == [
        ("s0", 1, 1), ("s1", 1, 1),
    ]  # fmt: skip
    assert last.line == "2 of 2 answered · the first draft is complete"


def test_questions_can_be_chosen():
    found = question_of(ABC, said(ABC, "a.one"), FLAT, "a.one")
    assert (found.reason, found.section, found.known_text) == ("chosen", "Section 0", "something")
    with pytest.raises(NotFound):
        question_of(ABC, said(ABC), FLAT, "a.three")


# -- the documents of the catalogue


@pytest.mark.parametrize("kind", KINDS)
def test_needs_name_facts_of_the_catalogue(kind):
    catalogue, needs = load_catalogue(), load_needs(kind)
    assert needs.sections
    assert [key for key in needs.facts if key not in catalogue] == []
    assert any(section.needed for section in needs.sections)


def test_kinds_and_faults(tmp_path):
    assert document_kinds()[:3] == ("requirements", "cvp", "tdd")
    with pytest.raises(NotFound, match="no document kind 'poem'"):
        load_needs("poem")
    (tmp_path / "poem").mkdir()
    (tmp_path / "poem" / "document.yaml").write_text("id: poem\nsections: 3\n", encoding="utf-8")
    with pytest.raises(DataInvalid, match=r"poem/document\.yaml"):
        load_needs("poem", tmp_path)


def sample(fact_, chance):
    """Some value of a fact, as a person might give it."""
    if fact_.options:
        one = chance.choice(fact_.options).value
        return (one,) if fact_.type == "choices" else one
    if fact_.type == "yes_no":
        return chance.random() < 0.5
    return read_answer(fact_, fact_.example).value if fact_.type != "text" else "Something."


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_interview_stays_on_its_topics(kind):
    catalogue, needs = load_catalogue(), load_needs(kind)
    chance = random.Random(7)
    answers = {one.id: sample(one, chance) for one in catalogue}
    asked, facts = walk(catalogue, ProjectFacts(catalogue=catalogue), needs, answers)
    assert len(asked) == len(set(asked))
    states = survey(catalogue, facts, needs, Marks()).states
    assert set(states.values()) <= {"answered", "out"}
    assert set(asked) == {key for key, state in states.items() if state == "answered"}
    topics = [catalogue[key].topic for key in asked]
    switches = sum(one != other for one, other in pairwise(topics))
    # Twice round each topic: once for the first draft, once for the rest.
    assert switches <= 2.2 * len(set(topics)), (switches, len(set(topics)))
    # The talk opens with what the project is about.
    assert catalogue[asked[0]].phase == "requirements"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(KINDS))
def test_any_order_of_answers_ends_the_same(seed, kind):
    catalogue, needs = load_catalogue(), load_needs(kind)
    chance = random.Random(seed)
    answers = {one.id: sample(one, chance) for one in catalogue}
    start = ProjectFacts(catalogue=catalogue)
    asked, in_turn = walk(catalogue, start, needs, answers)
    # Everything in any order, also what does not apply, some twice with another answer first.
    facts, keys = start, list(survey(catalogue, start, needs, Marks()).states)
    order = chance.sample(keys, len(keys))
    changed = chance.sample(order, len(order) // 4)
    for event, key in enumerate([*changed, *order], start=1):
        again = answers[key] if event > len(changed) else sample(catalogue[key], chance)
        facts = facts.with_stated(StatedFact(key, value=again, event=event))
    assert next_question(catalogue, facts, needs) is None
    ends = [in_force(catalogue, one) for one in (in_turn, facts)]
    values = [{one.fact_id: one.value for one in end} for end in ends]
    assert values[0] == values[1]
    assert set(values[0]) == set(asked)


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (
            "tdd",
            ["project.summary", "problem.statement", "problem.why_now", "users.primary",
             "product.output", "success.business_metric", "success.business_target",
             "data.available"],
        ),
        (
            "cvp",
            ["project.summary", "problem.statement", "cvp.customer", "success.business_metric",
             "data.available"],
        ),
    ],
)  # fmt: skip
def test_an_interview_begins_with_the_problem_and_its_people(kind, first):
    asked = upcoming(load_catalogue(), ProjectFacts([]), load_needs(kind), count=len(first))
    assert list(asked) == first


def test_what_an_interview_begins_with_exists(tmp_path):
    assert set(load_opening()) <= {fact.id for fact in load_catalogue()}
    broken = tmp_path / "opening.yaml"
    broken.write_text("no: list", encoding="utf-8")
    with pytest.raises(DataInvalid):
        load_opening(broken)
