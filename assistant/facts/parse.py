"""What a person typed or a program sent → the value of a fact, or a kind refusal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from assistant.errors import InputInvalid
from assistant.facts.amounts import find_amount
from assistant.facts.catalogue import Fact
from assistant.facts.choosing import choose, choose_several, names_option, yes_or_no
from assistant.facts.clean import cleaned, one_line, plain, refused
from assistant.facts.data import AMOUNTS, of_data
from assistant.facts.days import find_day
from assistant.facts.known import Status
from assistant.facts.lists import items_of, people_of, rows_of
from assistant.facts.measures import Kind
from assistant.facts.numbers import LARGEST
from assistant.facts.values import Amount, Value

_UNKNOWN = frozenset(
    {
        "don't know", "dont know", "do not know", "i don't know", "i dont know",
        "i do not know", "we don't know", "we dont know", "we do not know", "don't know yet",
        "we don't know yet", "not known", "not yet known", "not known yet", "unknown", "no idea",
        "no clue", "not sure", "i'm not sure", "im not sure", "we're not sure", "unsure", "unclear",
        "not clear", "not clear yet", "idk", "dunno", "tbd", "tbc", "to be decided",
        "to be determined", "to be defined", "to be confirmed", "open", "ask later",
        "not decided", "not decided yet", "not yet decided", "undecided", "no decision yet",
        "to be discussed", "still open", "nobody knows", "no one knows", "nobody yet",
        "no one yet",
    }
)  # fmt: skip
_NOT_APPLICABLE = frozenset(
    {
        "n/a", "na", "n.a", "not applicable", "does not apply", "doesn't apply", "doesnt apply",
        "not relevant", "irrelevant",
    }
)  # fmt: skip
_NEVER_TEXT = AMOUNTS | {"yes_no", "choices", "people", "list", "table"}
# A nod to what was asked back; nobody's words for a document.
_NODS = frozenset({"yes", "y", "yep", "yeah", "ok", "okay", "sure", "fine", "of course"})
_NOTHING = frozenset({"none", "nothing", "nobody", "no one", "-"})


@dataclass(frozen=True, slots=True)
class Read:
    """What an answer says: a value, or that it is unknown or does not apply.

    `note` is the answer as it was typed, where it says more than its value.
    """

    status: Status
    value: Value | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Got:
    value: Value
    more: bool = False


def read_answer(fact: Fact, raw: object) -> Read:
    """Read an answer of whatever kind; "n/a" and "don't know" are answers too.

    A choice that has such a word among its options ("unsure", "unclear") keeps it as its value.

    Raises:
        InputInvalid: It cannot be used; the remedy gives the fact's example.
    """
    if isinstance(raw, str):
        status = _status(fact, raw)
        if status:
            return Read(status)
    got = _got(fact, raw)
    note = cleaned(raw) if got.more and isinstance(raw, str) else ""
    return Read("known", got.value, note)


def parse_value(fact: Fact, raw: object) -> Value:
    """The value that the answer gives the fact; what else it says is left out.

    `raw` is text from a person, or JSON data as `to_data` makes it.

    Raises:
        InputInvalid: It cannot be used; the remedy gives the fact's example.
    """
    return _got(fact, raw).value


def from_data(fact: Fact, data: object) -> Value:
    """Turn what `to_data` made back into the value; raise InputInvalid for anything else."""
    if isinstance(data, str) and fact.type in _NEVER_TEXT:
        raise refused(f"{fact.id} is not stored as text.", "", "not_a_value")
    if isinstance(data, str) and fact.type == "choice" and fact.option(data) is None:
        raise refused(f"{fact.id} has no choice {data[:40]!r}.", "", "no_choice")
    return parse_value(fact, data)


def _status(fact: Fact, raw: str) -> Status | None:
    words = plain(cleaned(raw)).casefold().replace("’", "'").rstrip(".! ")
    if fact.options and names_option(fact, words):
        return None
    if words in _UNKNOWN or (words and not words.strip("? ")):
        return "unknown"
    nothing = fact.type in ("list", "people", "table") and words in _NOTHING
    return "not_applicable" if nothing or words in _NOT_APPLICABLE else None


def _got(fact: Fact, raw: object) -> _Got:
    if isinstance(raw, bool) and fact.options:
        # YAML reads a bare `yes` or `no` as a truth value.
        raw = "yes" if raw else "no"
    try:
        if isinstance(raw, str):
            if not cleaned(raw):
                raise refused("Nothing was written.", "Write an answer.", "empty")
            got = _READERS[fact.type](fact, raw)
        else:
            got = _Got(of_data(fact, raw))
        _check_limits(fact, got.value)
    except InputInvalid as error:
        example = f"For example: {fact.example}"
        raise InputInvalid(
            error.problem, remedy=f"{error.remedy} {example}".strip(), code=error.code
        ) from error
    return got


# -- from text


def _words(fact: Fact, raw: str) -> _Got:
    text = cleaned(raw)
    if plain(text).casefold().strip(".! ") in _NODS:
        raise refused(f"{text!r} alone does not say it.", "Say it in a few words.", "no_words")
    return _Got(one_line(text) if fact.type == "text" else text)


def _truth(fact: Fact, raw: str) -> _Got:
    return _Got(*yes_or_no(raw))


def _choice(fact: Fact, raw: str) -> _Got:
    chosen = choose(fact, raw)
    return _Got(chosen.values[0], chosen.more)


def _choices(fact: Fact, raw: str) -> _Got:
    return _Got(*choose_several(fact, raw))


def _amount(fact: Fact, raw: str) -> _Got:
    found = find_amount(
        raw,
        cast(Kind, fact.type),
        counted=fact.counted,
        unit=fact.unit or "",
        per=fact.per or "",
    )
    amount = found.amount
    if fact.type == "number" and amount.unit == "%":
        amount = _share(fact, amount)
    return _Got(amount, found.more)


def _share(fact: Fact, amount: Amount) -> Amount:
    """82 % where the number lies between 0 and 1."""
    if fact.most is None or fact.most > 1:
        raise refused("This is a plain number, not a percentage.", "", "no_amount")
    return Amount(amount.low / 100, amount.high / 100, "", amount.about, "", amount.bound)


def _date(fact: Fact, raw: str) -> _Got:
    return _Got(*find_day(raw))


def _list(fact: Fact, raw: str) -> _Got:
    return _Got(items_of(raw))


def _people(fact: Fact, raw: str) -> _Got:
    return _Got(people_of(raw))


def _table(fact: Fact, raw: str) -> _Got:
    return _Got(rows_of(fact.columns, raw))


_READERS: Mapping[str, Callable[[Fact, str], _Got]] = {
    "text": _words,
    "long_text": _words,
    "yes_no": _truth,
    "choice": _choice,
    "choices": _choices,
    "date": _date,
    "people": _people,
    "list": _list,
    "table": _table,
    **dict.fromkeys(AMOUNTS, _amount),
}


def _check_limits(fact: Fact, value: Value) -> None:
    if not isinstance(value, Amount):
        return
    least = -LARGEST if fact.least is None else fact.least
    most = LARGEST if fact.most is None else fact.most
    if value.low < least or value.high > most:
        limits = f"between {least:g} and {most:g}"
        if fact.most is None:
            limits = f"{least:g} or more" if fact.least is not None else "smaller"
        raise refused(f"The number has to be {limits}.", "", "out_of_range")
