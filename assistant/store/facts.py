"""What a project knows: a log of changes that only grows; its last word on each fact counts.

An undo marks the project's latest change as taken back; another one goes further back. So what is
not taken back always reads as if it alone had happened.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, insert, select, update

from assistant.errors import InputInvalid
from assistant.facts import (
    Catalogue,
    Conflict,
    FactEvent,
    ProjectFacts,
    from_data,
    show_value,
    to_data,
)
from assistant.store.database import reading, writing
from assistant.store.schema import fact_events

_COLUMNS = ("origin", "author", "note", "quote", "source", "owner", "due", "undone_at")


# Projects whose facts are kept read: most of a question's time went into reading them again.
MOST_READ = 64
# The newest change and how many were taken back: the log only grows, so these two tell its state.
_Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Read:
    stamp: _Stamp
    catalogue: Catalogue
    facts: ProjectFacts


class FactLog:
    """Every read and write about facts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._read: OrderedDict[str, _Read] = OrderedDict()

    def facts(self, project_id: str, catalogue: Catalogue) -> ProjectFacts:
        """What the project has stated, as it is now."""
        with reading(self._engine) as connection:
            stamp = _stamp(connection, project_id)
            with self._lock:
                known = self._read.get(project_id)
            if known is not None and known.stamp == stamp and known.catalogue is catalogue:
                return known.facts
            facts = _facts(connection, project_id, catalogue)
        with self._lock:
            self._read[project_id] = _Read(stamp, catalogue, facts)
            self._read.move_to_end(project_id)
            while len(self._read) > MOST_READ:
                self._read.popitem(last=False)
        return facts

    def record(
        self,
        project_id: str,
        events: Iterable[FactEvent],
        catalogue: Catalogue,
        *,
        expected_event: int | None = None,
    ) -> tuple[FactEvent, ...]:
        """Store changes, all or none; return them with their time and number after COMMIT.

        `expected_event` is the last change that the writer has seen, of the project or the fact.
        Who says it says the same again when no reply came, so the change that is there already is
        returned instead of stored twice.

        Raises:
            Conflict: One of the facts was changed, or a change taken back, after that.
        """
        now = time.time()
        stored: list[FactEvent] = []
        with writing(self._engine) as connection:
            for event in events:
                if expected_event is not None:
                    there = _stands(connection, project_id, event, catalogue)
                    if there is not None:
                        stored.append(there)
                        continue
                    _check(connection, project_id, event, catalogue, expected_event)
                stored.append(_store(connection, project_id, replace(event, at=event.at or now)))
        return tuple(stored)

    def undo(self, project_id: str, catalogue: Catalogue) -> tuple[FactEvent, FactEvent | None]:
        """Take the project's latest change back; return it, and what holds of its fact now.

        Raises:
            InputInvalid: There is nothing to undo.
        """
        with writing(self._engine) as connection:
            last = _latest(connection, _kept(project_id), catalogue)
            if last is None:
                raise InputInvalid(
                    "There is nothing to undo.",
                    remedy="No fact was set in this project, or all were undone.",
                    code="nothing_to_undo",
                )
            now = time.time()
            taken = update(fact_events).where(fact_events.c.id == last.event)
            connection.execute(taken.values(undone_at=now))
            rest = _kept(project_id).where(fact_events.c.fact == last.fact_id)
            before = _latest(connection, rest, catalogue)
        return replace(last, undone_at=now), before

    def history(
        self, project_id: str, catalogue: Catalogue, fact_id: str | None = None
    ) -> tuple[FactEvent, ...]:
        """Every change of a fact, or of all, oldest first, those taken back too."""
        query = select(fact_events).where(fact_events.c.project_id == project_id)
        if fact_id is not None:
            query = query.where(fact_events.c.fact == fact_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(fact_events.c.id)).all()
        return _events(rows, catalogue)


def _kept(project_id: str) -> Select[Any]:
    """The project's changes that were not taken back."""
    mine = fact_events.c.project_id == project_id
    return select(fact_events).where(mine, fact_events.c.undone_at.is_(None))


def _stamp(connection: Connection, project_id: str) -> _Stamp:
    query = select(func.max(fact_events.c.id), func.count(fact_events.c.undone_at))
    newest, undone = connection.execute(query.where(fact_events.c.project_id == project_id)).one()
    return int(newest or 0), int(undone)


def _facts(connection: Connection, project_id: str, catalogue: Catalogue) -> ProjectFacts:
    mine = fact_events.c.project_id == project_id
    newest = select(func.max(fact_events.c.id)).where(mine, fact_events.c.undone_at.is_(None))
    query = select(fact_events).where(fact_events.c.id.in_(newest.group_by(fact_events.c.fact)))
    rows = connection.execute(query).all()
    stated = (event.stated for event in _events(rows, catalogue))
    return ProjectFacts(
        (fact for fact in stated if fact),
        last_event=max((row.id for row in rows), default=0),
        catalogue=catalogue,
    )


def _latest(connection: Connection, query: Select[Any], catalogue: Catalogue) -> FactEvent | None:
    row = connection.execute(query.order_by(fact_events.c.id.desc()).limit(1)).first()
    return _event(row, catalogue) if row else None


def _events(rows: Sequence[Row[Any]], catalogue: Catalogue) -> tuple[FactEvent, ...]:
    """The changes; one whose value the catalogue does not know any more is left out."""
    found: list[FactEvent] = []
    for row in rows:
        with suppress(InputInvalid):
            if row.fact in catalogue:
                found.append(_event(row, catalogue))
    return tuple(found)


def _event(row: Row[Any], catalogue: Catalogue) -> FactEvent:
    value = None if row.value is None else from_data(catalogue[row.fact], row.value)
    rest = {name: getattr(row, name) for name in _COLUMNS}
    return FactEvent(
        fact_id=row.fact, action=row.action, value=value, at=row.at, event=row.id, **rest
    )


def _store(connection: Connection, project_id: str, event: FactEvent) -> FactEvent:
    row = {name: getattr(event, name) for name in _COLUMNS} | {
        "project_id": project_id,
        "fact": event.fact_id,
        "action": event.action,
        "value": None if event.value is None else to_data(event.value),
        "at": event.at,
    }
    key = connection.execute(insert(fact_events).values(row)).inserted_primary_key
    return replace(event, event=int(key[0])) if key else event


def _stands(
    connection: Connection, project_id: str, event: FactEvent, catalogue: Catalogue
) -> FactEvent | None:
    """The newest change of the fact if it is this very one, made before."""
    query = _kept(project_id).where(fact_events.c.fact == event.fact_id)
    newest = _latest(connection, query, catalogue)
    if newest is None or replace(newest, at=event.at, event=event.event) != event:
        return None
    return newest


def _check(
    connection: Connection,
    project_id: str,
    event: FactEvent,
    catalogue: Catalogue,
    expected: int,
) -> None:
    """Raise Conflict when the fact is not as it was after the change numbered `expected`."""
    mine = fact_events.c.project_id == project_id, fact_events.c.fact == event.fact_id
    newest = connection.execute(
        select(func.max(fact_events.c.id)).where(*mine, fact_events.c.undone_at.is_(None))
    ).scalar()
    if (newest or 0) <= expected and not _taken_back(connection, mine, expected):
        return
    fact = catalogue[event.fact_id]
    query = _kept(project_id).where(fact_events.c.fact == event.fact_id)
    theirs = _latest(connection, query, catalogue)
    raise Conflict(
        fact,
        yours=_in_words(event, catalogue),
        theirs=_in_words(theirs, catalogue) if theirs else "not answered",
        stated=theirs.stated if theirs else None,
    )


def _taken_back(connection: Connection, mine: tuple[Any, ...], expected: int) -> bool:
    """Whether a change of the fact that the writer saw was taken back since.

    Undo goes from the latest change backwards, so nothing before `expected` was taken back since
    as long as `expected` itself stands.
    """
    undone = select(fact_events.c.undone_at).where(fact_events.c.id == expected).scalar_subquery()
    query = select(fact_events.c.id).where(
        *mine, fact_events.c.id <= expected, fact_events.c.undone_at >= undone
    )
    return connection.execute(query.limit(1)).first() is not None


def _in_words(event: FactEvent, catalogue: Catalogue) -> str:
    if event.value is not None:
        return show_value(catalogue[event.fact_id], event.value)
    return {"unknown": "not known", "not_applicable": "does not apply"}.get(
        event.action, "not answered"
    )
