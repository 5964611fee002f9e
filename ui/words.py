"""A key → what the page says, from one file for each language; English is complete."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import streamlit as st
import yaml
from streamlit.runtime.scriptrunner import get_script_run_ctx

FOLDER = Path(__file__).resolve().parent / "languages"
ENGLISH_CODE = "en"
# The name of each language in itself, in the order in which they are offered.
LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "fa": "فارسی"}
RIGHT_TO_LEFT = {"fa"}
LANGUAGE = "language"


def _read(language: str) -> Mapping[str, str]:
    text = (FOLDER / f"{language}.yaml").read_text(encoding="utf-8")
    words: Mapping[str, str] = yaml.safe_load(text)
    return words


CATALOGUES: Mapping[str, Mapping[str, str]] = {code: _read(code) for code in LANGUAGES}
ENGLISH = CATALOGUES[ENGLISH_CODE]


def spoken() -> str:
    """Return the language of the page that is being drawn; English outside of a page."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH_CODE
    chosen: str = st.session_state.get(LANGUAGE, ENGLISH_CODE)
    return chosen


def say(key: str, /, *, language: str | None = None, **values: object) -> str:
    """Return the words for `key`; English where the language has none; raise KeyError without.

    >>> say("source.project.page", page=3), say("delete", language="xx")
    ('Your file, page 3', 'Delete')
    """
    words = CATALOGUES.get(language or spoken(), ENGLISH).get(key) or ENGLISH[key]
    return words.format(**values) if values else words


def say_or(key: str, otherwise: str) -> str:
    """Return the words for `key`, or others where no language has any.

    >>> say_or("delete", "x"), say_or("no.such.key", "x")
    ('Delete', 'x')
    """
    return say(key) if key in ENGLISH else otherwise


def in_order(start: str, names: Iterable[str]) -> list[str]:
    """Sort names as their words, which begin with `start`, stand in the catalogue; others last.

    >>> in_order("topic.", ["data", "an-unknown-one", "problem"])
    ['problem', 'data', 'an-unknown-one']
    """
    places = {key: place for place, key in enumerate(ENGLISH)}
    return sorted(names, key=lambda name: places.get(start + name, len(places)))


def count_passages(count: int) -> str:
    """Say how many passages.

    >>> count_passages(1), count_passages(1200)
    ('1 passage', '1,200 passages')
    """
    return say("files.passage") if count == 1 else say("files.passages", count=f"{count:,}")
