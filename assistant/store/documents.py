"""Documents and hand edits of a project ↔ rows: versions that never change, edits that are kept."""

import time
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from assistant.document import BlockEdit, Document, document_from_data, document_to_data
from assistant.errors import InputInvalid, NotFound
from assistant.store.database import reading, writing
from assistant.store.projects import new_id
from assistant.store.schema import block_edits, documents, fact_events


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """One stored version; `last_event` is the project's last fact event that it was made from."""

    kind: str
    version: int
    made_at: float
    author: str
    last_event: int


@dataclass(frozen=True, slots=True)
class Basis:
    """The project's newest change, how many changes were taken back, and the block's edit."""

    event: int
    undone: int
    edit: int


class Documents:
    """Every read and write about documents; a write is acknowledged after COMMIT."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # -- versions

    def save(
        self, project_id: str, document: Document, *, last_event: int, author: str = ""
    ) -> Document:
        """Store the document as a new version unless its latest version says the same.

        Returns the stored version, new or not.
        """
        with writing(self._engine) as connection:
            last = _latest(connection, project_id, document.kind)
            kept = _read(last.content) if last is not None else None
            if kept is not None and _content(kept) == _content(document):
                return kept
            stored = replace(
                document, version=(last.version if last else 0) + 1, made_at=time.time()
            )
            connection.execute(
                insert(documents).values(
                    id=new_id(),
                    project_id=project_id,
                    kind=stored.kind,
                    version=stored.version,
                    last_event=last_event,
                    content=document_to_data(stored),
                    author=author,
                    made_at=stored.made_at,
                )
            )
        return stored

    def versions(self, project_id: str, kind: str) -> list[DocumentVersion]:
        """The versions of a kind of document, the oldest first."""
        columns = (documents.c.kind, documents.c.version, documents.c.made_at)
        query = (
            select(*columns, documents.c.author, documents.c.last_event)
            .where(documents.c.project_id == project_id, documents.c.kind == kind)
            .order_by(documents.c.version)
        )
        with reading(self._engine) as connection:
            return [DocumentVersion(*row) for row in connection.execute(query)]

    def version(self, project_id: str, kind: str, number: int) -> Document:
        """One version; raise NotFound, or InputInvalid when its content is no document's."""
        query = select(documents.c.content).where(
            documents.c.project_id == project_id,
            documents.c.kind == kind,
            documents.c.version == number,
        )
        with reading(self._engine) as connection:
            content = connection.execute(query).scalar()
        if content is None:
            raise NotFound(
                f"There is no version {number} of this document.",
                remedy=f"List them with `scopewright document-versions {kind}`.",
                code="no_such_version",
            )
        return document_from_data(content)

    # -- hand edits

    def edits(self, project_id: str, kind: str) -> dict[str, BlockEdit]:
        """The hand edits that count, by the keys of their blocks."""
        query = (
            select(block_edits)
            .where(
                block_edits.c.project_id == project_id,
                block_edits.c.kind == kind,
                block_edits.c.active.is_(True),
            )
            .order_by(block_edits.c.id)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {
            row.block: BlockEdit(row.block, row.base, row.text, row.author, row.at) for row in rows
        }

    def basis(self, project_id: str, kind: str, key: str) -> Basis:
        """What a block's text rests on now; when it is the same later, so is the text."""
        with reading(self._engine) as connection:
            return _basis(connection, project_id, kind, key)

    def edit(
        self, project_id: str, kind: str, edit: BlockEdit, *, basis: Basis | None = None
    ) -> bool:
        """Store an edit in place of the block's former one, which is kept and counts no more.

        With `basis` nothing is stored, and False returned, when the text rests on something else
        by now.
        """
        with writing(self._engine) as connection:
            if basis is not None and _basis(connection, project_id, kind, edit.block) != basis:
                return False
            _retire(connection, project_id, kind, edit.block)
            connection.execute(
                insert(block_edits).values(
                    project_id=project_id,
                    kind=kind,
                    block=edit.block,
                    base=edit.base,
                    text=edit.text,
                    author=edit.author,
                    at=time.time(),
                    active=True,
                )
            )
        return True

    def revert(self, project_id: str, kind: str, key: str) -> None:
        """Take a block's edit back; raise NotFound when it has none."""
        with writing(self._engine) as connection:
            if not _retire(connection, project_id, kind, key):
                raise NotFound(
                    f"The block {key[:120]!r} has no hand edit.",
                    remedy="There is nothing to take back.",
                    code="no_such_edit",
                )


def _basis(connection: Connection, project_id: str, kind: str, key: str) -> Basis:
    changes = select(func.max(fact_events.c.id), func.count(fact_events.c.undone_at))
    event, undone = connection.execute(changes.where(fact_events.c.project_id == project_id)).one()
    edit = select(func.max(block_edits.c.id)).where(
        block_edits.c.project_id == project_id,
        block_edits.c.kind == kind,
        block_edits.c.block == key,
        block_edits.c.active.is_(True),
    )
    return Basis(event or 0, undone, connection.execute(edit).scalar() or 0)


def _latest(connection: Connection, project_id: str, kind: str) -> Row[Any, Any] | None:
    mine = (documents.c.project_id == project_id, documents.c.kind == kind)
    last = select(func.max(documents.c.version)).where(*mine).scalar_subquery()
    query = select(documents.c.version, documents.c.content)
    return connection.execute(query.where(*mine, documents.c.version == last)).first()


def _read(content: object) -> Document | None:
    """The document, or None for content of an imported archive that is none."""
    try:
        return document_from_data(content)
    except InputInvalid:
        return None


def _content(document: Document) -> Document:
    """What makes a version another one: not its number, nor when the same thing was said again."""
    said = tuple(replace(one, at=0.0) for one in document.said)
    return replace(document, version=0, made_at=0.0, said=said)


def _retire(connection: Connection, project_id: str, kind: str, key: str) -> bool:
    """End the edit of a block that counts; say whether there was one."""
    result = connection.execute(
        update(block_edits)
        .where(
            block_edits.c.project_id == project_id,
            block_edits.c.kind == kind,
            block_edits.c.block == key,
            block_edits.c.active.is_(True),
        )
        .values(active=False)
    )
    return bool(result.rowcount)
