"""What only a script can do → small ones: copy, bring to the top, tell readers the language."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ui.words import say

_COPY = """
export default function ({ data, parentElement }) {
  const button = parentElement.querySelector("button");
  button.textContent = data.label;
  button.onclick = async () => {
    await navigator.clipboard.writeText(data.text);
    button.textContent = data.done;
    setTimeout(() => { button.textContent = data.label; }, 1600);
  };
}
"""
_COPY_STYLE = """
button { all: unset; cursor: pointer; font: inherit; font-size: 0.875rem; padding: 0.25rem 0.5rem;
  border-radius: 0.375rem; color: var(--st-text-color); opacity: 0.8; min-width: 5.5rem; }
button:hover { opacity: 1; background: var(--st-secondary-background-color); }
button:focus-visible { opacity: 1; outline: 2px solid var(--st-primary-color); }
"""
_RAISE = """
export default function ({ parentElement }) {
  const inside = parentElement instanceof ShadowRoot ? parentElement.host : parentElement;
  const turn = inside.closest("[class*='st-key-turn-']");
  if (turn) turn.scrollIntoView({ block: "start", behavior: "instant" });
}
"""
_VIEW = """
export default function ({ data }) {
  const wanted = document.querySelector(data.selector);
  if (wanted) wanted.scrollIntoView({ block: "start", behavior: "instant" });
}
"""
_KEEP = """
export default function ({ data, parentElement, setStateValue }) {
  const store = window.localStorage;
  for (const key of data.forget) store.removeItem(key);
  const read = () => {
    try { return JSON.parse(store.getItem(data.key)) ?? {}; } catch { return {}; }
  };
  const keep = (part) => store.setItem(data.key, JSON.stringify({ ...read(), ...part }));
  if (data.rows) keep({ rows: data.rows });
  const giveBack = () => setStateValue("draft", { ...read(), at: Date.now() });
  if (data.fresh && store.getItem(data.key)) giveBack();
  if (!data.field) return;
  const around = `[class~="st-key-${data.field}"]`;
  const typed = (event) => {
    if (!event.target.closest?.(around) || !("value" in event.target)) return;
    keep({ text: event.target.value });
    window.scopewrightTyped = data.key;
  };
  // A page that comes back after its line was cut may show the field as it was before the typing.
  const look = () => {
    const field = document.querySelector(`${around} :is(textarea, input)`);
    if (!field || field.disabled || field.value || window.scopewrightTyped !== data.key) return;
    if (!read().text) return;
    window.scopewrightTyped = null;
    giveBack();
  };
  document.removeEventListener("input", parentElement.typed, true);
  clearInterval(parentElement.looking);
  parentElement.typed = typed;
  parentElement.looking = setInterval(look, 500);
  document.addEventListener("input", typed, true);
  return () => {
    document.removeEventListener("input", typed, true);
    clearInterval(parentElement.looking);
  };
}
"""
_SPEAK = """
export default function ({ data }) {
  document.documentElement.lang = data.language;
  document.documentElement.classList.toggle("sw-rtl", data.rightToLeft);
}
"""
_REVIVE = """
export default function () {
  if (window.scopewrightRevives) return;
  window.scopewrightRevives = true;
  let shown = false;
  let empty = 0;
  setInterval(() => {
    const app = document.querySelector(".stApp")?.dataset;
    const idle = app?.testConnectionState === "CONNECTED" && app.testScriptState === "notRunning";
    const filled = Boolean(document.querySelector(".stMain")?.innerText.trim());
    shown ||= filled;
    empty = idle && shown && !filled ? empty + 1 : 0;
    if (empty > 2) window.location.reload();
  }, 700);
}
"""


def copy_button(text: str, *, key: str, words: str = "answer.copy") -> None:
    """Show a button that puts `text` on the clipboard, as it is stored."""
    # Registered at each run: a registration does not outlive the runtime that it was made in.
    button = st.components.v2.component(
        "scopewright_copy", html='<button type="button"></button>', css=_COPY_STYLE, js=_COPY
    )
    data = {"text": text, "label": say(words), "done": say("answer.copied")}
    button(key=key, data=data, width="content", height="content")


def revive() -> None:
    """Load the page again when it stays empty, as it may after its line was cut in the middle.

    What was typed is kept in the browser, so nothing is lost by it.
    """
    st.components.v2.component("scopewright_revive", html="", js=_REVIVE)(key="revive", height=1)


def raise_turn(key: str) -> None:
    """Bring the turn that this stands in to the top, so that its answer is read from the start."""
    st.components.v2.component("scopewright_raise", html="<i></i>", js=_RAISE)(key=key, height=1)


def bring_to_view(selector: str, *, key: str) -> None:
    """Bring what a selector of ours names into view, once it is drawn."""
    view = st.components.v2.component("scopewright_view", html="", js=_VIEW)
    view(key=key, data={"selector": selector}, height=1)


def keep_draft(
    name: str,
    *,
    field: str = "",
    fresh: bool = False,
    rows: object = None,
    forget: Sequence[str] = (),
    key: str,
) -> Mapping[str, Any] | None:
    """Keep what is typed into a field in this browser until it is saved; return what was kept.

    `name` is what it is kept under, `field` the key of the field that is listened to, and `rows`
    a table to keep. With `fresh` the browser is asked whether it kept something earlier.
    """
    keeper = st.components.v2.component("scopewright_keep", html="", js=_KEEP)
    data = {"key": name, "field": field, "fresh": fresh, "rows": rows, "forget": list(forget)}
    result = keeper(key=key, data=data, height=1, on_draft_change=lambda: None)
    draft = result.get("draft")
    return draft if isinstance(draft, Mapping) else None


def speak(language: str, *, right_to_left: bool) -> None:
    """Tell the browser, and so screen readers, which language the page is in."""
    tell = st.components.v2.component("scopewright_speak", html="", js=_SPEAK)
    tell(key="speak", data={"language": language, "rightToLeft": right_to_left}, height=1)
