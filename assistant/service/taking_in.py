"""Paths → files in a project: converted, held back where foreign, encoded, stored, indexed."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.errors import UserFixable
from assistant.ingest import HeldBack, IngestedFile, ingest_file
from assistant.service.library import Library
from assistant.store import Projects, StoredFile, new_id

Outcome = Literal["new", "new_version", "unchanged"]
# Files read at once: while one is cut or stored, another keeps the encoder busy.
AT_ONCE = 2
# Told the file's name, how many are done, and how many there are.
FileProgress = Callable[[str, int, int], None]
# A file that is known already, or the id and the content of one that is not.
_Read = StoredFile | tuple[str, IngestedFile]


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that is in the project now; `unchanged` when the same bytes were there already."""

    path: str
    file: StoredFile
    outcome: Outcome
    held_back: tuple[HeldBack, ...]

    def as_json(self) -> dict[str, Any]:
        """The contract of `scopewright ingest --json`."""
        return {
            "path": self.path,
            "file_id": self.file.id,
            "passages": self.file.passages - self.file.held,
            "version": self.file.version,
            "outcome": self.outcome,
            "held_back": [
                {"text": passage.text, "reason": part.reason, "code": part.code}
                for part in self.held_back
                for passage in part.passages
            ],
            "warnings": list(self.file.warnings),
        }


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that was not taken in, and why."""

    path: str
    code: str
    problem: str
    remedy: str

    def as_json(self) -> dict[str, str]:
        """The contract of `scopewright ingest --json`."""
        return {
            "path": self.path,
            "code": self.code,
            "problem": self.problem,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of each file; one bad file never keeps the others out."""

    taken: tuple[Taken, ...]
    rejected: tuple[Rejected, ...]

    def as_json(self) -> dict[str, Any]:
        """The contract of `scopewright ingest --json`."""
        return {
            "ingested": [taken.as_json() for taken in self.taken],
            "rejected": [rejected.as_json() for rejected in self.rejected],
        }


def take_in(
    named: Sequence[tuple[Path, str]],
    *,
    project_id: str,
    projects: Projects,
    library: Library,
    progress: FileProgress | None = None,
) -> IngestReport:
    """Take in files given as (path, name to show); the index is brought up to date at the end."""

    def read(path: Path, name: str) -> _Read:
        known = projects.with_hash(project_id, _sha256(path))
        return known or _ingested(path, name, library)

    taken: list[Taken] = []
    rejected: list[Rejected] = []
    for done, ((path, name), reading) in enumerate(zip(named, _in_turn(read, named), strict=True)):
        if progress is not None:
            progress(name, done, len(named))
        try:
            taken.append(_kept(path, name, reading.result(), project_id, projects, library))
        except UserFixable as error:
            rejected.append(Rejected(str(name), error.code, error.problem, error.remedy))
    if any(one.outcome != "unchanged" for one in taken):
        library.project(project_id)
    if progress is not None and named:
        progress(named[-1][1], len(named), len(named))
    return IngestReport(tuple(taken), tuple(rejected))


def _in_turn(
    read: Callable[[Path, str], _Read], named: Iterable[tuple[Path, str]]
) -> Iterator[Future[_Read]]:
    """Read files a few ahead of what is done with them, and give them in their order."""
    pool = ThreadPoolExecutor(AT_ONCE, "ingest")
    try:
        ahead: deque[Future[_Read]] = deque()
        for path, name in named:
            ahead.append(pool.submit(read, path, name))
            if len(ahead) > AT_ONCE:
                yield ahead.popleft()
        yield from ahead
    finally:
        # After an interrupt, what has not started need not be waited for.
        pool.shutdown(cancel_futures=True)


def _ingested(path: Path, name: str, library: Library) -> tuple[str, IngestedFile]:
    file_id = new_id()
    encode = library.encoder.encode
    return file_id, ingest_file(path, name=name, source_id=file_id, encode=encode)


def _kept(
    path: Path, name: str, read: _Read, project_id: str, projects: Projects, library: Library
) -> Taken:
    """Store what was read, unless the same bytes are there."""
    if isinstance(read, StoredFile):
        return Taken(name, read, "unchanged", ())
    file_id, ingested = read
    # Files read at once can be two copies of one.
    known = projects.with_hash(project_id, ingested.sha256)
    if known is not None:
        return Taken(name, known, "unchanged", ())
    places = [passage.position for passage in _every_passage(ingested)]
    assert ingested.rows is not None
    stored = projects.add_file(
        project_id,
        ingested,
        file_id=file_id,
        name=name,
        size=path.stat().st_size,
        encoder=library.encoder.name,
        rows=ingested.rows[places],
    )
    outcome: Outcome = "new" if stored.version == 1 else "new_version"
    return Taken(name, stored, outcome, tuple(ingested.held_back))


def _every_passage(ingested: IngestedFile) -> Iterable[Any]:
    yield from ingested.passages
    for part in ingested.held_back:
        yield from part.passages


def _sha256(path: Path) -> str:
    """The hash of a file's bytes, or of nothing when it cannot be read: ingestion says why."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
