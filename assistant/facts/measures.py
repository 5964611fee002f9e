"""One number in a text with what it is multiplied by and its unit → Measure."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from assistant.facts.numbers import NUMBER, NUMBER_HERE, number
from assistant.facts.units import (
    CURRENCY_BEFORE,
    SHARES,
    SIZES,
    TIMES,
    Unit,
    currency,
    currency_at,
    multiple_at,
    unit_at,
)

Kind = Literal["number", "quantity", "percent", "money", "duration"]
DIGITS = re.compile(NUMBER)
_HERE = re.compile(NUMBER_HERE)
# Words that end the name of what is counted: "40 requests because …", "5 people in Madrid".
_STOP = (
    r"(?:because|since|as|but|which|that|when|so|and|or|if|where|who|while|in|at|during|from|by|on|"
    r"for|after|before|within|today|now|currently|per|each|every|an?|is|are|was|were|to|than|more|"
    r"less|fewer|approximately|roughly|max|min|hourly|daily|nightly|weekly|monthly|quarterly|"
    r"yearly|annually)\b"
)
_WORD = rf"(?!{_STOP})[^\W\d_][\w'’&²³-]*"
_WORDS = re.compile(rf"\s?-?(?!of\b)({_WORD}(?: {_WORD}){{0,3}})", re.IGNORECASE)
_SHARE_OF = re.compile(rf"%(?: (?:of )?{_WORD}(?: {_WORD}){{0,2}})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Measure:
    """A number in its stored unit; `unit` is None where none was written.

    `multiple` is what it was multiplied by ("k"), `scale` what its written unit is in the stored
    one (a fortnight is two weeks).
    """

    value: Decimal
    unit: str | None
    multiple: Decimal
    scale: Decimal
    end: int


@dataclass(frozen=True, slots=True)
class Reader:
    """A text that is read for one kind of amount; `counted`: a dot separates thousands."""

    text: str
    kind: Kind
    counted: bool

    def measure(self, at: int) -> Measure | None:
        """The number at `at`, perhaps with a currency before it."""
        letters = self.kind in ("money", "quantity")
        before = CURRENCY_BEFORE.match(self.text, at) if letters else None
        found = _HERE.match(self.text, before.end() if before else at)
        if not found:
            return None
        multiple, end = multiple_at(self.text, found.end(), letters=letters)
        unit = self._unit(end)
        if before:
            code = currency(before[1])
            end = unit.end if unit and unit.name == code else end
            unit = Unit(code, Decimal(1), end)
        counted = self.counted or self.kind == "money" or before is not None
        value = number(found[0], counted=counted) * multiple
        if unit is None:
            return Measure(value, None, multiple, Decimal(1), end)
        return Measure(value * unit.factor, unit.name, multiple, unit.factor, unit.end)

    def _unit(self, at: int) -> Unit | None:
        match self.kind:
            case "money":
                return currency_at(self.text, at)
            case "duration":
                return unit_at(TIMES, self.text, at)
            case "quantity":
                return self._any_unit(at)
        return unit_at(SHARES, self.text, at)

    def _any_unit(self, at: int) -> Unit | None:
        """Money, a share, a size, a time, or whatever words stand behind the number."""
        money = currency_at(self.text, at)
        if money:
            return money
        share = unit_at(SHARES, self.text, at)
        if share:
            sign = _SHARE_OF.match(self.text, share.end - 1)
            return Unit(sign[0], share.factor, sign.end()) if sign else share
        words = _WORDS.match(self.text, at)
        size = unit_at(SIZES, self.text, at) or unit_at(TIMES, self.text, at)
        # "5 m users" are no minutes, and "5 days of work" no days.
        if size and (not words or words.end() == size.end) and size.end - at > 1:
            return size
        return Unit(words[1], Decimal(1), words.end()) if words else size
