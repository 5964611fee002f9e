"""An answer in a person's words → the option or options that it names."""

import functools
import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from assistant.errors import InputInvalid
from assistant.facts.catalogue import Fact, Option
from assistant.facts.clean import SHORT_LIMIT, cleaned, one_line, plain, refused

_YES = {
    "yes",
    "y",
    "yep",
    "yeah",
    "yup",
    "sure",
    "true",
    "correct",
    "right",
    "absolutely",
    "ja",
    "1",
}
_NO = {"no", "n", "nope", "nah", "false", "not yet", "never", "nein", "0"}
_YES_NO = re.compile(
    rf"(?P<yes>{'|'.join(sorted(_YES, key=len, reverse=True))})(?!\w)|"
    rf"(?P<no>{'|'.join(sorted(_NO, key=len, reverse=True))})(?!\w)",
    re.IGNORECASE,
)
_ALIKE = {"partially": "partly", "in part": "partly", "to some extent": "partly"}
_REST = re.compile(r"\s*[,;:.!(–—-]+\s*|\s+(?:because|since|as|but)\s+")
_NEGATION = re.compile(r"\b(?:not|no|never|neither|without|nor)\b|n't\b", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{1,2})[.)]?")
# How many marks into an answer its choice may end.
REASONS = 8


class Chosen(NamedTuple):
    """The values of the options that were named, and whether more was said."""

    values: tuple[str, ...]
    more: bool


class Truth(NamedTuple):
    """Yes or no, and whether more was said."""

    value: bool
    more: bool


def yes_or_no(raw: str) -> Truth:
    """Read "yep", "no, not before June".

    >>> yes_or_no("No, not before June")
    Truth(value=False, more=True)
    """
    text = plain(cleaned(raw, limit=SHORT_LIMIT))
    found = _YES_NO.match(text)
    if not found:
        raise refused("This is neither yes nor no.", "Answer yes or no.", "no_choice")
    rest = text[found.end() :].strip(" ,.;:!-")
    return Truth(found["yes"] is not None, bool(rest))


def choose(fact: Fact, raw: str) -> Chosen:
    """The one option that the answer names: by number, value, label, or their beginning.

    Raises:
        InputInvalid: `no_choice`; the remedy lists the options.
    """
    text = plain(cleaned(raw, limit=SHORT_LIMIT))
    whole = _named(fact.options, text)
    if len(whole) == 1:
        # Other words for an option say more than the option does: "Spain" is in the EU.
        return Chosen((whole[0].value,), _folded(text) in _also(whole[0]))
    named = whole or _opening(fact.options, text) or _within(fact.options, text)
    if len(named) != 1:
        raise _unclear(fact, named)
    return Chosen((named[0].value,), True)


def choose_several(fact: Fact, raw: str) -> Chosen:
    """The options that the answer names, in the catalogue's order."""
    text = cleaned(raw, limit=SHORT_LIMIT)
    if plain(text).casefold().strip(".") in ("all", "all of them", "everything"):
        return Chosen(tuple(option.value for option in fact.options), False)
    if len(_named(fact.options, plain(text))) == 1:
        return choose(fact, text)
    values: set[str] = set()
    more = False
    for piece in re.split(r"[\n;]" if re.search(r"[\n;]", text) else ",", text):
        bare = re.sub(r"^\s*(?:[-*•·]\s+|and\s+)", "", piece, flags=re.IGNORECASE).strip(" .")
        for part in [bare] if _named(fact.options, plain(bare)) else _halves(bare):
            chosen = choose(fact, part)
            values.update(chosen.values)
            more = more or chosen.more
    if not values:
        raise _unclear(fact, ())
    return Chosen(tuple(one.value for one in fact.options if one.value in values), more)


def names_option(fact: Fact, text: str) -> bool:
    """Whether the text is the value or label of an option, and not only its beginning."""
    return any(_folded(text) in _names(option) for option in fact.options)


def _halves(piece: str) -> list[str]:
    """Parts between "and", "&", "+", "/", or spaces between numbers."""
    if re.fullmatch(r"\d+(?:\s+\d+)+", piece):
        return piece.split()
    parts = re.split(r"\s+and\s+|\s*[&+/]\s*|\s+plus\s+", piece, flags=re.IGNORECASE)
    return [part for part in parts if part.strip()]


def _folded(text: str) -> str:
    return one_line(re.sub(r"[_\W]+", " ", text.casefold()))


def _named(options: Sequence[Option], text: str) -> list[Option]:
    """Options that the whole text names: by number, name, short name, or else a beginning."""
    place = _NUMBER.fullmatch(text)
    if place and 1 <= int(place[1]) <= len(options):
        return [options[int(place[1]) - 1]]
    wanted = _folded(text)
    if not wanted:
        return []
    word = "yes" if wanted in _YES else "no" if wanted in _NO else _ALIKE.get(wanted, wanted)
    for names_of in (_names, _short_names, _also):
        for one in (wanted, word):
            exact = [option for option in options if one in names_of(option)]
            if exact:
                return exact
    return [option for option in options if any(one.startswith(word) for one in _names(option))]


@functools.cache
def _names(option: Option) -> frozenset[str]:
    return frozenset({_folded(option.value), _folded(option.label)})


@functools.cache
def _short_names(option: Option) -> frozenset[str]:
    """What stands before the first comma or bracket of the label, and what is in the brackets."""
    parts = re.match(r"([^,(]*)[,(]", option.label), re.search(r"\(([^)]*)\)", option.label)
    return frozenset(_folded(part[1]) for part in parts if part)


@functools.cache
def _also(option: Option) -> frozenset[str]:
    return frozenset(map(_folded, option.also))


def _opening(options: Sequence[Option], text: str) -> list[Option]:
    """Options that the answer begins with, before a reason: "By time, because …"."""
    ends = [found.start() for found in islice(_REST.finditer(text), REASONS)]
    named: list[Option] = []
    for end in reversed(ends):
        named = _named(options, text[:end])
        if len(named) == 1:
            break
    return named


def _within(options: Sequence[Option], text: str) -> list[Option]:
    """Options whose name stands in a short answer that denies nothing: "we are on AWS"."""
    words = f" {_folded(text)} "
    if words.count(" ") > 12 or _NEGATION.search(text):
        return []
    return [
        option
        for option in options
        if any(
            f" {name} " in words for name in _names(option) | _short_names(option) | _also(option)
        )
    ]


def _unclear(fact: Fact, named: Sequence[Option]) -> InputInvalid:
    if named:
        listed = " or ".join(f"{option.label!r}" for option in named)
        return refused(f"This could be {listed}.", "Say which one.", "no_choice")
    listed = "; ".join(f"{place}. {one.label}" for place, one in enumerate(fact.options, start=1))
    return refused("This is none of the choices.", f"Choose from: {listed}.", "no_choice")
