"""The files of a project: each change of one is a version, and the latest takes part in answers."""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, true, update

from assistant.errors import NotFound
from assistant.ingest import IngestedFile
from assistant.store.database import reading, writing
from assistant.store.passages import Passages, grow, insert_passages
from assistant.store.schema import files, passages


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One version of a file; `held` and `passages` count its passages."""

    id: str
    name: str
    version: int
    current: bool
    sha256: str
    kind: str
    title: str
    size: int
    warnings: tuple[str, ...]
    passages: int
    held: int


class Files(Passages):
    """Every read and write about a project's files and their passages."""

    def add_file(
        self,
        project_id: str,
        ingested: IngestedFile,
        *,
        file_id: str,
        name: str,
        size: int,
        encoder: str,
        rows: NDArray[np.float32],
    ) -> StoredFile:
        """Store a file and its passages in one transaction; an older version steps back.

        `rows` holds one vector for each passage, those held back last, in order.
        """
        with writing(self._engine) as connection:
            version = 1 + _latest_version(connection, project_id, name)
            connection.execute(
                update(files)
                .where(files.c.project_id == project_id, files.c.name == name)
                .values(current=False)
            )
            connection.execute(
                insert(files).values(
                    id=file_id,
                    project_id=project_id,
                    name=name,
                    version=version,
                    current=True,
                    sha256=ingested.sha256,
                    kind=ingested.type,
                    title=ingested.title,
                    bytes=size,
                    warnings=[str(warning) for warning in ingested.warnings],
                    added_at=time.time(),
                )
            )
            insert_passages(connection, file_id, ingested, encoder, rows)
            grow(connection, project_id)
        return self.file(project_id, file_id)

    def file(self, project_id: str, file_id: str) -> StoredFile:
        """One version of a file of this project; raise NotFound."""
        found = self._where(project_id, files.c.id == file_id)
        if not found:
            raise NotFound("There is no such file in this project.", remedy="List its files.")
        return found[0]

    def files(self, project_id: str, *, all_versions: bool = False) -> list[StoredFile]:
        """The project's files by name, the current version of each or all of them."""
        return self._where(project_id, true() if all_versions else files.c.current)

    def with_hash(self, project_id: str, sha256: str) -> StoredFile | None:
        """The current file with exactly these bytes, if there is one."""
        same = self._where(project_id, files.c.current & (files.c.sha256 == sha256))
        return same[0] if same else None

    def _where(self, project_id: str, wanted: ColumnElement[bool]) -> list[StoredFile]:
        held = func.sum((passages.c.held_back.is_not(None) & ~passages.c.released).cast(_INTEGER))
        query = (
            select(files, func.count(passages.c.id).label("passages"), held.label("held"))
            .outerjoin(passages, passages.c.file_id == files.c.id)
            .where(files.c.project_id == project_id, wanted)
            .group_by(files.c.id)
            .order_by(files.c.name, files.c.version.desc())
        )
        with reading(self._engine) as connection:
            return [_stored_file(row) for row in connection.execute(query)]

    def delete_file(self, project_id: str, name: str) -> list[str]:
        """Delete every version of a file; return their ids; raise NotFound."""
        with writing(self._engine) as connection:
            mine = (files.c.project_id == project_id) & (files.c.name == name)
            ids = list(connection.execute(select(files.c.id).where(mine)).scalars())
            if not ids:
                raise NotFound(
                    f"There is no file {name!r} in this project.", remedy="List its files."
                )
            connection.execute(delete(files).where(mine))
            grow(connection, project_id)
        return ids

    def release(self, project_id: str, file_id: str, *, released: bool = True) -> int:
        """Let the held-back passages of a file take part (or not again); return how many."""
        self.file(project_id, file_id)
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(passages)
                .where(passages.c.file_id == file_id, passages.c.held_back.is_not(None))
                .values(released=released)
            ).rowcount
            grow(connection, project_id)
        return int(changed)


_INTEGER = passages.c.position.type


def _latest_version(connection: Connection, project_id: str, name: str) -> int:
    query = select(func.max(files.c.version)).where(
        files.c.project_id == project_id, files.c.name == name
    )
    return int(connection.execute(query).scalar() or 0)


def _stored_file(row: Row[tuple[object, ...]]) -> StoredFile:
    return StoredFile(
        id=row.id,
        name=row.name,
        version=row.version,
        current=row.current,
        sha256=row.sha256,
        kind=row.kind,
        title=row.title,
        size=row.bytes,
        warnings=tuple(row.warnings),
        passages=row.passages,
        held=int(row.held or 0),
    )
