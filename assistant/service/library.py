"""Settings and the store → the open indexes: the curated knowledge and each project's files."""

import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from assistant.embed import Encoder, Entailment, load_encoder
from assistant.errors import StorageUnavailable
from assistant.index import (
    Index,
    Material,
    build_index,
    current_index,
    remove_indexes,
    stamp_of,
    text_to_index,
)
from assistant.index.knowledge import open_knowledge
from assistant.ingest import Passage
from assistant.retrieve import Hit
from assistant.settings import Settings
from assistant.store import Projects

# Told how many texts were encoded and of how many, when that is known.
Progress = Callable[[int], None]

# How often a project's index is looked for while its files change.
LOOKS = 5


class Library:
    """Opens each index when it is first needed and again when its content has changed."""

    def __init__(self, settings: Settings, projects: Projects) -> None:
        self._settings = settings
        self._projects = projects
        self._lock = threading.Lock()
        self._encoder: Encoder | None = None
        self.entailment = Entailment()
        self._knowledge: Index | None = None
        self._open: dict[str, tuple[str, Index]] = {}

    @property
    def encoder(self) -> Encoder:
        """The encoder named by the settings."""
        if self._encoder is None:
            self._encoder = load_encoder(self._settings)
        return self._encoder

    def knowledge(self, progress: Progress | None = None) -> Index:
        """The index of the curated articles; built at first use, which takes some seconds."""
        with self._lock:
            if self._knowledge is None:
                folder = self._settings.knowledge_folder
                shelf = self._shelf("knowledge")
                self._knowledge = open_knowledge(shelf, folder, self.encoder, progress)
            return self._knowledge

    def project(self, project_id: str) -> Index | None:
        """The index of the project's files as they are now, or None without any."""
        index = None
        for _ in range(LOOKS):
            revision = self._projects.revision(project_id)
            if revision == 0:
                # Without files, or deleted by another process: then nothing of it may stay.
                self.drop(project_id)
                return None
            stamp = stamp_of(self.encoder.name, [project_id.encode(), str(revision).encode()])
            with self._lock:
                stamp_open, index = self._open.get(project_id, ("", None))
                if stamp_open == stamp:
                    return index
                # Another process may remove an index that has just become an old one.
                with suppress(FileNotFoundError):
                    shelf = self._shelf(project_id)
                    index = current_index(shelf, stamp) or self._build(shelf, stamp, project_id)
                    self._open[project_id] = (stamp, index)
            # Whether that is still how the files are, is seen by looking again.
        if index is None:
            raise StorageUnavailable(
                "The files of the project are changing too fast to be searched.",
                remedy="Try again in a moment.",
                code="storage_busy",
            )
        return index

    def indexes(self, project_id: str) -> list[Index]:
        """The indexes that a question in this project is looked up in."""
        own = self.project(project_id)
        return [self.knowledge(), *([own] if own is not None else [])]

    def opening(self, source_id: str) -> Hit | None:
        """The lead of an article as a hit; None for a person's own file."""
        knowledge = self.knowledge()
        row = knowledge.row(f"{source_id}#lead")
        return None if row is None else Hit(knowledge.passage(row), 0.0, 0.0, 0.0)

    def forget(self, project_id: str) -> None:
        """Close a deleted project's index and remove its folder: it holds the files' text."""
        with self._lock:
            _, index = self._open.pop(project_id, ("", None))
            if index is not None:
                index.close()
            shutil.rmtree(self._shelf(project_id), ignore_errors=True)

    def drop(self, project_id: str) -> None:
        """Remove the project's indexes; the next one is made of the files that there are then.

        What has been opened is not closed: a question may be reading it.
        """
        with self._lock:
            self._open.pop(project_id, None)
            remove_indexes(self._shelf(project_id))

    def close(self) -> None:
        """Release every index."""
        with self._lock:
            for index in [self._knowledge, *(index for _, index in self._open.values())]:
                if index is not None:
                    index.close()
            self._knowledge, self._open = None, {}

    def _build(self, shelf: Path, stamp: str, project_id: str) -> Index:
        name = self.encoder.name
        passages, rows = self._projects.passages(project_id, encoder=name)
        rows = self._complete(passages, rows)
        return build_index(shelf, stamp, Material(name, passages, rows))

    def _complete(
        self, passages: list[Passage], rows: np.typing.NDArray[np.float32]
    ) -> np.typing.NDArray[np.float32]:
        """Encode passages that have no vector of the present encoder, and keep the vectors."""
        missing = [at for at in range(len(passages)) if not rows.shape[1] or np.isnan(rows[at, 0])]
        if not missing:
            return rows
        fresh = self.encoder.encode([text_to_index(passages[at]) for at in missing])
        ids = [passages[at].id for at in missing]
        self._projects.save_vectors(self.encoder.name, ids, fresh)
        if not rows.shape[1]:
            return fresh
        rows = rows.copy()
        rows[missing] = fresh
        return rows

    def _shelf(self, name: str) -> Path:
        return self._settings.home / "indexes" / name
