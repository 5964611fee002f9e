"""Passages and their vectors → an Index on disk: immutable, stamped with the hash of its content.

An index is built in a folder of its own and then renamed into place, so a reader never sees half
of one and two processes never write into the same files. Another encoder, article or file gives
another stamp, hence another folder: what was built by something else is never mixed in.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from assistant.index.classifier import fit_classifier
from assistant.index.opened import (
    ASKED,
    ASKED_WORDS,
    LEARNED,
    META,
    PASSAGES,
    WHOLE,
    Index,
)
from assistant.index.vectors import build_vectors
from assistant.index.words import WordIndex
from assistant.ingest import Passage, text_to_index

# Raise it when the files of an index change their form.
FORMAT = 6
CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Material:
    """What an index is made of; `encoder` names what made the vectors.

    `rows` has one unit vector a passage, shape (n, dimension). `asked` has the vectors of the
    questions that articles say they answer, `asked_texts` their words and `asked_by` the source
    each belongs to; `whole` has for each source the text its words are also searched in. `notes`
    is kept beside the passages, for example titles and references of articles.
    """

    encoder: str
    passages: Sequence[Passage]
    rows: NDArray[np.float32]
    asked: NDArray[np.float32] | None = None
    asked_texts: Sequence[str] = ()
    asked_by: Sequence[str] = ()
    whole: Mapping[str, str] | None = None
    notes: Mapping[str, Any] | None = None


def stamp_of(encoder: str, parts: Iterable[bytes]) -> str:
    """The name of an index made by `encoder` from `parts`: 24 hexadecimal digits."""
    digest = hashlib.sha256(f"{FORMAT}\0{encoder}\0".encode())
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()[:24]


def current_index(shelf: Path, stamp: str) -> Index | None:
    """The finished index with that stamp on a shelf, or None when it must be built."""
    folder = shelf / stamp
    return Index(folder) if (folder / META).is_file() else None


def build_index(shelf: Path, stamp: str, material: Material) -> Index:
    """Build the index under `shelf/stamp`; one writer at a time, complete or not there at all."""
    shelf.mkdir(parents=True, exist_ok=True)
    with FileLock(shelf / ".lock"):
        finished = current_index(shelf, stamp)
        if finished is not None:
            return finished
        draft = shelf / f".draft-{stamp}"
        for rest in (draft, shelf / stamp):
            shutil.rmtree(rest, ignore_errors=True)
        draft.mkdir()
        try:
            _write(draft, material, _previous(shelf, material))
            draft.rename(shelf / stamp)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _retire(shelf, stamp, last_stays=_origin(material) == "knowledge")
        return Index(shelf / stamp)


def remove_indexes(shelf: Path) -> None:
    """Remove every index of a shelf, since each may hold text that was deleted.

    Whoever has one open can go on reading it; the next one is built from what is left.
    """
    if not shelf.is_dir():
        return
    with FileLock(shelf / ".lock"):
        (shelf / CURRENT).unlink(missing_ok=True)
        _remove_folders(shelf, keep=())


def _write(folder: Path, material: Material, previous: Path | None) -> None:
    passages = material.passages
    build_vectors(folder, [passage.id for passage in passages], material.rows, previous)
    WordIndex.build([text_to_index(passage) for passage in passages], folder)
    asked = material.asked
    np.save(folder / ASKED, np.zeros((0, 1), np.float32) if asked is None else asked)
    np.save(folder / LEARNED, _classifier(material))
    starts = [0]
    with (folder / PASSAGES).open("wb") as file:
        for passage in passages:
            line = json.dumps(asdict(passage), ensure_ascii=False).encode() + b"\n"
            file.write(line)
            starts.append(starts[-1] + len(line))
    sources = list(dict.fromkeys(passage.source_id for passage in passages))
    if material.asked_texts:
        (folder / ASKED_WORDS).mkdir()
        WordIndex.build(material.asked_texts, folder / ASKED_WORDS)
    if material.whole:
        (folder / WHOLE).mkdir()
        WordIndex.build([material.whole[source] for source in sources], folder / WHOLE)
    number = {source: at for at, source in enumerate(sources)}
    meta = {
        "encoder": material.encoder,
        "origin": _origin(material),
        "sources": sources,
        "source_of": [number[passage.source_id] for passage in passages],
        "asked_by": [number[source] for source in material.asked_by],
        "ids": [passage.id for passage in passages],
        "starts": starts,
        "notes": dict(material.notes or {}),
    }
    (folder / META).write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")


def _classifier(material: Material) -> NDArray[np.float32]:
    """What is learnt from the questions that sources answer; empty when there are none."""
    if material.asked is None or not len(material.asked):
        return np.zeros((0, 0), np.float32)
    of_passages = [passage.source_id for passage in material.passages]
    return fit_classifier(
        list(dict.fromkeys(of_passages)),
        np.vstack([material.asked, material.rows]),
        [*material.asked_by, *of_passages],
    )


def _previous(shelf: Path, material: Material) -> Path | None:
    """The newest index if the same encoder made it: its graph can be carried on."""
    pointer = shelf / CURRENT
    if not pointer.is_file():
        return None
    meta = shelf / pointer.read_text(encoding="utf-8") / META
    if not meta.is_file():
        return None
    made_by = json.loads(meta.read_text(encoding="utf-8"))["encoder"]
    return meta.parent if made_by == material.encoder else None


def _retire(shelf: Path, stamp: str, *, last_stays: bool) -> None:
    """Name the newest index and drop those that came before the last one, or before this one.

    The last one of the articles stays: another process may be about to open it. That of a
    person's files goes, since it may hold what was deleted; who misses it looks again.
    """
    pointer = shelf / CURRENT
    last = pointer.read_text(encoding="utf-8") if last_stays and pointer.is_file() else ""
    _remove_folders(shelf, keep=(stamp, last))
    draft = shelf / ".current"
    draft.write_text(stamp, encoding="utf-8")
    draft.replace(pointer)


def _remove_folders(shelf: Path, *, keep: Sequence[str]) -> None:
    for folder in [path for path in shelf.iterdir() if path.is_dir() and path.name not in keep]:
        # Out of the way first, so that nobody opens half of an index.
        gone = folder if folder.name.startswith(".") else folder.rename(shelf / f".{folder.name}")
        shutil.rmtree(gone, ignore_errors=True)


def _origin(material: Material) -> str:
    return material.passages[0].origin if material.passages else "project"
