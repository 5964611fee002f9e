"""Dates as people type them → Day; nothing is guessed from today's date."""

import calendar
import re
from datetime import date
from typing import NamedTuple

from assistant.errors import InputInvalid
from assistant.facts.clean import SHORT_LIMIT, cleaned, one_line, plain, refused
from assistant.facts.values import Day

# As wide as the column that holds it.
DUE_LIMIT = 40
_NAMES = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
]  # fmt: skip
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_PARTS = {"1": 1, "2": 2, "3": 3, "4": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_YEAR = r"(?P<year>(?:19|20|21)\d\d)"
_DAY = r"(?P<day>\d{1,2})"
_NTH = rf"{_DAY}(?:st|nd|rd|th)?\.?"
_PART = r"(?P<{}>first|second|third|fourth|[1-4](?=st|nd|rd|th))(?:st|nd|rd|th)?"
# The first form that fits counts, so the exact ones stand before the vague ones.
_FORMS = [
    re.compile(rf"(?<![\w.-]){form}(?![\w-]|\.\d)", re.IGNORECASE)
    for form in (
        rf"{_YEAR}-(?P<number>\d{{1,2}})-{_DAY}",
        rf"{_DAY}\.\s?(?P<number>\d{{1,2}})\.\s?{_YEAR}",
        rf"(?P<one>\d{{1,2}})[/-](?P<two>\d{{1,2}})[/-]{_YEAR}",
        rf"{_NTH}(?: of)?[ -]{_MONTH},?[ -]{_YEAR}",
        rf"{_MONTH} {_NTH},? {_YEAR}",
        rf"{_MONTH}(?: of)?,?[ /-]?{_YEAR}",
        rf"{_YEAR}[ -]{_MONTH}",
        rf"{_YEAR}-(?P<number>\d{{1,2}})",
        rf"(?P<number>\d{{1,2}})[/.]{_YEAR}",
        rf"Q(?P<quarter>[1-4])[ /-]*(?:of )?{_YEAR}",
        rf"{_YEAR}[ /-]*Q(?P<quarter>[1-4])",
        rf"{_PART.format('quarter')} quarter(?: of)?,? {_YEAR}",
        rf"H(?P<half>[12])[ /-]*(?:of )?{_YEAR}",
        rf"{_YEAR}[ /-]*H(?P<half>[12])",
        rf"{_PART.format('half')} half(?: of)?,? {_YEAR}",
        _YEAR,
    )
]
_LEAD = re.compile(
    r"(?:on|by|in|until|before|from|starting|start|the|about|around|approximately|at)\b|\W",
    re.IGNORECASE,
)
_MONTH_ALONE = re.compile(rf"\b(?:{'|'.join(_NAMES)}|spring|summer|autumn|winter)\b", re.IGNORECASE)


class FoundDay(NamedTuple):
    """A date in a text, and whether the text says more than that."""

    day: Day
    more: bool


def find_day(raw: str) -> FoundDay:
    """Read the date in a text.

    >>> find_day("by Q3 2027").day.code, find_day("3.12.2026").day.code
    ('2027-Q3', '2026-12-03')

    Raises:
        InputInvalid: There is none, it lacks its year, or it could be two dates (`no_date`).
    """
    text = plain(cleaned(raw, limit=SHORT_LIMIT))
    for form in _FORMS:
        found = form.search(text)
        if found:
            rest = text[: found.start()] + " " + text[found.end() :]
            return FoundDay(_day(found), bool(_LEAD.sub("", rest)))
    if _MONTH_ALONE.search(text):
        raise refused("The year is missing.", "Write it with its year.", "no_date")
    raise refused(
        "There is no date in it.", "Write a day, month, quarter or year of the calendar.", "no_date"
    )


def read_due(text: str) -> str:
    """When something is due: the stored form of a date, or else the words that were typed.

    >>> read_due("3 Dec 2026"), read_due("after the audit")
    ('2026-12-03', 'after the audit')
    """
    words = one_line(cleaned(text, limit=DUE_LIMIT))
    try:
        found = find_day(words)
    except InputInvalid:
        return words
    return words if found.more else found.day.code


def spelt_out(day: Day) -> str:
    """The date as prose has it.

    >>> spelt_out(find_day("2026-12-03").day), spelt_out(find_day("2027 H1").day)
    ('3 December 2026', 'the first half of 2027')
    """
    year = f"{day.start.year:04}"
    match day.precision:
        case "day":
            return f"{day.start.day} {_NAMES[day.start.month - 1].capitalize()} {year}"
        case "month":
            return f"{_NAMES[day.start.month - 1].capitalize()} {year}"
        case "quarter":
            return f"Q{(day.start.month + 2) // 3} {year}"
        case "half":
            return f"the {'first' if day.start.month == 1 else 'second'} half of {year}"
    return year


def _day(found: re.Match[str]) -> Day:
    parts = {name: text for name, text in found.groupdict().items() if text}
    year = int(parts["year"])
    if "quarter" in parts:
        last = _PARTS[parts["quarter"].casefold()] * 3
        return Day(date(year, last - 2, 1), _month_end(year, last), "quarter")
    if "half" in parts:
        last = _PARTS[parts["half"].casefold()] * 6
        if last > 12:
            raise refused("A year has two halves.", "", "no_date")
        return Day(date(year, last - 5, 1), _month_end(year, last), "half")
    month = _month(parts)
    if month is None:
        return Day(date(year, 1, 1), date(year, 12, 31), "year")
    if not 1 <= month <= 12:
        raise refused(f"{found[0]} is no date.", "", "no_date")
    if "day" not in parts and "one" not in parts:
        return Day(date(year, month, 1), _month_end(year, month), "month")
    number = int(parts["day"]) if "day" in parts else max(int(parts["one"]), int(parts["two"]))
    if not 1 <= number <= _month_end(year, month).day:
        raise refused(f"{found[0]} is no date.", "", "no_date")
    day = date(year, month, number)
    return Day(day, day, "day")


def _month(parts: dict[str, str]) -> int | None:
    if "month" in parts:
        return _MONTHS[parts["month"].casefold()]
    if "number" in parts:
        return int(parts["number"])
    if "one" not in parts:
        return None
    one, two = int(parts["one"]), int(parts["two"])
    if one <= 12 and two <= 12 and one != two:
        raise refused(
            f"{parts['one']}/{parts['two']} could be a day and month, or a month and day.",
            "Write the month's name.",
            "no_date",
        )
    return min(one, two)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
