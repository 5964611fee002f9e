"""What people type becomes values, values become words and data, and conditions read them."""

import math
from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import DataInvalid, InputInvalid, NotFound
from assistant.facts import (
    Amount,
    Column,
    Day,
    Fact,
    FactType,
    Option,
    Person,
    ProjectFacts,
    StatedFact,
    Value,
    applicable,
    facts_in,
    from_data,
    holds,
    load_catalogue,
    parse_condition,
    parse_value,
    read_answer,
    read_due,
    show_value,
    to_data,
)
from assistant.facts.values import CURRENCIES, PERIODS, SECONDS

CATALOGUE = load_catalogue()
EXAMPLE = "an example"


def made(kind: FactType, **more: Any) -> Fact:
    return Fact(
        id=f"test.{kind}", label="L", question="Q?", type=kind, topic="test",
        phase="requirements", why=("a#lead",), example=EXAMPLE, **more,
    )  # fmt: skip


SERVING = tuple(
    Option(value, label)
    for value, label in {
        "batch": "In batches, such as every night",
        "online": "On request (online)",
        "not_yet": "Not decided",
        "no": "Not at all",
    }.items()
)
COLUMNS = (Column("error", "Error"), Column("cost", "Cost per case"), Column("who", "Who bears it"))
FACTS: dict[str, Fact] = {
    "text": made("text"),
    "long": made("long_text"),
    "yes": made("yes_no"),
    "choice": made("choice", options=SERVING),
    "choices": made("choices", options=SERVING),
    "number": made("number"),
    "share": made("number", least=0, most=1),
    "examples": made("quantity", unit="examples", counted=True),
    "users": made("quantity", counted=True),
    "metric": made("quantity"),
    "size": made("quantity", unit="GB"),
    "load": made("quantity", unit="requests", per="second"),
    "percent": made("percent", least=0, most=100),
    "money": made("money"),
    "yearly": made("money", per="year"),
    "duration": made("duration"),
    "date": made("date"),
    "people": made("people"),
    "list": made("list"),
    "table": made("table", columns=COLUMNS),
}

# (fact, what is typed, how it is shown)
READ = [
    ("examples", "about 40k", "about 40,000 examples"),
    ("examples", "~1.2 million", "about 1,200,000 examples"),
    ("examples", "40K", "40,000 examples"),
    ("examples", "1,200", "1,200 examples"),
    ("examples", "1.200", "1,200 examples"),
    ("examples", "1.200.000", "1,200,000 examples"),
    ("examples", "1 200 000", "1,200,000 examples"),
    ("examples", "1'200", "1,200 examples"),
    ("examples", "12.5k", "12,500 examples"),
    ("examples", "2 M", "2,000,000 examples"),
    ("examples", "3m", "3,000,000 examples"),
    ("examples", "1,5 Mio", "1,500,000 examples"),
    ("examples", "2 bn", "2,000,000,000 examples"),
    ("examples", "between 10 and 20", "10 to 20 examples"),
    ("examples", "10-20", "10 to 20 examples"),
    ("examples", "10 – 20k", "10,000 to 20,000 examples"),
    ("examples", "500 to 1k", "500 to 1,000 examples"),
    ("examples", "20..30", "20 to 30 examples"),
    ("examples", "20 to 10", "10 to 20 examples"),
    ("examples", "10^6", "1,000,000 examples"),
    ("examples", "about 2.5e5 rows", "about 250,000 rows"),
    ("examples", "3 × 10⁵ rows", "300,000 rows"),
    ("examples", "20 lakh", "2,000,000 examples"),
    ("examples", "two or three", "2 to 3 examples"),
    ("examples", "at least 5", "at least 5 examples"),
    ("examples", "5+", "at least 5 examples"),
    ("examples", "5 or more", "at least 5 examples"),
    ("examples", "no more than 5", "at most 5 examples"),
    ("examples", "max. 5", "at most 5 examples"),
    ("examples", "up to 5", "at most 5 examples"),
    ("examples", "over 9000", "more than 9,000 examples"),
    ("examples", ">= about 5", "at least about 5 examples"),
    ("examples", "< 300", "less than 300 examples"),
    ("examples", "a dozen", "12 examples"),
    ("examples", "half a million", "500,000 examples"),
    ("examples", "forty", "40 examples"),
    ("examples", "We have about 40k of them", "about 40,000 examples"),
    ("examples", "3 million payments a month", "3,000,000 payments per month"),
    ("examples", "40 or so", "about 40 examples"),
    ("examples", "12", "12 examples"),
    ("users", "1.200 analysts", "1,200 analysts"),
    ("users", "40", "40"),
    ("load", "40", "40 requests per second"),
    ("load", "40 requests/s", "40 requests per second"),
    ("load", "2,400 a minute", "2,400 requests per minute"),
    ("load", "3 million per day", "3,000,000 requests per day"),
    ("size", "700 MB", "700 MB"),
    ("size", "1.5", "1.5 GB"),
    ("size", "1.125", "1.125 GB"),
    ("metric", "0.9 % of revenue", "0.9 % of revenue"),
    ("metric", "PR-AUC 0.72", "0.72 PR-AUC"),
    ("metric", "F1 = 0.8", "0.8 F1"),
    ("metric", "92 % agreement", "92 % agreement"),
    ("metric", "EUR 200,000 a month", "200,000 EUR a month"),
    ("metric", "-0.2", "-0.2"),
    ("metric", "4 hours", "4 hours"),
    ("metric", "1.125", "1.125"),
    ("number", "0,5", "0.5"),
    ("number", "1,234.5", "1,234.5"),
    ("number", "1.234,5", "1,234.5"),
    ("number", "three", "3"),
    ("share", "0.82", "0.82"),
    ("share", "82 %", "0.82"),
    ("share", "kappa 0.7", "0.7"),
    ("percent", "5 %", "5 %"),
    ("percent", "0,5 %", "0.5 %"),
    ("percent", "5", "5 %"),
    ("percent", "2 percent", "2 %"),
    ("percent", "3‰", "0.3 %"),
    ("percent", "50 bps", "0.5 %"),
    ("percent", "1 in 1200", "0.0833 %"),
    ("percent", "1 in 20", "5 %"),
    ("percent", "12 out of 1,000", "1.2 %"),
    ("percent", "1:4", "25 %"),
    ("percent", "1/8", "12.5 %"),
    ("percent", "About 1 in 1,200, so 0.08 %.", "about 0.0833 %"),
    ("percent", "half of them", "50 %"),
    ("percent", "a third", "about 33 %"),
    ("percent", "three nines", "99.9 %"),
    ("percent", "two nines", "99 %"),
    ("load", "28 rps", "28 requests per second"),
    ("load", "2k qps", "2,000 queries per second"),
    ("percent", "3–5%", "3 to 5 %"),
    ("percent", "10 % to 20 %", "10 to 20 %"),
    ("percent", "９９.５％", "99.5 %"),
    ("money", "€30,000", "30,000 EUR"),
    ("money", "30k EUR a year", "30,000 EUR a year"),
    ("money", "USD 2.5m", "2,500,000 USD"),
    ("money", "$2-3m", "2,000,000 to 3,000,000 USD"),
    ("money", "1.200 €", "1,200 EUR"),
    ("money", "12,50 €", "12.50 EUR"),
    ("money", "about 12.5 euros per label", "about 12.50 EUR per label"),
    ("money", "30 k€", "30,000 EUR"),
    ("money", "CHF 500 per hour", "500 CHF an hour"),
    ("money", "£5", "5 GBP"),
    ("money", "₹20 lakh", "2,000,000 INR"),
    ("money", "2 crore rupees", "20,000,000 INR"),
    ("money", "0.012 USD", "0.012 USD"),
    ("money", "at most 2,000 dollars p.a.", "at most 2,000 USD a year"),
    ("money", "between 2 and 3 million EUR", "2,000,000 to 3,000,000 EUR"),
    ("yearly", "30k EUR", "30,000 EUR a year"),
    ("yearly", "2,500 EUR a month", "2,500 EUR a month"),
    ("duration", "150 ms", "150 ms"),
    ("duration", "< 300 ms", "less than 300 ms"),
    ("duration", "300 ms or less", "at most 300 ms"),
    ("duration", "5 months", "5 months"),
    ("duration", "2-3 weeks", "2 to 3 weeks"),
    ("duration", "two to three weeks", "2 to 3 weeks"),
    ("duration", "1.5h", "1.5 hours"),
    ("duration", "5 m", "5 min"),
    ("duration", "1h30m", "90 min"),
    ("duration", "2 years and 3 months", "27 months"),
    ("duration", "30 min to 2 hours", "0.5 to 2 hours"),
    ("duration", "2-3 fortnights", "4 to 6 weeks"),
    ("duration", "a quarter", "3 months"),
    ("duration", "500 µs", "0.5 ms"),
    ("duration", "a day", "1 day"),
    ("duration", "half an hour", "0.5 hours"),
    ("duration", "weekly", "1 week"),
    ("duration", "every night", "1 day"),
    ("duration", "every two weeks", "2 weeks"),
    ("duration", "1.250 s", "1.25 s"),
    ("duration", "45 to 90 days, when chargebacks arrive.", "45 to 90 days"),
    ("date", "3.12.2026", "3 December 2026"),
    ("date", "2026-12-03", "3 December 2026"),
    ("date", "3 Dec 2026", "3 December 2026"),
    ("date", "3rd of December 2026", "3 December 2026"),
    ("date", "December 3, 2026", "3 December 2026"),
    ("date", "31/12/2026", "31 December 2026"),
    ("date", "Dec 2026", "December 2026"),
    ("date", "12/2026", "December 2026"),
    ("date", "2026-12", "December 2026"),
    ("date", "Q3 2027", "Q3 2027"),
    ("date", "2027 Q3", "Q3 2027"),
    ("date", "third quarter of 2027", "Q3 2027"),
    ("date", "H1 2027", "the first half of 2027"),
    ("date", "by the end of 2027", "2027"),
    ("yes", "yes", "yes"),
    ("yes", "Yep!", "yes"),
    ("yes", "y", "yes"),
    ("yes", "No, not before June", "no"),
    ("yes", "nope", "no"),
    ("yes", "Not yet.", "no"),
    ("choice", "batch", "In batches, such as every night"),
    ("choice", "2", "On request (online)"),
    ("choice", "2.", "On request (online)"),
    ("choice", "ONLINE", "On request (online)"),
    ("choice", "on req", "On request (online)"),
    ("choice", "In batches", "In batches, such as every night"),
    ("choice", "in batches: at 4:00", "In batches, such as every night"),
    ("choice", "it runs online", "On request (online)"),
    ("choice", "not yet", "Not decided"),
    ("choice", "nope", "Not at all"),
    ("choices", "batch, online", "In batches, such as every night; On request (online)"),
    ("choices", "online and batch", "In batches, such as every night; On request (online)"),
    ("choices", "1 3", "In batches, such as every night; Not decided"),
    ("choices", "- online\n- no", "On request (online); Not at all"),
    ("text", "  two\n lines ", "two lines"),
    ("long", "one\r\ntwo", "one\ntwo"),
    ("list", "cards, loans and leases", "cards; loans and leases"),
    ("list", "a; b; c", "a; b; c"),
    ("list", "- a, b\n- c\n  goes on", "a, b; c goes on"),
    ("list", "1. one\n2) two", "one; two"),
    ("list", "a\na\nb", "a; b"),
    ("list", "30,000 payments", "30,000 payments"),
    ("list", "This is a sentence with more words than an item, and one comma.",
     "This is a sentence with more words than an item, and one comma."),
    ("people", "Mira (head of payments), Tom – data engineer",
     "Mira (head of payments), Tom (data engineer)"),
    ("people", "Ann Lee, lawyer", "Ann Lee (lawyer)"),
    ("people", "Mira and Tom", "Mira, Tom"),
    ("people", "- Mira: payments, fraud\n- Tom", "Mira (payments), fraud, Tom"),
    ("people", "Tom – research and development", "Tom (research and development)"),
    ("table", "miss | 85 EUR | bank", "miss | 85 EUR | bank"),
    ("table", "miss | 85 EUR", "| miss | 85 EUR |  |"),
    ("table", "| who bears it | Error |\n|---|---|\n| bank | miss |", "miss |  | bank"),
    ("table", "error\tcost\twho\nmiss\t85\tbank", "miss | 85 | bank"),
    ("table", "miss,85,bank\nalarm,12,us", "miss | 85 | bank\nalarm | 12 | us"),
    ("table", '[{"error": "miss", "cost": "85", "who": "bank"}]', "miss | 85 | bank"),
    ("table", '[["miss", 85, null]]', "| miss | 85 |  |"),
    ("table", "A miss costs 85 EUR, a lot; an alarm 12.",
     "| A miss costs 85 EUR, a lot |  |  |\n| an alarm 12. |  |  |"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "typed", "shown"), READ, ids=lambda part: str(part)[:40])
def test_what_people_type_is_read(name, typed, shown):
    fact = FACTS[name]
    value = parse_value(fact, typed)
    assert show_value(fact, value) == shown
    assert parse_value(fact, shown) == value
    assert from_data(fact, to_data(value)) == value


REFUSED = [
    ("examples", "lots", "no_amount"),
    ("examples", "", "empty"),
    ("examples", " \n", "empty"),
    ("examples", "9" * 400, "no_amount"),
    ("number", "1.2.3,4", "ambiguous_number"),
    ("number", "12,34,56", "ambiguous_number"),
    ("number", "50 %", "no_amount"),
    ("share", "1.2", "out_of_range"),
    ("percent", "0.05", "no_unit"),
    ("percent", "120 %", "out_of_range"),
    ("percent", "5 in 4", "out_of_range"),
    ("percent", "from 11 % to 7 %", "several_amounts"),
    ("people", "me", "no_name"),
    ("long", "Yes.", "no_words"),
    ("text", "ok", "no_words"),
    ("people", "Mira; me (product)", "no_name"),
    ("money", "30000", "no_unit"),
    ("money", "a lot", "no_amount"),
    ("duration", "5", "no_unit"),
    ("duration", "fast", "no_amount"),
    ("duration", "-5 days", "out_of_range"),
    ("duration", "150 ms for cards and 2 s for transfers", "several_amounts"),
    ("date", "next March", "no_date"),
    ("date", "tomorrow", "no_date"),
    ("date", "03/04/2027", "no_date"),
    ("date", "31.2.2027", "no_date"),
    ("date", "2027-13-01", "no_date"),
    ("yes", "perhaps", "no_choice"),
    ("choice", "not", "no_choice"),
    ("choice", "9", "no_choice"),
    ("choice", "we will not be online", "no_choice"),
    ("choices", "batch, teapot", "no_choice"),
    ("list", ";;", "empty"),
    ("people", "-", "empty"),
    ("table", '[{"errr": "x"}]', "no_table"),
    ("long", "x" * 20_001, "too_long"),
    ("examples", "1 " + "x" * 2_000, "too_long"),
    ("list", "\n".join(str(number) for number in range(201)), "too_long"),
    ("table", "\n".join(f"{number}|b|c" for number in range(201)), "too_long"),
    ("text", "\x00\x01", "empty"),
]


@pytest.mark.parametrize(("name", "typed", "code"), REFUSED, ids=lambda part: str(part)[:40])
def test_what_cannot_be_used_is_said_kindly(name, typed, code):
    with pytest.raises(InputInvalid) as caught:
        parse_value(FACTS[name], typed)
    assert caught.value.code == code
    assert caught.value.problem.endswith((".", "?"))
    assert caught.value.remedy.endswith(f"For example: {EXAMPLE}")


STATUSES = [
    ("examples", "n/a", "not_applicable"),
    ("long", "Not applicable.", "not_applicable"),
    ("list", "none", "not_applicable"),
    ("text", "none", "known"),
    ("duration", "don't know", "unknown"),
    ("duration", "don’t know yet", "unknown"),
    ("long", "TBD", "unknown"),
    ("long", "??", "unknown"),
    ("choice", "not sure", "unknown"),
    ("choice", "not decided", "known"),
    ("money", "not decided yet", "unknown"),
    ("people", "nobody yet", "unknown"),
    ("long", "I don't know who owns it, but Mira does", "known"),
]


@pytest.mark.parametrize(("name", "typed", "status"), STATUSES)
def test_not_knowing_is_an_answer(name, typed, status):
    read = read_answer(FACTS[name], typed)
    assert read.status == status
    assert (read.value is not None) == (status == "known")


def test_a_choice_keeps_its_own_word_for_not_knowing():
    fact = CATALOGUE["ml.task"]
    assert read_answer(fact, "unsure").value == "unsure"
    assert read_answer(fact, "don't know").status == "unknown"
    assert read_answer(CATALOGUE["fit.validation"], "never").value == "never"


@pytest.mark.parametrize(
    ("key", "typed", "values", "note"),
    [
        ("privacy.regions", "EU and Switzerland", ("EU", "other"), "EU and Switzerland"),
        ("privacy.regions", "germany", ("EU",), "germany"),
        ("privacy.regions", "European Union", ("EU",), ""),
        ("privacy.regions", "the USA", ("US",), "the USA"),
        ("data.available", "partially", "partly", ""),
        # As YAML reads a bare `no`.
        ("fit.human", False, "no", ""),
        ("alternatives.analytics", True, "yes", ""),
    ],
)
def test_other_words_for_a_choice_are_understood(key, typed, values, note):
    read = read_answer(CATALOGUE[key], typed)
    assert (read.value, read.note) == (values, note)


NOTES = [
    ("duration", "150 ms", ""),
    ("duration", "about 150 ms.", ""),
    ("examples", "We have about 40k of them", ""),
    ("duration", "150 ms, because the terminal waits", "150 ms, because the terminal waits"),
    ("percent", "1 in 1200", "1 in 1200"),
    ("yes", "no, not before June", "no, not before June"),
    ("choice", "in batches: at 4:00", "in batches: at 4:00"),
    ("date", "by the end of 2027", "by the end of 2027"),
]


@pytest.mark.parametrize(("name", "typed", "note"), NOTES)
def test_what_is_said_beyond_the_value_is_kept(name, typed, note):
    assert read_answer(FACTS[name], typed).note == note


def test_text_holds_nothing_that_a_document_cannot():
    value = parse_value(FACTS["long"], "a\x00\x1b[31m\ud83d\x0bb‮\u2028{{ x }} =cmd()")
    assert value == "a[31m?\nb‮\u2028{{ x }} =cmd()"


DATA = [
    ("yes", True, True),
    ("choice", False, "no"),
    ("number", 3, Amount(3, 3)),
    ("load", 2.5, Amount(2.5, 2.5, "requests", False, "second")),
    ("percent", 5, Amount(5, 5, "%")),
    ("date", date(2026, 12, 3), Day(date(2026, 12, 3), date(2026, 12, 3))),
    ("date", 2027, Day(date(2027, 1, 1), date(2027, 12, 31), "year")),
    ("text", 2027, "2027"),
    ("list", ["a, b", " c ", "c"], ("a, b", "c")),
    ("choices", ["online", "batch"], ("batch", "online")),
    ("people", [{"name": "Mira", "role": "boss"}, "Tom"], (Person("Mira", "boss"), Person("Tom"))),
    ("table", {"error": "miss"}, ({"error": "miss", "cost": "", "who": ""},)),
    ("money", {"low": 1, "high": 2, "unit": "EUR"}, Amount(1, 2, "EUR")),
]


@pytest.mark.parametrize(("name", "data", "value"), DATA)
def test_data_of_programs_is_read(name, data, value):
    assert parse_value(FACTS[name], data) == value


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("yes", 1), ("yes", None), ("number", True), ("number", math.nan), ("number", math.inf),
        ("duration", 5), ("money", 5), ("choice", 1), ("text", ["a"]), ("text", {"a": 1}),
        ("list", [1]), ("list", []), ("choices", []), ("people", [{"name": ""}]),
        ("people", [{"name": "a", "age": 1}]), ("table", [1]), ("table", ["abc"]),
        ("money", {"low": 1, "high": 2, "unit": "XXX"}), ("money", {"low": 2, "high": 1}),
        ("duration", {"low": "1", "high": 2, "unit": "s"}),
        ("number", {"low": 1, "high": 1, "x": 1}),
        ("number", {"low": 1, "high": 1, "unit": "m"}), ("examples", {"low": 1, "high": math.inf}),
        ("examples", {"low": 1, "high": 1, "unit": "x" * 61}), ("percent", {"low": 1, "high": 101}),
        ("examples", {"low": 1, "high": 1, "bound": "perhaps"}), ("number", 10**400),
    ],
)  # fmt: skip
def test_data_of_another_kind_is_refused(name, data):
    with pytest.raises(InputInvalid):
        parse_value(FACTS[name], data)


def test_only_stored_forms_come_from_the_store():
    for name in ("examples", "choices", "people", "list", "table", "yes"):
        with pytest.raises(InputInvalid):
            from_data(FACTS[name], "yes")
    with pytest.raises(InputInvalid):
        from_data(FACTS["choice"], "in batches")


def test_a_due_date_is_a_date_where_it_can_be():
    assert read_due(" by 3 Dec 2026 ") == "2026-12-03"
    assert read_due("Q3 2027") == "2027-Q3"
    assert read_due("after the audit of 2027") == "after the audit of 2027"
    assert not read_due("")
    with pytest.raises(InputInvalid):
        read_due("x" * 41)


# -- round trips

NUMBERS = st.floats(0, 1e12, allow_subnormal=False).map(lambda number: float(f"{number:.6g}"))
BOUNDS = st.sampled_from(["", "at least", "at most", "more than", "less than"])


def amounts(units: st.SearchStrategy[str], pers: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    ends = st.tuples(NUMBERS, NUMBERS).map(sorted)
    return st.builds(
        lambda pair, unit, about, per, bound: Amount(pair[0], pair[1], unit, about, per, bound),
        ends | NUMBERS.map(lambda one: [one, one]), units, st.booleans(), pers, BOUNDS,
    )  # fmt: skip


NO_PER = st.just("")
RATES = st.sampled_from(["", *PERIODS])
WORDS = st.text(max_size=40)
LINES = WORDS.map(lambda text: " ".join(text.split()))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "number": amounts(NO_PER, NO_PER),
    "examples": amounts(st.sampled_from(["examples", "payments", "%", "GB"]), NO_PER),
    "money": amounts(st.sampled_from(sorted(CURRENCIES)), RATES),
    "duration": amounts(st.sampled_from(list(SECONDS)), NO_PER),
    "percent": amounts(st.just("%"), NO_PER).filter(lambda one: one.high <= 100),
    "date": st.dates(date(1950, 1, 1), date(2150, 1, 1)).map(lambda day: Day(day, day)),
    "yes": st.booleans(),
    "choice": st.sampled_from([option.value for option in SERVING]),
}


@pytest.mark.parametrize("name", VALUES)
@given(data=st.data())
def test_what_is_shown_is_read_as_the_same_value(name, data):
    fact = FACTS[name]
    value: Value = data.draw(VALUES[name])
    if isinstance(value, Amount) and value.low == value.high == 0:
        value = replace(value, about=False)
    assert parse_value(fact, show_value(fact, value)) == value
    assert from_data(fact, to_data(value)) == value


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_lists_come_back_item_for_item(items):
    fact = FACTS["list"]
    try:
        value = parse_value(fact, items)
    except InputInvalid:
        return
    assert from_data(fact, to_data(value)) == value
    assert parse_value(fact, show_value(fact, value)) == value


@given(st.lists(st.lists(WORDS, min_size=3, max_size=3), min_size=1, max_size=4))
def test_tables_come_back_cell_for_cell(rows):
    fact = FACTS["table"]
    try:
        value = parse_value(
            fact, [dict(zip(("error", "cost", "who"), row, strict=True)) for row in rows]
        )
    except InputInvalid:
        return
    assert from_data(fact, to_data(value)) == value
    assert parse_value(fact, show_value(fact, value)) == value


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
@given(raw=st.text(max_size=200) | st.from_regex(r"[\d.,\-/ kmKM%€$a-z;|:()]{0,40}"))
def test_any_text_is_read_or_refused_and_what_is_read_is_stable(fact, raw):
    try:
        read = read_answer(fact, raw)
    except InputInvalid:
        return
    if read.value is not None:
        assert from_data(fact, to_data(read.value)) == read.value


# -- conditions


def project(**answers: Any) -> ProjectFacts:
    stated = []
    for key, raw in answers.items():
        fact = CATALOGUE[key.replace("__", ".")]
        read = read_answer(fact, raw)
        stated.append(StatedFact(fact.id, read.status, read.value))
    return ProjectFacts(stated)


P = project(
    serving__mode="batch",
    serving__latency_p95="2 s",
    labels__delay="90 days",
    retraining__interval="weekly",
    metrics__offline="accuracy, recall",
    data__positives_share="1 in 1200",
    data__time_ordered=True,
    data__available="yes",
    infra__cost_limit="EUR 500 a month",
    budget__total="USD 500",
    infra__model_size="700 MB",
    problem__frequency="40k a day",
    product__output="A ranked list, frankly",
    scope__out="bank transfers; loans",
    team__start="March 2027",
    plan__deadline="Q2 2027",
    approval__date="2028",
    operations__audit="don't know",
    users__skills="n/a",
)

CONDITIONS = [
    ({"serving.mode": "batch"}, True),
    ({"serving.mode": "online"}, False),
    ({"serving.mode": {"in": ["online", "batch"]}}, True),
    ({"serving.mode": {"eq": "batch"}}, True),
    ({"data.available": True}, True),
    ({"data.available": False}, False),
    ({"data.time_ordered": True}, True),
    ({"data.time_ordered": False}, False),
    ({"data.repeated_entities": False}, False),
    ({"serving.latency_p95": {"lt": "10 s"}}, True),
    ({"serving.latency_p95": {"lt": "1900 ms"}}, False),
    ({"serving.latency_p95": {"eq": "2000 ms"}}, True),
    ({"serving.latency_p95": {"gte": "2 s", "lte": "2 s"}}, True),
    ({"serving.latency_p95": {"gt": "2 s"}}, False),
    ({"data.positives_share": {"lt": "5 %"}}, True),
    ({"data.positives_share": {"lt": 5}}, True),
    ({"labels.delay": {"gt": "2 months"}}, True),
    ({"retraining.interval": {"lt_fact": "labels.delay"}}, True),
    ({"retraining.interval": {"gt_fact": "labels.delay"}}, False),
    ({"retraining.interval": {"lt_fact": "privacy.retention"}}, False),
    ({"metrics.offline": {"contains": "accuracy"}}, True),
    ({"metrics.offline": "accuracy"}, True),
    ({"metrics.offline": {"contains": ["f1", "recall"]}}, True),
    ({"metrics.offline": {"in": ["f1"]}}, False),
    ({"product.output": {"contains": "ranked list"}}, True),
    ({"product.output": {"contains": "RANKED"}}, True),
    ({"product.output": {"contains": "rank"}}, False),
    ({"product.output": {"contains": ["forecast", "list"]}}, True),
    ({"scope.out": {"contains": "Loans"}}, True),
    ({"scope.out": {"contains": "loan"}}, False),
    ({"infra.cost_limit": {"lt": "EUR 7000 a year"}}, True),
    ({"infra.cost_limit": {"lt": "EUR 500"}}, False),
    ({"infra.cost_limit": {"eq": "EUR 6000 a year"}}, True),
    ({"budget.total": {"lt": "EUR 1000000"}}, False),
    ({"budget.total": {"gt": "EUR 1"}}, False),
    ({"infra.model_size": {"lt": "1 GB"}}, True),
    ({"infra.model_size": {"lt": 0.5}}, False),
    ({"problem.frequency": {"gt": "1000 per hour"}}, True),
    ({"team.start": {"lt": "2027-06-01"}}, True),
    ({"team.start": {"lt_fact": "plan.deadline"}}, True),
    ({"approval.date": {"gt_fact": "plan.deadline"}}, True),
    ({"plan.deadline": {"lt": "June 2027"}}, False),
    ({"serving.mode": "present"}, True),
    ({"serving.mode": {"present": False}}, False),
    ({"operations.audit": "missing"}, True),
    ({"operations.audit": "present"}, False),
    ({"users.skills": "missing"}, False),
    ({"users.skills": "present"}, False),
    ({"users.primary": {"missing": True}}, True),
    ({"serving.mode": {"missing": False}}, True),
    ({"all": [{"serving.mode": "batch"}, {"labels.delay": "present"}]}, True),
    ({"all": [{"serving.mode": "batch"}, {"labels.delay": "missing"}]}, False),
    ({"any": [{"serving.mode": "online"}, {"labels.delay": "present"}]}, True),
    ({"not": {"serving.mode": "batch"}}, False),
    ({"not": {"ml.task": "ranking"}}, True),
    ({"serving.mode": "batch", "labels.delay": "missing"}, False),
]


@pytest.mark.parametrize(("data", "expected"), CONDITIONS, ids=str)
def test_a_condition_holds_or_not(data, expected):
    condition = parse_condition(data, CATALOGUE)
    assert holds(condition, P) is expected
    assert all(key in CATALOGUE for key in facts_in(condition))


def test_a_condition_without_the_catalogue_says_the_same():
    for data, expected in CONDITIONS:
        # What an amount without unit or period means, only the catalogue knows.
        if data not in ({"infra.cost_limit": {"lt": "EUR 500"}},):
            assert holds(parse_condition(data), P) is expected, data


@pytest.mark.parametrize(
    "data",
    [
        {}, [], "x", {"all": []}, {"all": {"a.b": 1}}, {"not": []}, {"serving": "batch"}, {3: 4},
        {"serving.none": "batch"}, {"serving.mode": "teapot"}, {"serving.mode": {}},
        {"serving.mode": {"like": "b"}}, {"serving.mode": {"lt": "batch"}},
        {"serving.mode": {"in": "batch"}}, {"serving.mode": {"eq": ["batch"]}},
        {"serving.latency_p95": {"lt": "soon"}}, {"serving.latency_p95": {"lt": 5}},
        {"serving.mode": {"present": "yes"}}, {"labels.delay": {"lt_fact": "no.fact"}},
        {"labels.delay": {"lt_fact": "serving.mode"}}, {"data.time_ordered": "perhaps"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_condition_is_refused(data):
    with pytest.raises(DataInvalid):
        parse_condition(data, CATALOGUE)


def test_a_fact_applies_when_its_condition_holds():
    assert applicable(CATALOGUE, P, "serving.batch_interval")
    assert not applicable(CATALOGUE, P, "serving.load_peak")
    assert applicable(CATALOGUE, P, "project.summary")
    with pytest.raises(NotFound):
        applicable(CATALOGUE, P, "serving.none")


# -- what a project has stated


def test_facts_of_a_project_are_in_the_order_of_the_catalogue_and_never_change():
    before = list(P)
    assert [one.fact_id for one in P] == [fact.id for fact in CATALOGUE if fact.id in P]
    more = P.with_stated(StatedFact("project.summary", value="x", event=7))
    assert (more.value("project.summary"), more.last_event) == ("x", 7)
    assert next(iter(more)).fact_id == "project.summary"
    assert more.without("project.summary") == P
    assert list(P) == before
    assert not P.known("operations.audit")
    assert P.value("operations.audit") is None
    assert P.get("operations.audit").status == "unknown"
    assert P.get("project.summary") is None
    with pytest.raises(TypeError):
        P.stated["project.summary"] = None


def test_an_unknown_fact_names_its_nearest():
    with pytest.raises(NotFound) as caught:
        _ = CATALOGUE["data.amont"]
    assert "data.amount" in caught.value.remedy
    with pytest.raises(NotFound):
        _ = CATALOGUE["\x00" * 10_000]


def test_every_type_is_covered_here():
    assert {fact.type for fact in FACTS.values()} == set(get_args(FactType))
    assert len(READ) + len(REFUSED) + len(STATUSES) >= 120
