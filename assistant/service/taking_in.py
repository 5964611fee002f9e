"""Paths → files in a project: converted, held back where foreign, encoded, stored, indexed."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.errors import UserFixable
from assistant.ingest import HeldBack, IngestedFile, ingest_file
from assistant.service.library import Library
from assistant.store import Projects, StoredFile, new_id

Outcome = Literal["new", "new_version", "unchanged"]
# Told the file's name, how many are done, and how many there are.
FileProgress = Callable[[str, int, int], None]


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
    taken: list[Taken] = []
    rejected: list[Rejected] = []
    for done, (path, name) in enumerate(named):
        if progress is not None:
            progress(name, done, len(named))
        try:
            taken.append(_take_one(path, name, project_id, projects, library))
        except UserFixable as error:
            rejected.append(Rejected(str(name), error.code, error.problem, error.remedy))
    if any(one.outcome != "unchanged" for one in taken):
        library.project(project_id)
    if progress is not None and named:
        progress(named[-1][1], len(named), len(named))
    return IngestReport(tuple(taken), tuple(rejected))


def _take_one(
    path: Path, name: str, project_id: str, projects: Projects, library: Library
) -> Taken:
    known = projects.with_hash(project_id, _sha256(path))
    if known is not None:
        return Taken(name, known, "unchanged", ())
    file_id = new_id()
    encode = library.encoder.encode
    ingested = ingest_file(path, name=name, source_id=file_id, encode=encode)
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
