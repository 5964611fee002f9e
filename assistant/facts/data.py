"""JSON data, of a program or a file → the value of a fact, checked field by field."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args

from assistant.errors import InputInvalid
from assistant.facts.amounts import find_amount
from assistant.facts.catalogue import Fact
from assistant.facts.choosing import choose
from assistant.facts.clean import cleaned, one_line, refused
from assistant.facts.days import find_day
from assistant.facts.lists import checked_items, checked_people, rows_of_data
from assistant.facts.measures import Kind
from assistant.facts.numbers import LARGEST
from assistant.facts.values import CURRENCIES, SECONDS, Amount, Bound, Day, Person, Value

AMOUNTS = frozenset(get_args(Kind))
UNIT_LIMIT = 60


def of_data(fact: Fact, data: object) -> Value:
    """The value that the data gives the fact; raise InputInvalid."""
    match data:
        case bool():
            return _of_truth(fact, data)
        case int() | float():
            return _of_number(fact, data)
        case date() if fact.type == "date":
            day = data.date() if isinstance(data, datetime) else data
            return Day(day, day)
        case Mapping():
            return _of_mapping(fact, data)
        case list() | tuple():
            return _of_list(fact, list(data))
    raise _no_such(fact)


def _no_such(fact: Fact) -> InputInvalid:
    kind = fact.type.replace("_", " ")
    return refused(f"This is no answer to a question of the type {kind}.", "", "not_a_value")


def _of_truth(fact: Fact, data: bool) -> Value:
    if fact.type == "yes_no":
        return data
    # YAML reads a bare `yes` or `no` as a truth value.
    word = "yes" if data else "no"
    if fact.type == "choice" and fact.option(word):
        return word
    raise _no_such(fact)


def _of_number(fact: Fact, data: int | float) -> Value:
    if not _is_number(data):
        raise refused("This is not a number.", "", "no_amount")
    if fact.type in ("text", "long_text"):
        return str(data)
    if fact.type == "date":
        return find_day(str(data)).day
    if fact.type == "percent":
        return find_amount(f"{data:f}", "percent").amount
    if fact.type in ("number", "quantity"):
        return Amount(float(data), float(data), fact.unit or "", False, fact.per or "")
    if fact.type in ("money", "duration"):
        raise refused("Its unit is missing.", "Write the unit too.", "no_unit")
    raise _no_such(fact)


def _of_mapping(fact: Fact, data: Mapping[Any, Any]) -> Value:
    if fact.type == "table":
        return rows_of_data(fact.columns, [data])
    if fact.type == "people":
        return checked_people([_person(fact, data)])
    if fact.type not in AMOUNTS or not {"low", "high"} <= data.keys() <= {
        "low", "high", "unit", "about", "per", "bound",
    }:  # fmt: skip
        raise _no_such(fact)
    low, high = data["low"], data["high"]
    if not (_is_number(low) and _is_number(high) and low <= high):
        raise refused("Its ends are not numbers in order.", "", "no_amount")
    unit, per = data.get("unit", ""), data.get("per", "")
    about, bound = data.get("about", False), data.get("bound", "")
    words = all(
        isinstance(word, str) and len(word) <= UNIT_LIMIT and cleaned(word) == word
        for word in (unit, per)
    )
    if not (words and isinstance(about, bool) and bound in get_args(Bound)):
        raise _no_such(fact)
    amount = Amount(float(low), float(high), unit, about, per, bound)
    units = {"percent": {"%"}, "money": CURRENCIES, "duration": SECONDS.keys(), "number": {""}}
    if unit not in units.get(fact.type, {unit}):
        raise refused(f"{unit!r} is not a unit of it.", "", "no_unit")
    return amount


def _is_number(end: object) -> bool:
    return isinstance(end, int | float) and not isinstance(end, bool) and abs(end) <= LARGEST


def _of_list(fact: Fact, data: list[Any]) -> Value:
    if fact.type == "table":
        return rows_of_data(fact.columns, data)
    if fact.type == "people":
        return checked_people([_person(fact, entry) for entry in data])
    if not all(isinstance(item, str) for item in data):
        raise _no_such(fact)
    if fact.type == "list":
        return checked_items(data)
    if fact.type == "choices":
        values = {value for item in data for value in choose(fact, item).values}
        found = tuple(option.value for option in fact.options if option.value in values)
        if found:
            return found
    raise _no_such(fact)


def _person(fact: Fact, entry: object) -> Person:
    if isinstance(entry, str):
        entry = {"name": entry}
    if not isinstance(entry, Mapping) or not entry.keys() <= {"name", "role"}:
        raise _no_such(fact)
    name, role = entry.get("name"), entry.get("role") or ""
    if not isinstance(name, str) or not isinstance(role, str) or not one_line(cleaned(name)):
        raise _no_such(fact)
    return Person(one_line(cleaned(name)), one_line(cleaned(role)))
