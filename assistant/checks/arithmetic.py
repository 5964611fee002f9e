"""Amounts that a project has stated → their product, and whether it passes a limit."""

import math
from dataclasses import dataclass, replace

from assistant.facts import Amount, ProjectFacts, compared
from assistant.facts.values import CURRENCIES, PERIODS

# As many digits as a product of rough amounts can bear.
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Calculation:
    """The product of some facts, as a rate for `per` if that is given, against one limit.

    `above` and `below` are the id of a fact or a bare number.
    """

    product: tuple[str, ...]
    per: str = ""
    above: str | float | None = None
    below: str | float | None = None

    @property
    def facts(self) -> frozenset[str]:
        """The factors, and the limit where that is a fact."""
        limits = (limit for limit in (self.above, self.below) if isinstance(limit, str))
        return frozenset((*self.product, *limits))

    def result(self, facts: ProjectFacts) -> Amount | None:
        """The product of the middles, rounded; None when a factor is not known.

        Percentages count as shares. The unit is that of the factor that is money, else none.
        """
        factors = [facts.value(key) for key in self.product]
        amounts = [factor for factor in factors if isinstance(factor, Amount)]
        if len(amounts) < len(self.product):
            return None
        exact = math.prod(_plain_number(amount, self.per) for amount in amounts)
        rounded = _rounded(exact)
        money = [amount.unit for amount in amounts if amount.unit in CURRENCIES]
        about = not math.isclose(exact, rounded, rel_tol=1e-9) or any(a.about for a in amounts)
        return Amount(rounded, rounded, money[0] if money else "", about, self.per)

    def passes(self, facts: ProjectFacts) -> bool:
        """Whether the product is above or below its limit, and can be compared with it."""
        result = self.result(facts)
        if result is None:
            return False
        for limit, wanted in ((self.above, 1), (self.below, -1)):
            bound = facts.value(limit) if isinstance(limit, str) else limit
            if isinstance(bound, int | float):
                bound = replace(result, low=bound, high=bound)
            if isinstance(bound, Amount) and compared(result, bound) == wanted:
                return True
        return False


def _plain_number(amount: Amount, per: str) -> float:
    number = amount.middle / 100 if amount.unit == "%" else amount.middle
    if per in PERIODS and amount.per in PERIODS:
        number *= PERIODS[per] / PERIODS[amount.per]
    return number


def _rounded(number: float) -> float:
    """The number with few digits.

    >>> _rounded(487.008), _rounded(24000.0), _rounded(0)
    (487.0, 24000.0, 0)
    """
    if not number or not math.isfinite(number):
        return number
    return round(number, DIGITS - 1 - math.floor(math.log10(abs(number))))
