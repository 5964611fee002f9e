"""Digits and number words as people write them ↔ numbers.

The comma before exactly three digits separates thousands ("1,200" is 1200), any other comma is a
decimal mark ("0,5" is a half, and so is "0,500"). The dot is a decimal mark ("1.250" is 1.25),
unless things or money are counted: then "1.200" is 1200, because nobody has a thousandth of one.
Where both stand, the last one is the decimal mark.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from assistant.facts.clean import refused

LARGEST = 10**15
# Where a number begins at a known place, and where one is looked for.
NUMBER_HERE = r"[+-]?(?:\d{1,3}(?:[ '’]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*|[.,]\d+)"
NUMBER = rf"(?<![\w.]){NUMBER_HERE}"
_SMALL = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
]  # fmt: skip
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_WORDS: Mapping[str, int] = {word: value for value, word in enumerate(_SMALL)} | {
    word: ten * 10 for ten, word in enumerate(_TENS, start=2)
}
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_TEN_AND_ONE = re.compile(rf"\b({'|'.join(_TENS)})[ -]({'|'.join(_SMALL[1:10])})\b", re.IGNORECASE)
# "Hundred" alone is a multiple as "thousand" is; with more behind it, it belongs to the number.
_HUNDREDS = re.compile(
    r"\b(\d{1,2}|an?) hundred(?:(?: and)? (\d{1,2})\b|(?= (?:thousand|million|billion)\b))",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(r"\b(\d{1,3}|an?)( [a-z]{3,})? and a half\b", re.IGNORECASE)
_HALF = re.compile(r"\bhalf an? (?=\w)|\ban? half (?:an? )?(?=\w)", re.IGNORECASE)
_COUPLE = re.compile(r"\ba couple of\b|\ba pair of\b", re.IGNORECASE)
# "3 x 10^5", "10⁶", "2.5e5": digits with a power of ten.
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_POWER = re.compile(
    rf"(?<![\w.,])(?:(\d+(?:[.,]\d+)?)\s?[x×·*]\s?)?10(?:(?:\^|\*\*)\s?([+-]?\d{{1,2}})(?!\w|[.,]\d)"
    rf"|(⁻?[{_RAISED}]{{1,2}}))"
)
_EXPONENT = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)e([+-]?\d{1,2})(?!\w|[.,]\d)", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*")


def with_digits(text: str) -> str:
    """The text with digits in place of number words.

    >>> with_digits("two or three weeks"), with_digits("half a day")
    ('2 or 3 weeks', '0.5 day')
    >>> with_digits("twenty-five"), with_digits("four hundred thousand pounds")
    ('25', '400 thousand pounds')
    >>> with_digits("a million and a half"), with_digits("one and a half days")
    ('1.5 million', '1.5 days')
    """
    text = _TEN_AND_ONE.sub(lambda found: str(sum(map(_worth, found.groups()))), text)
    text = _WORD.sub(lambda found: str(_worth(found[0])), text)
    text = _HUNDREDS.sub(lambda found: str(100 * _worth(found[1]) + _worth(found[2] or "0")), text)
    text = _AND_A_HALF.sub(lambda found: f"{_worth(found[1])}.5{found[2] or ''}", text)
    return _COUPLE.sub("about 2", _HALF.sub("0.5 ", text))


def without_powers(text: str) -> str:
    """The text with numbers written out that were given with a power of ten.

    >>> without_powers("3x10^5 rows"), without_powers("about 10⁶"), without_powers("2.5e5")
    ('300000 rows', 'about 1000000', '250000')
    >>> without_powers("10^-3"), without_powers("10⁶ of 2e6, at 10 m²")
    ('0.001', '1000000 of 2000000, at 10 m²')
    """
    text = _POWER.sub(lambda found: _raised(found[1] or "1", found[2] or found[3]), text)
    return _EXPONENT.sub(lambda found: _raised(found[1], found[2]), text)


def _raised(digits: str, power: str) -> str:
    exponent = int(power.translate(str.maketrans(f"⁻{_RAISED}", "-0123456789")))
    return f"{Decimal(digits.replace(',', '.')).scaleb(exponent).normalize():f}"


def _worth(word: str) -> int:
    """What a number word, digits or the article in front of a multiple stand for."""
    if word.isdigit():
        return int(word)
    return _WORDS.get(word.casefold(), 1)


def number(text: str, *, counted: bool = False) -> Decimal:
    """Read the digits that `NUMBER` found; `counted` says that a dot separates thousands.

    >>> number("1,200"), number("0,5"), number("1.200"), number("1.200", counted=True)
    (Decimal('1200'), Decimal('0.5'), Decimal('1.200'), Decimal('1200'))
    """
    digits = re.sub(r"[ '’]", "", text)
    grouped = _GROUPED.fullmatch(digits)
    if grouped and (grouped[1] == "," or counted or digits.count(".") > 1):
        found = Decimal(re.sub(r"[.,]", "", digits))
    else:
        found = Decimal(_with_point(digits, text))
    if abs(found) > LARGEST:
        raise refused("That number is too large to be meant.", "Check its zeros.", "no_amount")
    return found


def _with_point(digits: str, text: str) -> str:
    """The digits with a dot for the decimal mark and nothing between thousands."""
    comma, dot = digits.rfind(","), digits.rfind(".")
    mark, other = (",", ".") if comma > dot else (".", ",")
    whole, _, part = digits.rpartition(mark) if mark in digits else (digits, "", "")
    groups = whole.lstrip("+-").split(other)
    well = len(groups) == 1 or all(len(group) == 3 for group in groups[1:])
    if mark in whole or not well or not all(groups[1:]):
        raise refused(
            f"{text!r} could be read as more than one number.",
            "Write it without dots or commas between thousands, for example 1200000 or 0.5.",
            "ambiguous_number",
        )
    return f"{whole.replace(other, '') or '0'}.{part}" if part else whole.replace(other, "")


def shown(value: float, *, counted: bool = False) -> str:
    """The number with commas between thousands, as exactly as it is stored.

    >>> shown(40000), shown(0.05), shown(12.345, counted=True)
    ('40,000', '0.05', '12.3450')
    """
    text = f"{Decimal(repr(value)):,f}"
    if "." not in text:
        return text
    text = text.rstrip("0").rstrip(".")
    whole, _, part = text.partition(".")
    # A reader who counts would take three digits behind the dot for thousands.
    return text + "0" if counted and len(part) == 3 and 0 < len(whole.lstrip("-0")) <= 3 else text
