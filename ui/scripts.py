"""What only a script can do → small ones: copy, bring to the top, tell readers the language."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from ui.words import say

# What Streamlit writes as a hyphen where a key becomes a class.
_UNSAFE = re.compile(r"[^a-zA-Z0-9_-]")
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
  const keep = (more) => {
    const kept = { ...read(), ...more };
    const some = kept.rows?.length || Object.values(kept.parts ?? {}).some((one) => one !== "");
    if (some) store.setItem(data.key, JSON.stringify(kept));
    else store.removeItem(data.key);
  };
  if (data.rows) keep({ rows: data.rows });
  const giveBack = () => setStateValue("draft", { ...read(), at: Date.now() });
  // Fields that are drawn anew, after a reload or on the way back, may have been typed into before.
  if (data.ask && data.key !== parentElement.asked && store.getItem(data.key)) {
    giveBack();
    parentElement.given = 0;
  }
  parentElement.asked = data.key;
  if (data.got) parentElement.given = null;
  // What is given back while the page is still being drawn can be lost on its way.
  const giveAgain = () => {
    if (typeof parentElement.given !== "number" || window.scopewrightTyped === data.key) return;
    parentElement.given += 1;
    if (parentElement.given % 3 === 0 && parentElement.given < 60) giveBack();
  };

  const boxes = () => Object.entries(data.fields)
    .map(([part, field]) => [part, document.querySelector(`[class~="st-key-${field}"]`)])
    .filter(([, box]) => box);
  const state = (box) => {
    const rings = [...box.querySelectorAll("input[type=radio]")];
    if (rings.length) return rings.findIndex((one) => one.checked);
    const pressed = [...box.querySelectorAll("button[aria-pressed]")];
    if (pressed.length)
      return pressed.flatMap((one, at) => (one.ariaPressed === "true" ? [at] : []));
    const day = [...box.querySelectorAll("[role=spinbutton]")]
      .map((one) => [one.dataset.type, one.dataset.placeholder ? "" : one.ariaValueNow]);
    if (day.length) return Object.fromEntries(day);
    return box.querySelector("textarea, input:not([type=file])")?.value ?? "";
  };
  const was = parentElement.was = parentElement.was ?? {};
  const take = (event) => {
    window.scopewrightUnkept?.delete(event.target);
    const apart = event.target.closest?.("[role=option], [role=gridcell]");
    for (const [part, box] of boxes()) {
      if (!apart && !box.contains(event.target)) continue;
      const now = state(box);
      const before = was[part] ?? (typeof now === "string" ? JSON.stringify(now) : "");
      was[part] = JSON.stringify(now);
      if (event.type !== "input" && before === was[part]) continue;
      keep({ parts: { ...read().parts, [part]: now } });
      window.scopewrightTyped = data.key;
    }
  };
  // What is pressed or chosen from a list is known only once the page has taken note of it.
  const changed = (event) => event.type === "input" ? take(event) : setTimeout(take, 30, event);
  // A page that comes back after its line was cut may show a field as it was before the typing.
  const mend = () => {
    giveAgain();
    for (const [part, box] of boxes()) was[part] ??= JSON.stringify(state(box));
    if (!data.mend || window.scopewrightTyped !== data.key) return;
    const kept = read().parts ?? {};
    const lost = boxes().some(([part, box]) => {
      const field = box.querySelector("textarea, input");
      return field && !field.disabled && state(box) === "" && kept[part];
    });
    if (!lost) return;
    window.scopewrightTyped = null;
    giveBack();
  };
  const events = ["input", "click", "keyup"];
  // Streamlit may clean up after an earlier run when the next one has begun: each run takes away
  // its own listeners, and no others.
  parentElement.leave?.();
  const mending = setInterval(mend, 500);
  const leave = () => {
    for (const name of events) document.removeEventListener(name, changed, true);
    clearInterval(mending);
  };
  parentElement.leave = leave;
  (window.scopewrightKeeps ??= new Set()).add(data.key);
  for (const name of events) document.addEventListener(name, changed, true);
  // What was typed before this listened, or between its being here and there.
  for (const [, box] of boxes())
    for (const field of box.querySelectorAll("textarea, input"))
      if (window.scopewrightUnkept?.has(field)) take({ target: field, type: "input" });
  return leave;
}
"""
_WATCH = """
export default function ({ data, parentElement, setTriggerValue }) {
  const boxes = data.fields.map((field) => `[class~="st-key-${field}"]`);
  const having = (part) => boxes.filter((box) => document.querySelector(`${box} ${part}`));
  const press = (event) => {
    if (event.target.closest?.(boxes.join())) parentElement.pressed = true;
  };
  const look = () => {
    const before = parentElement.failed ?? [];
    const failed = parentElement.failed = having('[data-testid="stDownloadButtonError"]');
    const anew = failed.some((box) => !before.includes(box));
    const done = parentElement.pressed && !having("button:disabled").length;
    if (done) parentElement.pressed = false;
    if (anew || (done && data.told)) setTriggerValue("changed", Date.now());
  };
  parentElement.leave?.();
  const looking = setInterval(look, 250);
  document.addEventListener("click", press, true);
  const leave = () => {
    clearInterval(looking);
    document.removeEventListener("click", press, true);
  };
  parentElement.leave = leave;
  return leave;
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
  // Fields that were typed into, until somebody has kept what stands there.
  window.scopewrightUnkept = new WeakSet();
  document.addEventListener("input", (event) => window.scopewrightUnkept.add(event.target), true);
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

    What was typed is kept in the browser, so nothing is lost by it. This is there before any
    keeper, so it also notes which fields were typed into while none listened.
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
    fields: Mapping[str, str],
    rows: object = None,
    mend: bool = True,
    forget: Sequence[str] = (),
    key: str,
) -> Mapping[str, Any] | None:
    """Keep what is typed and chosen in this browser until it is saved; return what was kept.

    `name` is what it is kept under, `fields` the keys of the fields that are listened to, by what
    each is, and `rows` a table to keep. With `mend`, a field that a cut line has emptied is filled.
    """
    keeper = st.components.v2.component("scopewright_keep", html="", js=_KEEP)
    listened = {part: _UNSAFE.sub("-", one) for part, one in fields.items()}
    got = bool((st.session_state.get(key) or {}).get("draft"))
    data = {"key": name, "fields": listened, "ask": bool(fields), "rows": rows, "mend": mend,
            "forget": list(forget), "got": got}  # fmt: skip
    result = keeper(key=key, data=data, height=1, on_draft_change=lambda: None)
    draft = result.get("draft")
    return draft if isinstance(draft, Mapping) else None


def watch_downloads(keys: Sequence[str], *, told: bool, key: str) -> None:
    """Draw the fragment that this stands in anew when one of these buttons got no file.

    When a failure is `told` of, also when one got its file.
    """
    watch = st.components.v2.component("scopewright_watch", html="", js=_WATCH)
    data = {"fields": [_UNSAFE.sub("-", one) for one in keys], "told": told}
    watch(key=key, data=data, height=1, on_changed_change=lambda: None)


def speak(language: str, *, right_to_left: bool) -> None:
    """Tell the browser, and so screen readers, which language the page is in."""
    tell = st.components.v2.component("scopewright_speak", html="", js=_SPEAK)
    tell(key="speak", data={"language": language, "rightToLeft": right_to_left}, height=1)
