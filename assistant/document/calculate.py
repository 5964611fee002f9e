"""Facts → figures that follow from them, each with its arithmetic written out."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant.facts import Amount, ProjectFacts, show_amount

MONTHS, HOUR_S = 12, 3_600
# Requests per second of a load given per another period.
_PER_SECOND: Mapping[str, float] = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


@dataclass(frozen=True, slots=True)
class Calculation:
    """A result: the values that its sentence names, how they came about, and the facts used."""

    values: Mapping[str, str]
    arithmetic: str
    facts: tuple[str, ...]


def calculate(name: str, facts: ProjectFacts) -> Calculation | None:
    """The calculation of that name, or None when the facts do not allow it."""
    return CALCULATIONS[name](facts)


def figure(number: float) -> str:
    """A number with three significant digits, and thousands marked.

    >>> figure(0.12371), figure(1234.5), figure(40000), figure(2.0)
    ('0.124', '1,230', '40,000', '2')
    """
    if number == 0:
        return "0"
    rounded = float(f"{number:.3g}")
    if rounded == int(rounded):
        return f"{int(rounded):,}"
    return f"{rounded:f}".rstrip("0").rstrip(".")


def exact(number: float) -> str:
    """A number as it was stated, with thousands marked.

    >>> exact(410123.0), exact(0.0005), exact(5892000.0)
    ('410,123', '0.0005', '5,892,000')
    """
    whole, _, part = f"{number:,.6f}".partition(".")
    return f"{whole}.{part.rstrip('0')}" if part.strip("0") else whole


def _sign(number: float, digits: int = 3) -> str:
    """What stands in front of a result of so many digits: it may be rounded."""
    return "=" if math.isclose(number, float(f"{number:.{digits}g}")) else "≈"


def _threshold(facts: ProjectFacts) -> Calculation | None:
    alarm, miss = _money(facts, "metrics.false_alarm_cost"), _money(facts, "metrics.miss_cost")
    if alarm is None or miss is None or alarm.unit != miss.unit or alarm.middle + miss.middle <= 0:
        return None
    a, m = alarm.middle, miss.middle
    share = a / (a + m)
    if not 0 < share < 1:
        return None
    return Calculation(
        {"share": _percent(share)},
        f"{exact(a)} / ({exact(a)} + {exact(m)}) {_sign(share * 100, 2)} {_percent(share)}.",
        ("metrics.false_alarm_cost", "metrics.miss_cost"),
    )


def _labelling_cost(facts: ProjectFacts) -> Calculation | None:
    amount, each = _still_to_label(facts), _money(facts, "labels.cost_each")
    if amount is None or each is None:
        return None
    total = amount.middle * each.middle
    return Calculation(
        {"total": f"{figure(total)} {each.unit}"},
        f"{exact(amount.middle)} × {exact(each.middle)} {each.unit} {_sign(total)} "
        f"{figure(total)} {each.unit}.",
        ("labels.amount", "labels.cost_each"),
    )


def _labelling_hours(facts: ProjectFacts) -> Calculation | None:
    amount, each = _still_to_label(facts), _amount(facts, "labels.time_each")
    if amount is None or each is None:
        return None
    hours = amount.middle * each.seconds / HOUR_S
    return Calculation(
        {"hours": figure(hours)},
        f"{exact(amount.middle)} × {show_amount(each)} {_sign(hours)} {figure(hours)} hours.",
        ("labels.amount", "labels.time_each"),
    )


def _still_to_label(facts: ProjectFacts) -> Amount | None:
    """How many labels there are to make; labels that exist are paid for."""
    return None if facts.value("labels.exist") == "yes" else _amount(facts, "labels.amount")


def _in_progress(facts: ProjectFacts) -> Calculation | None:
    load, latency = _amount(facts, "serving.load_peak"), _amount(facts, "serving.latency_p95")
    if load is None or latency is None or load.per not in _PER_SECOND:
        return None
    rate = load.middle / _PER_SECOND[load.per]
    count = rate * latency.seconds
    return Calculation(
        {"count": figure(count)},
        f"{exact(rate)} a second × {exact(latency.seconds)} s {_sign(count)} {figure(count)} "
        "(Little's law, with the limit as the time of every answer).",
        ("serving.load_peak", "serving.latency_p95"),
    )


def _cost_and_benefit(facts: ProjectFacts) -> Calculation | None:
    running, benefit = _money(facts, "budget.running"), _money(facts, "value.benefit_year")
    if running is None or benefit is None or running.unit != benefit.unit:
        return None
    if running.per not in ("", "month") or benefit.per not in ("", "year"):
        return None
    cost, worth = running.middle * MONTHS, benefit.middle
    # To the last cent: a reader takes one from the other.
    rest = exact(abs(worth - cost))
    return Calculation(
        {
            "cost": f"{exact(cost)} {running.unit}",
            "rest": f"{rest} {running.unit} {'less' if cost <= worth else 'more'}",
        },
        f"{exact(running.middle)} × 12 = {exact(cost)}; the difference to {exact(worth)} "
        f"is {rest}.",
        ("budget.running", "value.benefit_year"),
    )


def _payback(facts: ProjectFacts) -> Calculation | None:
    """None where the running cost eats the benefit: then nothing is paid back."""
    total, benefit = _money(facts, "budget.total"), _money(facts, "value.benefit_year")
    if total is None or benefit is None or total.unit != benefit.unit:
        return None
    if benefit.per not in ("", "year"):
        return None
    used: tuple[str, ...] = ("budget.total", "value.benefit_year")
    what, cost, left = "the benefit", "", benefit.middle
    running = _money(facts, "budget.running")
    if running is not None:
        if running.unit != benefit.unit or running.per not in ("", "month"):
            return None
        used += ("budget.running",)
        left -= MONTHS * running.middle
        what, cost = "the benefit without the running cost", f" − 12 × {exact(running.middle)}"
    if left <= 0:
        return None
    months = total.middle / left * MONTHS
    yearly = f"({exact(benefit.middle)}{cost})" if cost else exact(benefit.middle)
    return Calculation(
        {
            "what": what,
            "time": "a month or less" if months <= 1 else f"about {_months(months)}",
        },
        f"{exact(total.middle)} / {yearly} × 12 {_sign(months, 2)} {_months(months)}.",
        used,
    )


def _hours_by_hand(facts: ProjectFacts) -> Calculation | None:
    cases, each = _amount(facts, "problem.frequency"), _amount(facts, "human.time_per_case")
    if cases is None or each is None or not cases.per:
        return None
    hours = cases.middle * each.seconds / HOUR_S
    return Calculation(
        {"hours": figure(hours), "period": cases.per},
        f"{exact(cases.middle)} × {show_amount(each)} {_sign(hours)} {figure(hours)} hours.",
        ("problem.frequency", "human.time_per_case"),
    )


def _test_positives(facts: ProjectFacts) -> Calculation | None:
    size, share = _amount(facts, "evaluation.test_size"), _amount(facts, "data.positives_share")
    if size is None or share is None or size.unit == "%":
        return None
    count = size.middle * share.middle / 100
    return Calculation(
        {"count": figure(count)},
        f"{exact(size.middle)} × {exact(share.middle)} % {_sign(count)} {figure(count)}.",
        ("evaluation.test_size", "data.positives_share"),
    )


def _request_cost(facts: ProjectFacts) -> Calculation | None:
    cases, each = _amount(facts, "problem.frequency"), _money(facts, "llm.cost_per_request")
    if cases is None or each is None or cases.per != "day":
        return None
    month = cases.middle * each.middle * 30
    return Calculation(
        {"month": f"{figure(month)} {each.unit}"},
        f"{exact(cases.middle)} × {exact(each.middle)} × 30 days {_sign(month)} "
        f"{figure(month)} {each.unit}, "
        "at one request a decision.",
        ("problem.frequency", "llm.cost_per_request"),
    )


CALCULATIONS: Mapping[str, Callable[[ProjectFacts], Calculation | None]] = {
    "threshold": _threshold,
    "labelling_cost": _labelling_cost,
    "labelling_hours": _labelling_hours,
    "in_progress": _in_progress,
    "cost_and_benefit": _cost_and_benefit,
    "payback": _payback,
    "hours_by_hand": _hours_by_hand,
    "test_positives": _test_positives,
    "request_cost": _request_cost,
}


def _amount(facts: ProjectFacts, key: str) -> Amount | None:
    value = facts.value(key)
    return value if isinstance(value, Amount) else None


def _money(facts: ProjectFacts, key: str) -> Amount | None:
    value = _amount(facts, key)
    return value if value is not None and value.unit else None


def _months(months: float) -> str:
    """A number of months in words, with tenths where it is small.

    >>> _months(0.96), _months(3.84), _months(14.2)
    ('1 month', '3.8 months', '14 months')
    """
    shown = figure(round(months, 1 if months < MONTHS else 0))
    return f"{shown} month" if shown == "1" else f"{shown} months"


def _percent(share: float) -> str:
    return f"{float(f'{share * 100:.2g}'):g} %"
