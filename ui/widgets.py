"""A fact → the fields that its answer is given with, and what was typed into them → one answer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from assistant import Fact, StatedFact, show_value, to_data
from ui.markup import label, visible
from ui.words import say

# What is typed letter by letter, and therefore kept as a draft while it is typed.
TYPED = "typed"
LONGEST = 20_000
AMOUNTS = {"number", "quantity", "percent", "money", "duration"}
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "PLN", "INR", "JPY", "CNY", "AUD", "CAD")
DURATIONS = ("ms", "s", "min", "hours", "days", "weeks", "months", "years")
FEW = 5


def typed_key(form: str) -> str:
    """Return the key of the field that is typed into, in the form of that key."""
    return f"answer-{form}-{TYPED}"


def answer_fields(fact: Fact, stated: StatedFact | None, form: str) -> object:
    """Draw the fields for an answer, filled with what is known; return the answer so far.

    None while nothing was given.
    """
    if fact.type == "yes_no":
        return _yes_no(fact, stated, form)
    if fact.type == "choice":
        return _choice(fact, stated, form)
    if fact.type == "choices":
        return _choices(fact, stated, form)
    if fact.type == "table":
        return _table(fact, stated, form)
    if fact.type == "date":
        return _date(fact, stated, form)
    if fact.type in ("money", "duration"):
        return _measured(fact, stated, form)
    return _written(fact, stated, form)


def _known(fact: Fact, stated: StatedFact | None) -> str:
    if stated is None or stated.value is None:
        return ""
    return show_value(fact, stated.value)


# -- typed


def _written(fact: Fact, stated: StatedFact | None, form: str) -> str | None:
    helps = {"list": "answer.help.list", "people": "answer.help.people"}
    lines = fact.type in helps
    # Not given to the field itself, since a draft may have filled it before.
    key = _filled(form, "\n".join(_lines(fact, stated)) if lines else _known(fact, stated))
    if lines:
        text = st.text_area(
            say("answer.field"), key=key, max_chars=LONGEST, height=120,
            placeholder=say(helps[fact.type]),
        )  # fmt: skip
    elif fact.type == "long_text":
        text = st.text_area(say("answer.field"), key=key, max_chars=LONGEST, height=140)
    else:
        text = st.text_input(
            say("answer.field.amount" if fact.type in AMOUNTS else "answer.field"), key=key,
            max_chars=LONGEST, placeholder=_unit_words(fact),
        )  # fmt: skip
    return text if text and text.strip() else None


def _filled(form: str, value: str) -> str:
    key = typed_key(form)
    st.session_state.setdefault(key, value)
    return key


def _lines(fact: Fact, stated: StatedFact | None) -> list[str]:
    if stated is None or stated.value is None:
        return []
    data = to_data(stated.value)
    assert isinstance(data, list)
    if fact.type == "list":
        return [str(item) for item in data]
    people = [item for item in data if isinstance(item, Mapping)]
    return [f"{one['name']} ({one['role']})" if one["role"] else one["name"] for one in people]


def _unit_words(fact: Fact) -> str | None:
    if fact.type not in AMOUNTS:
        return None
    unit = "%" if fact.type == "percent" else fact.unit or ""
    words = " ".join(part for part in (unit, f"/ {fact.per}" if fact.per else "") if part)
    return say("answer.help.unit", unit=words) if words else say("answer.help.range")


def _measured(fact: Fact, stated: StatedFact | None, form: str) -> str | None:
    """A number or a range, and its unit beside it; a unit that is typed too has its way."""
    units = CURRENCIES if fact.type == "money" else DURATIONS
    amount: Any = stated.value if stated is not None else None
    first = amount.unit if amount is not None else fact.unit
    first = first if first in units else ("EUR" if fact.type == "money" else "days")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            say("answer.field.amount"), key=_filled(form, _known(fact, stated)),
            max_chars=LONGEST, placeholder=say("answer.help.range"),
        )  # fmt: skip
        unit = st.selectbox(
            say("answer.currency" if fact.type == "money" else "answer.unit"), units,
            index=units.index(first), key=f"unit-{form}", width=130,
        )  # fmt: skip
    if not typed or not typed.strip():
        return None
    bare = not any(sign.isalpha() or sign in "$€£¥₹" for sign in typed)
    return f"{typed.strip()} {unit}" if bare else typed


# -- chosen


def _yes_no(fact: Fact, stated: StatedFact | None, form: str) -> bool | None:
    known = stated.value if stated is not None else None
    index = None if known is None else int(not known)
    return st.radio(
        label(fact.question), [True, False], index=index, key=f"answer-{form}", horizontal=True,
        format_func=lambda one: say("answer.yes" if one else "answer.no"),
        label_visibility="collapsed",
    )  # fmt: skip


def _choice(fact: Fact, stated: StatedFact | None, form: str) -> str | None:
    values = [option.value for option in fact.options]
    names = {option.value: label(option.label) for option in fact.options}
    known = stated.value if stated is not None else None
    index = values.index(str(known)) if known in values else None
    return st.radio(
        label(fact.question), values, index=index, key=f"answer-{form}",
        format_func=names.__getitem__, label_visibility="collapsed",
        horizontal=len(values) <= FEW and max(map(len, names.values())) <= FEW * 2,
    )  # fmt: skip


def _choices(fact: Fact, stated: StatedFact | None, form: str) -> list[str] | None:
    values = [option.value for option in fact.options]
    names = {option.value: label(option.label) for option in fact.options}
    known = stated.value if stated is not None and isinstance(stated.value, tuple) else ()
    chosen = st.pills(
        label(fact.question), values, selection_mode="multi", key=f"answer-{form}",
        default=[one for one in values if one in known], format_func=names.__getitem__,
        label_visibility="collapsed",
    )  # fmt: skip
    return list(chosen) or None


def _date(fact: Fact, stated: StatedFact | None, form: str) -> object:
    """A day from the calendar, or a month, quarter or year in words."""
    day: Any = stated.value if stated is not None else None
    exact = day is not None and day.precision == "day"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.date_input(
            say("answer.day"), day.start if exact else None, key=f"answer-{form}", width=180,
            min_value=date(1990, 1, 1), max_value=date(2100, 12, 31),
        )  # fmt: skip
        words = st.text_input(
            say("answer.day.words"), max_chars=80,
            key=_filled(form, "" if exact or day is None else _known(fact, stated)),
            placeholder=say("answer.help.date"),
        )  # fmt: skip
    if words and words.strip():
        return words
    return chosen.isoformat() if isinstance(chosen, date) else None


# -- a table


def _table(fact: Fact, stated: StatedFact | None, form: str) -> list[dict[str, str]] | None:
    known = to_data(stated.value) if stated is not None and stated.value is not None else []
    kept = st.session_state.get(rows_key(form))
    rows: Any = kept or known
    names = [column.name for column in fact.columns]
    blank = {name: "" for name in names}
    columns = {one.name: st.column_config.TextColumn(label(one.label)) for one in fact.columns}
    # At least one empty row shows where to begin.
    shown: Any = [{**blank, **row} for row in rows] or [blank, blank]
    edited = st.data_editor(
        shown,
        # Other rows to begin with need an editor of their own.
        key=f"answer-{form}{'-kept' if kept else ''}", num_rows="dynamic",
        column_config=columns, hide_index=True, width="stretch", alt=label(fact.question),
    )  # fmt: skip
    filled = [{name: visible(str(row.get(name) or "")).strip() for name in names} for row in edited]
    return [row for row in filled if any(row.values())] or None


def rows_key(form: str) -> str:
    """Return where the rows of a draft wait to be shown."""
    return f"rows-{form}"
