"""What an interview remembers beside the facts: marks on questions, and how often each changed."""

import time
from dataclasses import dataclass

from sqlalchemy import Delete, Engine, delete, func, insert, select

from assistant.store.database import reading, writing
from assistant.store.schema import fact_events, interview_marks


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark on a fact's question; `at` is in seconds since 1970."""

    fact: str
    name: str
    detail: str
    author: str
    at: float


class Interviews:
    """Every read and write about marks; a write is acknowledged after COMMIT."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def marks(self, project_id: str) -> list[Mark]:
        """The project's marks, the oldest first."""
        table = interview_marks
        query = (
            select(table)
            .where(table.c.project_id == project_id)
            .order_by(table.c.at, table.c.fact, table.c.mark)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [Mark(row.fact, row.mark, row.detail, row.author, row.at) for row in rows]

    def mark(
        self, project_id: str, fact: str, name: str, *, detail: str = "", author: str = ""
    ) -> None:
        """Set a mark; it replaces the same mark of before and is the latest."""
        with writing(self._engine) as connection:
            connection.execute(_same(project_id, fact, name))
            connection.execute(
                insert(interview_marks).values(
                    project_id=project_id,
                    fact=fact,
                    mark=name,
                    detail=detail,
                    author=author,
                    at=time.time(),
                )
            )

    def unmark(self, project_id: str, fact: str, name: str, *, since: float = 0.0) -> None:
        """Remove a mark if it is there and was set at that time or later."""
        mine = _same(project_id, fact, name).where(interview_marks.c.at >= since)
        with writing(self._engine) as connection:
            connection.execute(mine)

    def changes(self, project_id: str) -> dict[str, int]:
        """How many changes of each fact count, for those that have some; undone ones do not."""
        query = (
            select(fact_events.c.fact, func.count())
            .where(fact_events.c.project_id == project_id, fact_events.c.undone_at.is_(None))
            .group_by(fact_events.c.fact)
        )
        with reading(self._engine) as connection:
            return {fact: count for fact, count in connection.execute(query)}


def _same(project_id: str, fact: str, name: str) -> Delete:
    table = interview_marks
    return delete(table).where(
        table.c.project_id == project_id, table.c.fact == fact, table.c.mark == name
    )
