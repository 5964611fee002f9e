"""`catalog/documents/<kind>/document.yaml` → DocumentNeeds: the facts that a document waits for."""

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assistant.errors import DataInvalid, NotFound

FOLDER = Path(__file__).parents[1] / "catalog" / "documents"
FILE = "document.yaml"
OPENING = FOLDER.parent / "interview" / "opening.yaml"
# The order in which a project writes its documents; other kinds come after these by name.
FIRST = ("requirements", "cvp", "tdd")
# Not a document kind: every fact that some document uses, in one interview.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a document: the facts that it is made of, and those of its first draft."""

    id: str
    title: str
    facts: tuple[str, ...]
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentNeeds:
    """What one kind of document asks for, section by section, in the order of the document."""

    kind: str
    title: str
    sections: tuple[Section, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact, each once, in the order of the sections."""
        return tuple(dict.fromkeys(key for section in self.sections for key in section.facts))


class _SectionEntry(BaseModel):
    """What the interview reads of a section; other rooms read the rest of it."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    facts: list[str] = []
    needed: list[str] = []


class _DocumentEntry(BaseModel):
    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    sections: list[_SectionEntry] = []


def document_kinds(folder: Path = FOLDER) -> tuple[str, ...]:
    """The kinds of documents that there are, in the order in which a project writes them."""
    found = sorted(path.parent.name for path in folder.glob(f"*/{FILE}"))
    return tuple(sorted(found, key=lambda kind: FIRST.index(kind) if kind in FIRST else len(FIRST)))


@functools.cache
def load_needs(kind: str, folder: Path = FOLDER) -> DocumentNeeds:
    """What a kind of document asks for; `all` joins every kind.

    Raises:
        NotFound: There is no such kind.
        DataInvalid: Its file breaks the format.
    """
    kinds = document_kinds(folder)
    if kind == ALL:
        every = [load_needs(one, folder) for one in kinds]
        sections = tuple(section for needs in every for section in needs.sections)
        return DocumentNeeds(ALL, "All documents", sections)
    if kind not in kinds:
        raise NotFound(
            f"There is no document kind {kind[:40]!r}.",
            remedy=f"Choose one of {', '.join([*kinds, ALL])}.",
            code="no_such_kind",
        )
    return _read(folder / kind / FILE)


@functools.cache
def load_opening(path: Path = OPENING) -> tuple[str, ...]:
    """The facts that every interview begins with, in order; raise DataInvalid."""
    try:
        return tuple(TypeAdapter(list[str]).validate_python(_load(path)))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise _invalid(path.name, "is not a list of facts") from error


def _read(path: Path) -> DocumentNeeds:
    place = "/".join(path.parts[-2:])
    try:
        entry = _DocumentEntry.model_validate(_load(path))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _invalid(place, f"cannot be read ({type(error).__name__})") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "document"
        raise _invalid(place, f"{field}: {first['msg']}") from error
    return DocumentNeeds(entry.id, entry.title, tuple(_section(one) for one in entry.sections))


def _load(path: Path) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)


def _section(entry: _SectionEntry) -> Section:
    # A needed fact belongs to the section, whether or not it is listed twice.
    facts = dict.fromkeys([*entry.facts, *entry.needed])
    return Section(entry.id, entry.title, tuple(facts), tuple(entry.needed))


def _invalid(place: str, problem: str) -> DataInvalid:
    return DataInvalid(f"{place}: {problem}.", remedy="Correct the file.")
