"""Anything a person typed → text that can be stored and shown; what is too long is refused."""

import re
import unicodedata

from assistant.errors import InputInvalid

TEXT_LIMIT = 20_000
# Amounts, dates and choices with the words around them.
SHORT_LIMIT = 2_000
NAME_LIMIT = 200
# No document can hold these: control characters but line break and tab, halves of surrogate
# pairs are handled before, and the two numbers that are no characters.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


def cleaned(text: str, *, limit: int = TEXT_LIMIT) -> str:
    r"""The text without what no document can hold and without space around it.

    >>> cleaned(" a\x00b\r\nc ")
    'ab\nc'

    Raises:
        InputInvalid: It is longer than `limit` characters (`too_long`).
    """
    if len(text) > limit:
        raise InputInvalid(
            f"This is {len(text):,} characters long; at most {limit:,} fit here.",
            remedy="Keep the essence, and add the rest as a file.",
            code="too_long",
        )
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _UNPRINTABLE.sub("", _BREAK.sub("\n", whole)).strip()


def named(text: str) -> str:
    """The name of somebody, or of what they call themselves, on one line."""
    return one_line(cleaned(text, limit=NAME_LIMIT))


def one_line(text: str) -> str:
    """The text with single spaces in place of every run of white space."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """The text as amounts and dates are read: one kind of space, dash and digit.

    >>> plain("１０ – 20 ％")
    '10 - 20 %'
    """
    return one_line(unicodedata.normalize("NFKC", text.translate(_DASHES)))


def refused(problem: str, remedy: str, code: str = "input_invalid") -> InputInvalid:
    """The error for an answer that cannot be used; the caller raises it."""
    return InputInvalid(problem, remedy=remedy, code=code)
