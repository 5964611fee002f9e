"""Projects, their files and passages: what a person added, and what of it takes part in answers."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Row, case, delete, func, insert, select, update

from assistant.errors import InputInvalid, NotFound
from assistant.ingest import IngestedFile, Passage
from assistant.store.database import reading, writing
from assistant.store.schema import files, passages, projects, vectors

NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Project:
    """A space of its own: files, conversations, later facts and documents."""

    id: str
    name: str
    revision: int


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


@dataclass(frozen=True, slots=True)
class HeldPassage:
    """A passage kept out of answers, with the reason; released ones take part again."""

    passage: Passage
    reason: str
    code: str
    released: bool


def new_id() -> str:
    """128 random bits as hexadecimal digits."""
    return secrets.token_hex(16)


class Projects:
    """Every read and write about projects, files and passages."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create(self, name: str) -> Project:
        """Create a project; names are unique and up to 200 characters."""
        name = name.strip()
        if not name or len(name) > NAME_LIMIT or not name.isprintable():
            raise InputInvalid(
                "A project needs a name of 1 to 200 visible characters.",
                remedy="Give it a shorter or visible name.",
            )
        project = Project(new_id(), name, 0)
        with writing(self._engine) as connection:
            if connection.execute(select(projects).where(projects.c.name == name)).first():
                raise InputInvalid(
                    f"There is a project {name!r} already.", remedy="Choose another name."
                )
            connection.execute(
                insert(projects).values(
                    id=project.id, name=name, revision=0, created_at=time.time()
                )
            )
        return project

    def all(self) -> list[Project]:
        """Every project, by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(projects).order_by(projects.c.name)).all()
        return [Project(row.id, row.name, row.revision) for row in rows]

    def named(self, name: str) -> Project:
        """The project of that name; raise NotFound."""
        with reading(self._engine) as connection:
            row = connection.execute(select(projects).where(projects.c.name == name)).first()
        if row is None:
            raise NotFound(
                f"There is no project {name!r}.",
                remedy=f"Create it with `scopewright project new {name!r}`.",
            )
        return Project(row.id, row.name, row.revision)

    def delete(self, project_id: str) -> None:
        """Delete the project with everything in it."""
        with writing(self._engine) as connection:
            connection.execute(delete(projects).where(projects.c.id == project_id))

    def revision(self, project_id: str) -> int:
        """A number that grows with every change of the project's passages."""
        with reading(self._engine) as connection:
            query = select(projects.c.revision).where(projects.c.id == project_id)
            return int(connection.execute(query).scalar() or 0)

    # -- files

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
            _insert_passages(connection, file_id, ingested, encoder, rows)
            _grow(connection, project_id)
        return self.file(project_id, file_id)

    def file(self, project_id: str, file_id: str) -> StoredFile:
        """One version of a file of this project; raise NotFound."""
        found = [file for file in self.files(project_id, all_versions=True) if file.id == file_id]
        if not found:
            raise NotFound("There is no such file in this project.", remedy="List its files.")
        return found[0]

    def files(self, project_id: str, *, all_versions: bool = False) -> list[StoredFile]:
        """The project's files by name, the current version of each or all of them."""
        held = func.sum((passages.c.held_back.is_not(None) & ~passages.c.released).cast(_INTEGER))
        query = (
            select(files, func.count(passages.c.id).label("passages"), held.label("held"))
            .outerjoin(passages, passages.c.file_id == files.c.id)
            .where(files.c.project_id == project_id)
            .group_by(files.c.id)
            .order_by(files.c.name, files.c.version.desc())
        )
        if not all_versions:
            query = query.where(files.c.current)
        with reading(self._engine) as connection:
            return [_stored_file(row) for row in connection.execute(query)]

    def with_hash(self, project_id: str, sha256: str) -> StoredFile | None:
        """The current file with exactly these bytes, if there is one."""
        same = [file for file in self.files(project_id) if file.sha256 == sha256]
        return same[0] if same else None

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
            _grow(connection, project_id)
        return ids

    # -- passages

    def passages(
        self, project_id: str, *, encoder: str
    ) -> tuple[list[Passage], NDArray[np.float32]]:
        """The passages that take part in answers and their vectors, shape (n, dimension).

        A passage without a vector of this encoder has a row of NaN: it must be encoded first.
        """
        query = (
            select(passages, vectors.c.vector)
            .join(files, files.c.id == passages.c.file_id)
            .outerjoin(
                vectors,
                (vectors.c.passage_id == passages.c.id) & (vectors.c.encoder == encoder),
            )
            .where(files.c.project_id == project_id, files.c.current)
            .where(passages.c.held_back.is_(None) | passages.c.released)
            .order_by(files.c.name, passages.c.position)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        found = [_passage(row) for row in rows]
        known = [np.frombuffer(row.vector, np.float32) for row in rows if row.vector is not None]
        width = known[0].size if known else 0
        blank = np.full(width, np.nan, np.float32)
        matrix = [
            np.frombuffer(row.vector, np.float32) if row.vector is not None else blank
            for row in rows
        ]
        return found, np.array(matrix, np.float32).reshape(len(rows), width)

    def save_vectors(self, encoder: str, ids: Sequence[str], rows: NDArray[np.float32]) -> None:
        """Keep vectors of another encoder beside those that are there."""
        values = [
            {"passage_id": key, "encoder": encoder, "vector": row.astype(np.float32).tobytes()}
            for key, row in zip(ids, rows, strict=True)
        ]
        with writing(self._engine) as connection:
            wanted = vectors.c.passage_id.in_(ids) & (vectors.c.encoder == encoder)
            connection.execute(delete(vectors).where(wanted))
            connection.execute(insert(vectors), values)

    def current_ids(self, project_id: str, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that take part in answers of this project right now."""
        query = (
            select(passages.c.id)
            .join(files, files.c.id == passages.c.file_id)
            .where(files.c.project_id == project_id, files.c.current, passages.c.id.in_(ids))
            .where(passages.c.held_back.is_(None) | passages.c.released)
        )
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def passage(self, project_id: str, passage_id: str) -> Passage | None:
        """A passage of this project, of whatever version, so that old citations resolve."""
        query = (
            select(passages)
            .join(files, files.c.id == passages.c.file_id)
            .where(files.c.project_id == project_id, passages.c.id == passage_id)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return _passage(row) if row else None

    def held_back(self, project_id: str, file_id: str) -> list[HeldPassage]:
        """The passages of a file that were held back, released or not, in order."""
        query = (
            select(passages)
            .join(files, files.c.id == passages.c.file_id)
            .where(files.c.project_id == project_id, files.c.id == file_id)
            .where(passages.c.held_back.is_not(None))
            .order_by(passages.c.position)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            HeldPassage(_passage(row), row.held_back, row.held_code, row.released) for row in rows
        ]

    def release(self, project_id: str, file_id: str, *, released: bool = True) -> int:
        """Let the held-back passages of a file take part (or not again); return how many."""
        self.file(project_id, file_id)
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(passages)
                .where(passages.c.file_id == file_id, passages.c.held_back.is_not(None))
                .values(released=released)
            ).rowcount
            _grow(connection, project_id)
        return int(changed)


_INTEGER = passages.c.position.type


def _latest_version(connection: Connection, project_id: str, name: str) -> int:
    query = select(func.max(files.c.version)).where(
        files.c.project_id == project_id, files.c.name == name
    )
    return int(connection.execute(query).scalar() or 0)


def _insert_passages(
    connection: Connection,
    file_id: str,
    ingested: IngestedFile,
    encoder: str,
    rows: NDArray[np.float32],
) -> None:
    held = [
        (passage, part.reason, part.code)
        for part in ingested.held_back
        for passage in part.passages
    ]
    kept: list[tuple[Passage, str | None, str | None]] = [
        (passage, None, None) for passage in ingested.passages
    ]
    everything = kept + held
    if not everything:
        return
    connection.execute(
        insert(passages),
        [
            {
                "id": passage.id,
                "file_id": file_id,
                "position": passage.position,
                "title": passage.title,
                "heading": passage.heading,
                "text": passage.text,
                "page": passage.page,
                "language": passage.language,
                "held_back": reason,
                "held_code": code,
                "released": False,
            }
            for passage, reason, code in everything
        ],
    )
    connection.execute(
        insert(vectors),
        [
            {"passage_id": passage.id, "encoder": encoder, "vector": row.tobytes()}
            for (passage, _, _), row in zip(everything, rows.astype(np.float32), strict=True)
        ],
    )


def _grow(connection: Connection, project_id: str) -> None:
    # The time takes part, so that a database restored from a backup never comes to a number
    # again for which an index of other content lies there.
    following, now = projects.c.revision + 1, int(time.time())
    connection.execute(
        update(projects)
        .where(projects.c.id == project_id)
        .values(revision=case((following > now, following), else_=now))
    )


def _passage(row: Row[tuple[object, ...]]) -> Passage:
    return Passage(
        id=row.id,
        source_id=row.file_id,
        origin="project",
        title=row.title,
        heading=row.heading,
        text=row.text,
        position=row.position,
        page=row.page,
        language=row.language,
    )


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
