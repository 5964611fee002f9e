"""Facts become documents: each said once, in good sentences, with provenance, literally."""

import json
import re

import pytest
from document_project import CARD_FRAUD, FIVE, SAID_AT, stated, written
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.checks import check, load_rules
from assistant.document import (
    Basis,
    Guidance,
    compose,
    document_from_data,
    document_kinds,
    document_to_data,
    load_kind,
    metric_rungs,
)
from assistant.facts import (
    INSISTED,
    Amount,
    ProjectFacts,
    StatedFact,
    load_catalogue,
    parse_value,
    read_answer,
    show_value,
)
from assistant.verdict import decide, load_verdict_rules

KINDS = document_kinds()
REGISTERS = {"open", "assumptions", "references"}


def text_of(document, section):
    return "\n".join(block.text for block in document.of(section))


def judged(facts):
    return {
        "verdict": decide(load_verdict_rules(), facts),
        "findings": check(load_rules(), facts),
    }


def parts_of(document):
    return [(block, part) for block in document.blocks for part in block.parts]


# -- sentences, section by section


@pytest.mark.parametrize(
    ("section", "answers", "expected"),
    [
        (
            "metrics",
            {"metrics.miss_cost": "85 EUR", "metrics.false_alarm_cost": "12 EUR"},
            "A missed case costs 85 EUR and a false alarm 12 EUR. At these costs it pays to act on"
            " a case when its chance of being real is at least 12 %.",
        ),
        ("metrics", {"metrics.miss_cost": "85 EUR"}, "A missed case costs 85 EUR."),
        ("users", {"users.primary": "The fraud analysts."}, "users are the fraud analysts."),
        ("users", {"users.primary": "We ask. Then we wait."}, "We ask. Then we wait."),
        (
            "labels",
            {"labels.exist": "no", "labels.amount": "2,000", "labels.cost_each": "4 EUR"},
            "There are no labels yet.",
        ),
        (
            "labels",
            {"labels.exist": "no", "labels.amount": "2,000", "labels.cost_each": "4 EUR"},
            "All labels together cost about 8,000 EUR.",
        ),
        (
            "labels",
            {"labels.exist": "no", "labels.amount": "2,000", "labels.time_each": "90 s"},
            "All labels together take about 50 hours of work.",
        ),
        (
            "evaluation",
            {"evaluation.test_size": "20,000", "data.positives_share": "2 %"},
            "About 400 cases of the test set are positive.",
        ),
        (
            "deployment",
            {"serving.load_peak": "40 requests per second", "serving.latency_p95": "150 ms"},
            "At the peak about 6 requests are in progress at the same time.",
        ),
        (
            "motivation",
            {"value.benefit_year": "100,000 EUR", "budget.running": "9,000 EUR a month"},
            "costs about 108,000 EUR, which is 8,000 EUR more than the benefit of a year.",
        ),
        (
            "motivation",
            {"value.benefit_year": "100,000 EUR", "budget.total": "32,000 EUR"},
            "The benefit pays the budget back in about 3.8 months.",
        ),
        (
            "motivation",
            {
                "value.benefit_year": "100,000 EUR",
                "budget.total": "50,000 EUR",
                "budget.running": "5,000 EUR a month",
            },
            "The benefit without the running cost pays the budget back in about 15 months.",
        ),
        (
            "motivation",
            {"value.benefit_year": "6m EUR", "budget.total": "480,000 EUR"},
            "The benefit pays the budget back in a month or less.",
        ),
        ("motivation", {"problem.why_now": "the law changes"}, "Why now: The law changes."),
        (
            "non_goals",
            {"scope.dependencies": "the gateway team must open the score field by May"},
            "The work depends on: The gateway team must open the score field by May.",
        ),
        (
            "motivation",
            {"problem.statement": "one\ntwo\n\nthree"},
            "One two.\nThree.",
        ),
        (
            "data",
            {"data.contract": "no"},
            "There is no agreement with its owner on form and delivery.",
        ),
        (
            "monitoring",
            {"operations.owner": "Jana (head)"},
            "The product is operated by Jana (head).",
        ),
        (
            "non_goals",
            {"scope.out": "loans; leases; cards"},
            "Out of scope: loans, leases and cards.",
        ),
        (
            "non_goals",
            {"scope.out": "we will not look at loans of any kind; cards"},
            "Out of scope, and not a goal:\nWe will not look at loans of any kind\nCards",
        ),
    ],
)
def test_what_is_stated_is_said_in_sentences(section, answers, expected):
    assert expected in text_of(written("tdd", answers), section)


@pytest.mark.parametrize(
    ("answers", "unsaid"),
    [
        ({"metrics.miss_cost": "85 EUR", "metrics.false_alarm_cost": "12 USD"}, "At these costs"),
        (
            {"labels.exist": "yes", "labels.amount": "2,000", "labels.cost_each": "4 EUR"},
            "All labels",
        ),
        ({"value.benefit_year": "9 USD", "budget.running": "9 EUR a month"}, "for a year"),
        (
            {
                "value.benefit_year": "60,000 EUR",
                "budget.total": "150,000 EUR",
                "budget.running": "8,000 EUR a month",
            },
            "back in",
        ),
        ({"evaluation.test_size": "10 %", "data.positives_share": "2 %"}, "of the test set"),
    ],
)
def test_nothing_is_calculated_from_what_does_not_fit(answers, unsaid):
    everything = "\n".join(block.text for block in written("tdd", answers).blocks)
    assert unsaid not in everything


def test_a_calculation_shows_its_arithmetic_and_facts():
    answers = {"metrics.miss_cost": "85 EUR", "metrics.false_alarm_cost": "12 EUR"}
    document = written("tdd", answers)
    found = next(part for _, part in parts_of(document) if part.text.startswith("At these costs"))
    assert found.note == "Calculated: 12 / (12 + 85) ≈ 12 %."
    assert set(found.facts) == set(answers)
    assert (found.origin, found.refers) == ("said", True)


def test_a_note_follows_what_it_is_about():
    facts = stated({"fit.validation": "only_later"}, note="the chargeback takes weeks")
    text = text_of(written("tdd", facts=facts), "fit")
    assert "is known only later. The chargeback takes weeks." in text


@pytest.mark.parametrize(
    ("section", "answers", "expected"),
    [
        (
            "motivation",
            {"problem.frequency": "300 e-mails a week, more in December"},
            "The volume is 300 e-mails per week (more in December).",
        ),
        (
            "milestones",
            {"plan.deadline": "end of March 2027"},
            "The deadline is March 2027 (“end of March 2027”).",
        ),
        (
            "milestones",
            {"budget.total": "about 40k € (incl. labelling)"},
            "The budget is about 40,000 EUR (incl. labelling).",
        ),
        (
            "users",
            {"users.primary": "support agents", "users.count": "14 agents in 3 shifts"},
            "The primary users are support agents (14 agents in 3 shifts).",
        ),
        (
            "data",
            {"data.available": "yes, but only for 2024"},
            "The data needed is there, but only for 2024.",
        ),
        (
            "labels",
            {"labels.exist": "Partly: 30,000 were sorted by hand in 2024; the rest have none."},
            "Labels exist for a part of the data. 30,000 were sorted by hand in 2024; the rest"
            " have none.",
        ),
        (
            "metrics",
            {"success.business_metric": "answers", "success.business_today": "4 h, 6 h on Mondays"},
            "4 hours (6 h on Mondays)",
        ),
        (
            "deployment",
            {"serving.mode": "batch", "serving.batch_interval": "daily"},
            "A batch runs every day.",
        ),
        (
            "deployment",
            {"serving.mode": "online", "serving.freshness": "at most 5 min"},
            "Inputs may be at most 5 min old.",
        ),
    ],
)
def test_what_was_added_to_an_answer_says_nothing_twice(section, answers, expected):
    document = written("tdd", facts=as_typed(answers))
    assert expected in text_of(document, section)


def test_that_an_author_insisted_is_no_part_of_the_document():
    facts = stated({"problem.why_now": "it would be nice"}, note=INSISTED)
    text = text_of(written("tdd", facts=facts), "motivation")
    assert "Why now: It would be nice." in text
    assert INSISTED not in text


def as_typed(answers):
    """The facts with what the answers say beyond their values."""
    catalogue = load_catalogue()
    read = {key: read_answer(catalogue[key], raw) for key, raw in answers.items()}
    return ProjectFacts(
        StatedFact(key, value=one.value, note=one.note, author="Mira", at=SAID_AT)
        for key, one in read.items()
    )


def test_figures_in_a_sum_are_those_that_were_stated():
    answers = {
        "value.benefit_year": "6,000,000 EUR", "budget.running": "9,000 EUR a month",
        "problem.frequency": "410,123 per day", "human.time_per_case": "2 min",
    }  # fmt: skip
    parts = [part for _, part in parts_of(written("tdd", answers)) if part.note]
    assert any("which is 5,892,000 EUR less than" in part.text for part in parts)
    assert any(part.note == "Calculated: 410,123 × 2 min ≈ 13,700 hours." for part in parts)


def test_the_ladder_has_a_cell_for_what_is_not_known():
    answers = {"success.business_metric": "fraud loss", "metrics.primary": "recall"}
    table = written("tdd", answers).block("tdd/metrics/ladder")
    cells = [[(cell.text, cell.origin) for cell in row] for row in table.rows]
    assert [row[0][0] for row in cells] == ["business", "model"]
    assert cells[0][1:4] == [("fraud loss", "said"), ("open", "open"), ("open", "open")]
    assert {item.fact for item in written("tdd", answers).open} >= {"success.business_target"}


@pytest.mark.parametrize("kind", ["cvp", "tdd"])
def test_the_ladder_names_who_answers_for_each_rung(kind):
    table = written(kind, CARD_FRAUD).block(f"{kind}/metrics/ladder")
    catalogue, facts = load_catalogue(), stated(CARD_FRAUD)
    for rung, row in zip(metric_rungs(), table.rows, strict=False):
        wanted = [rung.id] + [
            show_value(catalogue[fact], facts.value(fact)) if facts.known(fact) else "open"
            for fact in rung.facts
        ]
        assert [cell.text for cell in row] == wanted
    known = {"success.business_metric": "fraud loss", "metrics.primary": "recall"}
    homes = {item.fact: item.section for item in written("tdd", known).open}
    assert homes["operations.owner"] == "monitoring", "the section that it belongs to"


def test_who_answers_for_a_rung_makes_none():
    answers = {"team.product_owner": "Ana Ruiz"}
    assert written("tdd", answers).block("tdd/metrics/ladder") is None


def test_a_picture_holds_what_it_shows():
    picture = written("tdd", CARD_FRAUD).block("tdd/system/sketch")
    shown = {row[0].text: [cell.text for cell in row[1:]] for row in picture.rows}
    assert picture.picture == "system_sketch"
    assert shown["sources"] == ["payments", "chargebacks"]
    assert shown["serving"] == ["Predictions are made in batches"]
    assert all(cell.facts for row in picture.rows for cell in row[1:])
    assert written("tdd", {"users.primary": "analysts"}).block("tdd/system/sketch") is None


# -- provenance


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answers", [{}, FIVE, CARD_FRAUD], ids=["empty", "five", "rich"])
def test_every_sentence_says_where_it_comes_from(kind, answers):
    facts = stated(answers)
    document = written(kind, facts=facts, **judged(facts))
    for block, part in parts_of(document):
        assert part.text.strip()
        if part.origin == "said":
            assert part.facts, (block.key, part.text)
        if part.origin == "guidance":
            assert part.passages, (block.key, part.text)
        if part.origin == "label":
            assert block.kind in ("table", "picture")
    cited = {one for block in document.blocks for one in block.passages}
    assert cited == {reference.passage_id for reference in document.references}
    used = {fact for block in document.blocks for fact in block.facts}
    assert {one.fact for one in document.said} == used & set(answers)
    assert all((one.author, one.at) == ("Mira", SAID_AT) for one in document.said)


@pytest.mark.parametrize("kind", KINDS)
def test_each_stated_fact_is_said_once_in_its_section(kind):
    document = written(kind, CARD_FRAUD)
    homes = {fact: one.id for one in load_kind(kind).sections for fact in one.facts}
    stated_in = {}
    for block, part in parts_of(document):
        if part.origin == "said" and not part.refers:
            for fact in part.facts:
                stated_in.setdefault(fact, set()).add(block.key)
                assert block.section == homes[fact]
    for fact in set(CARD_FRAUD) & set(homes):
        keys = stated_in[fact]
        # Several paragraphs of one answer are blocks that follow one another.
        assert len({re.sub(r"/\d+$", "", key) for key in keys}) == 1, (fact, keys)


@pytest.mark.parametrize("kind", KINDS)
def test_sections_are_numbered_and_never_empty(kind):
    document = written(kind, {})
    assert [one.number for one in document.sections] == list(range(1, len(document.sections) + 1))
    for section in document.sections:
        assert document.of(section.id)
    assert len({block.key for block in document.blocks}) == len(document.blocks)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("answers", [{}, FIVE, CARD_FRAUD], ids=["empty", "five", "rich"])
def test_the_prose_has_no_droppings(kind, answers):
    for _, part in parts_of(written(kind, answers)):
        assert not re.search(r"N/A|None|\{|\}|\bnull\b|  |\.\.|:\.| ,", part.text), part.text
        if part.origin in ("said", "guidance") and not hasattr(part, "head"):
            assert part.text[0] == part.text[0].upper() or not part.text[0].isalpha() or part.facts


@pytest.mark.parametrize("kind", KINDS)
def test_no_number_is_invented(kind):
    catalogue = load_catalogue()
    facts = stated(CARD_FRAUD)
    known = [*CARD_FRAUD.values()]
    known += [show_value(catalogue[one.fact_id], one.value) for one in facts]
    numbers = set(re.findall(r"[\d.,]*\d", " ".join(known)))
    # The name of a metric: the time of 95 % of the answers.
    numbers.add("95")
    for block, part in parts_of(written(kind, facts=facts)):
        if part.origin in ("said", "label") and not part.note:
            assert set(re.findall(r"[\d.,]*\d", part.text)) <= numbers, (block.key, part.text)


# -- what was not said


def test_an_empty_project_gets_advice_and_open_questions():
    document = written("tdd", {})
    kind = load_kind("tdd")
    needed = {fact for section in kind.sections for fact in section.needed}
    assert needed <= {item.fact for item in document.open}
    shown = {section.id for section in document.sections}
    for section in kind.sections:
        if section.facts:
            origins = [part.origin for block in document.of(section.id) for part in block.parts]
            assert section.id not in shown or "guidance" in origins, section.id
            assert section.id not in shown or origins[-1] == "open", section.id
    assert not any(block.picture for block in document.blocks)


def test_unknown_is_an_open_item_with_owner_and_date():
    unknown = StatedFact(
        "labels.delay", "unknown", owner="Finance", due="2026-12-12", note="ask the card scheme"
    )
    document = written("tdd", facts=ProjectFacts([unknown]))
    item = next(one for one in document.open if one.fact == "labels.delay")
    assert (item.owner, item.due, item.section) == ("Finance", "2026-12-12", "labels")
    assert item.text.endswith("ask the card scheme")
    table = document.of("open")[0]
    assert table.head == ("Section", "Question", "Who finds out", "By when")
    row = next(row for row in table.rows if row[1].facts == ("labels.delay",))
    assert [cell.text for cell in row[2:]] == ["Finance", "2026-12-12"]


def test_what_does_not_apply_is_neither_asked_nor_said():
    facts = ProjectFacts([StatedFact("fairness.affected_groups", "not_applicable")])
    document = written("tdd", facts=facts)
    assert "fairness.affected_groups" not in {item.fact for item in document.open}
    section = next(one for one in load_kind("tdd").sections if one.id == "fairness")
    none = ProjectFacts([StatedFact(fact, "not_applicable") for fact in section.facts])
    blocks = written("tdd", facts=none).of(section.id)
    assert [block.text for block in blocks] == ["This does not apply to the project."]
    assert blocks[0].facts == section.facts


@pytest.mark.parametrize(
    ("origin", "quote", "expected"),
    [
        ("default", "", "assumption"),
        ("inferred", "", "assumption"),
        ("inferred", "we retrain weekly", "said"),
        ("imported", "", "said"),
    ],
)
def test_what_nobody_confirmed_is_an_assumption(origin, quote, expected):
    facts = stated({"retraining.trigger": "schedule"}, origin=origin, quote=quote)
    document = written("tdd", facts=facts)
    part = next(part for block, part in parts_of(document) if "on a schedule" in part.text)
    assert part.origin == expected
    sentence = "The model is retrained on a schedule."
    listed = sentence in [one.text for one in document.assumptions]
    assert listed == (expected == "assumption")
    assert part.text == (f"Assumed: {sentence}" if listed else sentence)


def test_the_defaults_of_the_catalogue_are_assumptions():
    catalogue = load_catalogue()
    defaults = {fact.id for fact in catalogue if fact.default is not None and fact.when is None}
    document = written("tdd", {})
    shown = {fact for one in document.assumptions for fact in one.facts}
    assert defaults & set(load_kind("tdd").facts) <= shown


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, True),
        ({"metrics.miss_cost": "85 EUR"}, True),
        ({"metrics.miss_cost": "85 EUR", "metrics.false_alarm_cost": "12 EUR"}, False),
    ],
)
def test_what_other_answers_cover_is_not_asked(answers, asked):
    task = {"ml.task": "classification"}
    document = written("tdd", {**task, **answers})
    assert ("metrics.error_costs" in {item.fact for item in document.open}) == asked


# -- judgement


def test_contradictions_stand_where_they_can_be_settled():
    facts = stated({"serving.mode": "batch", "serving.latency_p95": "150 ms"})
    document = written("tdd", facts=facts, **judged(facts))
    found = [block for block in document.blocks if block.label == "Contradiction"]
    assert [block.section for block in found] == ["deployment"]
    finding, settle = found[0].sentences
    assert "150 ms" in finding.text
    assert finding.passages
    assert settle.text.endswith(load_catalogue()["serving.mode"].question)


def test_the_verdict_stands_in_the_overview_and_in_full_in_the_proposition():
    facts = stated(CARD_FRAUD)
    more = judged(facts)
    brief = written("tdd", facts=facts, **more).block("tdd/overview/verdict")
    full = written("cvp", facts=facts, **more)
    assert brief.sentences[0].text == more["verdict"].says
    assert brief.sentences[-1].passages == (more["verdict"].baseline_source,)
    for name in ("because", "against", "changes"):
        assert full.block(f"cvp/verdict/verdict/{name}").sentences


# -- order, form, speed of change


def test_a_document_survives_being_data():
    facts = stated(CARD_FRAUD)
    document = written("cvp", facts=facts, **judged(facts))
    data = json.loads(json.dumps(document_to_data(document)))
    assert document_from_data(data) == document
    for block in data["blocks"]:
        assert {"section", "text", "origin", "facts", "passages"} <= block.keys()
        assert block["origin"] in ("said", "guidance", "assumption", "open")


@settings(max_examples=25, deadline=None)
@given(st.permutations(sorted(CARD_FRAUD)), st.integers(0, 60), st.sampled_from(KINDS))
def test_the_order_of_answers_leaves_no_trace(order, undone, kind):
    facts = stated({})
    given_facts = {fact.fact_id: fact for fact in stated(CARD_FRAUD)}
    for key in order:
        other = StatedFact(key, "unknown", owner="somebody")
        facts = facts.with_stated(other).with_stated(given_facts[key])
    for key in order[:undone]:
        facts = facts.without(key)
    kept = {key: CARD_FRAUD[key] for key in CARD_FRAUD if key not in order[:undone]}
    assert written(kind, facts=facts) == written(kind, kept)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            [f.id for f in load_catalogue() if f.type in ("long_text", "text", "list")]
        ),
        st.text(min_size=1, max_size=80).filter(lambda text: any(c.isalnum() for c in text)),
        max_size=8,
    )
)
def test_whatever_is_typed_keeps_its_words(answers):
    catalogue = load_catalogue()
    kept = {}
    for key, raw in answers.items():
        value = (raw,) if catalogue[key].type == "list" else raw
        kept[key] = StatedFact(key, value=value)
    document = written("tdd", facts=ProjectFacts(kept.values()))
    shown = [one.title for one in document.sections]
    assert set(shown) <= {section.title for section in load_kind("tdd").sections}
    everything = squeezed(" ".join(block.text for block in document.blocks))
    for key, raw in answers.items():
        if key in load_kind("tdd").facts:
            assert squeezed(raw) in everything


def squeezed(text):
    return re.sub(r"[\W_]+", "", text.upper())


HOSTILE = [
    "{{ 7*7 }} {% for x in y %}{{ config }}{% endfor %}",
    "{metrics.miss_cost} and {0} and {__class__.__mro__}",
    "# Not a heading\n## Nor this\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "<script>alert(1)</script><h1>big</h1><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil","x")',
    "[^1]: a footnote, [link](javascript:alert(1)) ![](http://x/y.png)",
    "```\ncode\n```\n---\ntitle: x\n---",
    "$x^2$ #set page(fill: red) \\input{/etc/passwd}",
]


@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_answers_stay_words(payload):
    check_literal(payload)


def test_the_shared_payloads_stay_words(shared):
    strings = json.loads((shared / "attacks" / "blns" / "blns.json").read_text(encoding="utf-8"))
    words = [text for text in strings if re.search(r"\w", text)]
    facts = ProjectFacts(
        [
            StatedFact("scope.out", value=tuple(words[::2])),
            StatedFact("problem.statement", value="\n\n".join(words[1::2])),
        ]
    )
    document = written("tdd", facts=facts)
    plain = shape({"scope.out": ("words",), "problem.statement": "words"})
    assert shape({fact.fact_id: fact.value for fact in facts}) == plain
    everything = squeezed(" ".join(block.text for block in document.blocks))
    for text in words:
        assert squeezed(text) in everything


def check_literal(payload):
    catalogue = load_catalogue()
    plain = shape({"problem.statement": "words", "scope.out": ("words",), "users.primary": "x"})
    hostile = {"problem.statement": payload, "scope.out": (payload,), "users.primary": payload}
    assert shape(hostile) == plain
    for kind in KINDS:
        facts = [StatedFact(key, value=value) for key, value in hostile.items()]
        text = " ".join(block.text for block in written(kind, facts=ProjectFacts(facts)).blocks)
        for line in payload.split("\n"):
            assert squeezed(line) in squeezed(text)
            assert line.strip()[1:-1] in " ".join(text.split()) or "  " in line or len(line) < 3
    assert catalogue is load_catalogue()


def shape(values):
    """Sections, tables and pictures: what a person's words must not change."""
    facts = ProjectFacts([StatedFact(key, value=value) for key, value in values.items()])
    document = written("tdd", facts=facts)
    tables = [block.key for block in document.blocks if block.kind in ("table", "picture")]
    return [one.title for one in document.sections], tables


def test_an_amount_is_shown_with_its_unit_once():
    facts = ProjectFacts([StatedFact("data.amount", value=Amount(40000, 40000, "payments"))])
    assert "The data holds 40,000 payments." in text_of(written("tdd", facts=facts), "data")
    value = parse_value(load_catalogue()["data.amount"], "about 40k")
    facts = ProjectFacts([StatedFact("data.amount", value=value)])
    assert "The data holds about 40,000 examples." in text_of(written("tdd", facts=facts), "data")


# -- advice


def test_what_is_named_as_open_is_advised_on_before_the_empty_cells_of_a_table():
    answers = {"success.business_metric": "questions a week", "success.product_metric": "settled"}
    advised = {
        fact
        for block in written("tdd", answers).of("metrics")
        for part in block.parts
        if part.origin == "guidance"
        for fact in part.facts
    }
    assert "metrics.primary" in advised


@pytest.mark.parametrize(("section", "count"), [("quick_baseline", 2), ("labels", 1), ("data", 2)])
def test_a_question_has_one_sentence_of_advice_and_its_passage_may_go_on(section, count):
    made = written("tdd").of(section)
    given = [part for block in made for part in block.parts if part.origin == "guidance"]
    assert len(given) == count
    named = {fact for one in given for fact in one.facts}
    assert {item.fact for item in written("tdd").open if item.section == section} <= named
    if section == "quick_baseline":
        assert len({one.passages for one in given}) == 1


def test_an_edited_article_gives_its_first_sentence_once():
    edited = Guidance("user-walkthrough#lead", "Walk-through", "", "Watch people work. Then ask.")
    made = compose(
        Basis(
            kind="requirements",
            catalogue=load_catalogue(),
            facts=ProjectFacts(),
            guidance={edited.passage_id: edited},
        )
    )
    advice = [part.text for block in made.of("users") for part in block.parts]
    assert advice.count("Watch people work.") == 1
