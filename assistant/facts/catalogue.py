"""`catalog/facts/*.yaml` → the Catalogue: every fact that a project can state, in file order."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args

from assistant.errors import DataInvalid, NotFound

if TYPE_CHECKING:
    from assistant.facts.conditions import Condition
    from assistant.facts.values import Value

FactType = Literal[
    "text", "long_text", "yes_no", "choice", "choices", "number", "quantity", "percent", "money",
    "duration", "date", "people", "list", "table",
]  # fmt: skip
FactPhase = Literal["requirements", "data", "design", "launch"]
PHASES: tuple[FactPhase, ...] = get_args(FactPhase)
FOLDER = Path(__file__).parents[1] / "catalog" / "facts"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers that a choice offers; `also` are other words for it."""

    value: str
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a fact that is a table."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of facts, as people look for them."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a project can state, and how to ask for it.

    `why` are "article#heading" of the knowledge base. `unit` and `per` are what an answer without
    them means; `least` and `most` its limits; `counted` says that whole things are counted.
    `weight` (1 to 5) is how much of the documents waits for it. `note` says that a reason beside
    the answer is welcome.
    """

    id: str
    label: str
    question: str
    type: FactType
    topic: str
    phase: FactPhase
    why: tuple[str, ...]
    example: str
    unit: str | None = None
    per: str | None = None
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    least: float | None = None
    most: float | None = None
    counted: bool = False
    when: "Condition | None" = None
    challenge: tuple[str, ...] = ()
    suggest_from: tuple[str, ...] = ()
    weight: int = 3
    default: "Value | None" = None
    note: bool = False
    help: str = ""

    def as_json(self, documents: Iterable[str] = ()) -> dict[str, Any]:
        """The fact as programs read it, with the kinds of documents that use it."""
        return {
            "id": self.id,
            "label": self.label,
            "question": self.question,
            "type": self.type,
            "unit": self.unit,
            "per": self.per,
            "choices": [{"value": one.value, "label": one.label} for one in self.options],
            "columns": [{"name": one.name, "label": one.label} for one in self.columns],
            "topic": self.topic,
            "phase": self.phase,
            "documents": list(documents),
            "why": list(self.why),
            "example": self.example,
            "help": self.help,
            "weight": self.weight,
        }

    def option(self, value: str) -> Option | None:
        """The option of that value."""
        return next((option for option in self.options if option.value == value), None)


class Catalogue:
    """Every fact by its id, in the order of the files, and the topics they are grouped by."""

    def __init__(self, facts: Iterable[Fact], topics: Iterable[Topic]) -> None:
        self.facts: Mapping[str, Fact] = MappingProxyType({fact.id: fact for fact in facts})
        self.topics = tuple(topics)
        self._places = {key: place for place, key in enumerate(self.facts)}

    def __getitem__(self, key: str) -> Fact:
        """The fact of that id; raise NotFound that names the nearest ids."""
        try:
            return self.facts[key]
        except KeyError:
            raise self._unknown(key) from None

    def __contains__(self, key: object) -> bool:
        return key in self.facts

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts.values())

    def __len__(self) -> int:
        return len(self.facts)

    def place(self, key: str) -> int:
        """Where the fact stands among all, from 0."""
        return self._places[key]

    def _unknown(self, key: str) -> NotFound:
        # A name may come from anybody, and this is a search over all ids.
        near = get_close_matches(key[:80], self.facts, n=3, cutoff=0.5)
        if not near and key:
            near = [name for name in self.facts if key[:80] in name][:3]
        remedy = f"Did you mean {' or '.join(near)}?" if near else ""
        more = "`scopewright facts schema` lists every fact."
        return NotFound(
            f"There is no fact {key[:80]!r}.",
            remedy=f"{remedy} {more}".strip(),
            code="no_such_fact",
        )


@functools.cache
def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Read the catalogue once; raise DataInvalid that names the file, the fact and the field."""
    from assistant.facts.reading import read_catalogue

    return read_catalogue(folder)


def invalid(place: str, problem: str) -> DataInvalid:
    """The error for a fault in a shipped file; the caller raises it."""
    return DataInvalid(f"{place}: {problem}.", remedy="Correct the file.")
