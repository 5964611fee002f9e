"""Proposed facts of a project: kept while open, so that any channel can go through them."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Engine, delete, insert, select, update

from assistant.store.database import reading, writing
from assistant.store.projects import new_id
from assistant.store.schema import proposals

State = Literal["open", "accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class StoredProposal:
    """A proposed value, as JSON data, and the exact words it came from."""

    id: str
    fact: str
    value: Any
    quote: str
    source: str
    start: int
    end: int
    confidence: float
    rung: str


_COLUMNS = ("fact", "value", "quote", "source", "start", "end", "confidence", "rung")


class Proposals:
    """Every read and write about proposals."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self, project_id: str, found: Iterable[StoredProposal], *, source: str
    ) -> list[StoredProposal]:
        """Keep proposals from one source as open; those from it that were open before go.

        Returns them with their ids, after COMMIT.
        """
        now = time.time()
        rows = [
            {name: getattr(one, name) for name in _COLUMNS}
            | {"id": new_id(), "project_id": project_id, "source": source, "state": "open"}
            | {"made_at": now}
            for one in found
        ]
        with writing(self._engine) as connection:
            connection.execute(
                delete(proposals).where(
                    proposals.c.project_id == project_id,
                    proposals.c.source == source,
                    proposals.c.state == "open",
                )
            )
            if rows:
                connection.execute(insert(proposals), rows)
        return [_proposal(row) for row in rows]

    def open(self, project_id: str) -> list[StoredProposal]:
        """The open proposals, the oldest source first and each in the order of its text."""
        query = (
            select(proposals)
            .where(proposals.c.project_id == project_id, proposals.c.state == "open")
            .order_by(proposals.c.made_at, proposals.c.start, proposals.c.fact)
        )
        with reading(self._engine) as connection:
            return [_proposal(row._mapping) for row in connection.execute(query)]

    def settle(self, project_id: str, ids: Sequence[str], state: State) -> None:
        """Mark open proposals as accepted or rejected; ids that are not open stay as they are."""
        with writing(self._engine) as connection:
            connection.execute(
                update(proposals)
                .where(
                    proposals.c.project_id == project_id,
                    proposals.c.id.in_(ids),
                    proposals.c.state == "open",
                )
                .values(state=state)
            )


def _proposal(row: Any) -> StoredProposal:
    return StoredProposal(row["id"], *(row[name] for name in _COLUMNS))
