"""Half-given answers → kept in this browser until they are saved, through reloads and cut lines."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from assistant import Fact
from ui.scripts import keep_draft
from ui.widgets import day_of, fields_of, restore_fields, rows_key

FORGET = "drafts_to_forget"
PREFIX = "scopewright-draft"
CHANGED = "changed"


def take_draft(
    name: str, fields: Mapping[str, str], *, key: str, mend: bool = True
) -> Mapping[str, Any] | None:
    """Listen to fields, before they are drawn; return what the browser gives back, each once."""
    kept = keep_draft(
        f"{PREFIX}:{name}", fields=fields, mend=mend, forget=st.session_state.pop(FORGET, []),
        key=f"keep-{key}",
    )  # fmt: skip
    seen = f"draft-seen-{key}"
    # What a script reports stays there; each time it gives a draft back has a time of its own.
    if kept is None or kept.get("at") == st.session_state.get(seen):
        return None
    st.session_state[seen] = kept.get("at")
    return kept


def take_text(name: str, field: str, *, key: str, mend: bool = True) -> bool:
    """Listen to one field of text; fill in what was kept, and say whether there was any."""
    kept = take_draft(name, {"text": field}, key=key, mend=mend)
    text = parts_of(kept).get("text")
    if not isinstance(text, str) or not text:
        return False
    st.session_state[field] = text
    return True


def draft_before(
    project: str, fact: Fact, form: str, more: Mapping[str, str] | None = None
) -> None:
    """Listen to the fields of an answer, and fill in what was kept; before they are drawn.

    `more` holds the keys of fields of text and of days beside them, by what each is.
    """
    beside = more or {}
    kept = take_draft(_name(project, fact.id), {**fields_of(fact, form), **beside}, key=form)
    if kept is None:
        return
    parts = parts_of(kept)
    restore_fields(fact, form, parts)
    for part, key in beside.items():
        value = parts.get(part)
        value = value if isinstance(value, str) else day_of(value)
        if value is not None:
            st.session_state[key] = value
    rows = kept.get("rows")
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        st.session_state[rows_key(form)] = rows


def parts_of(kept: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return what was kept of each field; a browser may hold anything."""
    parts = (kept or {}).get("parts")
    return parts if isinstance(parts, Mapping) else {}


def keep_rows(project: str, fact: str, form: str, rows: object) -> None:
    """Keep the rows of a table once they are others than at first."""
    first = st.session_state.setdefault(f"rows-first-{form}", rows)
    if rows != first:
        # From now on whatever is there, so that what is taken back is no draft either.
        st.session_state[f"rows-first-{form}"] = CHANGED
    changed = (rows or []) if st.session_state[f"rows-first-{form}"] == CHANGED else None
    keep_draft(f"{PREFIX}:{_name(project, fact)}", fields={}, rows=changed, key=f"keep-rows-{form}")


def forget_draft(project: str, fact: str) -> None:
    """Forget a draft of an answer when the page is next drawn: it was saved, or is not wanted."""
    forget(_name(project, fact))


def forget(name: str) -> None:
    """Forget a draft when the page is next drawn."""
    st.session_state.setdefault(FORGET, []).append(f"{PREFIX}:{name}")


def _name(project: str, fact: str) -> str:
    return f"{project}:{fact}"
