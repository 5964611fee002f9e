"""A picture's catalogue file + facts → what stands in each of its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from assistant.errors import DataInvalid, InputInvalid
from assistant.facts import Fact, Person, ProjectFacts, Value, show_value

PictureName = Literal["cvp_canvas", "system_sketch"]
NAMES: tuple[PictureName, ...] = get_args(PictureName)
FOLDER = Path(__file__).parents[1] / "catalog" / "pictures"


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in a part, and the fact that says so."""

    fact: str
    text: str


@dataclass(frozen=True, slots=True)
class Filling:
    """A fact that fills a part; `around` holds the words around its value."""

    fact: str
    around: str = "{value}"


@dataclass(frozen=True, slots=True)
class Part:
    """One box of a picture; with `first` only its first known fact is shown.

    An `optional` part is left out when nothing was said of it.
    """

    id: str
    title: str
    fillings: tuple[Filling, ...]
    hint: str = ""
    first: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a picture is made of; `missing` stands in a part of which nothing was said."""

    title: str
    alt: str
    missing: str
    parts: Mapping[str, Part]


@cache
def plan(name: str) -> Plan:
    """The picture's plan; raises `InputInvalid` when there is no such picture."""
    if name not in NAMES:
        raise InputInvalid(
            f"There is no picture called {name!r}.", remedy=f"Choose {' or '.join(NAMES)}."
        )
    path = FOLDER / f"{name}.yaml"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        made = (_part(entry) for entry in data["parts"])
        return Plan(data["title"], data["alt"], data["missing"], {part.id: part for part in made})
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise DataInvalid(
            f"{path.name} is not a picture's plan: {error}.", remedy="Mend the file."
        ) from error


def parts(name: str, facts: ProjectFacts) -> dict[str, tuple[Entry, ...]]:
    """The entries of each part of which something was said; `draw` draws their texts."""
    found = {part.id: _entries(part, facts) for part in plan(name).parts.values()}
    return {part: entries for part, entries in found.items() if entries}


def _entries(part: Part, facts: ProjectFacts) -> tuple[Entry, ...]:
    found: list[Entry] = []
    for filling in part.fillings:
        value = facts.value(filling.fact)
        if value is None:
            continue
        shown = _shown(facts.catalogue[filling.fact], value)
        found += [Entry(filling.fact, filling.around.replace("{value}", one)) for one in shown]
        if part.first:
            break
    return tuple(found)


def _shown(fact: Fact, value: Value) -> tuple[str, ...]:
    """One text for each item of a list; a table's row by its first column."""
    if not isinstance(value, tuple):
        return (show_value(fact, value),)
    if fact.type == "table":
        first = fact.columns[0].name
        return tuple(row[first] for row in value if isinstance(row, Mapping) and row.get(first))
    if all(isinstance(item, Person) for item in value):
        return (show_value(fact, value),)
    labels = {option.value: option.label for option in fact.options}
    return tuple(labels.get(item, item) for item in value if isinstance(item, str))


def _part(data: Mapping[str, Any]) -> Part:
    fillings = (
        Filling(one) if isinstance(one, str) else Filling(one["fact"], one["as"])
        for one in data["facts"]
    )
    return Part(
        id=data["id"],
        title=data["title"],
        fillings=tuple(fillings),
        hint=data.get("hint", ""),
        first=data.get("first", False),
        optional=data.get("optional", False),
    )
