"""Conditions on facts, as data → whether they hold for a project; never code.

`{fact: value}`, `{fact: {operator: operand}}`, `all`, `any`, `not`; see OPERATORS. A comparison
with a fact that is not known is false; `missing` is true where nothing is known of a fact that
could apply.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from assistant.errors import DataInvalid, InputInvalid
from assistant.facts.amounts import find_amount
from assistant.facts.catalogue import Catalogue, Fact
from assistant.facts.compare import compared, same
from assistant.facts.days import find_day
from assistant.facts.known import ProjectFacts
from assistant.facts.measures import Kind
from assistant.facts.parse import parse_value
from assistant.facts.values import Amount, Day, Value

Operator = Literal[
    "lt", "lte", "gt", "gte", "eq", "in", "contains", "present", "missing", "lt_fact", "gt_fact"
]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
_MEASURED = {"number", "quantity", "percent", "money", "duration", "date"}
Operand = Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact against an operand; for `lt_fact` and `gt_fact` that is another fact's id."""

    fact: str
    operator: Operator
    operand: Operand


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Any_:
    """At least one part holds."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


Condition = Comparison | All | Any_ | Not


# -- data → condition


def parse_condition(data: Any, catalogue: Catalogue | None = None) -> Condition:
    """Read a condition; with the catalogue, facts, choices and amounts are checked too.

    Raises:
        DataInvalid: It is none; the problem says where.
    """
    if not isinstance(data, Mapping) or not data:
        raise _invalid(f"{data!r} is not a condition")
    parts = tuple(_part(key, value, catalogue) for key, value in data.items())
    return parts[0] if len(parts) == 1 else All(parts)


def _part(key: Any, value: Any, catalogue: Catalogue | None) -> Condition:
    if key in ("all", "any"):
        if not isinstance(value, list) or not value:
            raise _invalid(f"`{key}` needs a list of conditions")
        parts = tuple(parse_condition(one, catalogue) for one in value)
        return All(parts) if key == "all" else Any_(parts)
    if key == "not":
        return Not(parse_condition(value, catalogue))
    fact = _fact(key, catalogue)
    if value in ("present", "missing"):
        return Comparison(str(key), cast(Operator, value), True)
    if not isinstance(value, Mapping):
        value = {"eq": value}
    if not value:
        raise _invalid(f"{key} is compared with nothing")
    comparisons = tuple(
        _comparison(str(key), operator, operand, fact, catalogue)
        for operator, operand in value.items()
    )
    return comparisons[0] if len(comparisons) == 1 else All(comparisons)


def _fact(key: Any, catalogue: Catalogue | None) -> Fact | None:
    if not isinstance(key, str) or "." not in key:
        raise _invalid(f"{key!r} is neither a fact nor `all`, `any`, `not`")
    if catalogue is None:
        return None
    if key not in catalogue:
        raise _invalid(f"there is no fact {key}")
    return catalogue[key]


def _comparison(
    key: str, operator: Any, operand: Any, fact: Fact | None, catalogue: Catalogue | None
) -> Comparison:
    if operator not in OPERATORS:
        raise _invalid(f"{key}: {operator!r} is no operator; there are {', '.join(OPERATORS)}")
    if operator in ("present", "missing"):
        if not isinstance(operand, bool):
            raise _invalid(f"{key}: `{operator}` is true or false")
        return Comparison(key, operator, operand)
    if operator in ("lt_fact", "gt_fact"):
        _check_pair(key, fact, _fact(operand, catalogue))
        return Comparison(key, operator, str(operand))
    if operator in ("lt", "lte", "gt", "gte") and fact and fact.type not in _MEASURED:
        raise _invalid(f"{key}: a {fact.type} has no order")
    if isinstance(operand, list):
        if operator not in ("in", "contains"):
            raise _invalid(f"{key}: `{operator}` takes one value")
        return Comparison(key, operator, tuple(_operand(key, one, fact) for one in operand))
    if operator == "in":
        raise _invalid(f"{key}: `in` takes a list")
    return Comparison(key, operator, _operand(key, operand, fact))


def _check_pair(key: str, fact: Fact | None, other: Fact | None) -> None:
    if fact and other and (fact.type not in _MEASURED or other.type not in _MEASURED):
        raise _invalid(f"{key}: only amounts and dates can be compared with another fact")


def _operand(key: str, raw: Any, fact: Fact | None) -> Value:
    """One value to compare with: exact for choices, read as a person's answer for amounts."""
    if fact is None:
        return _loose(raw)
    if fact.type in ("choice", "choices"):
        # YAML reads a bare `yes` or `no` as a truth value.
        value = {True: "yes", False: "no"}.get(raw, raw) if isinstance(raw, bool) else raw
        if fact.option(str(value)) is None:
            raise _invalid(f"{key} has no choice {value!r}")
        return str(value)
    if fact.type in _MEASURED or fact.type == "yes_no":
        try:
            return parse_value(fact, raw)
        except InputInvalid as error:
            raise _invalid(f"{key}: {error.problem.rstrip('.')}") from error
    return str(raw)


def _loose(raw: Any) -> Value:
    """The operand as it looks, when there is no catalogue to say of what kind it is."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int | float):
        return Amount(raw, raw)
    with suppress(InputInvalid):
        day = find_day(str(raw))
        if not day.more:
            return day.day
    kinds: tuple[Kind, ...] = ("duration", "money", "quantity")
    for kind in kinds:
        with suppress(InputInvalid):
            return find_amount(str(raw), kind).amount
    return str(raw)


def _invalid(problem: str) -> DataInvalid:
    return DataInvalid(f"A condition: {problem}.", remedy="Correct the file.")


# -- condition + facts → does it hold?


def facts_in(condition: Condition) -> frozenset[str]:
    """The ids of every fact that the condition looks at."""
    match condition:
        case Comparison(fact, "lt_fact" | "gt_fact", operand):
            return frozenset({fact, str(operand)})
        case Comparison(fact):
            return frozenset({fact})
        case Not(part):
            return facts_in(part)
    return frozenset().union(*(facts_in(part) for part in condition.parts))


def holds(condition: Condition, facts: ProjectFacts) -> bool:
    """Whether the condition is true of what the project has stated."""
    match condition:
        case All(parts):
            return all(holds(part, facts) for part in parts)
        case Any_(parts):
            return any(holds(part, facts) for part in parts)
        case Not(part):
            return not holds(part, facts)
    return _true(condition, facts)


def applicable(catalogue: Catalogue, facts: ProjectFacts, key: str) -> bool:
    """Whether the fact matters to this project: its `when` holds, or it has none."""
    when = catalogue[key].when
    return when is None or holds(when, facts)


def _true(comparison: Comparison, facts: ProjectFacts) -> bool:
    stated = facts.get(comparison.fact)
    if comparison.operator == "present":
        return facts.known(comparison.fact) is comparison.operand
    if comparison.operator == "missing":
        return (stated is None or stated.status == "unknown") is comparison.operand
    value = facts.value(comparison.fact)
    if value is None:
        return False
    operand: Operand | None = comparison.operand
    if comparison.operator in ("lt_fact", "gt_fact"):
        operand = facts.value(str(operand))
    if operand is None:
        return False
    return _meets(value, comparison.operator, operand)


def _meets(value: Value, operator: Operator, operand: Operand) -> bool:
    if operator in ("eq", "in", "contains"):
        wanted = operand if isinstance(operand, tuple) else (operand,)
        return any(_matches(value, one, operator) for one in cast(tuple[Value, ...], wanted))
    if not isinstance(value, Amount | Day) or not isinstance(operand, Amount | Day):
        return False
    order = compared(value, operand)
    if order is None:
        return False
    return {
        "lt": order < 0, "lt_fact": order < 0, "lte": order <= 0,
        "gt": order > 0, "gt_fact": order > 0, "gte": order >= 0,
    }[operator]  # fmt: skip


def _matches(value: Value, wanted: Value, operator: Operator) -> bool:
    if isinstance(value, tuple):
        return any(same(one, wanted) for one in value)
    if operator == "contains" and isinstance(value, str):
        # A whole word or phrase: "rank" is not in "frankly".
        word = rf"(?<!\w){re.escape(str(wanted))}(?!\w)"
        return re.search(word, value, re.IGNORECASE) is not None
    return same(value, wanted)
