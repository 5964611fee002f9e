"""A sentence → its amounts, dates and names, and the sentence with a sign in place of each.

The signs are two characters of Unicode's private area: the kind and the number of the mention.
So a pattern such as "budget is {money}" needs no knowledge of how people write money.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

Kind = Literal["money", "date", "percent", "duration", "number", "person"]

KINDS: tuple[Kind, ...] = get_args(Kind)
_FIRST = 0xE000
_NUMBERED = 0xE100
MOST = 400  # mentions in one sentence that are told apart

_WORD_NUMBERS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_DIGITS = (
    r"(?:\d{1,3}(?:[ ,.'’\u00a0\u202f]\d{3})+(?![\d])(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,6})?)"
)
_SPELT = (
    rf"(?:(?:{_WORD_NUMBERS})(?:[ -](?:{_WORD_NUMBERS}))?(?: hundred)?(?: and a half)?|"
    r"a (?:hundred|couple of|dozen)|an? (?=(?:thousand|million|billion)\b)|half an?|an? half)"
)
_MULTIPLE = (
    r"(?: ?(?:k|m|mn|bn|tsd\.?|mio\.?|thousand|million|billion)(?![a-z\d])(?: and a half)?"
    r"| ?k(?=[A-Z]{3}\b))"
)
_ONE = rf"(?:(?<![\w.,/])(?:{_DIGITS}|{_SPELT}\b){_MULTIPLE}?)"
_RANGE = rf"(?:between {_ONE} and {_ONE}|{_ONE}(?: ?(?:-|–|to) ?{_ONE})?)"
_HEDGE = (
    r"(?:(?:about|around|roughly|approximately|approximatively|approx\.?|ca\.?|circa|nearly|almost|"
    r"maybe|perhaps|some|~|≈) ?)?"
)
# Limits are words of their own, which patterns may name; where they do not, they may stand there.
_BOUND = (
    r"at least|at most|no more than|not more than|no less than|less than|more than|fewer than|"
    r"up to|below|under|over|above|within|max\.?|min\.?|<=?|>=?|≤|≥"
)
_CODES = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|CAD|AUD|NZD|JPY|INR|CNY|SGD|ZAR|BRL|MXN|TRY|KRW"
_SIGNS = r"€|US\$|\$|£|¥|₹|zł"
_CURRENCY_WORDS = r"euros?|dollars?|us dollars|pounds?|swiss francs|francs|yen|rupees|zloty|kronor"
_UNIT_OF_TIME = (
    r"milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|min|hours?|hrs?|h|"
    r"(?:working |business |calendar )?days?|d|weeks?|wks?|months?|mths?|quarters?|years?|yrs?|y"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?:19|20)\d\d"
# "A year" is a length of time behind these words, and a rate's period behind most others.
_AFTER_WORD = (
    r"(?:(?<=within )|(?<=after )|(?<=over )|(?<=takes )|(?<=needs )|(?<=lasts )|(?<=in ))"
)
_PARTS: Mapping[str, str] = {
    "money": (
        rf"{_HEDGE}(?:(?:(?<![\w])(?:{_CODES})|{_SIGNS}) ?{_RANGE}"
        rf"|{_RANGE} ?(?:(?:{_CODES})(?!\w)|(?:{_SIGNS})|(?:{_CURRENCY_WORDS})(?!\w)))"
    ),
    "date": (
        rf"(?<![\w.])(?:{_YEAR}-\d\d?-\d\d?|\d\d?[./]\d\d?[./]{_YEAR}"
        rf"|\d\d?(?:st|nd|rd|th)?\.? (?:of )?{_MONTH}(?:,? {_YEAR})?"
        rf"|{_MONTH} \d\d?(?:st|nd|rd|th)?(?:,? {_YEAR})?(?!\d)"
        rf"|(?:(?:the )?(?:end|middle|beginning|start) of )?"
        rf"(?:{_MONTH}|q[1-4]|h[12])(?: of)?,? {_YEAR}"
        rf"|{_YEAR}[- ]?q[1-4]|(?:the )?end of (?:the year|{_YEAR})"
        rf"|(?<=by )(?:{_MONTH}|{_YEAR})|(?<=until ){_YEAR})(?![\w%])"
    ),
    "percent": (
        rf"{_HEDGE}{_RANGE} ?(?:%|per ?cents?(?!\w)|percents?(?!\w)|percentage points?|pp(?!\w))"
        rf"|{_HEDGE}(?<![\w.])(?:one|two|three|\d{{1,4}}) (?:in|out of)(?: every)? {_ONE}(?! ?%)"
    ),
    "duration": (
        rf"{_HEDGE}(?:{_RANGE}[ -]?|(?:half an?|one and a half) |{_AFTER_WORD}an? )"
        rf"(?:{_UNIT_OF_TIME})(?![\w'’])"
    ),
    "number": rf"{_HEDGE}{_RANGE}(?![\w%])",
}  # fmt: skip
_ALL = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PARTS.items()), re.IGNORECASE
)
_MAY_COUNT = re.compile(
    rf"\d|\b(?:{_WORD_NUMBERS}|half|hundred|couple|dozen|every|each|an?|per|by)\b", re.IGNORECASE
)
_BOUND_BEFORE = re.compile(rf"(?<!\w)(?:{_BOUND}) ?$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_BETWEEN_NAMES = re.compile(r" (?:(?:de|da|del|della|di|van|von|der|den|el|al|bin|ter) ){0,2}|\. ?")
_SHORTENED = 4  # letters of "Prof", after which a name goes on behind a full stop


@dataclass(frozen=True, slots=True)
class Mention:
    """Where something of a kind stands in the sentence."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence with signs in it; `places[i]` is where its i-th character stood before."""

    text: str
    mentions: tuple[Mention, ...]
    places: tuple[int, ...]
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """What of the sentence `self.text[start:end]` stands for."""
        after = self.places[end] if end < len(self.places) else self.length
        return self.places[start], after


def sign(kind: Kind) -> str:
    """The first of the two characters that stand for a mention of the kind."""
    return chr(_FIRST + KINDS.index(kind))


def slot(kind: str) -> str:
    """The regular expression for a mention of the kind with its limit; `amount` is any number."""
    kinds = AMOUNTS if kind == "amount" else tuple(one for one in KINDS if one == kind)
    signs = "".join(sign(one) for one in kinds)
    limit = "" if kind == "person" else f"(?:(?:{_BOUND}) ?)?"
    return f"{limit}[{signs}][{chr(_NUMBERED)}-{chr(_NUMBERED + MOST)}]"


def with_bound(text: str, start: int) -> int:
    """Where the limit before a mention begins, or its own start.

    >>> with_bound("costs at most 900 EUR", 14)
    6
    """
    found = _BOUND_BEFORE.search(text, max(0, start - 20), start)
    return found.start() if found else start


def is_sign(character: str) -> bool:
    """Whether a character is the first of the two that stand for a mention."""
    return _FIRST <= ord(character) < _NUMBERED


AMOUNTS: tuple[Kind, ...] = ("money", "percent", "duration", "number")


def mark(sentence: str, *, strangers: frozenset[str] | None = None) -> Marked:
    r"""Find the amounts and dates, and the names where `strangers` are given.

    These are words with a capital that no name has, in small letters.

    >>> told = "It costs about 12 EUR within 3 days."
    >>> [(one.kind, told[one.start : one.end]) for one in mark(told).mentions]
    [('money', 'about 12 EUR'), ('duration', '3 days')]
    """
    found = _amounts(sentence)
    if strangers is not None:
        found = sorted([*found, *_names(sentence, found, strangers)], key=lambda one: one.start)
    signs: list[str] = []
    places: list[int] = []
    at = 0
    for number, mention in enumerate(found[:MOST]):
        signs.extend(sentence[at : mention.start])
        places.extend(range(at, mention.start))
        signs += [sign(mention.kind), chr(_NUMBERED + number)]
        # The second sign stands at the end, so that a span that ends before it is not the whole.
        places += [mention.start, mention.start]
        at = mention.end
    signs.extend(sentence[at:])
    places.extend(range(at, len(sentence)))
    return Marked("".join(signs), tuple(found[:MOST]), tuple(places), len(sentence))


def _amounts(sentence: str) -> list[Mention]:
    if not _MAY_COUNT.search(sentence):
        return []
    found = []
    for match in _ALL.finditer(sentence):
        kind = match.lastgroup
        assert kind is not None
        found.append(Mention(cast(Kind, kind), match.start(), match.end()))
    return found


def _names(sentence: str, amounts: list[Mention], strangers: frozenset[str]) -> list[Mention]:
    taken = [(one.start, one.end) for one in amounts]
    found = []
    for start, end in _capital_runs(sentence):
        words = sentence[start:end].split()
        while words and _bare(words[0]) in strangers:
            start += len(words[0]) + 1
            words = words[1:]
        while words and _bare(words[-1]) in strangers:
            end -= len(words[-1]) + 1
            words = words[:-1]
        if not words or any(_bare(word) in strangers for word in words):
            continue
        if not any(start < other_end and other < end for other, other_end in taken):
            found.append(Mention("person", start, end))
    return found


def _bare(word: str) -> str:
    return word.casefold().strip(".,'’")


def _has_capital(word: str) -> bool:
    return word[0].isupper() and (len(word) == 1 or not word.isupper())


def _capital_runs(sentence: str) -> list[tuple[int, int]]:
    """Runs of words that begin with a capital: "Dr. Beat Zürcher", "S. de Vries"."""
    runs: list[tuple[int, int]] = []
    for word in _WORD.finditer(sentence):
        if not _has_capital(word[0]):
            continue
        begin, end = runs[-1] if runs else (0, 0)
        gap = sentence[end : word.start()]
        short = end - max(sentence.rfind(" ", 0, end) + 1, begin) <= _SHORTENED
        if runs and _BETWEEN_NAMES.fullmatch(gap) and (gap[0] != "." or short):
            runs[-1] = (begin, word.end())
        else:
            runs.append(word.span())
    return runs
