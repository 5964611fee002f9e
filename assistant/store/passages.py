"""The passages of people's files: which take part in answers, and the vectors kept for them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, Row, case, delete, insert, select, update

from assistant.ingest import IngestedFile, Passage
from assistant.store.database import reading, writing
from assistant.store.schema import files, passages, projects, vectors

# How many ids one statement may name.
BATCH = 10_000


@dataclass(frozen=True, slots=True)
class HeldPassage:
    """A passage kept out of answers, with the reason; released ones take part again."""

    passage: Passage
    reason: str
    code: str
    released: bool


class Passages:
    """Every read and write about the passages of a project's files."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

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
        """Keep vectors of another encoder beside those that are there.

        A passage that was deleted while it was encoded gets none.
        """
        values = [
            {"passage_id": key, "encoder": encoder, "vector": row.astype(np.float32).tobytes()}
            for key, row in zip(ids, rows, strict=True)
        ]
        with writing(self._engine) as connection:
            for start in range(0, len(values), BATCH):
                part = ids[start : start + BATCH]
                query = select(passages.c.id).where(passages.c.id.in_(part))
                there = set(connection.execute(query).scalars())
                old = vectors.c.passage_id.in_(part) & (vectors.c.encoder == encoder)
                connection.execute(delete(vectors).where(old))
                fresh = [row for row in values[start : start + BATCH] if row["passage_id"] in there]
                if fresh:
                    connection.execute(insert(vectors), fresh)

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


def insert_passages(
    connection: Connection,
    file_id: str,
    ingested: IngestedFile,
    encoder: str,
    rows: NDArray[np.float32],
) -> None:
    """Insert the passages of a file with one vector for each, those held back last."""
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


def grow(connection: Connection, project_id: str) -> None:
    """Give the project a greater revision, since its passages have changed."""
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
