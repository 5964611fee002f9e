"""A person's file → IngestedFile: passages with page and language, and what was held back, why."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from assistant.ingest.blocks import heading_words
from assistant.ingest.convert import ConvertedFile, add_up, convert_bytes, read_bytes
from assistant.ingest.foreign import Encode
from assistant.ingest.furniture import strip_furniture
from assistant.ingest.glance import may_be_mixed
from assistant.ingest.holding import HeldBack, find_foreign, hold_back
from assistant.ingest.language import languages_of
from assistant.ingest.limits import LIMITS, Limits, reject
from assistant.ingest.passages import (
    Counter,
    Passage,
    cut_markdown,
    estimate_tokens,
    text_to_index,
)
from assistant.ingest.readers.pages import Page
from assistant.ingest.sniff import FileType
from assistant.ingest.texts import Warned, clean

_BREAK = "\n\n"
_MARKED = re.compile(r"(?m)^ {0,3}#{1,6} +\S")
_FEW = 3  # with so many marked headings, short lines that stand alone are no headings


@dataclass(frozen=True, slots=True)
class IngestedFile:
    """What a file gave: `passages` to answer from, `held_back` to be released by the user.

    `text` is the converted document; every passage's text is an exact span of it. `rows` has the
    vector of each passage, held back or not, by `position`; None without an encoder.
    """

    title: str
    type: FileType
    sha256: str
    text: str
    passages: tuple[Passage, ...]
    held_back: tuple[HeldBack, ...]
    warnings: tuple[Warned, ...]
    rows: NDArray[np.float32] | None = None


def ingest_file(
    path: Path,
    *,
    name: str,
    source_id: str,
    encode: Encode | None,
    limits: Limits = LIMITS,
    count: Counter = estimate_tokens,
) -> IngestedFile:
    """Convert, clean and cut one file; `encode` gives unit vectors, (texts, dimensions) float32.

    Without `encode` nothing is held back as foreign. `position` counts over the whole document,
    so a released part returns to its place.

    Raises:
        FileRejected: With one of the codes in `limits.REJECTIONS`.
    """
    data = read_bytes(path, limits)
    converted = convert_bytes(data, name=name, limits=limits)
    pages, removed = strip_furniture(converted.pages)
    if not pages:
        raise reject("no_text")
    text, starts = _joined(pages)
    title = _title(converted, name)
    plain = converted.type in ("txt", "md") and len(_MARKED.findall(text)) < _FEW

    def cut(walls: Sequence[int]) -> tuple[Passage, ...]:
        return cut_markdown(
            text,
            source_id=source_id,
            title=title,
            plain_headings=plain,
            walls=walls,
            pages=starts,
            count=count,
        )

    passages = cut(())
    rows = encode([text_to_index(passage) for passage in passages]) if encode else None
    foreign: tuple[tuple[int, int], ...] = ()
    if (
        encode is not None
        and rows is not None
        and may_be_mixed(rows, [passage.text for passage in passages])
    ):
        foreign = find_foreign(text, encode, plain_headings=plain)
    if foreign:
        passages = cut([offset for span in foreign for offset in span])
        rows = encode([text_to_index(passage) for passage in passages]) if encode else None
    languages = languages_of([passage.text for passage in passages])
    passages = tuple(
        replace(passage, language=language)
        for passage, language in zip(passages, languages, strict=True)
    )
    kept, held = hold_back(text, passages, foreign)
    return IngestedFile(
        title=title,
        type=converted.type,
        sha256=hashlib.sha256(data).hexdigest(),
        text=text,
        passages=kept,
        held_back=held,
        warnings=add_up([*converted.warnings, *removed]),
        rows=rows,
    )


def expand_paths(paths: Iterable[Path], limits: Limits = LIMITS) -> list[Path]:
    """List the files that `paths` name: files as they are, folders with all below them, sorted.

    Hidden files and links inside of folders are skipped. A path that does not exist stays in the
    list, so that it is reported like any other file that cannot be read.

    Raises:
        FileRejected: `too_many_files` when there are more than the limit.
    """
    files: list[Path] = []
    for path in paths:
        found: Iterable[Path] = _below(path) if path.is_dir() else [path]
        for file in found:
            files.append(file)
            if len(files) > limits.files:
                raise reject("too_many_files", limits)
    return list(dict.fromkeys(files))


def _below(folder: Path) -> Iterable[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise reject("unreadable") from error
    for path in paths:
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _below(path)
        elif path.is_file():
            yield path


def _joined(pages: Sequence[Page]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Join pages to one text, with the offset at which each numbered page starts."""
    starts, parts, offset = [], [], 0
    for page in pages:
        if page.number is not None:
            starts.append((offset, page.number))
        parts.append(page.text)
        offset += len(page.text) + len(_BREAK)
    return _BREAK.join(parts), tuple(starts)


def _title(converted: ConvertedFile, name: str) -> str:
    """The document's own title, else its first heading, else its name without the ending."""
    if converted.title:
        return converted.title[:200]
    for line in converted.pages[0].text[:2_000].split("\n"):
        if re.match(r" {0,3}# +\S", line):
            return heading_words(line)
    return clean_name(name)


def clean_name(name: str) -> str:
    """A file's name as words that can be shown: no folder, no ending, no controls.

    >>> clean_name("../../my_plan-v2.final.docx"), clean_name("..")
    ('my plan-v2.final', 'document')
    """
    shown = clean(PurePath(name.replace("\\", "/")).stem).text.replace("_", " ")
    shown = "".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in shown)
    return " ".join(shown.split()).strip(". ")[:120] or "document"
