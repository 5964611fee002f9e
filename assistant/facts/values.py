"""The values that facts have: words, amounts, days, people, lists and tables; ↔ JSON data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Bound = Literal["", "at least", "at most", "more than", "less than"]
Precision = Literal["day", "month", "quarter", "half", "year"]

# Unit of time → seconds; months and years have their average length.
SECONDS: Mapping[str, float] = {
    "ms": 0.001,
    "s": 1,
    "min": 60,
    "hours": 3_600,
    "days": 86_400,
    "weeks": 604_800,
    "months": 2_629_800,
    "years": 31_557_600,
}
# A rate's period → seconds.
PERIODS: Mapping[str, float] = {
    "second": 1,
    "minute": 60,
    "hour": 3_600,
    "day": 86_400,
    "week": 604_800,
    "month": 2_629_800,
    "quarter": 7_889_400,
    "year": 31_557_600,
}
BYTES: Mapping[str, float] = {
    "bytes": 1,
    "KB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
    "TB": 1e12,
    "PB": 1e15,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
CURRENCIES = frozenset({
    "AED", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR",
    "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "MXN", "MYR", "NOK",
    "NZD", "PHP", "PLN", "RON", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD",
    "VND", "ZAR",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """A number or a range with its unit: `Amount(2, 3, "weeks")` is two to three weeks.

    `unit` is "%" for percent points, an ISO code for money, a key of `SECONDS` for durations and
    any words else; `per` is a rate's period or thing. `bound` says that the number is a limit.
    """

    low: float
    high: float
    unit: str = ""
    about: bool = False
    per: str = ""
    bound: Bound = ""

    @property
    def middle(self) -> float:
        """The number halfway between both ends."""
        return self.low + (self.high - self.low) / 2

    @property
    def seconds(self) -> float:
        """The middle of a duration in seconds; KeyError for what is no duration."""
        return self.middle * SECONDS[self.unit]


@dataclass(frozen=True, slots=True)
class Day:
    """A date as precisely as it was said: a day, month, quarter, half or whole year."""

    start: date
    end: date
    precision: Precision = "day"

    @property
    def code(self) -> str:
        """The date as it is stored.

        >>> Day(date(2027, 7, 1), date(2027, 9, 30), "quarter").code
        '2027-Q3'
        """
        year, month = self.start.year, self.start.month
        match self.precision:
            case "month":
                return f"{year:04}-{month:02}"
            case "quarter":
                return f"{year:04}-Q{(month + 2) // 3}"
            case "half":
                return f"{year:04}-H{1 if month == 1 else 2}"
            case "year":
                return f"{year:04}"
        return self.start.isoformat()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, and what they are in the project."""

    name: str
    role: str = ""


Row = Mapping[str, str]
Value = str | bool | Amount | Day | tuple[str, ...] | tuple[Person, ...] | tuple[Row, ...]
Data = str | bool | dict[str, object] | list[object]


def to_data(value: Value) -> Data:
    """Turn a value into JSON data; `from_data` turns it back.

    >>> to_data(Amount(150, 150, "ms"))
    {'low': 150, 'high': 150, 'unit': 'ms'}
    """
    match value:
        case str() | bool():
            return value
        case Amount():
            return _amount_data(value)
        case Day():
            return value.code
    return [_item_data(item) for item in value]


def _amount_data(amount: Amount) -> dict[str, object]:
    data: dict[str, object] = {
        "low": _plain(amount.low),
        "high": _plain(amount.high),
        "unit": amount.unit,
    }
    more = {"about": amount.about, "per": amount.per, "bound": amount.bound}
    return data | {name: part for name, part in more.items() if part}


def _item_data(item: str | Person | Row) -> object:
    if isinstance(item, str):
        return item
    if isinstance(item, Person):
        return {"name": item.name, "role": item.role}
    return dict(item)


def _plain(number: float) -> float:
    """The number without `.0`, so that files are read easily."""
    return int(number) if number == int(number) and abs(number) < 2**53 else number
