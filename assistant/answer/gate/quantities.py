"""Text → the quantities in it: value, unit, what they count, and whether they are a bound."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from assistant.answer.gate.words import Token, tokens_of

Bound = Literal["", "least", "most"]

_WORDS = {
    "zero": "0", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13",
    "fourteen": "14", "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18",
    "nineteen": "19", "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60",
    "seventy": "70", "eighty": "80", "ninety": "90", "hundred": "100", "thousand": "1000",
    "million": "1000000", "billion": "1000000000", "dozen": "12", "twice": "2 times",
    "double": "2 times", "doubles": "2 times", "doubled": "2 times", "triple": "3 times",
    "half": "50 %", "quarter": "25 %", "thirds": "/3", "quarters": "/4",
}  # fmt: skip
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.IGNORECASE)
# The words that are a number by themselves; "one" is one only beside other numbers.
NUMBER_WORDS = {"one": 1.0} | {word: float(to) for word, to in _WORDS.items() if to.isdigit()}
# "The two" with nothing behind it that it counts: what was named before.
_BACK = re.compile(
    r"\b(the|these|those) (?:two|three|four)\b(?=\W*$|[,;:.!?]|"
    r" (?:of|is|are|was|were|do|does|can|may|with|without|by|in|at|on|and|or|as|because)\b)",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"\b(?:a|one)[ -](third|fifth|tenth)\b", re.IGNORECASE)
_FRACTIONS = {"third": "33.33 %", "fifth": "20 %", "tenth": "10 %"}
_PARTS = re.compile(r"(\d+)[ -]/([34])")
_SCALED = re.compile(r"\b(\d+(?:\.\d+)?) (100|1000|1000000|1000000000)\b(?! ?(?:%|\d))")
_OF = re.compile(r"\b(\d+|one) (?:in|out of|of every|in every) (\d+)\b", re.IGNORECASE)
_MAGNITUDES = {"k": 1e3, "m": 1e6, "bn": 1e9}
_SIGNS = {"€": "eur", "$": "usd", "£": "gbp"}

# A number that is no part of a name such as GPT-4, F1 or v2.0.
_NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z][-–])(?P<sign>[€$£])? ?"
    r"(?P<digits>\d{1,3}(?:[, \u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<magnitude>(?:k|K|M|bn)\b)?(?:(?:st|nd|rd|th)\b)?"
)
# What follows a number: the other end of a range, then its unit.
_RANGE = re.compile(r" ?(?:-|–|to|and|or) ?[€$£]?(?=\d)")
_UNIT = re.compile(r"[ \u00a0-]?(%|×|[^\W\d_]+)")

# Unit → (dimension, how many of the smallest one).
_UNITS: dict[str, tuple[str, float]] = {}
for _dimension, _names in {
    "time": {
        "ms millisecond milliseconds": 1e-3, "s sec secs second seconds": 1.0,
        "min mins minute minutes": 60.0, "h hr hrs hour hours": 3600.0, "day days": 86_400.0,
        "week weeks": 604_800.0, "month months": 2_629_800.0, "year years": 31_557_600.0,
    },
    "share": {"% percent pct": 1.0},
    "points": {"points point": 1.0},
    "eur": {"eur euro euros": 1.0},
    "usd": {"usd dollar dollars": 1.0},
    "gbp": {"gbp pound pounds": 1.0},
    "bytes": {"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12},
    "times": {"times x × fold": 1.0},
    "length": {"mm": 1e-3, "cm": 1e-2, "m metre metres meter meters": 1.0, "km": 1e3},
}.items():  # fmt: skip
    for _forms, _factor in _names.items():
        for _form in _forms.split():
            _UNITS[_form] = (_dimension, _factor)

_LEAST = re.compile(
    r"(?:at least|no (?:less|fewer) than|minimum(?: of)?|more than|over|above|exceed(?:s|ing)?|"
    r"greater than|beyond|from|>=?|≥|or more|and more)\W*$",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:at most|no more than|maximum(?: of)?|up to|under|below|fewer than|less than|within|"
    r"not exceed|limit(?:ed)? (?:of|to)|<=?|≤)\W*$",
    re.IGNORECASE,
)
_AROUND = 4
NEAR = 1e-6
_TELLING = 3


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; `counted` is the stem after it, `around` the stems near it."""

    value: float
    dimension: str
    factor: float
    counted: str
    around: frozenset[str]
    bound: Bound
    spelled: bool

    @property
    def telling(self) -> bool:
        """True for a number with so many digits that it hardly occurs by chance."""
        return len(f"{self.value:g}".replace(".", "").strip("0")) >= _TELLING

    @property
    def size(self) -> float:
        """The value in the smallest unit of its dimension."""
        return self.value * self.factor


@lru_cache(maxsize=4_000)
def quantities_of(text: str) -> tuple[Quantity, ...]:
    """The quantities of plain text, in order; ranges give both ends.

    >>> [(q.value, q.dimension) for q in quantities_of("5-10 % of 1,200 items in half an hour")]
    [(5.0, 'share'), (10.0, 'share'), (1200.0, ''), (0.5, 'time')]
    >>> quantities_of("GPT-4 and F1")
    ()
    """
    normal, spelled = _digits(text)
    tokens = tokens_of(normal)
    found = list(_NUMBER.finditer(normal))
    return tuple(_quantity(normal, at, found, tokens, spelled) for at in range(len(found)))


def _digits(text: str) -> tuple[str, frozenset[str]]:
    """The text with number words as digits, and the digits that were words."""
    words: set[str] = set()

    def digits(found: re.Match[str]) -> str:
        digit = _WORDS[found.group().lower()]
        words.add(digit.split()[0])
        return digit

    text = re.sub(r"(?i)\bhalf an? ", "0.5 ", text)
    text = _FRACTION.sub(lambda found: _FRACTIONS[found[1].lower()], text)
    text = re.sub(
        r"(?i)\b(?:a|an|one) (?=(?:half|quarter|dozen|hundred|thousand|million)\b)", "", text
    )
    text = _WORD.sub(digits, _BACK.sub(r"\1 ones", text))
    text = _PARTS.sub(lambda found: f"{100 * int(found[1]) / int(found[2]):.4g} %", text)
    text = _OF.sub(_share, text)
    for _ in range(2):
        text = _SCALED.sub(lambda found: f"{float(found[1]) * float(found[2]):.12g}", text)
    return text, frozenset(words)


def _share(found: re.Match[str]) -> str:
    part = 1 if found[1].lower() == "one" else int(found[1])
    whole = int(found[2])
    return f"{100 * part / whole:.4g} %" if 0 < part <= whole else found.group()


def _quantity(
    text: str,
    at: int,
    found: Sequence[re.Match[str]],
    tokens: Sequence[Token],
    spelled: frozenset[str],
) -> Quantity:
    number = found[at]
    digits = number["digits"]
    value = float(re.sub(r"[^\d.]", "", digits)) * _MAGNITUDES.get(
        (number["magnitude"] or "").lower(), 1.0
    )
    unit = _unit_after(text, number.end())
    dimension, factor = _UNITS.get(unit, ("", 1.0))
    # A sign or a code may also stand before the number.
    before = re.search(r"(EUR|USD|GBP|€|\$|£) ?$", text[: number.start()])
    sign = number["sign"] or (before[1] if before else "")
    if sign:
        dimension, factor = _SIGNS.get(sign, sign.lower()), 1.0
    if not dimension and re.fullmatch(r"(?:19|20)\d\d", digits):
        dimension = "year"
    return Quantity(
        value,
        dimension,
        factor,
        _counted(number.end(), tokens) if not dimension else "",
        _around(number.start(), tokens),
        _bound(text, number),
        digits in spelled,
    )


def _unit_after(text: str, end: int) -> str:
    """The unit word after a number; in a range that of its other end."""
    other = _RANGE.match(text, end)
    if other:
        number = _NUMBER.match(text, other.end())
        if number:
            end = number.end()
    unit = _UNIT.match(text, end)
    return unit[1].lower() if unit else ""


def _counted(end: int, tokens: Sequence[Token]) -> str:
    """The stem of what a number counts: a content word right after it, or after one word."""
    for token in [token for token in tokens if token.start >= end][:2]:
        if token.low == "of" or not token.low[0].isalpha():
            return ""
        if token.content:
            return token.stem
    return ""


def _around(start: int, tokens: Sequence[Token]) -> frozenset[str]:
    content = [token for token in tokens if token.content]
    before = [token.stem for token in content if token.start < start][-_AROUND:]
    after = [token.stem for token in content if token.start > start][:_AROUND]
    return frozenset(before + after)


def _bound(text: str, number: re.Match[str]) -> Bound:
    before = text[max(0, number.start() - 20) : number.start()]
    after = text[number.end() : number.end() + 14].lower()
    if _MOST.search(before) or " or less" in after or " or fewer" in after:
        return "most"
    if _LEAST.search(before) or " or more" in after:
        return "least"
    return ""


def same_size(claim: Quantity, other: Quantity) -> bool:
    """True when two quantities are the same amount of the same unit."""
    if claim.dimension == other.dimension == "year":
        return claim.value == other.value
    if claim.dimension == other.dimension:
        return abs(claim.size - other.size) <= 0.005 * max(abs(other.size), NEAR)
    # A share may be written without its sign in a table, or as a part of one.
    if {claim.dimension, other.dimension} == {"share", ""}:
        whole, part = (claim, other) if claim.dimension else (other, claim)
        if abs(part.value - whole.value / 100) <= NEAR and part.value <= 1:
            return True
    if "" in (claim.dimension, other.dimension) and claim.telling:
        return abs(claim.value - other.value) <= NEAR
    # Units of a table stand in its head, away from the number.
    return (
        (not other.dimension and not other.counted) or (not claim.dimension and not claim.counted)
    ) and (abs(claim.value - other.value) <= NEAR)
