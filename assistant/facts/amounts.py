"""Numbers with units as people type them → Amount, and whether more was said.

"about 40k", "150 ms", "0,5 %", "1 in 1200", "€30,000 a year", "2-3 weeks", "at least 5".
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from assistant.errors import InputInvalid
from assistant.facts.clean import SHORT_LIMIT, cleaned, plain, refused
from assistant.facts.hedges import hedges_after, hedges_before
from assistant.facts.measures import DIGITS, Kind, Measure, Reader
from assistant.facts.numbers import NUMBER, number, with_digits, without_powers
from assistant.facts.units import CURRENCY_BEFORE, multiple_at, per_at, with_rates
from assistant.facts.values import CURRENCIES, SECONDS, Amount

_JOIN = re.compile(r"\s*(-|\.\.+|to\b|until\b|or\b|and\b|through\b)\s*", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s*(?:about\s*)?\S{0,4}$", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s*(?:about\s*)?\S{0,4}$", re.IGNORECASE)
_ODDS = re.compile(rf"({NUMBER})\s*(?:in|out of|of|/|:|per)\s*(?:every )?({NUMBER})", re.IGNORECASE)
# An answer that is nothing but a share; "20 in 30 days" and "5 in 2027" are none.
_WHOLE_ODDS = re.compile(
    rf"(?<!\S){NUMBER}\s+(?:in|out of)\s+(?:every )?(?!(?:19|20)\d\d\W*$){NUMBER}\W*$",
    re.IGNORECASE,
)
# What says nothing beside an amount: "We have about 40k of them."
_FILLER = re.compile(
    r"\b(?:we|have|has|had|it|its|is|are|there|takes?|usually|currently|now|today|the|our|of|in|"
    r"total|at|a|an|only|just|all|with|makes?|do|see|get|expect|every|each|once|after|for|so|far|"
    r"i|think|say|would|will|be|must|should|need|needs|costs?|between|from|them|s)\b|[\W_]",
    re.IGNORECASE,
)
_RHYTHMS: Mapping[str, str] = {
    r"hourly": "1 hour", r"daily|nightly|overnight": "1 day", r"weekly": "1 week",
    r"fortnightly": "2 weeks", r"monthly": "1 month", r"quarterly": "3 months",
    r"yearly|annually": "1 year",
}  # fmt: skip
_SHARES: Mapping[str, str] = {
    r"(?:a )?half": "50 %", r"a third": "about 33 %", r"a quarter": "25 %", r"a fifth": "20 %",
    r"a tenth": "10 %", r"all of them": "100 %", r"none of them": "0 %",
}  # fmt: skip
# "Three nines" are 99.9 %.
_NINES = re.compile(r"\b([2-6])[ -]nines\b", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:an?|every|each|per)\s(?=(?:second|minute|hour|day|night|week|fortnight|month|quarter|year|"
    r"decade|dozen|hundred|thousand|million|billion)\b)",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\b(?:and|or|but|while|whereas|then|plus)\b(.*)", re.IGNORECASE)
_NEEDED: Mapping[Kind, str] = {
    "money": "an amount of money",
    "duration": "a length of time",
    "percent": "a share",
    "quantity": "a number",
    "number": "a number",
}


class Found(NamedTuple):
    """An amount in a text, and whether the text says more than that."""

    amount: Amount
    more: bool


def find_amount(
    raw: str, kind: Kind = "quantity", *, counted: bool = False, unit: str = "", per: str = ""
) -> Found:
    """Read the amount in a text; `unit` and `per` are meant where none are written.

    `counted` says that things are counted, so that a dot separates thousands.

    >>> find_amount("30k EUR a year", "money").amount
    Amount(low=30000.0, high=30000.0, unit='EUR', about=False, per='year', bound='')
    >>> find_amount("maybe one in five").amount
    Amount(low=20.0, high=20.0, unit='%', about=True, per='', bound='')
    >>> find_amount("45 to 90 days, when chargebacks arrive", "duration")
    Found(amount=Amount(low=45.0, high=90.0, unit='days', about=False, per='', bound=''), more=True)

    Raises:
        InputInvalid: There is no number (`no_amount`), no unit or currency where one is needed
            (`no_unit`), or there are several amounts (`several_amounts`).
    """
    text = _spelt_out(plain(without_powers(cleaned(raw, limit=SHORT_LIMIT))), kind)
    shared = kind == "quantity" and not counted and _WHOLE_ODDS.search(text)
    odds = _odds(text) if kind == "percent" or shared else None
    if odds:
        return odds
    reader = Reader(text, kind, counted)
    start = _first_number(text, kind)
    low = reader.measure(start)
    if low is None:
        raise _no_number(kind)
    low, high = _range(reader, low, text[:start])
    if kind == "duration" and high is low:
        low = high = _added_up(reader, low)
    elif kind in ("money", "duration", "percent"):
        _refuse_second(reader, high, high.end)
    return _found(text, start, low, high, kind, (unit, per))


def _found(
    text: str, start: int, low: Measure, high: Measure, kind: Kind, meant: tuple[str, str]
) -> Found:
    """Put the amount together from what stands before, in and behind its numbers."""
    rated = kind in ("money", "quantity")
    period, end = per_at(text, high.end) if rated else ("", high.end)
    before, after = hedges_before(text[:start]), hedges_after(text, end)
    if rated and not period:
        period, end = per_at(text, after.at)
        after = after._replace(at=end)
    head, tail = text[: before.at], text[after.at :]
    unit, per = high.unit or low.unit, period
    if unit is None:
        unit, head = _named_before(head, kind, meant[0])
        per = per or meant[1]
    elif kind == "money" or not (unit in SECONDS or unit in CURRENCIES or unit.startswith("%")):
        per = per or meant[1]
    if low.value > high.value and _FROM.search(text[:start]):
        raise refused(
            f"From {low.value:f} to {high.value:f} is a change, not a range.",
            "Write the one figure that is asked for, or a range with the smaller one first.",
            "several_amounts",
        )
    least, most = sorted((float(low.value), float(high.value)))
    about, bound = before.about or after.about, before.bound or after.bound
    amount = Amount(least, most, unit, about, per, bound)
    more = bool(_FILLER.sub("", head) or _FILLER.sub("", tail))
    return Found(_checked(amount, kind), more)


def _spelt_out(text: str, kind: Kind) -> str:
    """The text with digits for words: "two weeks", "weekly", "half of them"."""
    text = with_rates(with_digits(text))
    if kind == "percent":
        text = _NINES.sub(lambda found: f"{100 - Decimal(10) ** (2 - int(found[1]))} %", text)
    words = {"duration": _RHYTHMS, "percent": _SHARES}.get(kind, {})
    for pattern, digits in words.items():
        if re.search(r"\d", text):
            return text
        text = re.sub(rf"\b(?:{pattern})\b", digits, text, count=1, flags=re.IGNORECASE)
    return text if re.search(r"\d", text) else _ONE.sub("1 ", text, count=1)


def _first_number(text: str, kind: Kind) -> int:
    found = DIGITS.search(text)
    if not found:
        raise _no_number(kind)
    sign = [one for one in CURRENCY_BEFORE.finditer(text) if one.end() == found.start()]
    return sign[0].start() if sign and kind in ("money", "quantity") else found.start()


def _no_number(kind: Kind) -> InputInvalid:
    return refused(f"There is no number in it; {_NEEDED[kind]} is needed.", "", "no_amount")


def _odds(text: str) -> Found | None:
    """A share given as "1 in 1,200", to three digits."""
    found = _ODDS.search(text)
    if not found or re.match(r"\s*%", text[found.end() :]):
        return None
    some, every = number(found[1], counted=True), number(found[2], counted=True)
    by, end = multiple_at(text, found.end(), letters=False)
    if not 0 <= some <= every * by or not every:
        raise refused(
            f"{found[0].strip()} is more than all of them.", "Write a percentage.", "out_of_range"
        )
    share = float(f"{some * 100 / (every * by):.3g}")
    before = hedges_before(text[: found.start()])
    amount = Amount(share, share, "%", before.about, "", before.bound)
    more = bool(_FILLER.sub("", text[: before.at]) or _FILLER.sub("", text[end:]))
    # The words hold the figures that the share was made from.
    return Found(amount, more or every * by != 100)


def _range(reader: Reader, low: Measure, head: str) -> tuple[Measure, Measure]:
    """Both ends of a range; the same measure twice where there is no second one."""
    join = _JOIN.match(reader.text, low.end)
    if not join or (join[1].casefold() == "and" and not _BETWEEN.search(head)):
        return low, low
    high = reader.measure(join.end())
    if high is None:
        return low, low
    # "30-50k" are both in thousands, "2 to 3 fortnights" both in fortnights.
    smaller = low.value < high.value / high.multiple
    if low.multiple == 1 and smaller and reader.text[low.end - 1].isdigit():
        low = replace(low, value=low.value * high.multiple)
    if low.unit is None:
        low = replace(low, value=low.value * high.scale, unit=high.unit)
    if high.unit is None:
        high = replace(high, unit=low.unit)
    return (low if low.unit == high.unit else _converted(low, high)), high


def _converted(low: Measure, high: Measure) -> Measure:
    """The lower end in the unit of the upper one: "30 min to 2 hours"."""
    if low.unit and high.unit and {low.unit, high.unit} <= SECONDS.keys():
        scale = Decimal(repr(SECONDS[low.unit])) / Decimal(repr(SECONDS[high.unit]))
        return replace(low, value=low.value * scale, unit=high.unit)
    raise refused(
        f"The range goes from {low.unit} to {high.unit}.", "Give both ends in one unit.", "no_unit"
    )


def _added_up(reader: Reader, first: Measure) -> Measure:
    """A duration in several units as one: "1 h 30 min", "2 years and 3 months"."""
    total = first
    while total.unit:
        gap = re.match(r"\s*(?:,\s*|and\s+)?", reader.text[total.end :])
        following = reader.measure(total.end + (gap.end() if gap else 0))
        if not following or not following.unit or SECONDS[following.unit] >= SECONDS[total.unit]:
            break
        whole = _converted(total, following)
        total = replace(following, value=whole.value + following.value)
    _refuse_second(reader, total, total.end)
    return total


def _refuse_second(reader: Reader, high: Measure, at: int) -> None:
    """Refuse "150 ms for cards and 2 s for transfers": one fact has one amount."""
    again = _AGAIN.search(reader.text, at)
    if not again:
        return
    for found in DIGITS.finditer(reader.text, again.start(1)):
        before = [one.start() for one in CURRENCY_BEFORE.finditer(reader.text[: found.end()])]
        other = reader.measure(before[-1] if before and reader.kind == "money" else found.start())
        if (
            other
            and other.unit is not None
            and (other.value, other.unit) != (high.value, high.unit)
        ):
            raise refused(
                "There are several amounts in it.",
                "Give the one that counts; write the others as a note.",
                "several_amounts",
            )


def _named_before(head: str, kind: Kind, unit: str) -> tuple[str, str]:
    """The unit that stands in front ("PR-AUC 0.72") or is meant, and the rest of the head."""
    if kind == "duration":
        raise refused(
            "There is no unit of time.", "Add one, such as ms, hours or weeks.", "no_unit"
        )
    if kind == "money":
        raise refused("There is no currency.", "Add one, such as EUR or USD.", "no_unit")
    words = " ".join(word for word in head.strip(" :=,").split() if _FILLER.sub("", word))
    if kind == "quantity" and not unit and words and len(words) <= 40 and words.count(" ") < 3:
        return words, ""
    return unit, head


def _checked(amount: Amount, kind: Kind) -> Amount:
    if kind == "percent" and not amount.unit:
        if 0 < amount.low < 1:
            raise refused(
                f"{amount.low:g} could be a share or a percentage.",
                f"Write {amount.low:g} % or {amount.low * 100:g} %.",
                "no_unit",
            )
        amount = replace(amount, unit="%")
    if kind == "duration" and amount.low < 0:
        raise refused("A length of time is not negative.", "", "out_of_range")
    return amount
