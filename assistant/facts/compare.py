"""Two values of facts → their order, or None where they cannot be compared."""

import math
from collections.abc import Mapping

from assistant.facts.values import BYTES, CURRENCIES, PERIODS, SECONDS, Amount, Day, Person, Value


def compared(one: Amount | Day, other: Amount | Day) -> int | None:
    """-1, 0 or 1 as `one` is smaller, equal or greater; None when there is no telling.

    Amounts compare by their middle after conversion of time, sizes and rates. Dates that overlap
    count as equal: "2027" is neither before nor after "March 2027".

    >>> compared(Amount(2, 2, "min"), Amount(90, 90, "s")), compared(
    ...     Amount(5, 5, "EUR"), Amount(5, 5, "USD"))
    (1, None)
    """
    if isinstance(one, Day) and isinstance(other, Day):
        return -1 if one.end < other.start else int(one.start > other.end)
    if not isinstance(one, Amount) or not isinstance(other, Amount):
        return None
    scale = _scale(one, other)
    if scale is None:
        return None
    left, right = one.middle * scale, other.middle
    if math.isclose(left, right, rel_tol=1e-9):
        return 0
    return -1 if left < right else 1


def same(value: object, wanted: Value) -> bool:
    """Whether both are the same, whatever the case of letters.

    A bare `yes` or `no` of a YAML file arrives as a truth value.
    """
    if isinstance(value, Amount | Day) and isinstance(wanted, Amount | Day):
        return compared(value, wanted) == 0
    if isinstance(value, str) and isinstance(wanted, bool):
        return value == ("yes" if wanted else "no")
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    if isinstance(value, Person):
        return value.name.casefold() == str(wanted).casefold()
    if isinstance(value, Mapping):
        return any(same(cell, wanted) for cell in value.values())
    return value == wanted


def _scale(one: Amount, other: Amount) -> float | None:
    """What the first amount is multiplied by to be in the second one's unit."""
    unit = _unit_scale(one.unit, other.unit)
    if unit is None or one.per == other.per or not (one.per and other.per):
        return unit
    if one.per not in PERIODS or other.per not in PERIODS:
        return None
    return unit * PERIODS[other.per] / PERIODS[one.per]


def _unit_scale(unit: str, other: str) -> float | None:
    if unit.casefold() == other.casefold() or not other:
        return 1
    for table in (SECONDS, BYTES):
        if unit in table and other in table:
            return table[unit] / table[other]
    measured = {"%"} | CURRENCIES | SECONDS.keys() | BYTES.keys()
    # "40,000 customers" and "1,000 users" count the same thing, as far as anybody can tell; "80
    # PR-AUC" and "0.7 recall" do not, but a catalogue's fact has one unit only.
    return None if unit in measured or other in measured else 1
