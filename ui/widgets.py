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
UNIT_WORDS = {
    "second": "s", "minute": "min", "hour": "hours", "day": "days", "week": "weeks",
    "month": "months", "year": "years",
}  # fmt: skip
FEW = 5


def typed_key(form: str) -> str:
    """Return the key of the field that is typed into, in the form of that key."""
    return f"answer-{form}-{TYPED}"


def fields_of(fact: Fact, form: str) -> dict[str, str]:
    """Return the keys of the fields of an answer, by what each is; a table has its rows."""
    typed, chosen = {"typed": typed_key(form)}, {"chosen": f"answer-{form}"}
    match fact.type:
        case "table":
            return {}
        case "yes_no" | "choice" | "choices":
            return chosen
        case "date":
            return {**chosen, **typed}
        case "money" | "duration":
            return {**typed, "unit": f"unit-{form}"}
        case _:
            return typed


def restore_fields(fact: Fact, form: str, parts: Mapping[str, Any]) -> None:
    """Fill the fields of an answer with what was kept of them; what does not fit is left out."""
    typed, chosen, unit = (parts.get(part) for part in ("typed", "chosen", "unit"))
    if isinstance(typed, str):
        st.session_state[typed_key(form)] = typed
    if isinstance(unit, str) and unit in (CURRENCIES if fact.type == "money" else DURATIONS):
        st.session_state[f"unit-{form}"] = unit
    value = _chosen(fact, chosen)
    if value is not None:
        st.session_state[f"answer-{form}"] = value


def _chosen(fact: Fact, kept: object) -> object:
    """Return the choice that a browser kept as places in a list, or as parts of a day."""
    values: list[Any] = [option.value for option in fact.options]
    if fact.type == "yes_no":
        values = [True, False]
    if isinstance(kept, int) and fact.type in ("yes_no", "choice"):
        return values[kept] if 0 <= kept < len(values) else None
    if isinstance(kept, list) and fact.type == "choices":
        return [values[at] for at in kept if isinstance(at, int) and 0 <= at < len(values)]
    return day_of(kept) if fact.type == "date" else None


def day_of(kept: object) -> date | None:
    """Return the day of its parts, as a browser keeps them; None while one is missing.

    >>> day_of({"year": "2027", "month": "6", "day": "1"}), day_of({"year": "2027"})
    (datetime.date(2027, 6, 1), None)
    """
    if not isinstance(kept, Mapping):
        return None
    try:
        return date(*(int(kept[part]) for part in ("year", "month", "day")))
    except (KeyError, ValueError, TypeError):
        return None


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
    key = _filled(
        typed_key(form), "\n".join(_lines(fact, stated)) if lines else _known(fact, stated)
    )
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


def _filled(key: str, value: object) -> str:
    """Fill a field unless a draft has; a value given to the field itself would stand against it."""
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
    first = first if first in units else usual_unit(fact.type, fact.example or "")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            say("answer.field.amount"), key=_filled(typed_key(form), _known(fact, stated)),
            max_chars=LONGEST, placeholder=say("answer.help.range"),
        )  # fmt: skip
        unit = st.selectbox(
            say("answer.currency" if fact.type == "money" else "answer.unit"), units,
            key=_filled(f"unit-{form}", first), width=130,
        )  # fmt: skip
    if not typed or not typed.strip():
        return None
    bare = not any(sign.isalpha() or sign in "$€£¥₹" for sign in typed)
    return f"{typed.strip()} {unit}" if bare else typed


def usual_unit(kind: str, example: str) -> str:
    """Return the unit to begin with: that of the example, so that "150" is not 150 days.

    >>> usual_unit("duration", "150 ms, since they wait"), usual_unit("duration", "Every night.")
    ('ms', 'days')
    >>> usual_unit("duration", "2 minutes"), usual_unit("money", "At most 110,000 EUR.")
    ('min', 'EUR')
    """
    words = example.casefold().replace(",", " ").replace(".", " ").split()
    if kind == "money":
        return next((one for one in CURRENCIES if one.casefold() in words), CURRENCIES[0])
    named = (UNIT_WORDS.get(word.removesuffix("s"), word) for word in words)
    return next((one for one in named if one in DURATIONS), "days")


# -- chosen


def _yes_no(fact: Fact, stated: StatedFact | None, form: str) -> bool | None:
    known = stated.value if stated is not None else None
    return st.radio(
        label(fact.question), [True, False], index=None, horizontal=True,
        key=_filled(f"answer-{form}", known),
        format_func=lambda one: say("answer.yes" if one else "answer.no"),
        label_visibility="collapsed",
    )  # fmt: skip


def _choice(fact: Fact, stated: StatedFact | None, form: str) -> str | None:
    values = [option.value for option in fact.options]
    names = {option.value: label(option.label) for option in fact.options}
    known = stated.value if stated is not None else None
    return st.radio(
        label(fact.question), values, index=None,
        key=_filled(f"answer-{form}", known if known in values else None),
        format_func=names.__getitem__, label_visibility="collapsed",
        horizontal=len(values) <= FEW and max(map(len, names.values())) <= FEW * 2,
    )  # fmt: skip


def _choices(fact: Fact, stated: StatedFact | None, form: str) -> list[str] | None:
    values = [option.value for option in fact.options]
    names = {option.value: label(option.label) for option in fact.options}
    known = stated.value if stated is not None and isinstance(stated.value, tuple) else ()
    chosen = st.pills(
        label(fact.question), values, selection_mode="multi", format_func=names.__getitem__,
        key=_filled(f"answer-{form}", [one for one in values if one in known]),
        label_visibility="collapsed",
    )  # fmt: skip
    return list(chosen) or None


def _date(fact: Fact, stated: StatedFact | None, form: str) -> object:
    """A day from the calendar, or a month, quarter or year in words."""
    day: Any = stated.value if stated is not None else None
    exact = day is not None and day.precision == "day"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.date_input(
            say("answer.day"), None, width=180,
            key=_filled(f"answer-{form}", day.start if exact else None),
            min_value=date(1990, 1, 1), max_value=date(2100, 12, 31),
        )  # fmt: skip
        words = st.text_input(
            say("answer.day.words"), max_chars=80,
            key=_filled(typed_key(form), "" if exact or day is None else _known(fact, stated)),
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
