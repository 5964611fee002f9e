"""A picture's catalogue file → its plan: which parts it has and what they are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from assistant.errors import DataInvalid, InputInvalid

PictureName = Literal["cvp_canvas", "system_sketch"]
NAMES: tuple[PictureName, ...] = get_args(PictureName)
FOLDER = Path(__file__).parents[1] / "catalog" / "pictures"


@dataclass(frozen=True, slots=True)
class Part:
    """One box of a picture; an `optional` one is left out when nothing was said of it."""

    id: str
    title: str
    hint: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a picture is made of; `missing` stands in a part of which nothing was said."""

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
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        parts = (Part(**entry) for entry in data["parts"])
        return Plan(data["alt"], data["missing"], {part.id: part for part in parts})
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise DataInvalid(
            f"{path.name} is not a picture's plan: {error}.", remedy="Mend the file."
        ) from error
