"""A value → the words that prose has for it; typed in again, they give the value back."""

import re
from collections.abc import Sequence

from assistant.facts.catalogue import Fact
from assistant.facts.days import spelt_out
from assistant.facts.lists import BULLET, commas_separate
from assistant.facts.numbers import shown
from assistant.facts.units import article
from assistant.facts.values import CURRENCIES, PERIODS, Amount, Day, Person, Row, Value

_SINGULAR = {"hours": "hour", "days": "day", "weeks": "week", "months": "month", "years": "year"}


def show_value(fact: Fact, value: Value) -> str:
    """The value in words: "150 ms", "about 40,000 examples", "30,000 EUR a year", "PR-AUC"."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            option = fact.option(value)
            return option.label if option else value
        case Amount():
            return show_amount(value, counted=fact.counted)
        case Day():
            return spelt_out(value)
    if fact.type == "choices":
        return "; ".join(show_value(fact, str(one)) for one in value)
    if fact.type == "people":
        return ", ".join(_person(one) for one in value if isinstance(one, Person))
    if fact.type == "table":
        return _table(fact, [row for row in value if not isinstance(row, str | Person)])
    return _list([str(one) for one in value])


def show_amount(amount: Amount, *, counted: bool = False) -> str:
    """An amount in words.

    >>> show_amount(Amount(2, 3, "weeks")), show_amount(Amount(30000, 30000, "EUR", per="year"))
    ('2 to 3 weeks', '30,000 EUR a year')
    """
    money = amount.unit in CURRENCIES
    ends = [_figure(end, money=money, counted=counted) for end in (amount.low, amount.high)]
    figures = ends[0] if amount.low == amount.high else " to ".join(ends)
    unit = amount.unit
    if amount.low == amount.high == 1:
        unit = _SINGULAR.get(unit, unit)
    words = [amount.bound, "about" if amount.about else "", figures, unit]
    if amount.per:
        rate = money or amount.per not in PERIODS
        words.append(article(amount.per) if rate else f"per {amount.per}")
    return " ".join(word for word in words if word)


def _figure(number: float, *, money: bool, counted: bool) -> str:
    text = shown(number, counted=counted or money)
    return text + "0" if money and re.search(r"\.\d$", text) else text


def _person(person: Person) -> str:
    return f"{person.name} ({person.role})" if person.role else person.name


def _list(items: Sequence[str]) -> str:
    """Items on one line where that can be read again, else one on each line."""
    alone = len(items) == 1 and commas_separate(items[0])
    unclear = alone or any(";" in item or BULLET.match(item) for item in items)
    return "\n".join(f"- {item}" for item in items) if unclear else "; ".join(items)


def _table(fact: Fact, rows: Sequence[Row]) -> str:
    """One row on each line, "a | b | c"; as a Markdown table where that could be misread."""
    names = [column.name for column in fact.columns]
    cells = [[row.get(name, "") for name in names] for row in rows]
    first = {cell.casefold().replace(" ", "_") for cell in cells[0]}
    head = first <= {
        *names,
        *(column.label.casefold().replace(" ", "_") for column in fact.columns),
    }
    if head or any(not set("".join(line)) - set(":-") for line in cells):
        cells = [names, ["---"] * len(names), *cells]
    return "\n".join(_row(line) for line in cells)


def _row(cells: Sequence[str]) -> str:
    line = " | ".join(cell.replace("|", "\\|") for cell in cells)
    return line if cells[0] and cells[-1] else f"| {line} |"
