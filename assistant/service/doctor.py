"""Settings → Checks: what works here, and what to do about what does not."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant.errors import AssistantError
from assistant.settings import Settings
from assistant.store import WAL_IS_SAFE
from assistant.tokens import TokenCounter

if TYPE_CHECKING:
    from assistant.service import Assistant


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `remedy` is empty when it is well."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def run_checks(assistant: "Assistant", today: date) -> list[Check]:
    """Look at everything; a failing check never hides the ones after it."""
    looks: dict[str, Callable[[Assistant, date], Iterator[Check]]] = {
        "python": _python,
        "data folder": _folder,
        "database": _database,
        "encoder": _encoder,
        "knowledge": _knowledge,
        "token counts": _tokens,
        "models": _models,
    }
    checks: list[Check] = []
    for name, look in looks.items():
        try:
            checks.extend(look(assistant, today))
        except AssistantError as error:
            checks.append(Check(name, ok=False, detail=error.problem, remedy=error.remedy))
    return checks


def _python(_assistant: "Assistant", _today: date) -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("python", ok=True, detail=f"Python {version}")


def _folder(assistant: "Assistant", _today: date) -> Iterator[Check]:
    settings: Settings = assistant.settings
    size = sum(path.stat().st_size for path in settings.home.rglob("*") if path.is_file())
    yield Check("data folder", ok=True, detail=f"{settings.home}, {size / 1e6:.0f} MB")


def _database(assistant: "Assistant", _today: date) -> Iterator[Check]:
    verdict = assistant.store.check()
    journal = "WAL" if WAL_IS_SAFE else "TRUNCATE, since this SQLite has a fault in WAL"
    yield Check(
        "database",
        ok=verdict == "ok",
        detail=f"SQLite {sqlite3.sqlite_version}, journal {journal}, check: {verdict}",
        remedy="" if verdict == "ok" else "Move the database aside and restore a backup.",
    )


def _encoder(assistant: "Assistant", _today: date) -> Iterator[Check]:
    encoder = assistant.library.encoder
    yield Check("encoder", ok=True, detail=f"{encoder.name}, {encoder.dimension} dimensions")


def _knowledge(assistant: "Assistant", today: date) -> Iterator[Check]:
    index = assistant.library.knowledge()
    articles = index.notes["articles"]
    stale = [key for key, card in articles.items() if date.fromisoformat(card["review_by"]) < today]
    yield Check(
        "knowledge",
        ok=not stale,
        detail=f"{len(articles)} articles, {len(index)} passages, "
        f"{len(index.notes['references'])} references"
        + (f"; due for review: {', '.join(sorted(stale))}" if stale else ""),
        remedy="Review the articles named and set a new `review_by`." if stale else "",
    )


def _tokens(assistant: "Assistant", _today: date) -> Iterator[Check]:
    exact = TokenCounter(assistant.settings.tiktoken_folder).exact
    detail = "exact, by tiktoken" if exact else "about right, by the bundled tokenizer"
    yield Check("token counts", ok=True, detail=detail)


def _models(assistant: "Assistant", _today: date) -> Iterator[Check]:
    """Every rung; one that is not there is no fault as long as the lowest always answers."""
    for state in assistant.rungs():
        missing = "" if state.ok else "not in use: "
        yield Check(
            f"model {state.name}", ok=True, detail=missing + state.detail, remedy=state.remedy
        )
