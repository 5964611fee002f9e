"""Bytes of an OOXML file → checked parts, and XML as a stream of events that cannot blow up.

The parser is expat, fed in pieces: no tree is built, so forty thousand nested elements and parts
of a hundred megabytes cost no more stack or memory than small ones. A DOCTYPE is refused in the
parser itself, in whatever encoding it hides; so no entity is ever declared. Nothing is unpacked to
disk and no relation is followed outside of the package.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Protocol
from xml.parsers import expat

from assistant.ingest.limits import Limits, reject

_DOCUMENTS = {
    "wordprocessingml.document.main": "docx",
    "wordprocessingml.template.main": "docx",
    "ms-word.document.macroEnabled.main": "docx",
    "ms-word.template.macroEnabledTemplate.main": "docx",
    "presentationml.presentation.main": "pptx",
    "presentationml.slideshow.main": "pptx",
    "presentationml.template.main": "pptx",
    "ms-powerpoint.presentation.macroEnabled.main": "pptx",
    "ms-powerpoint.slideshow.macroEnabled.main": "pptx",
}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
_STEP = 65_536


class Events(Protocol):
    """What receives the events of one XML part; names carry no namespace."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""

    def end(self, name: str) -> None:
        """An element closes."""

    def words(self, text: str) -> None:
        """Character data."""


class Package:
    """A zip whose directory was checked before anything in it was read."""

    def __init__(self, data: bytes, limits: Limits, kind: str = "Office") -> None:
        self._kind = kind
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (*_BROKEN, ValueError) as error:
            raise reject("damaged_file", kind=self._kind) from error
        entries = self._zip.infolist()
        expanded = sum(entry.file_size for entry in entries)
        bomb = expanded > limits.ratio_from_bytes and expanded > limits.expanded_ratio * len(data)
        if len(entries) > limits.zip_entries or expanded > limits.expanded_bytes or bomb:
            raise reject("too_large_expanded", limits)
        self._names = {entry.filename.lstrip("/").lower(): entry for entry in entries}
        if any(entry.flag_bits & 1 for entry in entries):
            raise reject("password_protected")

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def read(self, name: str) -> bytes:
        """Read one part; raise FileRejected `damaged_file` when it is missing or broken."""
        entry = self._names.get(name.lower())
        if entry is None:
            raise reject("damaged_file", kind=self._kind)
        try:
            return self._zip.read(entry)
        except (*_BROKEN, ValueError) as error:
            raise reject("damaged_file", kind=self._kind) from error

    def scan(self, name: str, events: Events) -> None:
        """Feed one part's XML to `events`; raise FileRejected `damaged_file` when it is broken."""
        data = self.read(name)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = lambda tag, attributes: events.start(
            _local(tag), {_key(name): value for name, value in attributes.items()}
        )
        parser.EndElementHandler = lambda tag: events.end(_local(tag))
        parser.CharacterDataHandler = events.words
        try:
            for low in range(0, len(data), _STEP):
                parser.Parse(data[low : low + _STEP], False)
            parser.Parse(b"", True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise reject("damaged_file", kind=self._kind) from error

    def _refuse_doctype(self, *_: object) -> None:
        raise reject("damaged_file", kind=self._kind)

    def main_part(self) -> tuple[str, str] | None:
        """The type (docx, pptx) and name of the main document part, None when it is neither."""
        if "[content_types].xml" not in self._names:
            return None
        types = _ContentTypes()
        self.scan("[Content_Types].xml", types)
        return types.main

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relations of a part inside of the package: id → (last word of its type, part name)."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", name + ".rels")
        found = _Relations(folder)
        if rels in self:
            self.scan(rels, found)
        return found.targets


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _key(attribute: str) -> str:
    """Local name; ids of relations are told apart from other ids by a leading `r:`."""
    space, _, name = attribute.rpartition(" ")
    return "r:" + name if space.endswith("/relationships") else name


class _ContentTypes:
    """Finds the main document part."""

    def __init__(self) -> None:
        self.main: tuple[str, str] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Override" and self.main is None:
            match = re.search(r"[./]((?:[\w-]+\.)+main)\+xml", attributes.get("ContentType", ""))
            for ending, kind in _DOCUMENTS.items():
                if match and match[1].endswith(ending):
                    self.main = kind, attributes.get("PartName", "").lstrip("/")

    def end(self, name: str) -> None: ...

    def words(self, text: str) -> None: ...


class _Relations:
    """Collects relations; an external target is left out and never looked at."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            inside = target if target.startswith("/") else posixpath.join(self._folder, target)
            kind = attributes.get("Type", "").rpartition("/")[2]
            part = posixpath.normpath(inside).lstrip("/")
            self.targets[attributes.get("Id", "")] = kind, part

    def end(self, name: str) -> None: ...

    def words(self, text: str) -> None: ...
