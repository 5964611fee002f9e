"""What only a script can do → two small ones: copy an answer, bring a question to the top."""

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


def copy_button(text: str, *, key: str) -> None:
    """Show a button that puts `text` on the clipboard, as it is stored."""
    # Registered at each run: a registration does not outlive the runtime that it was made in.
    button = st.components.v2.component(
        "scopewright_copy", html='<button type="button"></button>', css=_COPY_STYLE, js=_COPY
    )
    words = {"text": text, "label": say("answer.copy"), "done": say("answer.copied")}
    button(key=key, data=words, width="content", height="content")


def raise_turn(key: str) -> None:
    """Bring the turn that this stands in to the top, so that its answer is read from the start."""
    st.components.v2.component("scopewright_raise", html="<i></i>", js=_RAISE)(key=key, height=1)
