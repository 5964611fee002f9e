"""Words for units, currencies and periods → the ones that amounts are stored in."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from assistant.facts.values import BYTES, CURRENCIES, PERIODS

# Written forms → unit, and what one of them is in that unit.
_TIMES: Mapping[str, tuple[str, str]] = {
    r"µs|μs|us|microseconds?": ("ms", "0.001"),
    r"ms|msecs?|millis|milliseconds?": ("ms", "1"),
    r"s|secs?|seconds?": ("s", "1"),
    r"m|mins?|minutes?": ("min", "1"),
    r"h|hrs?|hours?": ("hours", "1"),
    r"d|(?:calendar |working |business |work)?days?|nights?": ("days", "1"),
    r"w|wks?|weeks?": ("weeks", "1"),
    r"fortnights?": ("weeks", "2"),
    r"mo|mths?|mos|months?": ("months", "1"),
    r"quarters?": ("months", "3"),
    r"y|yrs?|years?": ("years", "1"),
    r"decades?": ("years", "10"),
}
_SYMBOLS: Mapping[str, str] = {
    "€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW",
    "₺": "TRY", "₪": "ILS", "₴": "UAH", "zł": "PLN", "A$": "AUD", "C$": "CAD",
}  # fmt: skip
_NAMES: Mapping[str, str] = {
    "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "us dollars": "USD",
    "pounds": "GBP", "pounds sterling": "GBP", "sterling": "GBP", "swiss francs": "CHF",
    "francs": "CHF", "yen": "JPY", "rupees": "INR", "zloty": "PLN",
}  # fmt: skip
_SHARES: Mapping[str, str] = {
    r"%|per ?cent|pct|percentage points?|pp": "1",
    r"‰|per ?mille": "0.1",
    r"basis points?|bps?": "0.01",
}
_SIZES: Mapping[str, str] = {f"{unit}s?": unit for unit in BYTES if unit != "bytes"} | {
    r"bytes?": "bytes",
    r"kilobytes?": "KB",
    r"megabytes?": "MB",
    r"gigabytes?|gigs?": "GB",
    r"terabytes?": "TB",
}
_PERIODS: Mapping[str, str] = {
    r"s|secs?|seconds?": "second",
    r"m|mins?|minutes?": "minute",
    r"h|hrs?|hours?": "hour",
    r"d|days?|nights?|working days?": "day",
    r"w|wks?|weeks?": "week",
    r"mo|mths?|months?": "month",
    r"quarters?": "quarter",
    r"y|yrs?|years?|annum": "year",
}
_ADVERBS: Mapping[str, str] = {
    "hourly": "hour", "daily": "day", "nightly": "day", "weekly": "week", "monthly": "month",
    "quarterly": "quarter", "yearly": "year", "annually": "year", "annual": "year",
    "p.a.": "year", "pa": "year",
}  # fmt: skip
_FACTORS: Mapping[str, str] = {
    r"k|thousand|tsd\.?": "1000",
    r"mn|mio\.?|mill?ions?|mln": "1000000",
    r"bn|billions?": "1000000000",
    r"hundred": "100",
    r"dozen": "12",
    r"lakhs?|lacs?": "100000",
    r"crores?": "10000000",
}


# Rates that have a name of their own, written out.
_RATES: Mapping[str, str] = {
    "rps": "requests per second", "qps": "queries per second", "tps": "transactions per second",
    "rpm": "requests per minute",
}  # fmt: skip
_RATE = re.compile(rf"(?<=\d)(\s?[kKM]?)\s?({'|'.join(_RATES)})\b", re.IGNORECASE)


def with_rates(text: str) -> str:
    """The text with rates written out.

    >>> with_rates("28 rps"), with_rates("2k qps at noon")
    ('28 requests per second', '2k queries per second at noon')
    """
    return _RATE.sub(lambda found: f"{found[1].rstrip()} {_RATES[found[2].casefold()]}", text)


class Unit(NamedTuple):
    """A unit that was found, what one of it is in the stored unit, and where its words end."""

    name: str
    factor: Decimal
    end: int


def _table(rows: Mapping[str, tuple[str, str]]) -> list[tuple[re.Pattern[str], str, Decimal]]:
    return [
        (re.compile(rf"\s*-?(?:{words})(?![^\W\d]|%)", re.IGNORECASE), name, Decimal(factor))
        for words, (name, factor) in rows.items()
    ]


TIMES = _table(_TIMES)
SHARES = _table({words: ("%", factor) for words, factor in _SHARES.items()})
SIZES = _table({words: (name, "1") for words, name in _SIZES.items()})
_CODES = "|".join(sorted(CURRENCIES))
_SIGNS = "|".join(re.escape(sign) for sign in sorted(_SYMBOLS, key=len, reverse=True))
_SPELT = "|".join(sorted(_NAMES, key=len, reverse=True))
CURRENCY_BEFORE = re.compile(rf"(?<!\w)({_SIGNS}|(?:{_CODES})\b)\s?(?=[+-]?[\d.,])", re.IGNORECASE)
CURRENCY_AFTER = re.compile(rf"\s?(?:({_SIGNS})(?!\w)|({_CODES})\b|({_SPELT})\b)", re.IGNORECASE)
_MULTIPLE = re.compile(
    rf"\s?(?:{'|'.join(f'({words})' for words in _FACTORS)})(?![\w%])", re.IGNORECASE
)
# One letter alone is a million or a billion only where no other unit has it.
_LETTER = re.compile(r"(?:(?<=\d)|\s?(?=[MB]))([mMbB])(?!\w)")
_PERIOD_WORDS = "|".join(f"(?P<p{place}>{words})" for place, words in enumerate(_PERIODS))
_PERIOD = re.compile(
    rf"\s*(?:/|\b(?:per|an?|each|every|p)\b)\s*(?:one |1 )?(?:{_PERIOD_WORDS})(?![\w-])",
    re.IGNORECASE,
)
_ADVERB = re.compile(rf",?\s+(?:{'|'.join(map(re.escape, _ADVERBS))})(?!\w)", re.IGNORECASE)
_THING = re.compile(
    r"\s*(?:/\s?|\b(?:per|for each|for every|each|every)\s+)((?:[\d.,]*\d )?[^\W\d_][\w-]*)"
)
_NAMES_OF_PERIODS = list(_PERIODS.values())


def unit_at(table: list[tuple[re.Pattern[str], str, Decimal]], text: str, at: int) -> Unit | None:
    """The unit of the table whose words stand at `at`."""
    for pattern, name, factor in table:
        found = pattern.match(text, at)
        if found:
            return Unit(name, factor, found.end())
    return None


def currency_at(text: str, at: int) -> Unit | None:
    """The currency that is written behind a number."""
    found = CURRENCY_AFTER.match(text, at)
    return Unit(currency(found[0].strip()), Decimal(1), found.end()) if found else None


def currency(words: str) -> str:
    """The ISO code of a sign, code or name that one of the patterns found."""
    sign = words.upper()
    return _SYMBOLS.get(words) or _SYMBOLS.get(sign) or _NAMES.get(words.casefold()) or sign


def multiple_at(text: str, at: int, *, letters: bool) -> tuple[Decimal, int]:
    """What the number before `at` is multiplied by: "k", "million"; with `letters` "m" and "b"."""
    found = _MULTIPLE.match(text, at)
    if found and found.lastindex:
        factor = list(_FACTORS.values())[found.lastindex - 1]
        return Decimal(factor), found.end()
    letter = _LETTER.match(text, at) if letters else None
    if letter:
        return Decimal(10**6 if letter[1] in "mM" else 10**9), letter.end()
    return Decimal(1), at


def per_at(text: str, at: int) -> tuple[str, int]:
    """What a rate is counted by, "" for none: "a year", "/s", "per request", "monthly"."""
    found = _PERIOD.match(text, at)
    if found and found.lastgroup:
        return _NAMES_OF_PERIODS[int(found.lastgroup[1:])], found.end()
    adverb = _ADVERB.match(text, at)
    if adverb:
        return _ADVERBS[adverb[0].strip(" ,").casefold()], adverb.end()
    thing = _THING.match(text, at)
    return (thing[1], thing.end()) if thing else ("", at)


def article(period: str) -> str:
    """The period as prose has it behind a price: "a year", "an hour", "per label"."""
    if period not in PERIODS:
        return f"per {period}"
    return f"an {period}" if period == "hour" else f"a {period}"
