"""A moment → how it is said on the page, in the reader's time zone."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def when(at: float) -> str:
    """Say when something was: the day, and the time for what was today; empty for never."""
    if not at:
        return ""
    here = _zone()
    moment, now = datetime.fromtimestamp(at, here), datetime.now(here)
    if moment.date() == now.date():
        return f"{moment:%H:%M}"
    return f"{moment.day} {moment:%b %Y}"


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
