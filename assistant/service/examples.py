"""`catalog/examples/*.yaml` → example projects that anybody can open, explore and delete."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from itertools import chain, count
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import DataInvalid, NotFound
from assistant.service.scoping import Scoping
from assistant.store import Project

FOLDER = Path(__file__).parents[1] / "catalog" / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """A project written out: `says` tells in a sentence or two what it is about."""

    id: str
    title: str
    says: str
    facts: int


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    says: str = Field(min_length=1)
    facts: dict[str, Any] = Field(min_length=1)


class Exemplifying(Scoping, ABC):
    """What a channel can ask about example projects; a part of `Assistant`."""

    @abstractmethod
    def projects(self) -> list[Project]:
        """Every project."""

    @abstractmethod
    def new_project(self, name: str) -> Project:
        """Create a project."""

    @abstractmethod
    def delete_project(self, name: str) -> None:
        """Delete a project."""

    def examples(self) -> list[Example]:
        """The example projects, in the order of their files."""
        return [Example(one.id, one.title, one.says, len(one.facts)) for one in _read(FOLDER)]

    def open_example(self, example_id: str) -> Project:
        """Make a project of an example, with a name of its own; raise NotFound."""
        found = next((one for one in _read(FOLDER) if one.id == example_id), None)
        if found is None:
            raise NotFound("There is no such example.", remedy="Choose one that is listed.")
        project = self.new_project(self._free_name(f"Example: {found.title}"))
        try:
            sheet = yaml.safe_dump({"facts": found.facts}, allow_unicode=True, sort_keys=False)
            self.import_facts(sheet, project=project.name)
        except BaseException:
            # Half an example would look like somebody's work.
            self.delete_project(project.name)
            raise
        return project

    def _free_name(self, name: str) -> str:
        taken = {project.name for project in self.projects()}
        others = (f"{name} ({number})" for number in count(2))
        return next(one for one in chain([name], others) if one not in taken)


@cache
def _read(folder: Path) -> tuple[_File, ...]:
    files = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            files.append(_File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise DataInvalid(
                f"{path.name}: this example cannot be read.", remedy="Correct the file."
            ) from error
    return tuple(files)
