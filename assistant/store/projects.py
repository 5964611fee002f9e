"""Projects: a space of its own for what a person added and asked."""

import secrets
import time
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from assistant.errors import InputInvalid, NotFound
from assistant.store.database import reading, writing
from assistant.store.files import Files
from assistant.store.schema import projects

NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Project:
    """A space of its own: files, conversations, later facts and documents."""

    id: str
    name: str
    revision: int


def new_id() -> str:
    """128 random bits as hexadecimal digits."""
    return secrets.token_hex(16)


def checked_name(name: str) -> str:
    """The name without spaces around it; raise InputInvalid for one that cannot be shown."""
    name = name.strip()
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise InputInvalid(
            "A project needs a name of 1 to 200 visible characters.",
            remedy="Give it a shorter or visible name.",
        )
    return name


class Projects(Files):
    """Every read and write about projects, their files and passages."""

    def create(self, name: str) -> Project:
        """Create a project; names are unique and up to 200 characters."""
        name = checked_name(name)
        project = Project(new_id(), name, 0)
        with writing(self._engine) as connection:
            if connection.execute(select(projects).where(projects.c.name == name)).first():
                raise InputInvalid(
                    f"There is a project {name!r} already.", remedy="Choose another name."
                )
            connection.execute(
                insert(projects).values(
                    id=project.id, name=name, revision=0, created_at=time.time()
                )
            )
        return project

    def all(self) -> list[Project]:
        """Every project, by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(projects).order_by(projects.c.name)).all()
        return [Project(row.id, row.name, row.revision) for row in rows]

    def named(self, name: str) -> Project:
        """The project of that name; raise NotFound."""
        with reading(self._engine) as connection:
            row = connection.execute(select(projects).where(projects.c.name == name)).first()
        if row is None:
            raise NotFound(
                f"There is no project {name!r}.",
                remedy=f"Create it with `scopewright project new {name!r}`.",
            )
        return Project(row.id, row.name, row.revision)

    def delete(self, project_id: str) -> None:
        """Delete the project with everything in it."""
        with writing(self._engine) as connection:
            connection.execute(delete(projects).where(projects.c.id == project_id))

    def revision(self, project_id: str) -> int:
        """A number that grows with every change of the project's passages."""
        with reading(self._engine) as connection:
            query = select(projects.c.revision).where(projects.c.id == project_id)
            return int(connection.execute(query).scalar() or 0)
