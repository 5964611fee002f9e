"""A project ↔ one file: a zip of JSON lines with all that a person put in and was told.

An archive holds no vectors: they are encoded again when they are needed. It is read as what a
stranger made: only known entries, within limits, checked in full before anything is stored.
"""

import json
import os
import secrets
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from itertools import count, islice
from pathlib import Path
from typing import IO, Any, Literal, cast

from sqlalchemy import Engine, Row, insert, select

from assistant.errors import FileRejected, InputInvalid, NotFound, StorageUnavailable
from assistant.store.database import reading, writing
from assistant.store.moving import BATCH, Move, Survey
from assistant.store.projects import Project, checked_name, new_id
from assistant.store.records import (
    FORMAT,
    PARTS,
    VERSION,
    Head,
    Manifest,
    Record,
    parts_of,
)
from assistant.store.schema import projects

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The largest archive that is written or read; sizes in bytes."""

    packed: int = 500_000_000
    expanded: int = 500_000_000
    directory: int = 4_096
    line: int = 16_000_000
    lines: int = 500_000


LIMITS = ArchiveLimits()

Refusal = Literal["not_found", "archive_damaged", "archive_too_large", "archive_unknown_version",
                  "archive_invalid"]  # fmt: skip
REFUSALS: dict[Refusal, tuple[str, str]] = {
    "not_found": ("There is no such file, or it may not be read.", "Check the path."),
    "archive_damaged": (
        "The file is damaged or not a project that was exported.",
        "Export the project again.",
    ),
    "archive_too_large": (
        "The project is too large for one file ({what}).",
        "Delete what it does not need any more and export it again.",
    ),
    "archive_unknown_version": (
        f"The file has format version {{what}}, this program reads versions 1 to {VERSION}.",
        "Install the newest Scopewright.",
    ),
    "archive_invalid": (
        "The file holds something that no project has ({what}).",
        "Export the project again; do not change the file by hand.",
    ),
}
# All that reading a zip of chance bytes has been seen to raise.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError,
    OverflowError,
)  # fmt: skip


def refusal(code: Refusal, what: str = "") -> FileRejected:
    """Make the error for `code`; the caller raises it."""
    problem, remedy = REFUSALS[code]
    return FileRejected(problem.format(what=what), remedy=remedy, code=code)


# -- out


def export_project(
    engine: Engine, project_id: str, target: Path, *, limits: ArchiveLimits = LIMITS
) -> None:
    """Write everything of a project to `target`, complete or not at all.

    Raises:
        NotFound: There is no such project.
        FileRejected: It is larger than an archive may be.
        StorageUnavailable: The file cannot be written; one that was there stays as it was.
    """
    # Read at once and written afterwards, so that a slow disk keeps nobody from writing.
    with reading(engine) as connection:
        owner = connection.execute(select(projects).where(projects.c.id == project_id)).first()
        if owner is None:
            raise NotFound("There is no such project.", remedy="List the projects.")
        rows = {entry: connection.execute(part.of(owner.id)).all() for entry, part in PARTS.items()}
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "project": {"name": owner.name, "created_at": owner.created_at},
        "lines": {entry: len(found) for entry, found in rows.items()},
    }
    size = 0
    with _whole(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2))
        for entry, found in rows.items():
            with archive.open(entry, "w") as lines:
                for line in map(_line, found):
                    size += lines.write(line)
                    if size > limits.expanded or len(found) > limits.lines:
                        raise refusal("archive_too_large", entry)


def _line(row: Row[Any]) -> bytes:
    return json.dumps(row._asdict(), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name when it is complete and on the disk."""
    draft = target.parent / f".{secrets.token_hex(8)}.part"
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StorageUnavailable(
            f"The file {target} cannot be written ({error.strerror}).",
            remedy="Choose another place or free some space.",
            code="export_failed",
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


# -- in


def import_project(
    engine: Engine, source: Path, *, name: str | None = None, limits: ArchiveLimits = LIMITS
) -> Project:
    """Make a project of an archive in one transaction, under its own name or another.

    Ids stay when they are free here; otherwise they change everywhere, in answers too.

    Raises:
        FileRejected: The file is no archive of this version, or not within the limits.
        InputInvalid: `name_taken`, or the name cannot be shown.
    """
    with _opened(source, limits) as (archive, manifest):
        survey = _survey(archive, manifest, limits)
        chosen = checked_name(manifest.project.name if name is None else name)
        # Of the time, as in `grow`; without a file there is nothing to index.
        project = Project(
            new_id(), chosen, int(time.time()) if manifest.lines["files.jsonl"] else 0
        )
        with writing(engine) as connection:
            if connection.execute(select(projects).where(projects.c.name == chosen)).first():
                raise InputInvalid(
                    f"There is a project {chosen!r} already; nothing was imported.",
                    remedy="Give the imported one another name with `--name`.",
                    code="name_taken",
                )
            connection.execute(
                insert(projects).values(
                    id=project.id,
                    name=chosen,
                    revision=project.revision,
                    created_at=manifest.project.created_at,
                )
            )
            move = Move(connection, survey, project.id)
            for entry, part in parts_of(manifest.version).items():
                rows = (move.row(record) for record in _records(archive, entry, limits))
                while some := list(islice(rows, BATCH)):
                    connection.execute(insert(part.table), some)
    return project


@contextmanager
def _opened(source: Path, limits: ArchiveLimits) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open an archive after a look at what it says of itself."""
    if not source.is_file() or not os.access(source, os.R_OK):
        raise refusal("not_found")
    with source.open("rb") as file:
        with _damage():
            _check_directory(file, limits)
            archive = zipfile.ZipFile(file)
            _check_entries(archive, limits)
            head = archive.read(MANIFEST)
            version = Head.model_validate_json(head).version
            if not 1 <= version <= VERSION:
                raise refusal("archive_unknown_version", str(version))
            manifest = Manifest.model_validate_json(head)
            parts = parts_of(version)
            if sorted(archive.namelist()) != sorted([MANIFEST, *parts]):
                raise refusal("archive_invalid", "entries that are missing or unknown")
            if manifest.lines.keys() != parts.keys():
                raise refusal("archive_invalid", MANIFEST)
        yield archive, manifest


@contextmanager
def _damage() -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        raise refusal("archive_damaged") from error


def _check_directory(file: IO[bytes], limits: ArchiveLimits) -> None:
    """Refuse what would fill the memory before its entries can be looked at.

    `zipfile` reads the whole directory at once. Its last 22 bytes say how large it is, when there
    is neither a comment behind them nor the record for huge archives before them.
    """
    size = file.seek(0, os.SEEK_END)
    if size > limits.packed:
        raise refusal("archive_too_large", f"{size:,} bytes")
    file.seek(max(0, size - 42))
    tail = file.read()
    end = tail[-22:]
    plain = end[:4] == b"PK\5\6" and end[-2:] == b"\0\0" and not tail.startswith(b"PK\6\7")
    if not plain or int.from_bytes(end[12:16], "little") > limits.directory:
        raise refusal("archive_damaged")


def _check_entries(archive: zipfile.ZipFile, limits: ArchiveLimits) -> None:
    entries = archive.infolist()
    if [entry.filename for entry in entries].count(MANIFEST) != 1:
        raise refusal("archive_invalid", f"not one {MANIFEST}")
    if any(entry.flag_bits & 0x41 for entry in entries):
        raise refusal("archive_invalid", "a password")
    packing = {entry.compress_type for entry in entries}
    if not packing <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise refusal("archive_invalid", "an unknown way of packing")
    # What an entry says of its size is also where `zipfile` stops to unpack it.
    size = sum(entry.file_size for entry in entries)
    if size > limits.expanded or archive.getinfo(MANIFEST).file_size > limits.line:
        raise refusal("archive_too_large", f"{size:,} bytes unpacked")


def _records(archive: zipfile.ZipFile, entry: str, limits: ArchiveLimits) -> Iterator[Record]:
    form = PARTS[entry].record
    with _damage():
        lines = BufferedReader(cast(RawIOBase, archive.open(entry)))
    for number in count(1):
        with _damage():
            line = lines.readline(limits.line + 1)
        if not line:
            return
        if number > limits.lines or len(line) > limits.line:
            raise refusal("archive_too_large", f"{entry}, line {number}")
        try:
            record = form.model_validate_json(line)
        except ValueError as error:
            raise refusal("archive_invalid", f"{entry}, line {number}") from error
        yield record


def _survey(archive: zipfile.ZipFile, manifest: Manifest, limits: ArchiveLimits) -> Survey:
    """Read every line once before anything is stored."""
    survey = Survey()
    for entry in parts_of(manifest.version):
        number = 0
        for number, record in enumerate(_records(archive, entry, limits), start=1):
            if not survey.fits(record):
                raise refusal("archive_invalid", f"{entry}, line {number}")
        if number != manifest.lines[entry]:
            raise refusal("archive_damaged")
    if not survey.branches_known():
        raise refusal("archive_invalid", "a branch of nothing")
    return survey
