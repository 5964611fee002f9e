"""Half-typed answers → kept in this browser until they are saved, through reloads and cut lines."""

import streamlit as st

from ui.scripts import keep_draft
from ui.widgets import rows_key, typed_key

FORGET = "drafts_to_forget"


def draft_before(project: str, fact: str, form: str) -> None:
    """Listen to what is typed, and fill in what was kept; before the fields are drawn."""
    seen = f"draft-seen-{project}-{form}"
    kept = keep_draft(
        _name(project, fact), field=typed_key(form), fresh=seen not in st.session_state,
        forget=st.session_state.pop(FORGET, []), key=f"keep-{form}",
    )  # fmt: skip
    # What a script reports stays there; each time it gives a draft back has a time of its own.
    if kept is None or kept.get("at") == st.session_state.get(seen):
        st.session_state.setdefault(seen, None)
        return
    st.session_state[seen] = kept.get("at")
    if isinstance(kept.get("text"), str):
        st.session_state[typed_key(form)] = kept["text"]
    rows = kept.get("rows")
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        st.session_state[rows_key(form)] = rows


def keep_rows(project: str, fact: str, form: str, rows: object) -> None:
    """Keep the rows of a table as they are now."""
    keep_draft(_name(project, fact), rows=rows, key=f"keep-rows-{form}")


def forget_draft(project: str, fact: str) -> None:
    """Forget a draft when the page is next drawn: it was saved, or is not wanted any more."""
    st.session_state.setdefault(FORGET, []).append(_name(project, fact))


def _name(project: str, fact: str) -> str:
    return f"scopewright-draft:{project}:{fact}"
