"""A message that is no question about the subject → a fitting reply, or None."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

TALK = Path(__file__).parents[1] / "catalog" / "small_talk.yaml"
LONGEST = 60


def small_talk(message: str) -> str | None:
    """The reply to a greeting, thanks or "what can you do?"; None for anything else.

    >>> small_talk("Thanks!!"), small_talk("What is data drift?")
    ('You are welcome. Ask on whenever the next question comes up.', None)
    """
    if len(message) > LONGEST:
        return None
    return _replies().get(_plain(message))


@lru_cache(maxsize=1)
def _replies() -> dict[str, str]:
    import yaml

    entries = yaml.safe_load(TALK.read_text(encoding="utf-8"))
    return {_plain(said): entry["reply"].strip() for entry in entries for said in entry["says"]}


def _plain(message: str) -> str:
    decomposed = unicodedata.normalize("NFKD", message.casefold())
    letters = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    letters = letters.replace("'", "").replace("’", "")
    return " ".join(re.findall(r"[^\W_]+", letters))
