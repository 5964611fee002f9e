"""Words around a number → how it is meant: "about", "at least", "less than", "or so"."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from assistant.facts.values import Bound

_ABOUT = (
    r"about|around|roughly|approximately|approx\.?|ca\.?|circa|some|nearly|almost|maybe|perhaps|"
    r"probably|(?:an )?estimated|~|≈|∼"
)
_BEFORE: Mapping[Bound, str] = {
    "at least": (r"at least|no less than|not less than|min\.?|(?:a )?minimum(?: of)?|>=|≥|=>"),
    "at most": (
        r"at most|no more than|not more than|max\.?|(?:a )?maximum(?: of)?|up to|within|<=|≤|=<"
    ),
    "more than": r"more than|over|above|greater than|exceeding|>",
    "less than": r"less than|fewer than|under|below|<",
}
_AFTER: Mapping[Bound, str] = {
    "at least": (
        r"\s?\+(?!\w)|,? or (?:more|longer|higher|better|above)\b|,? at least\b|"
        r",? min(?:imum)?\b"
    ),
    "at most": (
        r",? or (?:less|fewer|lower|below|faster|shorter)\b|,? at most\b|,? max(?:imum)?\b"
    ),
}
_BEFORE_ANY = re.compile(
    rf"(?:^|(?<=[\s(])|(?<=[~<>=≤≥≈]))(?:(?P<about>{_ABOUT})|"
    + "|".join(f"(?P<b{place}>{words})" for place, words in enumerate(_BEFORE.values()))
    + r")\s*$",
    re.IGNORECASE,
)
_AFTER_ANY = [(re.compile(words, re.IGNORECASE), bound) for bound, words in _AFTER.items()]
_OR_SO = re.compile(
    r",? or so\b|,? approximately\b|,? approx\b\.?|,? more or less\b|,? roughly\b|\s?-?ish\b",
    re.IGNORECASE,
)


class Hedges(NamedTuple):
    """How a number is meant, and where the words that say so begin or end."""

    about: bool
    bound: Bound
    at: int


def hedges_before(head: str) -> Hedges:
    """Those that stand at the end of the text in front of a number.

    >>> hedges_before("We have at least about ")
    Hedges(about=True, bound='at least', at=8)
    """
    about, bound, at = False, "", len(head)
    while found := _BEFORE_ANY.search(head, 0, at):
        if found["about"]:
            about = True
        else:
            name = str(found.lastgroup)
            bound = list(_BEFORE)[int(name[1:])]
        at = found.start()
    return Hedges(about, bound, at)  # type: ignore[arg-type]


def hedges_after(text: str, at: int) -> Hedges:
    """Those that follow a number and its unit.

    >>> hedges_after("5 days or more", 6)
    Hedges(about=False, bound='at least', at=14)
    """
    for pattern, bound in _AFTER_ANY:
        found = pattern.match(text, at)
        if found:
            return Hedges(False, bound, found.end())
    found = _OR_SO.match(text, at)
    return Hedges(bool(found), "", found.end() if found else at)
