"""`catalog/documents/<kind>/*.yaml` → a Kind: a document's sections and what is in them."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import DataInvalid, NotFound
from assistant.facts import load_catalogue

FOLDER = Path(__file__).parents[1] / "catalog" / "documents"
FactId = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z0-9_]+$")]
PassageId = Annotated[str, Field(pattern=r"^[a-z0-9-]+#[\w-]+$")]
Phase = Literal["requirements", "data", "design", "launch"]
Register = Literal["open", "assumptions", "references"]


class Entry(BaseModel):
    """One entry of a data file: nothing unknown in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SectionSpec(Entry):
    """A section: the facts that belong there, those of a first draft, and where advice is from."""

    id: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    title: str
    phase: Phase
    facts: tuple[FactId, ...]
    needed: tuple[FactId, ...]
    guidance: tuple[PassageId, ...]


class BlockSpec(Entry):
    """A block of a section.

    `facts` with `calculated` make paragraphs, bullets and tables; `head` and `rows` a table whose
    cells are words, a "{fact}" or a list of facts, with `ladder` below the rungs of the metrics
    ladder; `picture` and `parts` a picture; the others stand for what is not stated but found: the
    verdict, findings and the registers.
    """

    key: Annotated[str, Field(pattern=r"^[a-z-]+$")]
    facts: tuple[FactId, ...] = ()
    calculated: tuple[str, ...] = ()
    # A person's own words stand without an introduction: the title says what they are about.
    bare: bool = False
    caption: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str | tuple[FactId, ...], ...], ...] = ()
    ladder: bool = False
    picture: str = ""
    parts: Mapping[str, tuple[FactId, ...]] = {}
    verdict: Literal["brief", "full"] | None = None
    findings: tuple[str, ...] = ()
    # `register` is a method of the base class.
    shown_register: Register | None = Field(default=None, alias="register")


class KindFile(Entry):
    """What `document.yaml` holds."""

    id: str
    title: str
    sections: tuple[SectionSpec, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document: its sections in order, and the blocks of each by the section's id."""

    id: str
    title: str
    sections: tuple[SectionSpec, ...]
    blocks: Mapping[str, tuple[BlockSpec, ...]]

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that the document uses, in order."""
        return tuple(fact for section in self.sections for fact in section.facts)


def document_kinds(folder: Path = FOLDER) -> tuple[str, ...]:
    """The kinds of documents there are, by id."""
    return tuple(sorted(path.parent.name for path in folder.glob("*/document.yaml")))


@functools.cache
def load_kind(kind: str, folder: Path = FOLDER) -> Kind:
    """Read a kind once; raise NotFound that lists those there are, or DataInvalid."""
    kinds = document_kinds(folder)
    if kind not in kinds:
        raise NotFound(
            f"There is no document of the kind {kind[:80]!r}.",
            remedy=f"There are {', '.join(kinds)}.",
            code="no_such_kind",
        )
    place = folder / kind
    file = checked(KindFile, read_yaml(place / "document.yaml"), f"{kind}/document.yaml")
    template = read_yaml(place / "template.yaml")
    blocks = {
        name: tuple(checked(BlockSpec, one, f"{kind}/template.yaml: {name}") for one in entries)
        for name, entries in template.items()
    }
    found = Kind(file.id, file.title, file.sections, blocks)
    _check(found)
    return found


def _check(kind: Kind) -> None:
    """Each fact exists, has one home, and the template puts it where it belongs."""
    catalogue = load_catalogue()
    seen: set[str] = set()
    for section in kind.sections:
        for fact in section.facts:
            if fact not in catalogue or fact in seen:
                fault = "stands there twice" if fact in seen else "does not exist"
                raise invalid(f"{kind.id}/document.yaml: {section.id}", f"{fact} {fault}")
            seen.add(fact)
        strangers = set(section.needed) - set(section.facts)
        for block in kind.blocks.get(section.id, ()):
            strangers |= set(block.facts) - set(section.facts)
        if strangers:
            raise invalid(f"{kind.id}: {section.id}", f"{min(strangers)} has another home")
    strangers = set(kind.blocks) - {section.id for section in kind.sections}
    if strangers:
        raise invalid(f"{kind.id}/template.yaml", f"there is no section {min(strangers)}")


EntryT = TypeVar("EntryT", bound=Entry)


def checked(form: type[EntryT], data: Any, place: str) -> EntryT:
    """The entry in its form; raise DataInvalid that names the field."""
    try:
        return form.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "entry"
        raise invalid(place, f"{field}: {first['msg']}") from error


def read_yaml(path: Path) -> Any:
    """The data of a YAML file; raise DataInvalid."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise invalid("/".join(path.parts[-2:]), "cannot be read") from error


def invalid(place: str, problem: str) -> DataInvalid:
    """The error for a fault in a shipped file; the caller raises it."""
    return DataInvalid(f"documents/{place}: {problem}.", remedy="Correct the file.")


def each_once(ids: Sequence[str]) -> tuple[str, ...]:
    """The ids in order, each once."""
    return tuple(dict.fromkeys(ids))
